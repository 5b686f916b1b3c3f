"""The last page: all answers once more, the button that submits them, and the receipt."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from credit_records.casework.applications import submit
from credit_records.casework.errors import DraftGoneError, IncompleteError, NotEligibleError
from credit_records.casework.materials import materials_of
from credit_records.casework.procedures import PAPERS, Step
from credit_records.casework.states import DRAFT
from starlette.responses import Response

from credit_site.casework.holding import A_MINUTE, Holder
from credit_site.casework.letter import pdf_response
from credit_site.casework.material_files import MaterialView, material_views, size_text
from credit_site.casework.materials import paper_title
from credit_site.casework.progress import CHECK, MATERIALS, RECEIPT, faults_of, progress_of
from credit_site.casework.question_view import shown_answer, title_of
from credit_site.casework.record_shown import line_of
from credit_site.casework.steps import RETURN, gone
from credit_site.casework.writing_down import written
from credit_site.civil_time import civil
from credit_site.errors import ProblemError
from credit_site.form_tokens import FIELD
from credit_site.forms import read_form, text_of
from credit_site.private_pages import led_to
from credit_site.tracking.addresses import follow_address, follow_link


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer read back; `fault` says what is missing or wrong with it, `address` is where to change it."""

    id: str
    title: str
    text: str
    fault: str
    address: str


@dataclass(frozen=True, slots=True)
class Part:
    """A step read back. Files stand in the part of the papers alone; `faults` are of no answer in particular."""

    title: str
    change: str
    answers: list[Answer]
    files: list[MaterialView] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


async def show_check(holder: Holder) -> Response:
    return await _check(holder, "")


