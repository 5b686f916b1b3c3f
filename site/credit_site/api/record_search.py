"""The API's search for records: full text, filters, totals and months."""

from collections.abc import Sequence
from typing import Any

from credit_records.catalogue import Catalogue, Locale
from credit_records.record_reading import Record, find_records
from credit_search.excerpts import Excerpts
from credit_search.facets import RECORD_FACETS
from credit_search.record_search import SORT_NAMES, RecordAnswer
from credit_search.understanding import understand
from fastapi import APIRouter, Request, Response

from credit_site.api.answers import json_answer, problems, refuse
from credit_site.api.documents import facets_document, record_document
from credit_site.api.models import RecordSearchDocument
from credit_site.api.parameters import record_search_parameters
from credit_site.register_view import found_excerpts
from credit_site.search_request import SearchRequest, parse_search
from credit_site.site import Site, site_of
from credit_site.visit import visit_of

PATH = "/api/v1/records"
EXAMPLE = f"{PATH}?q=广告&kind=administrative_penalty&sort=largest&size=2"


async def search(request: Request) -> Response:
    """全文查找公示中的记录，并给出各筛选项的条数、金额之和、每月条数；条件用法与 /api/v1/search 相同。

    Full text over what is published now, with facets, sums and months; filters work as in /api/v1/search.
    """
    site, visit = site_of(request), visit_of(request)
    parsed = parse_search(visit.pairs, RECORD_FACETS, sorts=SORT_NAMES, dated=True, path=PATH)
    refuse(parsed.not_followed, site.say(visit.locale))
    answer = await site.record_search.search(site.registers.everything.query(parsed.request))
    site.metrics.searched(answer.understood)
    records = await site.database.read(find_records, [item.id for item in answer.items])
    base_url = site.base_url(request)
    return json_answer(_document(site, parsed.request, answer, records=records, locale=visit.locale, base_url=base_url))


def _document(
    site: Site,
    asked: SearchRequest,
    answer: RecordAnswer,
    *,
    records: Sequence[Record],
    locale: Locale,
    base_url: str,
) -> dict[str, Any]:
    reading = understand(asked.q)
    excerpts = Excerpts(reading)
    return {
        "total": answer.total,
        "page": asked.page,
        "size": asked.size,
        "items": [
            {
                **record_document(site, record, locale, base_url),
                "excerpts": _excerpts(site, record, excerpts, locale) if reading.words else [],
            }
            for record in records
        ],
        "facets": facets_document(RECORD_FACETS, answer.facets, locale),
        "sums": {name: f"{amount:f}" for name, amount in answer.sums.items()},
        "by_month": [{"month": f"{month // 100:04}-{month % 100:02}", "count": n} for month, n in answer.by_month],
        "understood": answer.understood,
    }


def _excerpts(site: Site, record: Record, excerpts: Excerpts, locale: Locale) -> list[dict[str, str]]:
    kind = site.catalogue.kinds[record.kind]
    found = found_excerpts(kind, record, excerpts, locale, asked=True)
    return [each._asdict() for each in found if "<mark>" in each.text]


def record_search_operation(declared: Catalogue) -> APIRouter:
    """The kinds that may be asked for are the catalogue's, so the operation is made once it is known."""
    router = APIRouter(tags=["records"])
    router.add_api_route(
        PATH,
        search,
        summary="查找记录 Find records",
        response_class=Response,
        responses={200: {"model": RecordSearchDocument, "description": "结果 Results"}, **problems(422, 503)},
        openapi_extra={"parameters": record_search_parameters([*declared.kinds]), "x-example": EXAMPLE},
    )
    return router
