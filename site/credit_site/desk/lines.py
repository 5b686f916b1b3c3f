"""Lines that several pages of the desk show."""

from dataclasses import dataclass

from credit_records.staff.sessions import Session

from credit_site.civil_time import civil


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as its line says it; `own` is the one that looks at it."""

    login: str
    name: str
    handle: str
    began: str
    seen: str
    until: str
    client: str
    own: bool


def session_line(session: Session, own_handle: str) -> SessionLine:
    officer = session.officer
    began, seen, until = (civil(each) for each in (session.created_at, session.seen_at, session.expires_at))
    return SessionLine(
        officer.login, officer.name, session.handle, began, seen, until, session.client, session.handle == own_handle
    )
