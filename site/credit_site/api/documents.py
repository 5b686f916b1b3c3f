"""Search, profile and records as the API's documents."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from credit_records.catalogue import Locale
from credit_records.record_pages import RecordPage
from credit_records.record_reading import Record
from credit_records.subjects import Capital, Subject
from credit_search.answers import SubjectAnswer, SubjectMatch, Suggestion
from credit_search.facets import SUBJECT_FACETS, Facet
from credit_search.protocol import FacetCount

from credit_site.profile_view import SubjectRecords
from credit_site.record_request import cursor_text
from credit_site.record_view import class_title, record_address, titled
from credit_site.results_view import marked
from credit_site.search_request import SearchRequest
from credit_site.site import Site

UNIT = "万"


def search_document(
    site: Site, asked: SearchRequest, answer: SubjectAnswer, locale: Locale, base_url: str
) -> dict[str, Any]:
    return {
        "total": answer.total,
        "page": asked.page,
        "size": asked.size,
        "items": [_found(site, match, locale, base_url) for match in answer.items],
        "facets": facets_document(SUBJECT_FACETS, answer.facets, locale),
        "understood": answer.understood,
        "did_you_mean": [{"uscc": match.uscc, "name": match.name} for match in answer.did_you_mean],
        "direct": answer.direct,
        "similar_only": answer.similar_only,
    }


def facets_document(
    facets: Iterable[Facet], counted: Mapping[str, Sequence[FacetCount]], locale: Locale
) -> dict[str, list[dict[str, Any]]]:
    return {
        facet.key: [
            {"value": str(each.value), "label": facet.label(str(each.value), locale), "count": each.count}
            for each in counted.get(facet.key, ())
        ]
        for facet in facets
    }


def _found(site: Site, match: SubjectMatch, locale: Locale, base_url: str) -> dict[str, Any]:
    return {
        "uscc": match.uscc,
        "name": match.name,
        "match": match.nearness.value,
        "highlight": marked(match.highlight),
        "code_highlight": marked(match.code_highlight),
        "code_valid": match.code_valid,
        "former_name": match.former_name,
        "status": _coded(match.status, site.label("subject_status", match.status, locale)),
        "region": _coded(match.division, site.place(match.division, locale)),
        "type": _coded(match.entity_type, site.label("entity_type", match.entity_type, locale)),
        "industry": _coded(match.industry, site.label("industry", match.industry, locale)),
        "established": match.established,
        "url": profile_address(match.uscc, base_url),
    }


def suggest_document(suggestions: Sequence[Suggestion], base_url: str) -> dict[str, Any]:
    return {
        "items": [
            {
                "uscc": each.uscc,
                "name": each.name,
                "highlight": marked(each.highlight),
                "url": profile_address(each.uscc, base_url),
            }
            for each in suggestions
        ]
    }


def subject_document(
    site: Site, subject: Subject, records: SubjectRecords, locale: Locale, base_url: str
) -> dict[str, Any]:
    return {
        "uscc": subject.uscc,
        "name": subject.name,
        "code_valid": subject.code_valid,
        "former_names": list(subject.former_names),
        "status": _coded(subject.status, site.label("subject_status", subject.status, locale)),
        "region": _derived(subject.division, site.place(subject.division, locale), subject.division_basis),
        "type": _derived(
            subject.entity_type, site.label("entity_type", subject.entity_type, locale), subject.entity_type_basis
        ),
        "industry": _derived(
            subject.industry, site.label("industry", subject.industry, locale), subject.industry_basis
        ),
        "established": subject.established.isoformat() if subject.established else None,
        "capital": _capital(subject.capital),
        "sections": _sections(site, records, locale, base_url),
        "url": profile_address(subject.uscc, base_url),
    }


def _sections(site: Site, records: SubjectRecords, locale: Locale, base_url: str) -> list[dict[str, Any]]:
    nothing = RecordPage([], None)
    return [
        {
            "kind": kind.name,
            "title": titled(kind, locale),
            "count": records.counts.get(kind.name, 0),
            "records": records_document(site, page, locale, base_url)["items"],
            "following": _cursor(page),
        }
        for kind in site.kinds
        for page in (records.pages.get(kind.name, nothing),)
    ]


def records_document(site: Site, page: RecordPage, locale: Locale, base_url: str) -> dict[str, Any]:
    items = [record_document(site, record, locale, base_url) for record in page.records]
    return {"items": items, "following": _cursor(page)}


def record_document(site: Site, record: Record, locale: Locale, base_url: str) -> dict[str, Any]:
    kind = site.catalogue.kinds[record.kind]
    public = (field.name for field in kind.public_fields)
    values = site.roles(kind.name, locale).read(record.fields)
    return {
        "id": record.id,
        "kind": _coded(kind.name, titled(kind, locale)),
        "headline": values.headline,
        "uscc": record.uscc,
        "name": record.name or values.name,
        "document_number": record.document_number,
        "authority": record.authority,
        "decision_date": record.decision_date.isoformat() if record.decision_date else None,
        "dishonesty_class": _coded(record.dishonesty_class, class_title(site, kind, record, locale)),
        "published_at": record.published_at.isoformat() if record.published_at else None,
        "ends_on": record.ends_on.isoformat() if record.ends_on else None,
        "working_days": record.working_days,
        "self_declared": kind.effect.self_declared,
        "contested": record.contested,
        "fields": {name: record.fields[name] for name in public if record.fields.get(name) is not None},
        "source": record.source,
        "file": record.file_name,
        "received_at": record.received_at.isoformat(),
        "updated_at": record.updated_at.isoformat(),
        "url": base_url + record_address(record.id),
    }


def _cursor(page: RecordPage) -> str | None:
    return cursor_text(page.following) if page.following else None


def profile_address(uscc: str, base_url: str) -> str:
    return f"{base_url}/credit/{quote(uscc)}"


def _coded(value: str | None, label: str) -> dict[str, str] | None:
    return {"value": value, "label": label} if value else None


def _derived(value: str | None, label: str, basis: str | None) -> dict[str, str | None] | None:
    return {"value": value, "label": label, "basis": basis} if value else None


def _capital(capital: Capital | None) -> dict[str, str] | None:
    return {"amount": str(capital.amount), "unit": UNIT, "currency": capital.currency} if capital else None
