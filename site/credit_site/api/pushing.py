"""A push from its body to its answer: taken apart, checked and recorded as one batch, whole or not at all."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, NamedTuple

import orjson
from credit_records.catalogue import Catalogue, Kind
from credit_records.checking import Checker
from credit_records.deliveries import Delivery, NewDelivery, finish_delivery, start_delivery
from credit_records.durability import outlast_power_cut
from credit_records.gazetteer import Gazetteer
from credit_records.idempotency import claim, release, remember
from credit_records.providers import Provider
from credit_records.recording import Recorder
from credit_records.repeats import Repeats
from credit_records.rows import NOTED, REFUSED, Problem
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from credit_site.api.pushed_rows import PushedRows, read_rows

WAY: Final = "push"
FILE_NAME: Final = "接口推送"
MOST_CHECKERS: Final = 16  # each remembers values that it has read, so a provider's next call is checked faster
MOST_PROBLEMS: Final = 20_000  # told in one answer; the receipt has them all


class KindNotAllowedError(Exception):
    """The provider may not send records of the kind; its name in the catalogue."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Push(NamedTuple):
    """`key` is the caller's idempotency key, where it gave one."""

    provider: Provider
    body: bytes
    key: str | None


class Pushed(NamedTuple):
    """`answer` is JSON; `again` whether it was given before."""

    answer: bytes
    again: bool


class Pusher:
    """Takes pushes, one at a time."""

    def __init__(self, declared: Catalogue, places: Gazetteer) -> None:
        self._declared = declared
        self._places = places
        self._checkers: OrderedDict[tuple[str, tuple[str, ...]], Checker] = OrderedDict()

    def take(self, database: Engine, push: Push) -> Pushed:
        """Record what was pushed, once for each idempotency key; a power cut can't undo it any more.

        Raises:
            MalformedBodyError, UnfitBodyError, KindNotAllowedError: nothing was recorded, the key may be used again.
            KeyReusedError, UnderWayError: the key is another call's.
            DBAPIError: it was not finished, and the key may be used again; rows are recorded together or not at all.
            OSError: the disk failed, nobody knows what it kept, and the same call may be made again.
        """
        rows = read_rows(push.body, self._declared.kinds)
        if not push.provider.may_send(rows.kind.name):
            raise KindNotAllowedError(rows.kind.name)
        pushed = self._once(database, push, rows)
        outlast_power_cut(database)
        return pushed

    def _once(self, database: Engine, push: Push, rows: PushedRows) -> Pushed:
        digest = hashlib.sha256(push.body).hexdigest()
        if push.key is None:
            return Pushed(self._record(database, push, rows, digest), again=False)
        before = claim(database, push.provider.name, push.key, digest)
        if before is not None:
            return Pushed(before.encode(), again=True)
        try:
            answer = self._record(database, push, rows, digest)
        except BaseException:
            with suppress(DBAPIError):  # as what went wrong did; the key is then free in a few minutes
                release(database, push.provider.name, push.key)
            raise
        with suppress(DBAPIError):  # what is recorded is recorded, and sent again it is unchanged
            remember(database, push.provider.name, push.key, answer.decode())
        return Pushed(answer, again=False)

    def _record(self, database: Engine, push: Push, pushed: PushedRows, digest: str) -> bytes:
        checker = self._checker(pushed.kind, pushed.columns)
        checked = checker.check(pushed.numbers, pushed.rows)
        provider = push.provider
        new = NewDelivery(
            provider.title, FILE_NAME, digest, len(push.body), pushed.kind.name, provider=provider.name, way=WAY
        )
        number = start_delivery(database, new)
        recorder = Recorder(database, pushed.kind, number, checker.derive)
        fates: list[str] = []
        repeated = Repeats(pushed.kind).problems(checked.rows, checked.numbers)
        problems = [*pushed.problems, *checked.problems, *repeated]
        outcome = recorder.record(checked.rows, problems, checked.numbers, fates)
        delivery = finish_delivery(database, number)
        told = dict(zip(checked.numbers, fates, strict=True))
        return orjson.dumps(_answer(delivery, pushed, told, [*problems, *outcome.problems]))

    def _checker(self, kind: Kind, columns: tuple[str, ...]) -> Checker:
        entry = (kind.name, columns)
        found = self._checkers.get(entry)
        if found is None:
            found = self._checkers[entry] = Checker(kind, columns, declared=self._declared, places=self._places)
            if len(self._checkers) > MOST_CHECKERS:
                self._checkers.popitem(last=False)
        else:
            self._checkers.move_to_end(entry)
        return found


def _answer(
    delivery: Delivery, pushed: PushedRows, fates: dict[int, str], problems: Iterable[Problem]
) -> dict[str, Any]:
    """The document of `credit_site.api.provider_models.PushAnswer`."""
    refused: set[int] = set()
    of_row: dict[int, list[dict[str, str]]] = {}
    count = 0
    for problem in problems:
        if problem.severity == REFUSED:
            refused.add(problem.row)
        kept = of_row.setdefault(problem.row, [])
        count += 1
        if count <= MOST_PROBLEMS:
            kept.append(
                {
                    "field": problem.field,
                    "value": problem.value,
                    "rule": problem.rule,
                    "reason": problem.reason,
                    "remedy": problem.remedy,
                }
            )
    rows: list[dict[str, Any]] = []
    for number in range(1, pushed.total + 1):
        noted = of_row.get(number)
        if noted is None:
            rows.append({"row": number, "status": fates[number]})
        else:
            rows.append({"row": number, "status": REFUSED if number in refused else NOTED, "problems": noted})
    return {
        "delivery": delivery.id,
        "receipt": f"/provider/deliveries/{delivery.id}",
        "kind": delivery.kind,
        "received": delivery.rows,
        "new": delivery.new,
        "changed": delivery.changed,
        "unchanged": delivery.unchanged,
        "refused": delivery.refused,
        "noted": delivery.noted,
        "ignored": pushed.ignored,
        "more_problems": max(0, count - MOST_PROBLEMS),
        "rows": rows,
    }
