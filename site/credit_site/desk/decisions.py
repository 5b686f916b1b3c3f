"""Something done to a case: filled in, asked again where it can't be undone, and done.

Of two who decide at once the second is told so: the page shows the case as it has become, and keeps what was typed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import orjson
from credit_records.casework.deciding import effects_of
from credit_records.casework.errors import NotAllowedError, NotNowError, StaleError
from credit_records.casework.procedures import Reason
from credit_records.catalogue import FieldType
from credit_records.catalogue.procedures import EffectChoice
from credit_records.record_reading import Record
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from credit_site.desk.acts import ACTS, Act, Given, act_title
from credit_site.desk.case import found_case
from credit_site.desk.case_view import CaseView, Found, case_view
from credit_site.desk.session import Seat
from credit_site.desk.turns import at_work
from credit_site.field_values import shown_value
from credit_site.forms import text_of

LONGEST_TEXT: Final = 4000
LONG: Final = 60  # characters from which a field is typed in several lines
FIX: Final = "fix-"
NO_VERSION: Final = -1
STALE: Final = "这件申请刚刚有了变化：可能已由别人办理，或者申请人补交、撤回了。下面是现在的样子，您写的还在。"


@dataclass(frozen=True, slots=True)
class Correctable:
    """A field of the record as it is and as it was typed."""

    name: str
    title: str
    value: str
    long: bool


@dataclass(frozen=True, slots=True)
class Work:
    """One act on one case, on its way."""

    seat: Seat
    act: Act
    found: Found
    view: CaseView

    @property
    def address(self) -> str:
        return f"{self.view.address}/{self.act.name}"

    @property
    def fits(self) -> bool:
        return self.act.fits(self.seat.officer, self.found.application, self.view.rules)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.act.reasons(self.view.rules)

    @property
    def effects(self) -> tuple[EffectChoice, ...]:
        return effects_of(self.found.application, self.view.rules) if self.act.name == "grant" else ()

    @property
    def corrects(self) -> bool:
        return any(effect.name == "correct" for effect in self.effects)


async def show_act(seat: Seat) -> Response:
    work = await _work(seat)
    if not work.fits:
        return seat.led_to(work.view.address)
    return _form(work, Given(work.found.application.version), {})


async def do_act(seat: Seat) -> Response:
    form = await seat.form()
    work = await _work(seat)
    given = _given(work, form)
    seen = (given.version, text_of(form, "record"))
    if seen != (work.found.application.version, _digest(work.found.record)):
        return _stale(work, given)
    if faults := _faults(work, given):
        return _form(work, given, faults, 422)
    if work.act.final and text_of(form, "sure") != "yes":
        return _sure(work, given)
    return await _done(work, given)


async def _done(work: Work, given: Given) -> Response:
    seat, number = work.seat, work.found.application.id
    try:
        await at_work(seat.site, lambda database: work.act.do(database, seat.officer, number, given))
    except StaleError:
        return _stale(await _work(seat), given)
    except NotNowError as error:
        return _form(work, given, {"": f"{error}。"}, 422)
    except NotAllowedError as error:
        return _form(work, given, {"": f"{error}。"}, 403)
    return seat.led_to(f"{work.view.address}?done={work.act.name}")


def _stale(work: Work, given: Given) -> Response:
    """The form once more, of the case as it has become."""
    return _form(work, replace(given, version=work.found.application.version), {"": STALE}, 409)


async def _work(seat: Seat) -> Work:
    act = ACTS.get(seat.request.path_params["act"])
    if act is None:
        raise HTTPException(404)
    found = await found_case(seat)
    return Work(seat, act, found, case_view(seat.site, found))


def _given(work: Work, form: FormData) -> Given:
    version = text_of(form, "version")
    text = text_of(form, "text").strip()
    wanted = [f"请补交：{title}。" for title in form.getlist("wanted") if title in _papers(work)]
    return Given(
        version=int(version) if version.isdecimal() and len(version) < 16 else NO_VERSION,
        text="\n".join([*wanted, text]).strip() if work.act.name == "ask" else text,
        reason=text_of(form, "reason"),
        effect=text_of(form, "effect") or None,
        corrections=_corrections(work, form),
    )


def _papers(work: Work) -> list[str]:
    """What is most often asked for: the papers of the procedure."""
    return [paper.title for paper in work.view.rules.papers] if work.act.name == "ask" else []


def _corrections(work: Work, form: FormData) -> dict[str, str]:
    """The fields that were typed otherwise than they are."""
    now = {each.name: each.value for each in _correctable(work)}
    typed = {name: text_of(form, f"{FIX}{name}").strip() for name in now if f"{FIX}{name}" in form}
    return {name: text for name, text in typed.items() if _one_line(text) != _one_line(now[name])}


def _one_line(text: str) -> str:
    """Browsers send line breaks of their own."""
    return " ".join(text.split())


def _correctable(work: Work) -> list[Correctable]:
    record = work.found.record
    if record is None or not work.corrects:
        return []
    kind = work.seat.site.catalogue.kinds[record.kind]
    return [
        Correctable(field.name, field.title, text, field.type is FieldType.TEXT and len(text) > LONG)
        for field in kind.public_fields
        for text in [shown_value(work.seat.site.catalogue, field, record.fields.get(field.name), "zh")]
    ]


def _faults(work: Work, given: Given) -> dict[str, str]:
    faults = {}
    if work.reasons and given.reason not in {reason.code for reason in work.reasons}:
        faults["reason"] = "请从所列各项中选择理由。"
    if work.act.text == "wanted" and not given.text:
        faults["text"] = "请写明理由和要求。"
    if len(given.text) > LONGEST_TEXT:
        faults["text"] = f"写了 {len(given.text)} 个字，最多 {LONGEST_TEXT} 个，请写短一些。"
    if given.effect == "correct" and not given.corrections:
        faults["corrections"] = "选了更正，但没有改任何一项。请把有误的改对。"
    if given.corrections and given.effect != "correct":
        faults["effect"] = "改了记录的内容，但没有选更正。请选更正，或者把内容改回去。"
    if len(work.effects) > 1 and given.effect not in {effect.name for effect in work.effects}:
        faults["effect"] = "请选择怎样处理这条记录。"
    return faults


def _form(work: Work, given: Given, faults: Mapping[str, str], status: int = 200) -> Response:
    rules = work.view.rules
    context = {
        "case": work.view,
        "act": work.act,
        "title": act_title(work.act, rules),
        "address": work.address,
        "given": given,
        "faults": faults,
        "fits": work.fits,
        "reasons": work.reasons,
        "effects": work.effects if len(work.effects) > 1 else (),
        "only_effect": work.effects[0] if len(work.effects) == 1 else None,
        "papers": _papers(work) if not given.text else [],
        "fields": [replace(each, value=given.corrections.get(each.name, each.value)) for each in _correctable(work)],
        "record_digest": _digest(work.found.record),
        "longest": LONGEST_TEXT,
        "four_eyes": work.act.name == "grant" and _four_eyes(work),
    }
    return work.seat.page("desk/act.html", context, status)


def _sure(work: Work, given: Given) -> Response:
    """Asked again, with everything that will be done on the page and in the form."""
    chosen = {each.name: each.title for each in _correctable(work)}
    context = {
        "case": work.view,
        "act": work.act,
        "title": act_title(work.act, work.view.rules),
        "address": work.address,
        "given": given,
        "reason": next((reason.title for reason in work.reasons if reason.code == given.reason), ""),
        "effect": next((each.title for each in work.effects if given.effect in {None, each.name}), ""),
        "corrections": [(name, chosen[name], text) for name, text in given.corrections.items()],
        "record_digest": _digest(work.found.record),
        "four_eyes": work.act.name == "grant" and _four_eyes(work),
    }
    return work.seat.page("desk/sure.html", context)


def _four_eyes(work: Work) -> bool:
    """Whether a grant is only proposed."""
    classes = {
        work.found.application.dishonesty_class,
        work.found.record.dishonesty_class if work.found.record else None,
    }
    return bool(work.view.rules.four_eyes & {each for each in classes if each})


def _digest(record: Record | None) -> str:
    """What the record says now: corrections are typed over it, so it must not change meanwhile."""
    content = orjson.dumps(record.fields, option=orjson.OPT_SORT_KEYS) if record else b""
    return hashlib.sha256(content).hexdigest()[:16]
