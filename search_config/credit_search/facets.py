"""The facets of a search: each is one definition, from which come its parameter, filter, counts and labels."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from credit_records.catalogue import Locale, catalogue
from credit_records.gazetteer import gazetteer

from credit_search.amounts import AMOUNT_BANDS
from credit_search.clauses import Filter

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Facet:
    """`key` is the parameter in an address and the field in the index."""

    key: str
    title: str
    title_en: str
    label: Callable[[str, Locale], str]  # value, locale → what a person reads
    by_value: bool = False  # shown in order of value, greatest first, rather than by count
    number: bool = False  # whether its values are numbers
    free: bool = False  # whether its values are words of the records, which no list holds

    def filter(self, values: tuple[str, ...]) -> Filter | None:
        """The filter for the values chosen; None where none of them can be one."""
        if self.number:
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
    Facet("year", "成立年份", "Year established", _year, by_value=True, number=True),
    Facet("industry", "行业门类", "Industry", _listed("industry")),
)


def _kind(value: str, locale: Locale) -> str:
    kind = catalogue().kinds.get(value)
    return value if kind is None else kind.title if locale == "zh" else kind.title_en


def _month(value: str, locale: Locale) -> str:
    if value == "0":
        return _year(value, locale)
    if len(value) != len("yyyymm") or not 1 <= int(value[4:]) <= MONTHS:
        return value  # no month is written so
    return f"{value[:4]} 年 {int(value[4:])} 月" if locale == "zh" else f"{value[:4]}-{value[4:]}"


def _as_written(value: str, _: Locale) -> str:
    return value


@cache
def _english() -> dict[str, str]:
    """The English of what the index holds in Chinese: the words of the code lists that the kinds' categories are of."""
    fields = (
        kind.by_name[name]
        for kind in catalogue().kinds.values()
        for name in (kind.roles.category, kind.roles.violation)
        if name
    )
    named = {field.code_list for field in fields if field.code_list}
    return {code.zh: code.en for name in sorted(named) for code in catalogue().lists[name].codes}


def _category(value: str, locale: Locale) -> str:
    return value if locale == "zh" else _english().get(value, value)


_COLOURS = {"red": ("守信名单", "Red list"), "black": ("失信名单", "Black list")}


def _colour(value: str, locale: Locale) -> str:
    return _COLOURS.get(value, (value, value))[locale != "zh"]


def _amount_band(value: str, locale: Locale) -> str:
    return next((band.title if locale == "zh" else band.title_en for band in AMOUNT_BANDS if band.key == value), value)


RECORD_FACETS: tuple[Facet, ...] = (
    Facet("kind", "信息类别", "Kind", _kind),
    Facet("colour", "名单性质", "Red or black", _colour),
    Facet("authority", "作出机关", "Authority", _as_written, free=True),
    Facet("category", "种类", "Category", _category, free=True),
    Facet("violation", "违法行为类型", "Violation", _category, free=True),
    Facet("region", "地区", "Region", _region),
    Facet("industry", "行业门类", "Industry", _listed("industry")),
    Facet("amount_band", "金额", "Amount", _amount_band, by_value=True),  # keys sort by size as they are written
    Facet("year", "决定年份", "Year decided", _year, by_value=True, number=True),
    Facet("month", "决定月份", "Month decided", _month, by_value=True, number=True),
)
