"""The pages that ask: the list of all there is to do, and one page for each step, saved when one goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from credit_records.casework.answers import check_answers
from credit_records.casework.applications import save
from credit_records.casework.errors import DraftGoneError
from credit_records.casework.procedures import Step
from credit_records.casework.states import DRAFT
from starlette.exceptions import HTTPException
from starlette.responses import Response

from credit_site.casework.holding import SECRETIVE, Handler, Holder
from credit_site.casework.progress import CHECK, RECEIPT, progress_of
from credit_site.casework.question_view import hint_of, question_views, title_of
from credit_site.casework.record_shown import line_of
from credit_site.casework.writing_down import written
from credit_site.civil_time import civil
from credit_site.errors import Problem, ProblemError
from credit_site.form_tokens import FIELD
from credit_site.forms import FormTooLargeError, read_form, text_of
from credit_site.private_pages import led_to

MOST_STEP = (
    400_000  # bytes: long answers in Chinese, nine bytes to a character, and then some to tell that it is too long
)
RETURN = "return"  # parameter of an address: go back to the last page afterwards
TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class Fault:
    """`field` is the id of what is to be put right."""

    field: str
    sentence: str


def of_drafts(handler: Handler) -> Handler:
    """A page that is there while nothing is submitted; afterwards it leads to the receipt."""

    async def answer(holder: Holder) -> Response:
        if holder.application.state != DRAFT:
            return led_to(f"{holder.address}/{RECEIPT}", holder.visit)
        return await handler(holder)

    return answer


async def overview(holder: Holder) -> Response:
    """All that there is to do, and the link that leads back here."""
    progress = await progress_of(holder)
    line = await line_of(holder)
    expires = civil(datetime.fromisoformat(holder.application.expires_at or holder.application.updated_at))[:10]
    context = {"progress": progress, "line": line, "expires": expires, "check": f"{holder.address}/{CHECK}"}
    return holder.page("casework/overview.html", context)


async def show_step(holder: Holder) -> Response:
    return await _page(holder, _step(holder), holder.application.answers, {})


async def save_step(holder: Holder) -> Response:
    """Keep what is right; where something is wrong, say so and show all that was typed."""
    step = _step(holder)
    try:
        form = await read_form(holder.request, holder.say, MOST_STEP)
    except FormTooLargeError:
        sentence = holder.say("内容太长，没有保存。请按浏览器的返回键，精简后再保存。")
        return await _page(holder, step, holder.application.answers, {}, general=sentence, status=TOO_LARGE)
    holder.check_form(text_of(form, FIELD))
    typed = {question.name: text_of(form, question.name) for question in step.questions}
    cleaned, faults = check_answers(step, typed)
    try:
        kept = await written(holder.site, holder.say, lambda engine: save(engine, holder.secret, cleaned))
    except DraftGoneError as error:
        raise gone(holder, error) from error
    except ProblemError as error:
        sentence = f"{error.problem.title}{holder.say('：')}{error.problem.detail}"
        return await _page(holder, step, typed, faults, general=sentence, status=error.problem.status)
    if faults:
        return await _page(holder, step, typed, faults, status=422)
    now = Holder(holder.request, holder.site, holder.visit, kept, holder.secret)
    check = f"{holder.address}/{CHECK}"
    if _returns(holder):
        return led_to(check, holder.visit)
    progress = await progress_of(now)
    return led_to(progress.after(f"{holder.address}/{step.name}", check), holder.visit)


def gone(holder: Holder, error: DraftGoneError) -> ProblemError:
    detail = holder.say("如果已经提交，请用链接查看进度；没有提交的，请从记录的页面重新开始。")
    return ProblemError(Problem(409, "draft", str(error), detail, headers=dict(SECRETIVE)))


async def _page(
    holder: Holder,
    step: Step,
    values: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    general: str = "",
    status: int = 200,
) -> Response:
    locale = holder.visit.locale
    progress = await progress_of(holder)
    address = f"{holder.address}/{step.name}"
    told = [Fault(question.name, faults[question.name]) for question in step.questions if question.name in faults]
    return holder.page(
        "casework/step.html",
        {
            "title": title_of(step, locale),
            "hint": hint_of(step, locale),
            "questions": question_views(step, values, faults, locale),
            "faults": told,
            "general": general,
            "action": f"{address}?{RETURN}={CHECK}" if _returns(holder) else address,
            "place": progress.place(address),
            "places": len(progress.tasks),
        },
        status,
    )


def _step(holder: Holder) -> Step:
    found = holder.rules.step(holder.request.path_params["step"])
    if found is None:
        raise HTTPException(404)
    return found


def _returns(holder: Holder) -> bool:
    return (RETURN, CHECK) in holder.visit.pairs
