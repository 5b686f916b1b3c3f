"""The offices of the fictional city that keep and send records: `authorities.toml`, for the city or each district."""

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from credit_indexer.demo.codes import SERIALS, make_code
from credit_indexer.demo.town import Town
from credit_indexer.demo.vocabulary import Part

_GOVERNMENT = "11"
_FOUNDED = 2000
_FIRST_SERIAL = SERIALS - 10_000  # far from those of subjects and of the deliberate cases
_HOW_MUCH_WORSE = (0.4, 1.8)  # an office's care beside its department's


class Care(Part):
    """Shares: published late, refused, with somebody else's code, and of months in which nothing is sent."""

    late: float = Field(ge=0, le=1)
    refused: float = Field(ge=0, le=1)
    wrong_codes: float = Field(ge=0, le=1)
    silent: float = Field(ge=0, le=1)


class Department(Part):
    key: str = Field(pattern=r"^[a-z][a-z-]*$")
    title: str
    district_title: str | None = None
    department: str
    mark: str
    care: Care


@dataclass(frozen=True, slots=True)
class Authority:
    """One office: `name` is the provider's, `district` six digits, None for the city, `court` a court's number."""

    name: str
    title: str
    city: str
    department: str
    district: str | None
    court: str
    code: str
    mark: str
    care: Care


class Authorities:
    """The offices of a town, by department and district."""

    def __init__(self, town: Town) -> None:
        self._offices: dict[tuple[str, str | None], Authority] = {}
        for department in _read_departments():
            self._offices[department.key, None] = self._office(town, department, None)
            for place in range(len(town.districts)) if department.district_title else ():
                division = town.districts[place].division
                self._offices[department.key, division] = self._office(town, department, place)

    def find(self, department: str, division: str | None) -> Authority:
        """The department's office of the district, or the city's where the district has none."""
        return self._offices.get((department, division)) or self._offices[department, None]

    def of(self, department: str, *, districts: bool) -> Sequence[Authority]:
        """The department's city office, with those of the districts where asked."""
        return [
            office
            for (key, division), office in self._offices.items()
            if key == department and (districts or not division)
        ]

    def has(self, department: str) -> bool:
        return (department, None) in self._offices

    def all(self) -> Sequence[Authority]:
        return tuple(self._offices.values())

    def _office(self, town: Town, department: Department, place: int | None) -> Authority:
        serial = _FIRST_SERIAL + len(self._offices)
        district = town.districts[place] if place is not None else None
        division = district.division if district else town.division
        title = (department.district_title if district else None) or department.title
        # One character of the place stands before the mark, as in the numbers of real offices.
        mark = (district.short.removeprefix(town.short) if district else town.short)[0] + department.mark
        return Authority(
            name=f"{department.key}-{division}" if district else department.key,
            title=title.format(city=town.name, short=town.short, district=district.name if district else ""),
            city=town.name,
            department=department.department,
            district=district.division if district else None,
            court="01" if place is None else f"01{place + 1:02d}",
            code=make_code(_GOVERNMENT, division, serial, year=_FOUNDED),
            mark=mark,
            care=_worse(department.care, random.Random(serial).uniform(*_HOW_MUCH_WORSE) if district else 1),
        )


def _worse(care: Care, factor: float) -> Care:
    return Care(**{name: min(share * factor, 0.9) for name, share in care.model_dump().items()})


def _read_departments() -> list[Department]:
    path = Path(__file__).with_name("authorities.toml")
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    return [Department.model_validate(each) for each in read["departments"]]
