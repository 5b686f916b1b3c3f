"""The registers: pages where records of some kinds are searched, counted and summed. All of it is the catalogue's word.

A kind that declares a register has one at `/{path}`, a list (red or black) one at `/lists/{kind}`, and all lists
together one at `/lists`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from credit_records.catalogue import Catalogue, FieldSpec, Kind, Locale
from credit_search.facets import RECORD_FACETS, Facet
from credit_search.record_search import SORT_NAMES, SUMS, RecordQuery

from credit_site.search_request import SearchRequest

LISTS = "/lists"
_BETWEEN_KINDS = frozenset({"kind", "colour"})  # facets that say nothing where there is one kind
_TITLED_BY = {"authority": "authority", "category": "category", "violation": "violation", "amount_band": "amount"}
BY_AMOUNT = "largest"


@dataclass(frozen=True, slots=True)
class Named:
    """What something is called in each language."""

    zh: str
    en: str

    def in_(self, locale: Locale) -> str:
        return self.en if locale == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Register:
    """Records of these kinds at one address.

    Attributes:
        facets: titled as the kind titles the field, where there is one kind.
        sorts: orders that may be asked for, the default first.
        sums: what is added up, with what it is called; nothing where kinds differ in what their amounts are.
        day: what the date is called that records are sorted and counted by.
        colour: red or black, of a list.
    """

    path: str
    title: Named
    kinds: tuple[Kind, ...]
    facets: tuple[Facet, ...]
    sorts: tuple[str, ...]
    sums: tuple[tuple[str, Named], ...]
    day: Named
    intro: Named | None = None
    colour: str | None = None

    @property
    def alone(self) -> Kind | None:
        """The kind, where there is one."""
        return self.kinds[0] if len(self.kinds) == 1 else None

    def query(self, request: SearchRequest) -> RecordQuery:
        """As the search room asks it. A page too deep is asked as the first one, for its totals and facets."""
        return RecordQuery(
            q=request.q,
            page=1 if request.too_deep else request.page,
            size=request.size,
            sort=request.sort,
            filters=dict(request.filters),
            since=int(f"{request.since:%Y%m%d}") if request.since else None,
            until=int(f"{request.until:%Y%m%d}") if request.until else None,
            within={"kind": tuple(kind.name for kind in self.kinds)} if self.kinds else {},
            facets=tuple(facet.key for facet in self.facets),
        )


class Registers:
    """Every register of a catalogue. `own` are those that kinds declare, in the catalogue's order; `everything` has
    no page, but answers the API.
    """

    def __init__(self, declared: Catalogue) -> None:
        searchable = [
            kind
            for kind in declared.kinds.values()
            if kind.publication.searchable and kind.publication.visibility != "never"
        ]
        self.own = tuple(_own(kind) for kind in searchable if kind.own_register)
        listed = tuple(kind for kind in searchable if kind.list)
        self.lists = _among_lists(_register(LISTS, Named("红黑名单", "Red and black lists"), listed))
        self.of_list: Mapping[str, Register] = {kind.name: _list(kind) for kind in listed}
        # Not restricted to its kinds, for all that the index holds is of one of them.
        self.everything = replace(_register("/api/v1/records", Named("记录", "Records"), tuple(searchable)), kinds=())
        self._of_kind = {kind.name: register for register in self.own for kind in register.kinds} | dict(self.of_list)

    def of_kind(self, name: str) -> Register | None:
        """Where records of the kind are searched by themselves."""
        return self._of_kind.get(name)

    def every(self) -> Iterable[Register]:
        return (self.lists, *self.of_list.values(), *self.own)


def _own(kind: Kind) -> Register:
    spec = kind.own_register
    if spec is None:
        message = f"{kind.name} declares no register"
        raise ValueError(message)
    register = _register(f"/{spec.path}", _titles(kind), (kind,))
    return replace(register, intro=Named(spec.intro, spec.intro_en))


def _list(kind: Kind) -> Register:
    entry = kind.list
    if entry is None:
        message = f"{kind.name} is no list"
        raise ValueError(message)
    register = _register(f"{LISTS}/{kind.name}", Named(entry.title, entry.title_en), (kind,))
    return replace(register, colour=entry.colour)


def _among_lists(register: Register) -> Register:
    """Where every kind is a list, the kind is called so."""
    titled = (replace(each, title="名单", title_en="List") if each.key == "kind" else each for each in register.facets)
    return replace(register, facets=tuple(titled))


def _register(path: str, title: Named, kinds: tuple[Kind, ...]) -> Register:
    alone = kinds[0] if len(kinds) == 1 else None
    in_use = {facet for kind in kinds for facet in kind.facets} - (_BETWEEN_KINDS if alone else frozenset())
    paid = any(kind.roles.amount for kind in kinds)
    return Register(
        path=path,
        title=title,
        kinds=kinds,
        facets=tuple(_titled(facet, alone) for facet in RECORD_FACETS if facet.key in in_use),
        sorts=tuple(sort for sort in SORT_NAMES if paid or sort != BY_AMOUNT),
        sums=tuple((role, _titles(field)) for role in SUMS if alone and (field := _played(alone, role))),
        day=_day(alone),
    )


def _titled(facet: Facet, alone: Kind | None) -> Facet:
    field = _played(alone, _TITLED_BY.get(facet.key, "")) if alone else None
    return replace(facet, title=field.title, title_en=field.title_en) if field else facet


def _day(alone: Kind | None) -> Named:
    field = _played(alone, "decision_date") if alone else None
    return _titles(field) if field else Named("决定或列入日期", "Date of decision or of entry")


def _played(kind: Kind, role: str) -> FieldSpec | None:
    """The field of the kind that plays the role."""
    name = dict(kind.roles.named()).get(role)
    return kind.by_name[name] if name else None


def _titles(named: Kind | FieldSpec) -> Named:
    return Named(named.title, named.title_en)
