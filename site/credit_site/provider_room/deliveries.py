"""What a provider sent, newest first, and the receipt of each delivery."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Final
from urllib.parse import urlencode

from credit_records.corrections import Scope, correction_lines
from credit_records.deliveries import Delivery
from credit_records.provider_deliveries import WAYS, deliveries_of, delivery_of, problems_of
from credit_records.receipts import receipt_of
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from credit_site.civil_time import civil
from credit_site.localisation import Say
from credit_site.private_pages import PRIVATE
from credit_site.provider_room.session import ROOM, Member
from credit_site.record_view import titled

LARGEST_NUMBER: Final = 2**53 - 1
BYTE_ORDER_MARK: Final = "\ufeff"  # without which spreadsheets take UTF-8 for something else
CSV_PIECE: Final = 1 << 16  # characters

_CURSOR: Final = re.compile(r"([0-9]{1,15})\.([0-9]{1,15})")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery as its line says it."""

    delivery: Delivery
    kind: str
    way: str
    received: str
    address: str


@dataclass(frozen=True, slots=True)
class WayLink:
    name: str
    address: str
    current: bool


async def deliveries(member: Member) -> Response:
    given = dict(member.visit.pairs)
    way = given.get("way") if given.get("way") in WAYS else None
    before = int(given["before"]) if _NUMBER.fullmatch(given.get("before", "")) else None
    page = await member.site.database.read(deliveries_of, member.provider.name, way=way, before=before)
    names = ways(member.say)
    links = [WayLink(member.say("全部"), ROOM, way is None)]
    links += [WayLink(names[each], f"{ROOM}?way={each}", way == each) for each in WAYS if each != "command"]
    chosen = {"way": way} if way else {}
    return member.page(
        "provider/deliveries.html",
        {
            "lines": [line_of(member, each) for each in page.deliveries],
            "ways": links,
            "older": f"{ROOM}?{urlencode({**chosen, 'before': page.following})}" if page.following else None,
            "first": before is None,
        },
    )


async def receipt(member: Member) -> Response:
    delivery = await own_delivery(member)
    found = _CURSOR.fullmatch(dict(member.visit.pairs).get("after", ""))
    after = (int(found[1]), int(found[2])) if found else None
    told = await member.site.database.read(receipt_of, delivery.id, limit=0, declared=member.site.catalogue)
    problems = await member.site.database.read_aside(problems_of, delivery.id, after=after)
    following = problems.following
    address = f"{ROOM}/deliveries/{delivery.id}"
    return member.page(
        "provider/receipt.html",
        {
            "line": line_of(member, delivery),
            "finished": civil(delivery.finished_at),
            "receipt": told,
            "problems": problems,
            "from_start": after is None,
            "following": f"{address}?after={following[0]}.{following[1]}" if following else None,
            "address": address,
        },
    )


async def corrections(member: Member) -> Response:
    """The rows to correct as CSV, written as it is read."""
    delivery = await own_delivery(member)
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="corrections-{delivery.id}.csv"'}
    return StreamingResponse(_csv(member, delivery.id), media_type="text/csv; charset=utf-8", headers=headers)


async def own_delivery(member: Member) -> Delivery:
    """The delivery of the address; one of somebody else is answered as one that never was."""
    number = member.request.path_params["number"]
    found = None
    if number <= LARGEST_NUMBER:
        found = await member.site.database.read(delivery_of, member.provider.name, number)
    if found is None:
        raise HTTPException(404)
    return found


def line_of(member: Member, delivery: Delivery) -> DeliveryLine:
    kind = member.site.catalogue.kinds.get(delivery.kind)
    return DeliveryLine(
        delivery,
        titled(kind, member.visit.locale) if kind else delivery.kind,
        ways(member.say)[delivery.way],
        civil(delivery.started_at),
        f"{ROOM}/deliveries/{delivery.id}",
    )


def ways(say: Say) -> dict[str, str]:
    """What the ways in are called."""
    return {
        "push": say("接口推送"),
        "inbox": say("收件目录"),
        "upload": say("网页上传"),
        "pull": say("数据库抽取"),
        "command": say("命令装载"),
    }


def _csv(member: Member, number: int) -> Iterator[str]:
    buffer = StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer)
    with member.site.database.engine.connect() as connection:
        for line in correction_lines(connection, Scope(delivery=number)):
            writer.writerow(line)
            if buffer.tell() > CSV_PIECE:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
    yield buffer.getvalue()
