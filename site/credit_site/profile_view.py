"""A subject's profile, prepared for its template and for the API: facts with their basis, and a section per kind."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date

from credit_records.catalogue import FieldSpec, Kind, Locale
from credit_records.reading import Record
from credit_records.subjects import Capital, Subject

from credit_site.civil_time import civil
from credit_site.field_values import NAMES_APART, capital_text, shown_value
from credit_site.localisation import Say
from credit_site.site import Site

CODE_GROUPS = ((0, 2), (2, 8), (8, 17), (17, None))  # authority and kind, division, organisation, check: GB 32100-2015


@dataclass(frozen=True, slots=True)
class Fact:
    """`note` says how a fact that no source declares was found."""

    title: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecordView:
    fields: list[Fact]
    source: str
    file_name: str
    received: str
    updated: str


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: str
    authority: str
    records: list[RecordView]


@dataclass(frozen=True, slots=True)
class ProfileView:
    """`sections` are the kinds that have records, `without` the titles of those that have none."""

    subject: Subject
    code_groups: list[str]
    status: str
    active: bool
    facts: list[Fact]
    sections: list[Section]
    without: list[str]


def profile_view(site: Site, subject: Subject, records: Sequence[Record], locale: Locale) -> ProfileView:
    known = facts(site, subject, locale)
    status = site.label("subject_status", subject.status, locale)
    said = frozenset((subject.name, subject.uscc, status, *(fact.value for fact in known)))
    sections = [_section(site, kind, records, said, locale) for kind in site.kinds]
    return ProfileView(
        subject=subject,
        code_groups=[group for start, end in CODE_GROUPS if (group := subject.uscc[start:end])],
        status=status,
        active=subject.status in (None, "active"),
        facts=known,
        sections=[section for section in sections if section.records],
        without=[section.title for section in sections if not section.records],
    )


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


def _section(site: Site, kind: Kind, records: Sequence[Record], said: Set[str], locale: Locale) -> Section:
    return Section(
        name=kind.name,
        title=_title(kind, locale),
        authority=kind.authority,
        records=[_record_view(site, kind, record, said, locale) for record in records if record.kind == kind.name],
    )


def _record_view(site: Site, kind: Kind, record: Record, said: Set[str], locale: Locale) -> RecordView:
    """The record's fields, without those whose value the head of the profile already says."""
    return RecordView(
        fields=[
            Fact(_title(field, locale), shown)
            for field in kind.public_fields
            if (shown := shown_value(site.catalogue, field, record.fields.get(field.name), locale))
            and shown not in said
        ],
        source=record.source,
        file_name=record.file_name,
        received=civil(record.received_at),
        updated=civil(record.updated_at),
    )


def _title(named: Kind | FieldSpec, locale: Locale) -> str:
    return named.title_en if locale == "en" else named.title
