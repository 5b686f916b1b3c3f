"""The JSON API: its shapes, its strictness, and the documents that describe it."""

import re

import pytest
from credit_search.answers import MAX_PAGE_SIZE
from credit_search.facets import SUBJECT_FACETS
from credit_site.api.models import ProblemDocument, SearchDocument, SubjectDocument, SuggestDocument


async def document(client, path, status=200):
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize(
    "query",
    [
        "q=有限公司",
        "q=",
        "q=霁川长虹重工集团有限公司",
        "q=霁川第二机械厂&size=1",
        "q=qqqqxxxx",
        "q=有限公司&year=2015&page=2",
    ],
)
async def test_search_answers_as_its_model_says(client, query):
    SearchDocument.model_validate(await document(client, f"/api/v1/search?{query}"), strict=True)


async def test_search_tells_what_the_page_tells(client, shown):
    subject = shown["长风"]
    found = await document(client, f"/api/v1/search?q={subject.name}")
    assert found["total"] == 1
    assert found["direct"] == subject.uscc
    (item,) = found["items"]
    assert item["match"] == "exact"
    assert item["highlight"] == f"<mark>{subject.name}</mark>"
    assert item["status"] == {"value": "active", "label": "存续"}
    assert item["url"] == f"http://credit.test/credit/{subject.uscc}"
    assert (await client.get(item["url"])).status_code == 200


async def test_facets_narrow_to_the_counts_that_they_show(client):
    start = "/api/v1/search?q=有限公司"
    facets = (await document(client, start))["facets"]
    assert list(facets) == [facet.key for facet in SUBJECT_FACETS]
    for key, counted in facets.items():
        for one in counted[:2]:
            narrowed = await document(client, f"{start}&{key}={one['value']}")
            assert narrowed["total"] == one["count"], (key, one)


async def test_values_of_one_facet_are_alternatives_and_facets_add_up(client):
    start = "/api/v1/search?q=有限公司"
    first, second = (await document(client, start))["facets"]["region"][:2]
    either = await document(client, f"{start}&region={first['value']}&region={second['value']}")
    assert either["total"] == first["count"] + second["count"]
    both = await document(client, f"{start}&region={first['value']}&status=active")
    assert both["total"] <= first["count"]


async def test_pages_follow_on_without_gap_or_repeat(client):
    whole = [item["uscc"] for item in (await document(client, "/api/v1/search?q=有限公司&size=40"))["items"]]
    parts = [
        item["uscc"]
        for page in (1, 2, 3, 4)
        for item in (await document(client, f"/api/v1/search?q=有限公司&size=10&page={page}"))["items"]
    ]
    assert parts == whole


async def test_labels_follow_the_language(client):
    answer = await client.get("/api/v1/search?q=有限公司&size=1", headers={"accept-language": "en"})
    assert answer.json()["items"][0]["type"]["label"].isascii()


async def test_suggest_answers_as_its_model_says_and_at_most_so_many(client):
    found = await document(client, "/api/v1/suggest?q=霁川&size=3")
    SuggestDocument.model_validate(found, strict=True)
    assert len(found["items"]) == 3
    assert (await document(client, "/api/v1/suggest?q="))["items"] == []


async def test_a_subject_answers_as_its_model_says(client, shown):
    for part in ("长风", "错码", "信息不全", "光电科技"):
        SubjectDocument.model_validate(await document(client, f"/api/v1/subjects/{shown[part].uscc}"), strict=True)
    found = await document(client, f"/api/v1/subjects/{shown['长风'].uscc}")
    assert found["capital"] == {"amount": "56800", "unit": "万", "currency": "CNY"}
    section, *others = found["sections"]
    assert (section["kind"], section["count"]) == ("registration", 1)
    assert all(other["count"] == 0 for other in others)
    assert section["records"][0]["fields"]["scope"] == shown["长风"].scope
    assert section["records"][0]["received_at"].endswith("+00:00")


@pytest.mark.parametrize(
    ("path", "parameter", "reason"),
    [
        ("/api/v1/search?page=x", "page", "not_a_number"),
        ("/api/v1/search?page=1000000000", "page", "out_of_range"),
        ("/api/v1/search?page=501&size=20", "page", "out_of_range"),
        (f"/api/v1/search?size={MAX_PAGE_SIZE + 1}", "size", "out_of_range"),
        ("/api/v1/search?colour=red", "colour", "unknown_parameter"),
        ("/api/v1/search?status=blue", "status", "unknown_value"),
        ("/api/v1/search?sort=best", "sort", "unknown_value"),
        ("/api/v1/search?q=a&q=b", "q", "repeated"),
        ("/api/v1/search?q=" + "x" * 201, "q", "too_long"),
        ("/api/v1/suggest?size=21", "size", "out_of_range"),
        ("/api/v1/suggest?page=2", "page", "unknown_parameter"),
        ("/api/v1/suggest?status=active", "status", "unknown_parameter"),
    ],
)
async def test_a_parameter_that_cannot_be_followed_is_refused_by_name(client, path, parameter, reason):
    told = await document(client, path, 422)
    ProblemDocument.model_validate(told, strict=True)
    (error,) = told["errors"]
    assert (error["parameter"], error["reason"]) == (parameter, reason)
    assert parameter in error["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/subjects/916299010000000000", 404),
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/search", 405),
        ("GET", "/api/v1/search?page=x", 422),
    ],
)
async def test_every_error_has_one_shape(client, method, path, status):
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = ProblemDocument.model_validate(answer.json(), strict=True)
    assert told.status == status
    assert told.instance == f"urn:request:{answer.headers['x-request-id']}"
    reference = await client.get("/api")
    assert f'id="{told.type.partition("#")[2]}"' in reference.text


async def test_a_resting_engine_is_503_with_when_to_come_back(resting_client, shown):
    for path in ("/api/v1/search?q=商贸", "/api/v1/suggest?q=商贸"):
        answer = await resting_client.get(path)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.json()["type"] == "/api#problem-search-resting"
    assert (await resting_client.get(f"/api/v1/subjects/{shown['长风'].uscc}")).status_code == 200


async def test_programs_that_ask_a_page_for_json_get_their_errors_as_json(client):
    answer = await client.get("/nowhere", headers={"accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_openapi_document_has_every_facet_of_the_registry(client):
    api = await document(client, "/openapi.json")
    search = api["paths"]["/api/v1/search"]["get"]
    described = {parameter["name"] for parameter in search["parameters"]}
    assert described == {"q", "page", "size", "sort", *(facet.key for facet in SUBJECT_FACETS)}
    for path in api["paths"].values():
        for operation in path.values():
            for answer in operation["responses"].values():
                (content,) = answer["content"].values()
                assert content["schema"]["$ref"].rsplit("/", 1)[1] in api["components"]["schemas"]


async def test_the_reference_page_shows_every_operation_and_its_examples_work(client):
    api = await document(client, "/openapi.json")
    html = (await client.get("/api")).text
    for path, operations in api["paths"].items():
        assert path in html
        for operation in operations.values():
            for parameter in operation["parameters"]:
                assert f'<th scope="row" class="code">{parameter["name"]}</th>' in html
    for name in api["components"]["schemas"]:
        assert f'id="schema-{name}"' in html
    targets = set(re.findall(r'href="#([^"]+)"', html)) - {"main"}
    assert all(f'id="{target}"' in html for target in targets)
    examples = re.findall(r'<a class="code" href="(/api/[^"]+)"', html)
    assert examples
    for example in examples:
        assert (await client.get(example.replace("&amp;", "&"))).status_code == 200
