"""A search is read from an address and written back into one without loss."""

import pytest
from credit_search.answers import MAX_QUERY_LENGTH
from credit_search.facets import SUBJECT_FACETS
from credit_site.narrowing_view import on_page
from credit_site.search_request import SORTS, Reason, SearchRequest, is_known, parse_search, tidy
from credit_site.visit import query_pairs
from hypothesis import given
from hypothesis import strategies as st

REGION, TYPE, STATUS, YEAR, INDUSTRY = SUBJECT_FACETS
VALUES = {
    "region": ["620102", "629901", "110000"],
    "type": ["limited", "sole_trader"],
    "status": ["active", "revoked"],
    "year": ["0", "1999", "2026"],
    "industry": ["A", "F", "S"],
}
requests = st.builds(
    SearchRequest,
    q=st.text(max_size=MAX_QUERY_LENGTH).map(tidy).map(lambda q: q[:MAX_QUERY_LENGTH].rstrip()),
    page=st.integers(1, 10_000),
    size=st.integers(1, 100),
    sort=st.sampled_from(SORTS),
    filters=st.dictionaries(st.sampled_from(list(VALUES)), st.none(), max_size=5).flatmap(
        lambda keys: st.fixed_dictionaries(
            {key: st.lists(st.sampled_from(VALUES[key]), min_size=1, unique=True).map(tuple) for key in keys}
        )
    ),
)


def read(address: str):
    return parse_search(query_pairs(address.partition("?")[2].encode()), SUBJECT_FACETS)


def test_the_values_used_here_are_known():
    for facet in SUBJECT_FACETS:
        assert all(is_known(facet, value) for value in VALUES[facet.key]), facet.key


@given(requests)
def test_every_request_survives_its_own_address(request_):
    parsed = read(request_.address())
    assert parsed.request == request_
    assert parsed.misunderstood == []


@given(requests, st.integers(1, 10_000))
def test_page_links_are_the_addresses_that_the_request_would_write(request_, number):
    assert on_page(request_.on_page(1).address(), number) == request_.on_page(number).address()


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=300)), max_size=20))
def test_no_address_is_too_strange_to_read(pairs):
    request_ = parse_search(pairs, SUBJECT_FACETS).request
    assert 1 <= request_.page <= 10_000
    assert 1 <= request_.size <= 100
    assert len(request_.q) <= MAX_QUERY_LENGTH
    assert request_.q.isprintable()


@given(st.binary(max_size=200))
def test_any_bytes_in_an_address_are_read(query):
    parse_search(query_pairs(query), SUBJECT_FACETS)


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ("page=x", "page", Reason.NOT_A_NUMBER),
        ("page=-1", "page", Reason.OUT_OF_RANGE),
        ("page=0", "page", Reason.OUT_OF_RANGE),
        ("page=1000000000", "page", Reason.OUT_OF_RANGE),
        ("page=" + "9" * 5000, "page", Reason.OUT_OF_RANGE),
        ("size=101", "size", Reason.OUT_OF_RANGE),
        ("size=2.5", "size", Reason.NOT_A_NUMBER),
        ("page=", "page", Reason.NOT_A_NUMBER),
        ("sort=", "sort", Reason.UNKNOWN_VALUE),
        ("status=", "status", Reason.UNKNOWN_VALUE),
        ("sort=best", "sort", Reason.UNKNOWN_VALUE),
        ("status=blue", "status", Reason.UNKNOWN_VALUE),
        ("year=MMXX", "year", Reason.UNKNOWN_VALUE),
        ("region=999999", "region", Reason.UNKNOWN_VALUE),
        ("colour=red", "colour", Reason.UNKNOWN_PARAMETER),
        ("q=a&q=b", "q", Reason.REPEATED),
        ("q=" + "a" * 201, "q", Reason.TOO_LONG),
        ("q=" + "a" * 9 + "+" * 200, "q", Reason.TOO_LONG),
    ],
)
def test_what_cannot_be_followed_is_named(query, parameter, reason):
    (found,) = read(f"?{query}").misunderstood
    assert (found.parameter, found.reason) == (parameter, reason)


def test_the_same_value_twice_is_no_mistake():
    parsed = read("?q=a&q=a&status=active&status=active")
    assert parsed.misunderstood == []
    assert parsed.request.filters == {"status": ("active",)}


def test_a_long_query_is_cut_and_says_so():
    parsed = read("?q=" + "商" * 10_000)
    assert parsed.cut
    assert parsed.request.q == "商" * MAX_QUERY_LENGTH


def test_taking_one_filter_off_keeps_the_rest_and_starts_again_at_page_one():
    request_ = SearchRequest(q="a", page=4, filters={"status": ("active", "revoked"), "year": ("1999",)})
    assert request_.without("status", "revoked").pairs() == [("q", "a"), ("status", "active"), ("year", "1999")]
    assert request_.without("year", "1999").pairs() == [("q", "a"), ("status", "active"), ("status", "revoked")]


def test_control_characters_and_broken_bytes_become_spaces():
    assert tidy("\x00鑫\u200e源\ufffd\n 装饰 ") == "鑫 源 装饰"
