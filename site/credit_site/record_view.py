"""A published record, prepared for lists and for its own page, by the roles that its kind gives to fields."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import date

from credit_records.catalogue import FieldSpec, FieldType, Kind, Locale
from credit_records.record_pages import RecordPage
from credit_records.record_reading import Record

from credit_site.civil_time import civil
from credit_site.field_values import shown_value
from credit_site.publication_view import Rule, remedies, term_of
from credit_site.record_request import cursor_text
from credit_site.site import Site

HEADLINE_LENGTH = 80  # a headline may be a whole text; the record's page has it in full below
LINE_ROLES = ("category", "amount", "confiscated", "authority", "document_number")


@dataclass(frozen=True, slots=True)
class Fact:
    """`note` says how a fact that no source declares was found; `type` is that of its field."""

    title: str
    value: str
    note: str = ""
    type: FieldType | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Instants are China's civil time."""

    source: str
    file_name: str
    received: str
    updated: str


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record in a list. `ours` is whether its headline is in the reader's language rather than the record's.

    `year` is given where a line of time comes to another one, empty for what has no date. `contested` is whether an
    objection to it is being looked into.
    """

    address: str
    headline: str
    ours: bool
    kind: str
    day: str
    facts: list[Fact]
    self_declared: bool
    contested: bool = False
    year: str | None = None


@dataclass(frozen=True, slots=True)
class RecordSheet:
    """A record with all that is public of it."""

    address: str
    facts: list[Fact]
    provenance: Provenance
    contested: bool


@dataclass(frozen=True, slots=True)
class LinePage:
    """`more` is the address of what follows; empty on the last page."""

    lines: list[RecordLine]
    more: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record's own page. `owner` is its subject's name, `uscc` its code, empty where it is of a natural person."""

    line: RecordLine
    sheet: RecordSheet
    owner: str
    uscc: str
    published: str
    ends_on: str
    working_days: int | None
    dishonesty_class: str
    term: Rule
    remedies: list[Rule]


def record_line(site: Site, record: Record, locale: Locale) -> RecordLine:
    kind = site.catalogue.kinds[record.kind]
    roles = site.roles(kind.name, locale)
    headline = roles.headline(record.fields)
    title = titled(kind, locale)
    named = kind.by_name.get(kind.roles.headline or "")
    ours = headline == title or (named is not None and named.type is FieldType.ENUMERATION)
    return RecordLine(
        address=record_address(record.id),
        headline=shortened(headline),
        ours=ours,
        kind=title,
        day=record.decision_date.isoformat() if record.decision_date else "",
        facts=_line_facts(site, roles.played(LINE_ROLES), record, headline, locale),
        self_declared=kind.effect.self_declared,
        contested=record.contested,
    )


def line_page(site: Site, page: RecordPage, path: str, locale: Locale) -> LinePage:
    lines = [record_line(site, record, locale) for record in page.records]
    return LinePage(lines, f"{path}?after={cursor_text(page.following)}" if page.following else "")


def timeline_page(site: Site, page: RecordPage, path: str, locale: Locale, year_before: str | None) -> LinePage:
    """A page of a line of time, in which each year is told where it begins; `year_before` has been told already."""
    found = line_page(site, page, path, locale)
    years = [line.day[:4] for line in found.lines]
    told = zip(found.lines, years, [year_before, *years], strict=False)
    return replace(found, lines=[line if year == before else replace(line, year=year) for line, year, before in told])


def record_sheet(site: Site, record: Record, locale: Locale, said: Set[str] = frozenset()) -> RecordSheet:
    """All public fields but those whose value is `said` already."""
    kind = site.catalogue.kinds[record.kind]
    return RecordSheet(
        address=record_address(record.id),
        facts=[fact for fact in _facts(site, kind.public_fields, record, locale) if fact.value not in said],
        provenance=Provenance(record.source, record.file_name, civil(record.received_at), civil(record.updated_at)),
        contested=record.contested,
    )


def record_view(site: Site, record: Record, locale: Locale, today: date) -> RecordView:
    kind = site.catalogue.kinds[record.kind]
    values = site.roles(kind.name, locale).read(record.fields)
    return RecordView(
        line=record_line(site, record, locale),
        sheet=record_sheet(site, record, locale),
        owner=record.name or values.name,
        uscc=record.uscc or "",
        published=civil(record.published_at)[:10],
        ends_on=record.ends_on.isoformat() if record.ends_on else "",
        working_days=record.working_days,
        dishonesty_class=class_title(site, kind, record, locale),
        term=term_of(site, kind, record, values, locale),
        remedies=remedies(site, kind, record, locale, today),
    )


def class_title(site: Site, kind: Kind, record: Record, locale: Locale) -> str:
    """The class of dishonesty as the policy in force on the day of the decision calls it; empty where it has none."""
    policy = site.catalogue.policies.get(kind.publication.policy or "")
    if policy is None or record.decision_date is None:
        return ""
    periods = policy.version_on(record.decision_date).classes
    found = next((each for each in periods if each.name == record.dishonesty_class), None)
    if found is None:
        return ""
    return found.title_en if locale == "en" else found.title


def record_address(number: int) -> str:
    return f"/record/{number}"


def titled(named: Kind | FieldSpec, locale: Locale) -> str:
    return named.title_en if locale == "en" else named.title


def shortened(text: str) -> str:
    return text if len(text) <= HEADLINE_LENGTH else f"{text[: HEADLINE_LENGTH - 1]}…"


def _line_facts(site: Site, fields: Iterable[FieldSpec], record: Record, headline: str, locale: Locale) -> list[Fact]:
    return [
        Fact(fact.title, shortened(fact.value), type=fact.type)
        for fact in _facts(site, fields, record, locale)
        if fact.value != headline
    ]


def _facts(site: Site, fields: Iterable[FieldSpec], record: Record, locale: Locale) -> list[Fact]:
    return [
        Fact(titled(field, locale), shown, type=field.type)
        for field in fields
        if (shown := shown_value(site.catalogue, field, record.fields.get(field.name), locale))
    ]
