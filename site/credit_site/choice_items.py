"""The values of a facet as list items, written out in Python.

A page holds a hundred of them; drawn by a template they took longer than the search. What is said of a value never
changes, so it is escaped once and remembered.
"""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote_plus

from credit_records.catalogue import Locale
from credit_search.facets import Facet

from credit_site.quick_escaping import escaped

MOST_VALUES_REMEMBERED = 8_192


class ValueWords(NamedTuple):
    """A value of a facet, escaped for where each part goes; `lang` is an attribute where the label is Chinese."""

    id: str
    parameter: str
    label: str
    lang: str


@lru_cache(MOST_VALUES_REMEMBERED)
def words_of(facet: Facet, value: str, locale: Locale) -> ValueWords:
    parameter = quote_plus(value)
    label = facet.label(value, locale)
    lang = ' lang="zh-CN"' if facet.free and locale != "zh" and label == value else ""
    return ValueWords(f"{facet.key}-{parameter}", parameter, escaped(label), lang)


def choice(words: ValueWords, start: str, number: int) -> str:
    """A value that can be chosen, as `<li>`; `start` is the address, escaped, that the value is put behind."""
    return (
        f'<li><a id="{words.id}" href="{start}{words.parameter}" rel="nofollow">'
        f'<span{words.lang}>{words.label}</span> <span class="count">{number:,}</span></a></li>\n'
    )


def chosen(words: ValueWords, address: str, number: int | None) -> str:
    """A value that is chosen, as `<li>`; `address`, escaped, gives it up. Nothing may match it any more."""
    count = "" if number is None else f' <span class="count">{number:,}</span>'
    return (
        f'<li><a id="{words.id}" href="{address}" rel="nofollow" aria-current="true">'
        f"<span{words.lang}>{words.label}</span>{count}</a></li>\n"
    )
