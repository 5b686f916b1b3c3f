"""What may be taken away from a page: its search, however many that finds, and the table that they make."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from credit_records.catalogue import Locale
from credit_records.exporting.columns import Sheet
from credit_records.exporting.record_sheets import RecordSheet
from credit_records.exporting.subject_sheet import SubjectSheet
from credit_search.facets import SUBJECT_FACETS, Facet

from credit_site.errors import Problem, ProblemError
from credit_site.localisation import Say
from credit_site.misunderstandings import sentences
from credit_site.registers import Named, Register
from credit_site.search_request import SORTS, SearchRequest, parse_search
from credit_site.site import Site
from credit_site.visit import Visit

OF_A_PAGE = ("page", "size", "sort")  # parameters that say nothing of which rows there are


@dataclass(frozen=True, slots=True)
class Source:
    """A page whose results may be taken away; `path` is that of the page."""

    path: str
    title: Named
    facets: Sequence[Facet]
    sorts: Sequence[str]
    dated: bool
    numbers: Callable[[Site, SearchRequest], AsyncGenerator[list[int]]]
    cursor: Callable[[Site], Awaitable[int]]
    sheet: Callable[[Site, Locale, str], Sheet]

    def asked(self, visit: Visit, say: Say) -> SearchRequest:
        """The search of the address, without what is of a page.

        Raises:
            ProblemError: something can't be followed. A page may leave it out and say so; of a file nobody would know.
        """
        pairs = [pair for pair in visit.pairs if pair[0] not in OF_A_PAGE]
        parsed = parse_search(pairs, self.facets, sorts=self.sorts, dated=self.dated, path=self.path)
        if parsed.misunderstood:
            told = " ".join(sentences(parsed.misunderstood, say)) or say("查询太长了。")
            title = say("有的条件不能照办，所以没有给出数据")
            raise ProblemError(Problem(422, "parameters", title, told + say("请改正网址中的条件后重试。")))
        return parsed.request


def of_register(register: Register) -> Source:
    """The records of a register."""
    return Source(
        path=register.path,
        title=register.title,
        facets=register.facets,
        sorts=register.sorts,
        dated=True,
        numbers=lambda site, request: site.record_search.scan(register.query(request)),
        cursor=lambda site: site.record_search.cursor(),
        sheet=lambda site, locale, base_url: RecordSheet(register.kinds, site.catalogue, locale, base_url),
    )


SUBJECTS = Source(
    path="/search",
    title=Named("主体", "Subjects"),
    facets=SUBJECT_FACETS,
    sorts=SORTS,
    dated=False,
    numbers=lambda site, request: site.search.scan(request.subject_query()),
    cursor=lambda site: site.search.cursor(),
    sheet=lambda site, locale, base_url: SubjectSheet(site.catalogue, site.gazetteer, locale, base_url),
)
