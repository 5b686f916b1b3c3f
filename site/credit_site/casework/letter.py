"""A paper that the site fills in from the record and the draft, to be printed, signed, stamped and uploaded.

It is in Chinese, whoever reads the page, for it goes to an authority.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from credit_records.casework.answers import CHECKED
from credit_records.casework.procedures import Paper, Step
from credit_records.record_reading import Record
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from credit_site.casework.holding import SECRETIVE, Holder
from credit_site.casework.question_view import shown_answer
from credit_site.casework.record_shown import record_of
from credit_site.errors import Problem, ProblemError
from credit_site.papers import MEDIA_TYPE, PapersUnavailableError
from credit_site.record_view import record_line


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands in it: `facts` are title and value, `promises` what is promised."""

    title: str
    to: str
    opening: str
    facts: list[tuple[str, str]]
    promise: str
    promises: list[str]
    signatures: list[str]
    remark: str
    foot: str


async def show_letter(holder: Holder) -> Response:
    """The letter as a page to be printed, where PDF can't be made or read."""
    paper = _paper(holder)
    letter = await _letter(holder, paper)
    return holder.page("casework/letter.html", {"letter": letter, "pdf": f"{_address(holder, paper)}.pdf"})


async def letter_pdf(holder: Holder) -> Response:
    paper = _paper(holder)
    letter = await _letter(holder, paper)
    return await pdf_response(holder, "letter.typ", asdict(letter), f"{paper.name}.pdf", _address(holder, paper))


async def pdf_response(holder: Holder, template: str, data: Mapping[str, object], name: str, page: str) -> Response:
    """The paper as PDF to download. `page` is the address of the same as a page.

    Raises:
        ProblemError: no PDF can be made here; where the page is.
    """
    try:
        body = await run_in_threadpool(holder.site.papers.pdf, template, data)
    except PapersUnavailableError as error:
        detail = holder.say("服务器上没有中文字体。请打开 %(page)s，用浏览器的“打印”存成 PDF 或打印在纸上，内容相同。")
        base = holder.site.base_url(holder.request)
        problem = Problem(503, "papers", holder.say("现在生成不了 PDF"), detail % {"page": base + page})
        raise ProblemError(problem) from error
    headers = {**SECRETIVE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


def _paper(holder: Holder) -> Paper:
    paper = holder.rules.paper(holder.request.path_params["paper"])
    if paper is None or paper.made_from is None:
        raise HTTPException(404)
    return paper


def _address(holder: Holder, paper: Paper) -> str:
    return f"{holder.address}/letter/{paper.name}"


async def _letter(holder: Holder, paper: Paper) -> Letter:
    record = await record_of(holder)
    step = holder.rules.step(paper.made_from or "")
    if step is None or record is None:
        raise HTTPException(404)
    city = holder.site.city.title
    return Letter(
        title=paper.title,
        to=record.authority or record.source,
        opening=f"本申请人因以下记录在{city}公示，现申请{holder.rules.title}：",
        facts=[*_about_applicant(holder), *_about_record(holder, record)],
        promise="本申请人郑重承诺：",
        promises=_promises(holder, step),
        signatures=["申请人（盖章或签字）", "法定代表人或负责人（签字）", "经办人（签字）", "日期"],
        remark="签字盖章后，拍照或扫描成 PDF、JPEG、PNG 或 OFD，在原来的页面上传。申请不收取任何费用。",
        foot=f"由{city}按所填内容生成 · {holder.today.isoformat()}",
    )


def _about_applicant(holder: Holder) -> list[tuple[str, str]]:
    """What the first step says of the applicant, without ways to reach somebody: the letter may be made public."""
    questions = holder.rules.steps[0].questions
    told = [(each.title, holder.application.answers.get(each.name, "")) for each in questions if each.type in _NAMING]
    return [(title, text) for title, text in told if text]


_NAMING = frozenset({"text", "uscc"})


def _about_record(holder: Holder, record: Record) -> list[tuple[str, str]]:
    line = record_line(holder.site, record, "zh")
    facts = [("记录", f"{line.kind}：{line.headline}"), *((fact.title, fact.value) for fact in line.facts)]
    return [*facts, *([("决定或列入日期", line.day)] if line.day else [])]


def _promises(holder: Holder, step: Step) -> list[str]:
    """Each tick is a promise in the words that stand beside it; whatever else the step asks comes with its answer."""
    answers = holder.application.answers
    return [
        question.title
        if question.type == "checkbox"
        else f"{question.title}：{shown_answer(question, answers.get(question.name, ''), 'zh')}"
        for question in step.questions
        if question.type == "checkbox" or answers.get(question.name, CHECKED) != CHECKED
    ]
