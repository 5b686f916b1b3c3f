"""The addresses of open data. They stand before those of pages, of which that of a list would take some for its own."""

from starlette.routing import BaseRoute, Route

from credit_site.open_data.copies import copies_of
from credit_site.open_data.data_pages import checksums, kind_page, month_file, overview, package_file
from credit_site.open_data.downloads import Workshop, table_of
from credit_site.open_data.feeds import feed_of
from credit_site.open_data.one_list import feed_of_list, table_of_list
from credit_site.open_data.slots import Slots
from credit_site.open_data.sources import SUBJECTS, of_register
from credit_site.open_data.streaming import Streaming
from credit_site.registers import LISTS
from credit_site.site import Site


def open_data_routes(site: Site) -> list[BaseRoute]:
    workshop = Workshop(Slots(), Streaming(site.database.engine))
    registers = site.registers
    routes: list[BaseRoute] = [
        Route("/search.{form:table}", table_of(SUBJECTS, workshop)),
        Route(f"{LISTS}/{{kind}}.{{form:table}}", table_of_list(workshop)),
        Route(f"{LISTS}/{{kind}}.{{feed:feed}}", feed_of_list()),
    ]
    for register in (registers.lists, *registers.own):
        source = of_register(register)
        routes.append(Route(f"{register.path}.{{form:table}}", table_of(source, workshop)))
        routes.append(Route(f"{register.path}.{{feed:feed}}", feed_of(source, register)))
    copies = copies_of(site)
    return [
        *routes,
        Route("/data", overview),
        Route("/data/{kind}", kind_page(copies)),
        Route("/data/{kind}/datapackage.json", package_file(copies)),
        Route("/data/{kind}/SHA256SUMS", checksums(copies)),
        Route("/data/{kind}/{month}.csv.gz", month_file(copies, workshop)),
    ]
