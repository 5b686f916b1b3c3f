"""What the API's operations accept, for the OpenAPI document: the search's facets come from the registry."""

from typing import Any

from credit_search.answers import MAX_PAGE_SIZE, MAX_QUERY_LENGTH
from credit_search.facets import RECORD_FACETS, SUBJECT_FACETS, Facet
from credit_search.record_documents import LONGEST_TERM
from credit_search.record_search import SORT_NAMES

from credit_site.league_request import GROUPINGS, MONTH_PATTERN, ORDERS
from credit_site.league_request import SORTS as LEAGUE_SORTS
from credit_site.record_request import CURSOR_PATTERN, MOST_RECORDS, RECORDS
from credit_site.search_request import DEFAULT_SIZE, LARGEST_PAGE, SORTS

CHANGES = 100
MOST_CHANGES = 500
LARGEST_SEQ = 2**53 - 1  # what JSON's readers hold exactly
SUGGESTIONS = 8
MOST_SUGGESTIONS = 20
_DATE = {"type": "string", "pattern": r"^\s*([0-9]{4}-[0-9]{2}-[0-9]{2}\s*)?$"}  # empty: not asked


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
        *(_facet(facet, []) for facet in SUBJECT_FACETS),
    ]


def record_search_parameters(kinds: list[str]) -> list[dict[str, Any]]:
    return [
        _query(
            "q",
            "违法事实、依据、内容、文号、名称里的词，或代码 Words of facts, basis, content, number, name; or a code",
            {"type": "string", "maxLength": MAX_QUERY_LENGTH},
        ),
        _query("page", "第几页 Page", _integer(LARGEST_PAGE, 1)),
        _query("size", "每页条数 Records per page", _integer(MAX_PAGE_SIZE, DEFAULT_SIZE)),
        _query(
            "sort",
            "排序；没有 q 时最新的在前 Order; newest first without q",
            {"type": "string", "enum": list(SORT_NAMES), "default": SORT_NAMES[0]},
        ),
        _query("since", "决定或列入日期从哪天起 First day of decision or entry", _DATE),
        _query("until", "决定或列入日期到哪天止 Last day of decision or entry", _DATE),
        *(_facet(facet, kinds) for facet in RECORD_FACETS),
    ]


def _facet(facet: Facet, kinds: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {"type": "string"}
    if facet.key == "kind":
        values |= {"enum": kinds}
    if facet.free:
        values |= {"minLength": 1, "maxLength": LONGEST_TERM}
    return _query(
        facet.key,
        f"按{facet.title}筛选，可重复，任一即可 Filter by {facet.title_en.lower()}; repeat for any of several",
        {"type": "array", "items": values},
    )


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


def change_parameters() -> list[dict[str, Any]]:
    after = {"type": "integer", "minimum": 0, "maximum": LARGEST_SEQ, "default": 0}
    return [
        _query("after", "上次答复的 next；从头取则为 0 `next` of the last answer; 0: from the beginning", after),
        _query("limit", "最多几条 At most how many", _integer(MOST_CHANGES, CHANGES)),
    ]


def league_parameters(kinds: list[str]) -> list[dict[str, Any]]:
    month = {"type": "string", "pattern": MONTH_PATTERN}
    return [
        _query("from", "起始月份 First month", month),
        _query("to", "截止月份，默认本月 Last month, by default this one", month),
        _query("kind", "只计这类信息 Only this kind", _choice(kinds)),
        _query("department", "部门 Department", {"type": "string"}),
        _query("district", "区县，市级为 city District, six digits; `city`: of the city itself", {"type": "string"}),
        _query("by", "汇总 What rows stand for", _choice(list(GROUPINGS))),
        _query("sort", "排列 Put in the order of", _choice(list(LEAGUE_SORTS))),
        _query("order", "方向 Which way", _choice(list(ORDERS))),
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
