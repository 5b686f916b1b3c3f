"""What is mailed to applicants: that something has happened and where to read it, never what is in the application."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from credit_records.casework.application_rows import Application
from credit_records.casework.outbox import queue_mail
from credit_records.casework.procedures import Procedure

_WHAT: Final[Mapping[str, str]] = {
    "submitted": "已经收到您的申请。{by}",
    "accepted": "您的申请已经受理。{by}",
    "declined": "您的申请不予受理，理由见办理进度。",
    "asked": "办理您的申请还需要补正材料，要求见办理进度；补正期间，办理期限停止计算。",
    "extended": "您的申请情况复杂，办理期限已经延长。{by}",
    "granted": "您的申请已经办结：{state}。决定书见办理进度。",
    "refused": "您的申请已经办结：{state}。理由见办理进度；对决定有异议的，可以在那里提出。",
    "reopened": "对决定的异议成立，您原来的申请重新办理。{by}",
}
_WAY: Final = "办理进度：{link}"
_BY_NUMBER: Final = "请在本平台“查进度”页，凭编号和提交时得到的查询码查看。"
_END: Final = "请勿回复本邮件。申请不收取任何费用。"


def tell_applicant(
    connection: Connection, found: Application, rules: Procedure, what: str, *, link: str | None = None
) -> None:
    """Put a mail to the applicant in the outbox, where there is an address. `link` opens the application."""
    to = rules.answer_of_type("email", dict(found.answers))
    if not to or not found.number:
        return
    by = f"最迟于 {found.due_on.isoformat()} 答复。" if found.due_on else ""
    body = [
        f"编号：{found.number}",
        _WHAT[what].format(by=by, state=rules.state_title(found.state)),
        _WAY.format(link=link) if link else _BY_NUMBER,
        _END,
    ]
    queue_mail(
        connection, to, f"【{rules.title}】{found.number} {rules.state_title(found.outside_state)}", "\n\n".join(body)
    )
