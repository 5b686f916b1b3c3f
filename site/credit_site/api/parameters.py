"""What the API's operations accept, for the OpenAPI document: the search's facets come from the registry."""

from typing import Any

from credit_search.answers import MAX_PAGE_SIZE, MAX_QUERY_LENGTH
from credit_search.facets import SUBJECT_FACETS

from credit_site.record_request import CURSOR_PATTERN, MOST_RECORDS, RECORDS
from credit_site.search_request import DEFAULT_SIZE, LARGEST_PAGE, SORTS

SUGGESTIONS = 8
MOST_SUGGESTIONS = 20


def search_parameters() -> list[dict[str, Any]]:
    return [
        _query(
            "q",
            "名称、字号、拼音、代码或其一部分 Name, trade name, pinyin, code, or a part",
            {"type": "string", "maxLength": MAX_QUERY_LENGTH},
        ),
        _query("page", "第几页 Page", _integer(LARGEST_PAGE, 1)),
        _query("size", "每页条数 Results per page", _integer(MAX_PAGE_SIZE, DEFAULT_SIZE)),
        _query("sort", "排序 Order", {"type": "string", "enum": list(SORTS), "default": SORTS[0]}),
        *(
            _query(
                facet.key,
                f"按{facet.title}筛选，可重复，任一即可 Filter by {facet.title_en.lower()}; repeat for any of several",
                {"type": "array", "items": {"type": "string"}},
            )
            for facet in SUBJECT_FACETS
        ),
    ]


def suggest_parameters() -> list[dict[str, Any]]:
    return [
        _query("q", "已输入的文字 What was typed so far", {"type": "string", "maxLength": MAX_QUERY_LENGTH}),
        _query("size", "最多几条 At most how many", _integer(MOST_SUGGESTIONS, SUGGESTIONS)),
    ]


def code_parameter() -> dict[str, Any]:
    return _path("uscc", "统一社会信用代码 Unified social credit code", {"type": "string"})


def record_parameters(kinds: list[str]) -> list[dict[str, Any]]:
    return [
        code_parameter(),
        _query("kind", "种类，见目录；不给则所有种类 Kind, as in the catalogue; all where absent", _choice(kinds)),
        _query(
            "after",
            "上一页的 following The `following` of the page before",
            {"type": "string", "pattern": CURSOR_PATTERN},
        ),
        _query("size", "每页条数 Records per page", _integer(MOST_RECORDS, RECORDS)),
    ]


def record_number_parameter() -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": 2**53 - 1}  # what JSON's readers hold exactly
    return _path("id", "记录的编号 Number of the record", schema)


def _choice(values: list[str]) -> dict[str, Any]:
    return {"type": "string", "enum": values}


def _integer(largest: int, default: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": largest, "default": default}


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _path(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}
