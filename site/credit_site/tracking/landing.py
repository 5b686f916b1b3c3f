"""Where a procedure begins for whoever has no link to a record: the records of a subject, found by code or name."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from credit_records.calendar import today
from credit_records.casework.eligibility import Eligibility, repairable_of
from credit_records.catalogue import Locale
from credit_records.reading import find_subject, subjects_by_exact_name
from credit_records.record_pages import page_of_records
from credit_records.record_reading import find_records
from credit_records.subjects import Subject
from credit_search.answers import SubjectQuery
from credit_search.protocol import EngineUnavailableError
from credit_search.record_search import RecordQuery
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_site.canonical_code import canonical_code
from credit_site.localisation import Say
from credit_site.record_view import RecordLine, record_line
from credit_site.search_request import tidy
from credit_site.site import Site, site_of
from credit_site.visit import Visit, visit_of

MOST_SUBJECTS: Final = 10
MOST_RECORDS: Final = 50
MOST_BY_NUMBER: Final = 10
LONGEST: Final = 200  # characters of what is searched for


@dataclass(frozen=True, slots=True)
class Candidate:
    """A subject that may be meant."""

    name: str
    uscc: str
    address: str


@dataclass(frozen=True, slots=True)
class Able:
    """A record and what may be done about it; `earliest` and `ends_on` are ISO dates, empty where there are none."""

    line: RecordLine
    answer: str
    why: str
    class_title: str
    earliest: str
    ends_on: str
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What the search came to: one `subject`, or several to choose from; `resting` where names can't be searched."""

    subject: Subject | None = None
    candidates: tuple[Candidate, ...] = ()
    resting: bool = False


GROUPS: Final = ("now", "later", "running", "never")


async def repair(request: Request) -> Response:
    """Which records of a subject can be repaired, from when, and until when they are published anyway."""
    site, visit = site_of(request), visit_of(request)
    q = _asked(visit)
    found = await _subject(site, q, "/repair")
    able = await _able(site, found.subject, visit.locale) if found.subject else []
    version = site.catalogue.policies["repair"].version_on(today())
    return site.page(
        request,
        "repair/page.html",
        {
            "q": q,
            "found": found,
            "answer": _answer(found.subject, able, site.say(visit.locale)) if found.subject else "",
            "groups": [(name, [each for each in able if each.answer == name]) for name in GROUPS],
            "papers": [each.title_en if visit.locale == "en" else each.title for each in version.papers],
            "conditions": [each.title_en if visit.locale == "en" else each.title for each in version.conditions],
            "canonical": site.base_url(request) + "/repair",
        },
        visit=visit,
        headers={"X-Robots-Tag": "noindex"} if q else None,
    )


async def objection(request: Request) -> Response:
    """The records of a subject, or under a document number, each with the way to contest it."""
    site, visit = site_of(request), visit_of(request)
    q = _asked(visit)
    found = await _subject(site, q, "/objection")
    numbered = [] if found.subject or not q or found.resting else await _numbered(site, q, visit.locale)
    lines, more = await _lines(site, found.subject, visit.locale) if found.subject else ([], False)
    return site.page(
        request,
        "repair/objection.html",
        {
            "q": q,
            "found": found,
            "lines": lines or numbered,
            "more": f"/credit/{found.subject.uscc}/timeline" if found.subject and more else "",
            "canonical": site.base_url(request) + "/objection",
        },
        visit=visit,
        headers={"X-Robots-Tag": "noindex"} if q else None,
    )


def _asked(visit: Visit) -> str:
    return tidy(dict(visit.pairs).get("q", ""))[:LONGEST]


async def _subject(site: Site, q: str, path: str) -> Found:
    """The subject of the code, or of the name where only one can be meant."""
    if not q:
        return Found()
    code = canonical_code(q)
    subject = await site.database.read(find_subject, code) if code else None
    if subject is not None:
        return Found(subject)
    try:
        answer = await site.search.search(SubjectQuery(q=q, size=MOST_SUBJECTS))
    except EngineUnavailableError:
        named = await site.database.read(subjects_by_exact_name, q)
        if len(named) == 1:
            return Found(named[0])
        return Found(candidates=tuple(_candidate(each.name, each.uscc, path) for each in named), resting=True)
    if answer.direct is not None and (subject := await site.database.read(find_subject, answer.direct)):
        return Found(subject)
    return Found(candidates=tuple(_candidate(each.name, each.uscc, path) for each in answer.items))


def _candidate(name: str, uscc: str, path: str) -> Candidate:
    return Candidate(name, uscc, f"{path}?q={uscc}")


async def _able(site: Site, subject: Subject, locale: Locale) -> list[Able]:
    found = await site.database.read_aside(repairable_of, subject.uscc, declared=site.catalogue)
    return [_as_able(record_line(site, each.record, locale), each.eligibility, locale) for each in found]


def _as_able(line: RecordLine, told: Eligibility, locale: Locale) -> Able:
    english = locale == "en"
    return Able(
        line=line,
        answer=told.answer,
        why=told.why_en if english else told.why,
        class_title=(told.class_title_en if english else told.class_title) or "",
        earliest=told.earliest.isoformat() if told.earliest else "",
        ends_on=told.ends_on.isoformat() if told.ends_on else "",
        source=told.source,
        confirmed=told.confirmed,
    )


def _answer(subject: Subject, able: Sequence[Able], say: Say) -> str:
    """The page's question answered in its title."""
    now = sum(each.answer == "now" for each in able)
    told = {"name": subject.name, "n": now, "all": len(able)}
    if not able:
        return say("%(name)s：没有公示中的失信或处罚记录") % told
    if now:
        return say("%(name)s：%(n)s 条记录现在可以申请修复") % told
    return say("%(name)s：%(all)s 条记录，现在都还不能申请修复") % told


async def _lines(site: Site, subject: Subject, locale: Locale) -> tuple[list[RecordLine], bool]:
    page = await site.database.read(page_of_records, subject.id, limit=MOST_RECORDS)
    records = [each for each in page.records if each.kind in site.catalogue.kinds]
    return [record_line(site, each, locale) for each in records], page.following is not None


async def _numbered(site: Site, q: str, locale: Locale) -> list[RecordLine]:
    """Records in whose number or text the words stand: natural persons' are found only so."""
    try:
        answer = await site.record_search.search(RecordQuery(q=q, size=MOST_BY_NUMBER, facets=()))
    except EngineUnavailableError:
        return []
    found = await site.database.read(find_records, [each.id for each in answer.items])
    return [record_line(site, each, locale) for each in found if each.kind in site.catalogue.kinds]


Endpoint = Callable[[Request], Awaitable[Response]]
LANDINGS: Final[dict[str, Endpoint]] = {"repair": repair, "objection": objection}

routes = [Route(f"/{name}", landing) for name, landing in LANDINGS.items()]
