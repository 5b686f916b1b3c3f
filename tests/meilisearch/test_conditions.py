"""What a filter expression of ours means to whoever reads it as Meilisearch's reference has it."""

import json
import re
from typing import Any

import pytest
from credit_search.clauses import All, Clause, Everything, Filter, Prefix, Some, Term
from credit_search.engines.meilisearch.conditions import Conditions
from credit_search.engines.meilisearch.gathering import MOST_WAYS, candidates, holds, is_wide, weighed
from credit_search.engines.meilisearch.mapping import Encoding, bits, index_settings
from credit_search.engines.meilisearch.tiers import MOST_LIFTS, lifts, tiers
from credit_search.engines.meilisearch.words import LONGEST, read, written
from credit_search.schema import RECORDS, SUBJECTS, IndexSchema
from hypothesis import given
from hypothesis import strategies as st
from meilisearch.models.index import Faceting, Pagination, TypoTolerance

from tests.contract import small_index
from tests.contract.clauses import CLAUSES, ROWS, documents_of
from tests.contract.small_index import SMALL, document
from tests.meilisearch import filter_reading

CONDITIONS = Conditions(SMALL)
ENCODING = Encoding(SMALL)


def sent(made: dict[str, Any]) -> dict[str, Any]:
    """The document as the server gets it."""
    found: dict[str, Any] = json.loads(ENCODING.line(made))
    return found


@given(rows=ROWS, clause=CLAUSES, regions=st.lists(st.sampled_from(["east", "west"]), max_size=2))
def test_an_expression_holds_for_the_documents_of_its_clause(
    rows: list[Any], clause: Clause, regions: list[str]
) -> None:
    filters = (Filter("region", tuple(regions)),) if regions else ()
    condition = filter_reading.read(CONDITIONS.of(clause, filters))
    for made in documents_of(rows):
        expected = small_index.holds(clause, made) and all(small_index.holds(f, made) for f in filters)
        assert condition(sent(made)) == expected
        assert holds(clause, sent(made)) == small_index.holds(clause, made)


@given(rows=ROWS, clause=CLAUSES)
def test_every_document_of_a_clause_is_in_just_one_tier(rows: list[Any], clause: Clause) -> None:
    base = CONDITIONS.of(clause)
    found = lifts(clause)
    assert len(found) <= MOST_LIFTS
    each = [filter_reading.read(tier) for tier in tiers(CONDITIONS, base, found)]
    whole = filter_reading.read(base)
    for made in map(sent, documents_of(rows)):
        assert sum(tier(made) for tier in each) == whole(made)


def tier_of(clause: Clause, made: dict[str, Any]) -> int:
    each = tiers(CONDITIONS, CONDITIONS.of(clause), lifts(clause))
    return next(place for place, tier in enumerate(each) if filter_reading.read(tier)(sent(made)))


def test_what_holds_beside_what_must_lifts_and_the_weightier_lifts_more() -> None:
    clause = All((Term("grams", "ab"),), (Term("grams", "bc", 2.0), Term("grams", "cd", 1.0)))
    order = [tier_of(clause, document(1, grams)) for grams in ("ab bc cd", "ab bc", "ab cd", "ab")]
    assert order == sorted(order)
    assert len(set(order)) == 4


def test_of_alternatives_a_document_of_both_comes_first() -> None:
    clause = Some((Term("grams", "ab"), Term("grams", "bc")))
    assert tier_of(clause, document(1, "ab bc")) < tier_of(clause, document(2, "ab"))


_TERMS = [f"{a}{b}" for a in "abcdef" for b in "ghijkl"]


