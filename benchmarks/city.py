"""The fictional city as files: how its records are made for every part that measures them."""

import csv
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from credit_indexer.demo.city_records import CityRecords
from credit_indexer.demo.commands import SEED
from credit_indexer.demo.delivery import make_subjects, written
from credit_indexer.demo.parties import Party
from credit_indexer.demo.town import fictional_town
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.settings import Settings

FIRST_OTHER_SERIAL = 1_000_000_000  # above those of all records that a city begins with
REGISTRATIONS = "registrations.csv"


@dataclass(frozen=True, slots=True)
class Size:
    """How large a city is measured."""

    subjects: int
    records: int

    def __str__(self) -> str:
        return f"{self.subjects:,} subjects, {self.records:,} records"


def city_settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, city=fictional_town(catalogue()).key)


def city_environment(data_dir: Path) -> dict[str, str]:
    return {"CHENGXIN_DATA_DIR": str(data_dir), "CHENGXIN_CITY": fictional_town(catalogue()).key}


def city_records() -> CityRecords:
    """Makes records beside those of the city's files, under numbers that no other call gives."""
    records = CityRecords(fictional_town(catalogue()), catalogue(), SEED, today())
    records.number_from(FIRST_OTHER_SERIAL + time.time_ns() // 1_000_000 % FIRST_OTHER_SERIAL)
    return records


def parties(records: CityRecords, count: int) -> list[Party]:
    """The first so many subjects of the city."""
    subjects = make_subjects(fictional_town(catalogue()), subjects=count, seed=SEED)
    return [records.city.parties.of_row(subject) for subject in subjects]


def write_city(folder: Path, size: Size) -> tuple[dict[str, Path], float]:
    """Write the register and one file of each kind; the latter by kind, and the seconds of processor that it took."""
    folder.mkdir(parents=True, exist_ok=True)
    started = time.process_time()
    town = fictional_town(catalogue())
    records = CityRecords(town, catalogue(), SEED, today())
    made = written(folder / REGISTRATIONS, catalogue(), make_subjects(town, subjects=size.subjects, seed=SEED))
    paths = {name: folder / f"{name}.csv" for name in records.makers}
    with ExitStack() as opened:
        writers = {}
        for name, path in paths.items():
            file = opened.enter_context(path.open("w", encoding="utf-8", newline=""))
            writers[name] = csv.writer(file)
            writers[name].writerow(records.makers[name].titles)
        for one in records.of(made, of_subjects=size.subjects, records=size.records, known={}):
            writers[one.maker.kind.name].writerow(one.values)
    return paths, time.process_time() - started
