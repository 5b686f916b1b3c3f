"""Requests as Meilisearch's published API has them, as far as ours use it: anything else in one is a fault."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from tests.meilisearch import filter_reading

Uid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,400}$")]
Size = Annotated[int, Field(ge=0)]
Order = Annotated[str, StringConstraints(pattern=r"^[\w.-]+:(asc|desc)$")]


class Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


class NewIndex(Body):
    uid: Uid
    primary_key: str | None = None


class FilterKinds(Body):
    equality: bool = True
    comparison: bool = False


class Features(Body):
    facet_search: bool = False
    filter: FilterKinds = FilterKinds()


class Filterable(Body):
    attribute_patterns: Annotated[list[str], Field(min_length=1)]
    features: Features = Features()


class TypoTolerance(Body):
    enabled: bool = True


class Pagination(Body):
    max_total_hits: Size


class Faceting(Body):
    max_values_per_facet: Size
    sort_facet_values_by: dict[str, Literal["alpha", "count"]]


class IndexSettings(Body):
    searchable_attributes: list[str]
    displayed_attributes: list[str]
    filterable_attributes: list[Filterable]
    sortable_attributes: list[str]
    ranking_rules: list[Literal["words", "typo", "proximity", "attribute", "sort", "exactness"] | Order]
    typo_tolerance: TypoTolerance
    pagination: Pagination
    faceting: Faceting
    search_cutoff_ms: Size


class Search(Body):
    q: str | None = None
    filter: str | None = None
    sort: list[Order] = []
    facets: list[str] = []
    attributes_to_retrieve: list[str] = []
    offset: Size | None = None
    limit: Size | None = None
    page: Size | None = None
    hits_per_page: Size | None = None

    def model_post_init(self, _: Any) -> None:
        if self.filter is not None:
            filter_reading.read(self.filter)


class IndexSearch(Search):
    index_uid: Uid


class MultiSearch(Body):
    queries: Annotated[list[IndexSearch], Field(min_length=1)]
    federation: None = None


class Fetch(Body):
    limit: Size = 20
    offset: Size = 0
    fields: list[str] | None = None
    filter: str | None = None


class Deletion(Body):
    filter: str


class StateDocument(Body):
    """A document whose shape is the engine's own affair, but for its key."""

    model_config = ConfigDict(extra="allow")
    id: Annotated[int, Field(ge=0)] | Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,511}$")]


FAULTS = (ValidationError, filter_reading.UnreadableError)
