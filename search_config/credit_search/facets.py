"""The facets of a search: each is one definition, from which come its parameter, filter, counts and labels."""

from collections.abc import Callable
from dataclasses import dataclass

from credit_records.catalogue import Locale, catalogue
from credit_records.gazetteer import gazetteer

from credit_search.clauses import Filter
from credit_search.schema import SUBJECTS, FieldType


@dataclass(frozen=True, slots=True)
class Facet:
    """`key` is the parameter in an address and the field in the index."""

    key: str
    title: str
    title_en: str
    label: Callable[[str, Locale], str]  # value, locale → what a person reads
    by_value: bool = False  # shown in order of value, greatest first, rather than by count

    def filter(self, values: tuple[str, ...]) -> Filter | None:
        """The filter for the values chosen; None where none of them can be one."""
        if SUBJECTS.field(self.key).type is FieldType.NUMBER:
            numbers = tuple(int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 9)
            return Filter(self.key, numbers) if numbers else None
        return Filter(self.key, values) if values else None


def _listed(name: str) -> Callable[[str, Locale], str]:
    def label(value: str, locale: Locale) -> str:
        return catalogue().label(name, value, locale)

    return label


def _year(value: str, locale: Locale) -> str:
    if value == "0":
        return "未载明" if locale == "zh" else "not stated"
    return f"{value} 年" if locale == "zh" else value


def _region(value: str, locale: Locale) -> str:
    return gazetteer().short_label(value, locale)  # unambiguous: a bucket is finer only at home


SUBJECT_FACETS: tuple[Facet, ...] = (
    Facet("region", "地区", "Region", _region),
    Facet("type", "主体类型", "Type", _listed("entity_type")),
    Facet("status", "登记状态", "Status", _listed("subject_status")),
    Facet("year", "成立年份", "Year established", _year, by_value=True),
    Facet("industry", "行业门类", "Industry", _listed("industry")),
)
