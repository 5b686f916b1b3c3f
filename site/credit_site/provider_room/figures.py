"""The rows behind a figure of the departments' mirror: the provider's own, by measure, month and kind."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode

from credit_records.calendar import add_months, today
from credit_records.catalogue import Catalogue
from credit_records.figure_rows import MEASURES, AskedRows, FigureRow, month_totals, rows_behind
from starlette.responses import Response

from credit_site.civil_time import civil
from credit_site.localisation import Say
from credit_site.provider_room.session import ROOM, Member
from credit_site.record_view import record_address, titled

PATH: Final = f"{ROOM}/rows"
MONTHS: Final = 24  # that are offered to choose from
EARLIEST: Final = date(2000, 1, 1)

_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as its line says it; `record` is the address of what was recorded of it."""

    row: FigureRow
    kind: str
    at: str
    receipt: str
    record: str | None
    corrected: str


async def rows(member: Member) -> Response:
    given = dict(member.visit.pairs)
    measures = _titles(member.say)
    measure = given.get("measure", "") if given.get("measure") in MEASURES else next(iter(MEASURES))
    asked = _asked(member, given)
    site = member.site
    page = await site.database.read_aside(rows_behind, measure, asked, _timeliness(site.catalogue))
    totals = await site.database.read_aside(month_totals, asked)
    chosen = {"measure": measure, "month": asked.month.isoformat()[:7], **({"kind": asked.kind} if asked.kind else {})}
    return member.page(
        "provider/rows.html",
        {
            "measure": measure,
            "title": measures[measure],
            "measures": [Choice(name, title, name == measure) for name, title in measures.items()],
            "months": _months(asked.month),
            "kinds": _kinds(member, asked.kind),
            "month": chosen["month"],
            "rows": [_shown(member, row) for row in page.rows],
            "totals": totals,
            "from_start": not asked.after,
            "following": f"{PATH}?{urlencode({**chosen, 'after': page.following})}" if page.following else None,
            "start": f"{PATH}?{urlencode(chosen)}",
        },
    )


def _asked(member: Member, given: Mapping[str, str]) -> AskedRows:
    month = today().replace(day=1)
    if found := _MONTH.fullmatch(given.get("month", "")):
        month = min(month, max(EARLIEST, date(max(1, int(found[1])), int(found[2]), 1)))
    kind = given.get("kind") if given.get("kind") in member.site.catalogue.kinds else None
    after = int(given["after"]) if _NUMBER.fullmatch(given.get("after", "")) else 0
    return AskedRows(member.provider.name, month, kind, after)


def _timeliness(catalogue: Catalogue) -> dict[str, int]:
    kinds = catalogue.kinds.values()
    return {kind.name: kind.publication.timeliness_days for kind in kinds if kind.publication.timeliness_days}


def _titles(say: Say) -> dict[str, str]:
    return {
        "refused": say("退回的行"),
        "accepted": say("收下的行"),
        "late": say("超期公示的行"),
        "wrong_code": say("重错码"),
    }


def _months(chosen: date) -> list[Choice]:
    first = today().replace(day=1)
    found = [add_months(first, -offset) for offset in range(MONTHS)]
    if chosen not in found:
        found.append(chosen)
    return [Choice(month.isoformat()[:7], month.isoformat()[:7], month == chosen) for month in found]


def _kinds(member: Member, chosen: str | None) -> list[Choice]:
    kinds = member.site.catalogue.kinds.values()
    return [Choice(kind.name, titled(kind, member.visit.locale), kind.name == chosen) for kind in kinds]


def _shown(member: Member, row: FigureRow) -> ShownRow:
    kind = member.site.catalogue.kinds.get(row.kind)
    return ShownRow(
        row,
        titled(kind, member.visit.locale) if kind else row.kind,
        _civil(row.at),
        f"{ROOM}/deliveries/{row.delivery}",
        record_address(row.record) if row.record else None,
        _civil(row.corrected_at),
    )


def _civil(instant: str | None) -> str:
    return civil(datetime.fromisoformat(instant)) if instant else ""
