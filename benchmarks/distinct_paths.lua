-- wrk asks for each line of the file PATHS once, starting at line START, so that no answer was given before.
local paths, next_path = {}, tonumber(os.getenv("START") or "0")
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end

function request()
    next_path = next_path + 1
    return wrk.format("GET", paths[(next_path - 1) % #paths + 1])
end

function done(summary, latency)
    io.write(string.format(
        "FIGURES %d %d %d %d %d %d\n",
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.bytes,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    ))
end