async def send_in(holder: Holder) -> Response:
    """Submit. Pressed twice, it is submitted once: the second answer is the same receipt."""
    form = await read_form(holder.request, holder.say)
    holder.check_form(text_of(form, FIELD))
    receipt = f"{holder.address}/{RECEIPT}"
    if holder.application.state != DRAFT:
        return led_to(receipt, holder.visit)
    left = holder.site.casework.count_submission(holder.ticket)
    if not left.allowed:
        sentence = holder.say("提交的次数太多，请过 %(minutes)s 分钟再试。") % {"minutes": -(-left.wait // A_MINUTE)}
        return await _check(holder, sentence, 429)
    link = follow_link(holder.site.settings, holder.application.procedure, holder.secret)
    try:
        await written(holder.site, holder.say, lambda engine: submit(engine, holder.secret, link=link))
    except IncompleteError as error:
        return await _check(holder, "", 422, wrong=error)
    except NotEligibleError as error:
        return await _check(holder, str(error), 409)
    except DraftGoneError as error:
        raise gone(holder, error) from error
    except ProblemError as error:
        sentence = f"{error.problem.title}{holder.say('：')}{error.problem.detail}"
        return await _check(holder, sentence, error.problem.status)
    return led_to(receipt, holder.visit)


async def show_receipt(holder: Holder) -> Response:
    if holder.application.state == DRAFT:
        return led_to(holder.address, holder.visit)
    return holder.page(
        "casework/receipt.html",
        {
            "receipt": await _receipt(holder),
            "parts": await _parts(holder),
            "pdf": f"{holder.address}/{RECEIPT}.pdf",
            "follow": follow_address(holder.application.procedure, holder.secret),
        },
    )


async def receipt_pdf(holder: Holder) -> Response:
    page = f"{holder.address}/{RECEIPT}"
    if holder.application.state == DRAFT:
        return led_to(holder.address, holder.visit)
    receipt = await _receipt(holder)
    parts = [
        {"title": part.title, "facts": [(answer.title, answer.text) for answer in part.answers if answer.text]}
        for part in await _parts(holder)
        if part.answers
    ]
    materials = await holder.site.database.read(materials_of, holder.application.id)
    files = [(each.file_name, f"{size_text(each.bytes)}，SHA-256 {each.sha256}") for each in materials]
    data = {
        **asdict(receipt),
        "parts": [*parts, *([{"title": holder.say("交来的材料"), "facts": files}] if files else [])],
    }
    return await pdf_response(holder, "receipt.typ", data, f"{holder.application.number}.pdf", page)


@dataclass(frozen=True, slots=True)
class Receipt:
    """`facts` are title and value; `number` and `secret` are shown larger on the page."""

    title: str
    number: str
    secret: str
    facts: list[tuple[str, str]]
    next_title: str
    next: list[str]
    remark: str
    foot: str


async def _receipt(holder: Holder) -> Receipt:
    say, found, rules = holder.say, holder.application, holder.rules
    locale = holder.visit.locale
    procedure = rules.title_en if locale == "en" else rules.title
    line = await line_of(holder)
    limit = rules.deadline(found.state)
    number = found.number or ""
    facts = [
        (say("编号"), number),
        (say("查询码"), holder.secret),
        (say("事项"), procedure),
        *([(say("记录"), f"{line.kind}{say('：')}{line.headline}")] if line else []),
        (say("提交时间"), civil(datetime.fromisoformat(found.submitted_at)) if found.submitted_at else ""),
        (say("现在的状态"), rules.state_title(found.outside_state, locale)),
        *([(say("下一步最迟"), found.due_on.isoformat())] if found.due_on else []),
    ]
    steps = [say("工作人员核对材料；缺什么会写明，请在进度页补交，期限从补齐之日接着算。")]
    if limit is not None and found.due_on is not None:
        what = limit.title_en if locale == "en" else limit.title
        steps.insert(0, say("%(what)s，最迟 %(day)s。") % {"what": what, "day": found.due_on.isoformat()})
    return Receipt(
        title=say("已经提交：%(procedure)s") % {"procedure": procedure},
        number=number,
        secret=holder.secret,
        facts=facts,
        next_title=say("接下来"),
        next=[*steps, say("凭编号和查询码，随时在 %(page)s 查看进度、补交材料、撤回。") % {"page": _tracking(holder)}],
        remark=say("请妥善保管查询码：谁有它，谁就能查看和撤回这份申请。它丢失后无法找回。"),
        foot=f"{holder.site.city.title} · {holder.today.isoformat()}",
    )


def _tracking(holder: Holder) -> str:
    return f"{holder.site.base_url(holder.request)}/{holder.application.procedure}/track"


async def _check(holder: Holder, general: str, status: int = 200, *, wrong: IncompleteError | None = None) -> Response:
    progress = await progress_of(holder)
    tells = wrong is not None or not progress.ready
    parts = await _parts(holder, tells=tells, wrong=wrong)
    return holder.page(
        "casework/check.html",
        {
            "parts": parts,
            "line": await line_of(holder),
            "general": general,
            "faults": [answer for part in parts for answer in part.answers if answer.fault],
            "papers_missing": [(part.change, fault) for part in parts for fault in part.faults],
            "ready": progress.ready,
            "address": f"{holder.address}/{CHECK}",
        },
        status,
    )


async def _parts(holder: Holder, *, tells: bool = False, wrong: IncompleteError | None = None) -> Sequence[Part]:
    """Everything read back; what is missing is told where `tells`."""
    locale, rules = holder.visit.locale, holder.rules
    found = [_part(holder, step, _faults(holder, step, wrong) if tells else {}) for step in rules.steps]
    if rules.papers:
        materials = await holder.site.database.read(materials_of, holder.application.id)
        titles = {paper.name: paper_title(paper, locale) for paper in rules.papers}
        address = f"{holder.address}/{MATERIALS}"
        there = {each.purpose for each in materials}
        missing = [
            holder.say("还没有上传“%(paper)s”") % {"paper": titles[paper.name]}
            for paper in rules.papers
            if tells and paper.required and paper.name not in there
        ]
        found.append(Part(holder.say("材料"), address, [], material_views(materials, titles, address), missing))
    return found


def _faults(holder: Holder, step: Step, wrong: IncompleteError | None) -> dict[str, str]:
    told = wrong.faults.get(step.name, {}) if wrong is not None and step.name != PAPERS else {}
    return {**faults_of(holder, step), **told}


def _part(holder: Holder, step: Step, faults: dict[str, str]) -> Part:
    locale, answers = holder.visit.locale, holder.application.answers
    address = f"{holder.address}/{step.name}?{RETURN}={CHECK}"
    return Part(
        title_of(step, locale),
        address,
        [
            Answer(
                id=question.name,
                title=title_of(question, locale),
                text=_read_back(holder, question.type, shown_answer(question, answers.get(question.name, ""), locale)),
                fault=faults.get(question.name, ""),
                address=f"{address}#{question.name}",
            )
            for question in step.questions
        ],
    )


def _read_back(holder: Holder, kind: str, text: str) -> str:
    return holder.say("是") if kind == "checkbox" and text else text
