"""Search and profile as the API's documents."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from credit_records.catalogue import Locale
from credit_records.reading import Record
from credit_records.subjects import Capital, Subject
from credit_search.answers import SubjectAnswer, SubjectMatch, Suggestion
from credit_search.facets import SUBJECT_FACETS

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
        "facets": {
            facet.key: [
                {"value": str(each.value), "label": facet.label(str(each.value), locale), "count": each.count}
                for each in answer.facets.get(facet.key, ())
            ]
            for facet in SUBJECT_FACETS
        },
        "understood": answer.understood,
        "did_you_mean": [{"uscc": match.uscc, "name": match.name} for match in answer.did_you_mean],
        "direct": answer.direct,
        "similar_only": answer.similar_only,
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
    site: Site, subject: Subject, records: Sequence[Record], locale: Locale, base_url: str
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
        "sections": _sections(site, records, locale),
        "url": profile_address(subject.uscc, base_url),
    }


def _sections(site: Site, records: Sequence[Record], locale: Locale) -> list[dict[str, Any]]:
    sections = []
    for kind in site.kinds:
        public = [field.name for field in kind.public_fields]
        own = [
            {
                "fields": {name: record.fields[name] for name in public if record.fields.get(name) is not None},
                "source": record.source,
                "file": record.file_name,
                "received_at": record.received_at.isoformat(),
                "updated_at": record.updated_at.isoformat(),
            }
            for record in records
            if record.kind == kind.name
        ]
        title = kind.title_en if locale == "en" else kind.title
        sections.append({"kind": kind.name, "title": title, "count": len(own), "records": own})
    return sections


def profile_address(uscc: str, base_url: str) -> str:
    return f"{base_url}/credit/{quote(uscc)}"


def _coded(value: str | None, label: str) -> dict[str, str] | None:
    return {"value": value, "label": label} if value else None


def _derived(value: str | None, label: str, basis: str | None) -> dict[str, str | None] | None:
    return {"value": value, "label": label, "basis": basis} if value else None


def _capital(capital: Capital | None) -> dict[str, str] | None:
    return {"amount": str(capital.amount), "unit": UNIT, "currency": capital.currency} if capital else None
