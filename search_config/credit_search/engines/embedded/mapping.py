"""The declaration of an index as a tantivy schema, and clauses as tantivy queries."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType as NativeType
from tantivy import Occur, Query, Schema

from credit_search.clauses import All, Between, Clause, Everything, Filter, Filters, OneOf, Prefix, Some, Term
from credit_search.schema import FieldType, IndexSchema

# Kept beside each document: the values of its facets, so that a few hits are counted without asking the index.
FACET_VALUES = "facet values"
# Up to so many values each is a term of its own, whose documents are passed over where another condition has none;
# a set of terms first collects all documents that it matches.
FEW_VALUES = 8
_SPECIAL = re.compile(r"([.^$*+?()\[\]{}|\\])")


def tantivy_schema(schema: IndexSchema) -> Schema:
    builder = tantivy.SchemaBuilder()
    for field in schema.fields:
        fast = field.facet or field.sortable
        match field.type:
            case FieldType.KEYWORD:
                builder.add_text_field(field.name, tokenizer_name="raw", fast=fast, index_option="basic")
            case FieldType.TOKENS:
                builder.add_text_field(field.name, tokenizer_name="whitespace", index_option="freq")
            case FieldType.RUNS:
                builder.add_text_field(field.name, tokenizer_name=_cutter(field.run), index_option="basic")
            case FieldType.NUMBER:
                builder.add_unsigned_field(field.name, indexed=field.facet or field.name == schema.key, fast=True)
            case FieldType.STORED:
                builder.add_bytes_field(field.name, stored=True)
    builder.add_bytes_field(FACET_VALUES, stored=True)
    return builder.build()


def _cutter(length: int) -> str:
    return f"runs of {length}"


def open_index(folder: Path, schema: IndexSchema) -> tantivy.Index:
    """The index in this folder, made if it is empty, able to cut texts into runs."""
    index = tantivy.Index(tantivy_schema(schema), str(folder), reuse=True)
    for length in {field.run for field in schema.fields if field.run}:
        runs = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(length, length, prefix_only=False)).build()
        index.register_tokenizer(_cutter(length), runs)
    return index


def facet_fields(schema: IndexSchema) -> tuple[str, ...]:
    """The facets in the order of their kept values."""
    return tuple(field.name for field in schema.fields if field.facet)


def stored_fields(schema: IndexSchema) -> tuple[str, ...]:
    """The fields that come back with a hit."""
    return tuple(field.name for field in schema.fields if field.type is FieldType.STORED)


class Compiler:
    """Compiles clauses for one index."""

    def __init__(self, schema: IndexSchema, native: Schema) -> None:
        self._native = native
        self._options = {field.name: "freq" if field.type is FieldType.TOKENS else "basic" for field in schema.fields}
        self._compilers: dict[type, Callable[[Any], Query]] = {
            Term: self._term,
            OneOf: self._one_of,
            Prefix: self._prefix,
            Between: self._between,
            Filter: self._filter,
            All: self._all,
            Some: self._some,
            Everything: lambda _: Query.all_query(),
        }

    def query(self, clause: Clause, filters: Filters = ()) -> Query:
        compiled = self._compile(clause)
        if not filters:
            return compiled
        kept = [(Occur.Must, Query.const_score_query(self._compile(f), 0.0)) for f in filters]
        return Query.boolean_query([(Occur.Must, compiled), *kept])

    def _compile(self, clause: Clause | Filter) -> Query:
        return self._compilers[type(clause)](clause)

    def _term(self, term: Term) -> Query:
        query = Query.term_query(self._native, term.field, term.value, self._options[term.field])
        return query if term.boost == 1.0 else Query.boost_query(query, term.boost)

    def _one_of(self, clause: OneOf | Filter) -> Query:
        return Query.term_set_query(self._native, clause.field, list(clause.values))

    def _filter(self, clause: Filter) -> Query:
        if len(clause.values) > FEW_VALUES:
            return self._one_of(clause)
        terms = [Query.term_query(self._native, clause.field, value, "basic") for value in clause.values]
        return terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Should, term) for term in terms])

    def _prefix(self, clause: Prefix) -> Query:
        pattern = _SPECIAL.sub(r"\\\1", clause.value) + ".*"
        return Query.regex_query(self._native, clause.field, pattern)

    def _between(self, clause: Between) -> Query:
        return Query.range_query(self._native, clause.field, NativeType.Unsigned, clause.low or 0, clause.high)

    def _all(self, clause: All) -> Query:
        must = [(Occur.Must, self._compile(part)) for part in clause.must]
        should = [(Occur.Should, self._compile(part)) for part in clause.should]
        return Query.boolean_query(must + should)

    def _some(self, clause: Some) -> Query:
        parts = [(Occur.Should, self._compile(part)) for part in clause.clauses]
        return Query.boolean_query(parts, clause.at_least)
