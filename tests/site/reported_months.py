"""Made-up departments of the fictional city and what they delivered over a year, for the mirror's pages."""

from dataclasses import dataclass
from datetime import date

from credit_records.calendar import add_months, today
from credit_records.catalogue import catalogue
from credit_records.database import writing
from credit_records.objections import open_objection
from credit_records.providers import add_provider
from credit_records.tables import delivery, record, wrong_code
from sqlalchemy import Engine, insert

PENALTY, LICENCE = "administrative_penalty", "administrative_licence"
DISTRICT = "629901"
SOURCE = "霁川市数据共享平台"


@dataclass(frozen=True)
class Reporter:
    name: str
    title: str
    department: str
    district: str | None


MARKET = Reporter("market", "霁川市市场监督管理局", "市场监管部门", None)
TAX = Reporter("tax", "霁川市税务局", "税务部门", None)
DISTRICT_MARKET = Reporter("district-market", "云台区市场监督管理局", "市场监管部门", DISTRICT)
SILENT = Reporter("silent", "霁川市水务局", "水务部门", None)
REPORTERS = (MARKET, TAX, DISTRICT_MARKET, SILENT)


def months_ago(number: int) -> date:
    return add_months(today().replace(day=1), -number)


def month(number: int) -> str:
    return months_ago(number).isoformat()[:7]


def write_months(engine: Engine) -> None:
    """Eleven whole months and nothing yet in this one; `MARKET` missed the third month ago."""
    for each in REPORTERS:
        add_provider(engine, each.name, each.title, each.department, each.district)
    with writing(engine) as connection:
        for ago in range(11, 0, -1):
            if ago != 3:
                connection.execute(insert(delivery), _delivery(MARKET, PENALTY, ago, rows=100, refused=ago, timely=80))
            connection.execute(
                insert(delivery), _delivery(DISTRICT_MARKET, PENALTY, ago, rows=40, refused=0, timely=20)
            )
        connection.execute(insert(delivery), _delivery(MARKET, LICENCE, 2, rows=10, refused=0, timely=10))
        connection.execute(
            insert(delivery), _delivery(TAX, "tax_class_a", 5, rows=1234, refused=34, timely=0, measured=0)
        )
        last = connection.execute(insert(delivery), _delivery(None, "registration", 4, rows=9, refused=1, timely=0))
        connection.execute(insert(wrong_code), [_wrong_code(serial, delivery_id=1) for serial in range(4)])
        (number,) = last.inserted_primary_key
        connection.execute(insert(record), _record(number))
    open_objection(engine, 1, on=months_ago(3))


def _delivery(
    of: Reporter | None, kind: str, ago: int, *, rows: int, refused: int, timely: int, measured: int | None = None
) -> dict[str, object]:
    instant = f"{months_ago(ago).isoformat()[:7]}-10T02:00:00.000+00:00"
    return {
        "source": of.title if of else SOURCE,
        "file_name": f"{kind}.csv",
        "content_sha256": f"{kind}{ago}",
        "bytes": 1,
        "kind": kind,
        "started_at": instant,
        "finished_at": instant,
        "rows": rows,
        "new": rows - refused,
        "refused": refused,
        "measured": rows - refused if measured is None else measured,
        "timely": timely,
        "provider": of.name if of else None,
        "way": "push" if of else "command",
    }


def _wrong_code(serial: int, delivery_id: int) -> dict[str, object]:
    found = f"{month(11)}-10T02:00:00.000+00:00"
    return {
        "delivery_id": delivery_id,
        "kind": PENALTY,
        "record_key": f"k{serial}",
        "fault": "name",
        "given_code": "x",
        "given_name": "x",
        "found_at": found,
        "corrected_at": found if serial else None,
    }


def _record(delivery_id: int) -> dict[str, object]:
    kind = catalogue().kinds["registration"]
    now = f"{month(4)}-10T02:00:00.000+00:00"
    return {
        "id": 1,
        "kind": kind.name,
        "key": "k",
        "digest": 1,
        "fields": "{}",
        "delivery_id": delivery_id,
        "received_at": now,
        "updated_at": now,
    }
