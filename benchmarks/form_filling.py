"""Two hundred people fill in applications at once, while the indexer follows what is published.

    python -m benchmarks.form_filling [--people 200] [--seconds 180] [--rate 3] [--data-dir DIR]

Runs the site with its indexer, `chengxin demo --live` that publishes a few records a second, and locust, whose people
think for a few seconds at each page. Prints p50, p99 and errors of each step and keeps them beside those of
`make bench`. Each person is a browser of its own, on this machine too: what it takes is part of the figures.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from credit_records.calendar import today
from credit_records.casework.eligibility import eligibility
from credit_records.catalogue import catalogue
from credit_records.database import open_database
from credit_records.record_reading import read_in_order
from credit_records.tables import record
from sqlalchemy import select

from benchmarks.city import city_environment, city_settings
from benchmarks.figures import Figure, publish
from benchmarks.processes import CHENGXIN, free_port, run, running, served_at

MOST_P99 = 200.0  # ms of a step that saves
KIND = "administrative_penalty"
BATCH = 500
USERS = Path(__file__).with_name("form_users.py")
TITLE = "forms"


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="chengxin-forms-") as temporary:
        data_dir = (arguments.data_dir or Path(temporary)).resolve()
        if not (data_dir / "chengxin.db").exists():
            run([CHENGXIN, "demo", "--subjects", "20000", "--records", "60000"], city_environment(data_dir))
        figures = _measured(data_dir, Path(temporary), arguments)
    print(f"kept in {publish(figures, TITLE)}")
    sys.exit(any(figure.reached is False for figure in figures))


def _measured(data_dir: Path, temporary: Path, arguments: argparse.Namespace) -> list[Figure]:
    records = temporary / "records.txt"
    records.write_text("\n".join(map(str, _repairable(data_dir))), encoding="ascii")
    environment = {**city_environment(data_dir), "CHENGXIN_APPLICATIONS_PER_HOUR": "1000000"}
    port = free_port()
    with ExitStack() as programs:
        serve = [CHENGXIN, "serve", "--port", str(port), "--with-indexer"]
        server = programs.enter_context(running(serve, environment))
        address = served_at(port, "/readyz", server)
        live = [CHENGXIN, "demo", "--live", "--rate", str(arguments.rate)]
        programs.enter_context(running(live, environment))
        words: list[str | Path] = [
            sys.executable,
            "-m",
            "locust",
            "-f",
            USERS,
            "--headless",
            "--only-summary",
            "--host",
            address,
        ]
        words += ["--users", str(arguments.people), "--spawn-rate", "10", "--run-time", f"{arguments.seconds}s"]
        words += ["--csv", temporary / "forms", "--exit-code-on-error", "0", "--loglevel", "WARNING"]
        with Path(os.devnull).open("w") as nowhere:
            settings = {**os.environ, "RECORDS": str(records)}
            subprocess.run(words, env=settings, check=True, stdout=nowhere, stderr=nowhere)
    print((temporary / "forms_failures.csv").read_text(encoding="utf-8"))
    return _figures(temporary / "forms_stats.csv", arguments.people)


def _repairable(data_dir: Path) -> list[int]:
    """The numbers of records that can be repaired today."""
    database = open_database(city_settings(data_dir))
    found: list[int] = []
    with database.connect() as connection:
        numbers = list(connection.execute(select(record.c.id).where(record.c.kind == KIND)).scalars())
        for start in range(0, len(numbers), BATCH):
            batch = read_in_order(connection, numbers[start : start + BATCH])
            found += [each.id for each in batch if eligibility(each, catalogue(), today()).answer == "now"]
    database.dispose()
    return found


def _figures(stats: Path, people: int) -> list[Figure]:
    figures = []
    with stats.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name, saves = row["Name"], row["Name"].startswith("press")
            note = f"{people} people, {row['Request Count']} times"
            if name != "Aggregated":
                figures.append(Figure(TITLE, f"{name}, p50", float(row["50%"]), "ms", note=note))
                most = MOST_P99 if saves and "photograph" not in name else None
                figures.append(Figure(TITLE, f"{name}, p99", float(row["99%"]), "ms", most=most, note=note))
            else:
                figures.append(Figure(TITLE, "errors", float(row["Failure Count"]), "", most=0, note=note))
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.form_filling", description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--rate", type=float, default=3.0, help="records a second that are published meanwhile")
    parser.add_argument("--data-dir", type=Path, help="a fictional city that is there already")
    return parser.parse_args()


if __name__ == "__main__":
    main()
