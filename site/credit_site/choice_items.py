"""The values of a facet as list items, written out in Python.

A page holds a hundred of them; drawn by a template they took longer than the search.
"""

from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from credit_site.quick_escaping import escaped


class Choice(NamedTuple):
    """One value of a facet: a link that chooses it, or gives it up where it is chosen."""

    id: str
    label: str
    number: int | None
    address: str
    chosen: bool


def choice_items(choices: Iterable[Choice]) -> Markup:
    """`<li>` after `<li>`; everything that is told is escaped."""
    html = "".join([_item(choice) for choice in choices])
    return Markup(html)  # noqa: S704  # each part is escaped below


def _item(choice: Choice) -> str:
    chosen = ' aria-current="true"' if choice.chosen else ""
    count = f' <span class="count">{choice.number}</span>' if choice.number is not None else ""
    return (
        f'<li><a id="{escaped(choice.id)}" href="{escaped(choice.address)}" rel="nofollow"{chosen}>'
        f"<span>{escaped(choice.label)}</span>{count}</a></li>\n"
    )
