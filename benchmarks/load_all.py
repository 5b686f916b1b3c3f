"""A program to be measured: loads files, one of each kind, by the very steps that `chengxin load` takes.

    python -m benchmarks.load_all KIND=FILE …

One process for all of them, as the receiver is, so that what a command costs to start is not counted for each kind.
"""

import sys
from pathlib import Path

from credit_indexer.loading import Loader, inspect_file
from credit_indexer.memory import expect_bulk_work
from credit_records.catalogue import catalogue
from credit_records.database import migrate, open_database
from credit_records.settings import Settings


def main() -> None:
    database = open_database(Settings())
    migrate(database)
    expect_bulk_work()
    for word in sys.argv[1:]:
        name, _, path = word.partition("=")
        kind = catalogue().kinds[name]
        loaded = Loader(database, kind, "benchmark").load(inspect_file(Path(path), kind))
        delivery = loaded.delivery
        print(f"{name}: {delivery.rows:,} rows in {loaded.seconds:.1f} s, {delivery.refused} refused", flush=True)


if __name__ == "__main__":
    main()
