"""The pages of a case: where it stands, what was asked for, withdrawing it, the decision, contesting a refusal."""

from urllib.parse import quote

from credit_records.casework.applications import begin as begin_draft
from credit_records.casework.applications import drop, supply
from credit_records.casework.errors import CaseworkError
from credit_records.casework.materials import MOST_MATERIALS
from credit_records.casework.states import DRAFT
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from credit_site.casework.holding import (
    A_MINUTE,
    SECRETIVE,
    Handler,
    Holder,
    draft_address,
    keep_secret,
    ticket_of,
)
from credit_site.casework.taking_files import MOST_MEGABYTES
from credit_site.casework.writing_down import written
from credit_site.errors import Problem, ProblemError
from credit_site.form_tokens import FIELD
from credit_site.forms import FormTooLargeError, read_form, text_of
from credit_site.papers import MEDIA_TYPE, PapersUnavailableError
from credit_site.private_pages import led_to, seen_from
from credit_site.tracking.addresses import case_address
from credit_site.tracking.case_view import CaseRead, CaseView, case_view, has_notice, read_case
from credit_site.tracking.notice_view import TEMPLATE, notice_paper, notice_view
from credit_site.tracking.procedure_words import objecting_procedure

MOST_TEXT = 40_000  # bytes of a form with a text of two thousand characters
LONGEST_TEXT = 2_000


def of_submitted(handler: Handler) -> Handler:
    """A page that is there once something is submitted; before, it leads to the draft."""

    async def answer(holder: Holder) -> Response:
        if holder.application.state == DRAFT:
            return led_to(draft_address(holder.application.procedure, holder.ticket), holder.visit)
        response = await handler(holder)
        response.headers.update(SECRETIVE)
        return response

    return answer


def case_of(holder: Holder) -> str:
    return case_address(holder.application.procedure, holder.ticket)


async def show_case(holder: Holder) -> Response:
    return await case_page(holder)


async def hand_in(holder: Holder) -> Response:
    """Everything that was asked for is there: the application goes on."""
    text = await _text(holder)
    if len(text) > LONGEST_TEXT:
        sentence = holder.say("说明最多 %(most)s 字，请精简。") % {"most": LONGEST_TEXT}
        return await case_page(holder, fault=sentence, field="text", typed=text, status=422)
    view = await _view(holder)
    if view.may_supply and not text and not view.lately:
        sentence = holder.say("请先上传要求的材料，或者写明情况。")
        return await case_page(holder, fault=sentence, field="text", typed=text, status=422)
    try:
        await written(holder.site, holder.say, lambda engine: supply(engine, holder.secret, text))
    except CaseworkError as error:
        return await case_page(holder, fault=str(error), field="text", typed=text, status=409)
    return led_to(case_of(holder), holder.visit)


async def ask_to_withdraw(holder: Holder) -> Response:
    """Withdrawing is asked twice: what is withdrawn does not come back."""
    view = await _view(holder)
    if not view.may_drop:
        return led_to(case_of(holder), holder.visit)
    return holder.page("tracking/withdraw.html", {"view": view, "case": case_of(holder)})


async def withdraw(holder: Holder) -> Response:
    text = await _text(holder)
    try:
        await written(holder.site, holder.say, lambda engine: drop(engine, holder.secret, text))
    except CaseworkError as error:
        return await case_page(holder, fault=str(error), field="state", status=409)
    return led_to(case_of(holder), holder.visit)


async def show_notice(holder: Holder) -> Response:
    read = await _decided(holder)
    notice = notice_view(holder.site, holder.application, read)
    return holder.page("tracking/notice.html", {"notice": notice, "case": case_of(holder)})


async def notice_pdf(holder: Holder) -> Response:
    notice = notice_view(holder.site, holder.application, await _decided(holder))
    try:
        pdf = await run_in_threadpool(holder.site.papers.pdf, TEMPLATE, notice_paper(notice, holder.site))
    except PapersUnavailableError as error:
        detail = holder.say("决定书的网页可以直接打印，内容是一样的。")
        raise ProblemError(Problem(503, "papers", holder.say("这里暂时生成不了 PDF"), detail)) from error
    name = quote(f"{notice.number}.pdf")
    headers = {**SECRETIVE, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(pdf, media_type=MEDIA_TYPE, headers=headers)


async def contest(holder: Holder) -> Response:
    """A draft of an objection to the refusal, about the same record."""
    await _text(holder)
    site, found = holder.site, holder.application
    objecting = objecting_procedure(site)
    if objecting is None or objecting == found.procedure:
        raise HTTPException(404)
    allowance = site.casework.count_beginning(seen_from(holder.request))
    if not allowance.allowed:
        sentence = holder.say("从这里开始的申请太多了，请过 %(minutes)s 分钟再试。") % {
            "minutes": -(-allowance.wait // A_MINUTE)
        }
        return await case_page(holder, fault=sentence, field="state", status=429)
    try:
        opened = await written(
            site, holder.say, lambda engine: begin_draft(engine, objecting, found.record_id, about_id=found.id)
        )
    except CaseworkError as error:
        return await case_page(holder, fault=str(error), field="state", status=409)
    response = led_to(draft_address(objecting, ticket_of(opened.secret)), holder.visit)
    keep_secret(holder.request, response, objecting, opened.secret)
    return response


async def _decided(holder: Holder) -> CaseRead:
    if not has_notice(holder.application):
        raise HTTPException(404)
    return await holder.site.database.read(read_case, holder.application)


async def case_page(
    holder: Holder, *, fault: str = "", field: str = "", typed: str = "", chosen: str = "", status: int = 200
) -> Response:
    """The case, and what went wrong with what was sent: `field` is the id of what is to be put right."""
    context = {
        "view": await _view(holder),
        "case": case_of(holder),
        "fault": fault,
        "field": field,
        "typed": typed,
        "chosen": chosen,
        "most": MOST_MEGABYTES,
        "most_files": MOST_MATERIALS,
    }
    return holder.page("tracking/case.html", context, status)


async def _view(holder: Holder) -> CaseView:
    read = await holder.site.database.read(read_case, holder.application)
    return case_view(holder.site, holder.application, read, case_of(holder), holder.visit.locale)


async def _text(holder: Holder) -> str:
    """What the form says beside its button."""
    try:
        form = await read_form(holder.request, holder.say, MOST_TEXT)
    except FormTooLargeError as error:
        detail = holder.say("请按浏览器的返回键，精简后再提交。")
        raise ProblemError(Problem(413, "form", holder.say("填写的内容太长。"), detail)) from error
    holder.check_form(text_of(form, FIELD))
    return text_of(form, "text").strip()
