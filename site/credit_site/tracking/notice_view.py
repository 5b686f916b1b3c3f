"""The written decision, as a page to print and as PDF. In Chinese whatever the reader's language: it is a document."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from credit_records.calendar import today
from credit_records.casework.application_rows import Application
from credit_records.casework.states import DECLINED, GRANTED, REFUSED

from credit_site.civil_time import civil
from credit_site.record_view import record_line
from credit_site.site import Site
from credit_site.tracking.case_view import CaseRead, reason_title

TEMPLATE: Final = "notice.typ"


@dataclass(frozen=True, slots=True)
class Notice:
    """`facts` are pairs of title and value; `paragraphs` what is decided and why; `after` what may be done next."""

    title: str
    number: str
    to: str
    facts: list[tuple[str, str]]
    paragraphs: list[str]
    after: str
    issuer: str
    day: str


def notice_view(site: Site, found: Application, read: CaseRead) -> Notice:
    """The notice of an application that has been decided, or not accepted."""
    rules = found.rules(today(), site.catalogue)
    outcome = rules.state_title(found.state)
    applicant = next((each.name for each in rules.questions if each.filled_from == "name"), "")
    decision = f"经审查，决定：{outcome}。"
    effect = next((each.title for each in rules.effects if found.outcome and each.name == found.outcome.effect), "")
    if found.state == GRANTED and effect:
        decision += f"{effect}。"
    paragraphs = [decision]
    if reason := reason_title(found, rules, "zh"):
        paragraphs.append(f"理由：{reason}。")
    if found.outcome and found.outcome.text:
        paragraphs.append(found.outcome.text)
    return Notice(
        title=f"{rules.title}{_TITLES[found.state]}",
        number=found.number or "",
        to=found.answers.get(applicant, "") or (read.record.name if read.record else None) or "申请人",
        facts=[pair for pair in _facts(site, found, read) if pair[1]],
        paragraphs=paragraphs,
        after=_AFTER[found.state],
        issuer=read.source or site.city.title,
        day=civil(datetime.fromisoformat(found.decided_at))[:10] if found.decided_at else "",
    )


def notice_paper(notice: Notice, site: Site) -> dict[str, Any]:
    """The notice as its template reads it."""
    return {
        "title": notice.title,
        "to": notice.to,
        "facts": notice.facts,
        "paragraphs": notice.paragraphs,
        "after": notice.after,
        "issuer": notice.issuer,
        "day": notice.day,
        "foot": f"{site.city.title} · {notice.number}",
    }


_TITLES: Final = {GRANTED: "决定书", REFUSED: "决定书", DECLINED: "不予受理通知书"}
_AFTER: Final = {
    GRANTED: "记录已从公示中撤下或者更正。别处没有更新的，可以出示本决定书。",
    REFUSED: "对本决定有异议的，可以在办理进度页对决定提出异议；也可以依法申请行政复议或者提起诉讼。",
    DECLINED: "理由消除以后，可以重新申请。",
}


def _facts(site: Site, found: Application, read: CaseRead) -> list[tuple[str, str]]:
    version, record = found.rules(today(), site.catalogue).version, read.record
    told = [("编号", found.number or "")]
    if record is not None:
        line = record_line(site, record, "zh")
        told += [
            ("所涉记录", f"{line.kind}：{line.headline}"),
            ("文书号", record.document_number or ""),
            ("作出机关", record.authority or ""),
            ("决定或列入日期", line.day),
        ]
    told += [
        ("提交日期", civil(datetime.fromisoformat(found.submitted_at))[:10] if found.submitted_at else ""),
        ("办理单位", read.source),
        ("依据", version.source),
    ]
    return told