@given(
    held=st.lists(st.sets(st.sampled_from(_TERMS), max_size=14), max_size=6),
    among=st.integers(8, 36),
    at_least=st.integers(1, 8),
)
def test_a_wide_question_overlooks_nothing_and_is_never_longer_than_can_be_sent(
    held: list[set[str]], among: int, at_least: int
) -> None:
    clause = Some(tuple(Term("grams", term) for term in _TERMS[:among]), at_least)
    documents = [document(n, " ".join(sorted(terms))) for n, terms in enumerate(held, 1)]
    counts = [sum(term in terms for terms in held) for term in _TERMS[:among]]
    expression = candidates(CONDITIONS, clause, counts)
    assert len(expression) < 400_000
    candidate = filter_reading.read(expression)
    expected = {made["id"] for made in documents if small_index.holds(clause, made)}
    assert expected <= {made["id"] for made in documents if candidate(sent(made))}
    kept = weighed(clause, counts, len(documents), [sent(made) for made in documents])
    assert {found["id"] for _, found in kept} == expected


def test_only_what_makes_a_long_expression_is_wide() -> None:
    terms = tuple(Term("grams", term) for term in _TERMS[:24])
    assert is_wide(Some(terms, 7))
    assert not is_wide(Some(terms, 2))
    assert not is_wide(Some(terms[:8], 4))
    assert not is_wide(Everything())
    assert MOST_WAYS > 24


def test_the_rarer_of_two_shared_terms_weighs_more() -> None:
    clause = Some((Term("grams", "ab"), Term("grams", "bc")), 1)
    found = [sent(document(1, "ab")), sent(document(2, "bc"))]
    weights = {made["id"]: weight for weight, made in weighed(clause, [500, 3], 1_000, found)}
    assert weights[2] > weights[1]


@given(st.text(max_size=60), st.text(max_size=4))
def test_a_term_comes_back_as_it_was_and_begins_as_it_began(term: str, more: str) -> None:
    assert read(written(term)) == term
    assert written(term + more).startswith(written(term))
    assert re.fullmatch(r"[0-9a-f]*", written(term)), "digits that nothing folds"


def test_terms_that_meilisearch_would_fold_together_stay_apart() -> None:
    assert len({written(term) for term in ("ＡＢ", "AB", "ab", "äb", "发展", "發展", "髮展")}) == 7


def test_a_term_is_never_longer_than_what_is_compared() -> None:
    assert len(written("霁" * 500)) == LONGEST <= 468
    condition = filter_reading.read(CONDITIONS.of(Term("code", "霁" * 500)))
    assert condition(sent(document(1, "", code="霁" * 500)))


@pytest.mark.parametrize("clause", [Term("code", 'a" OR id >= 0 OR code = "'), Prefix("code", '" OR (')])
def test_nothing_that_was_typed_can_end_its_quotes(clause: Clause) -> None:
    condition = filter_reading.read(CONDITIONS.of(clause))
    assert not condition(sent(document(1, "ab", code="other")))


@pytest.mark.parametrize("schema", [SUBJECTS, RECORDS, SMALL], ids=lambda schema: schema.name)
def test_whatever_is_asked_of_a_field_its_settings_allow(schema: IndexSchema) -> None:
    settings = index_settings(schema)
    allowed = {
        name: rule["features"]["filter"]
        for rule in settings["filterableAttributes"]
        for name in rule["attributePatterns"]
    }
    assert allowed[schema.key] == {"equality": True, "comparison": True}
    for field in schema.fields:
        if field.facet or field.sortable:
            assert allowed[field.name]["equality"]
        if field.sortable:
            assert field.name in settings["sortableAttributes"]
            assert allowed[bits(field.name)]["equality"]
            assert allowed[field.name]["comparison"]


def test_its_settings_are_what_the_client_s_own_models_hold() -> None:
    settings = index_settings(RECORDS)
    faceting = Faceting.model_validate(settings["faceting"])
    assert faceting.max_values_per_facet >= 64, "every bit of a sum"
    assert faceting.sort_facet_values_by == {"*": "count"}
    assert Pagination.model_validate(settings["pagination"]).max_total_hits > 10**8, "no total is cut"
    assert not TypoTolerance.model_validate(settings["typoTolerance"]).enabled


@given(numbers=st.lists(st.integers(0, 2**52), max_size=5))
def test_the_bits_of_numbers_add_up_to_their_sum(numbers: list[int]) -> None:
    held = [place for number in numbers for place in sent(document(1, "", year=number))[bits("year")]]
    assert sum(1 << place for place in held) == sum(numbers)
