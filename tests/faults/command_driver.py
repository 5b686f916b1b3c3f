"""Runs `chengxin` commands one after another, each in a process of its own that may be killed at a given moment.

Everything is imported before the first command, and each is a fork of this process: so a moment given in seconds
falls into the command's work and not into its start. Reads one JSON request a line, answers each with a JSON line.
"""

import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from credit_indexer import (
    indexing_commands,
    loading_commands,
    projecting_ahead,
    rebuilding,
    receiving_commands,
    stream_following,
)
from credit_indexer.sources import source
from credit_records.catalogue import catalogue
from credit_records.command_line import main
from credit_records.gazetteer import gazetteer

POLL_SECONDS = 0.002


def run(request: dict[str, Any]) -> dict[str, Any]:
    Path(request["output"]).write_bytes(b"")
    started = time.monotonic()
    child = os.fork()
    if not child:
        become(request)
    deadline = None if request["kill_after"] is None else started + request["kill_after"]
    awaited = request["once_said"]
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if awaited and awaited in Path(request["output"]).read_text(encoding="utf-8", errors="ignore"):
            deadline, awaited = time.monotonic(), None
        if deadline is not None and time.monotonic() > deadline:
            os.kill(child, request["signal"])
            _, status = os.waitpid(child, 0)
            break
        time.sleep(POLL_SECONDS)
    seconds = time.monotonic() - started
    return {"killed": os.WIFSIGNALED(status), "code": os.waitstatus_to_exitcode(status), "seconds": seconds}


def become(request: dict[str, Any]) -> None:
    """In the child: be the command, and end with its exit code."""
    code = 70
    try:
        output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.environ["CHENGXIN_DATA_DIR"] = request["data_dir"]
        os.environ.update(request["environment"])
        if request["file_size_limit"] is not None:
            limit = request["file_size_limit"]
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        sys.argv = ["chengxin", *request["arguments"]]
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:  # whatever it is, the test must see it and the fork must not live on
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve(batch: int) -> None:
    # Batches so small that a few thousand rows have many commits between them to be killed at.
    source.BATCH_ROWS = stream_following.BATCH_CHANGES = rebuilding.BATCH_DOCUMENTS = (
        projecting_ahead.BATCH_DOCUMENTS
    ) = batch
    stream_following.MOST_UNCOMMITTED = 3 * batch
    catalogue()
    gazetteer()
    assert loading_commands.load
    assert indexing_commands.index
    assert receiving_commands.receive
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
