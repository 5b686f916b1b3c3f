"""Writes the fictional city as its departments would deliver it: CSV files with the catalogue's own headers."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import attrgetter
from pathlib import Path

from credit_records.catalogue import Catalogue

from credit_indexer.demo.showcases import showcases
from credit_indexer.demo.subjects import FIELDS, FictionalSubject, SubjectMaker
from credit_indexer.demo.town import Town, fictional_town
from credit_indexer.demo.vocabulary import read_vocabulary

KIND = "registration"


def write_delivery(path: Path, catalogue: Catalogue, *, subjects: int, seed: int) -> Town:
    """Write a delivery of so many subjects, a row at a time, and say whose city it is.

    Raises:
        NoFictionalCityError: the catalogue has no fictional city.
        TooManySubjectsError: there are not so many different names.
    """
    town = fictional_town(catalogue)
    for _ in written(path, catalogue, make_subjects(town, subjects=subjects, seed=seed)):
        pass
    return town


def written(path: Path, catalogue: Catalogue, subjects: Iterable[FictionalSubject]) -> Iterator[FictionalSubject]:
    """Pass the subjects on, each after it was written to the file."""
    titles = [catalogue.kinds[KIND].by_name[field].title for field in FIELDS]
    values = attrgetter(*FIELDS)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(titles)
        for subject in subjects:
            rows.writerow(values(subject))
            yield subject


def make_subjects(town: Town, *, subjects: int, seed: int) -> Iterator[FictionalSubject]:
    """So many subjects in all, the deliberate cases first."""
    deliberate = list(showcases(town))[:subjects]
    maker = SubjectMaker(town, read_vocabulary(), seed)
    return chain(deliberate, maker.subjects(subjects - len(deliberate)))
