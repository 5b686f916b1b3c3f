"""A subject's profile, prepared for its template and for the API: facts with their basis, and a section per kind."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from credit_records.catalogue import Catalogue, Kind, Locale
from credit_records.record_pages import RecordPage, first_pages
from credit_records.record_reading import badges, sections
from credit_records.subjects import Capital, Subject
from sqlalchemy import Connection

from credit_site.field_values import NAMES_APART, capital_text
from credit_site.localisation import Say
from credit_site.record_view import Fact, LinePage, RecordSheet, line_page, record_sheet, titled
from credit_site.site import Site

FIRST_RECORDS = 10  # of each kind on the profile
CODE_GROUPS = ((0, 2), (2, 8), (8, 17), (17, None))  # authority and kind, division, organisation, check: GB 32100-2015


@dataclass(frozen=True, slots=True)
class Section:
    """A kind of which the subject has records. A kind whose records are not found by themselves has `sheets`, its
    newest records in full; any other has `page`, their list.
    """

    name: str
    title: str
    count: int
    self_declared: bool
    sheets: list[RecordSheet]
    page: LinePage


@dataclass(frozen=True, slots=True)
class BadgeView:
    """`since` is the day of the newest entry, empty where it has none."""

    kind: str
    colour: str
    title: str
    since: str


@dataclass(frozen=True, slots=True)
class Adverse:
    """A kind that speaks against its subject and is no list; `newest` is a day, empty where it has none."""

    kind: str
    title: str
    count: int
    newest: str


@dataclass(frozen=True, slots=True)
class ProfileView:
    """`adverse` holds kinds with a page of their own even where the subject has no record of them: that is an answer.

    `sections` are the kinds that have records, `without` the titles of those that have none.
    """

    subject: Subject
    code_groups: list[str]
    status: str
    active: bool
    facts: list[Fact]
    badges: list[BadgeView]
    blacklisted: bool
    adverse: list[Adverse]
    sections: list[Section]
    without: list[str]
    total: int


@dataclass(frozen=True, slots=True)
class SubjectRecords:
    """How many records of each kind, in the catalogue's order, and the first page of each."""

    counts: dict[str, int]
    pages: dict[str, RecordPage]


def first_records(connection: Connection, subject_id: int, declared: Catalogue) -> SubjectRecords:
    """What a profile shows of a subject's records, however many there are."""
    counts = sections(connection, subject_id, declared)
    return SubjectRecords(counts, first_pages(connection, subject_id, counts, limit=FIRST_RECORDS))


def profile_view(site: Site, subject: Subject, records: SubjectRecords, locale: Locale) -> ProfileView:
    known = facts(site, subject, locale)
    status = site.label("subject_status", subject.status, locale)
    said = frozenset((subject.name, subject.uscc, status, *(fact.value for fact in known)))
    shown = [kind for kind in site.kinds if kind.name in records.counts]
    listed = badges(records.counts, site.catalogue)
    return ProfileView(
        subject=subject,
        code_groups=[group for start, end in CODE_GROUPS if (group := subject.uscc[start:end])],
        status=status,
        active=subject.status in (None, "active"),
        facts=known,
        badges=[
            BadgeView(
                badge.kind,
                badge.entry.colour,
                badge.entry.title_en if locale == "en" else badge.entry.title,
                _day(records.pages[badge.kind].records[0].decision_date),
            )
            for badge in sorted(listed, key=lambda badge: badge.entry.colour != "black")
        ],
        blacklisted=any(badge.entry.colour == "black" for badge in listed),
        adverse=[
            Adverse(kind.name, titled(kind, locale), records.counts.get(kind.name, 0), _newest(records, kind))
            for kind in site.kinds
            if kind.effect.standing == "adverse"
            and kind.list is None
            and (kind.name in records.counts or kind.own_register is not None)
        ],
        sections=[_section(site, subject, kind, records, locale, said=said) for kind in shown],
        without=[titled(kind, locale) for kind in site.kinds if kind.name not in records.counts],
        total=sum(records.counts[kind.name] for kind in shown),
    )


def section_path(uscc: str, kind: str) -> str:
    return f"/credit/{quote(uscc)}/{kind}"


def facts(site: Site, subject: Subject, locale: Locale) -> list[Fact]:
    """What is known of the subject itself; what is unknown is left out."""
    say = site.say(locale)
    told = [
        Fact(
            say("类型"), site.label("entity_type", subject.entity_type, locale), basis(subject.entity_type_basis, say)
        ),
        Fact(say("成立日期"), _day(subject.established)),
        Fact(say("注册资本"), _capital(site, subject.capital, locale)),
        Fact(say("所在地"), site.place(subject.division, locale), basis(subject.division_basis, say)),
        Fact(say("行业门类"), site.label("industry", subject.industry, locale), basis(subject.industry_basis, say)),
        Fact(say("曾用名"), NAMES_APART.join(subject.former_names)),
    ]
    return [fact for fact in told if fact.value]


def basis(name: str | None, say: Say) -> str:
    """How a derived fact came to be; nothing for one that a source declares."""
    return {
        "address": say("根据住所推断"),
        "code": say("根据统一社会信用代码中的行政区划推断"),
        "name": say("根据名称推断"),
        "scope": say("根据经营范围推断"),
    }.get(name or "", "")


def _capital(site: Site, capital: Capital | None, locale: Locale) -> str:
    return capital_text(site.catalogue, capital.amount, capital.currency, locale) if capital else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _newest(records: SubjectRecords, kind: Kind) -> str:
    page = records.pages.get(kind.name)
    return _day(page.records[0].decision_date) if page else ""


def _section(
    site: Site, subject: Subject, kind: Kind, records: SubjectRecords, locale: Locale, *, said: Set[str]
) -> Section:
    page = records.pages[kind.name]
    in_full = not kind.publication.searchable
    return Section(
        name=kind.name,
        title=titled(kind, locale),
        count=records.counts[kind.name],
        self_declared=kind.effect.self_declared,
        sheets=[record_sheet(site, record, locale, said) for record in page.records] if in_full else [],
        page=line_page(
            site, page._replace(records=[] if in_full else page.records), section_path(subject.uscc, kind.name), locale
        ),
    )
