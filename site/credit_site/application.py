"""Makes the web application: what is opened, what is routed, and what goes around every answer."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from credit_records.casework.procedures import procedure_names
from credit_records.catalogue import catalogue
from credit_records.database import open_database
from credit_records.gazetteer import gazetteer
from credit_search.engines import open_engine
from credit_search.protocol import EngineUnavailableError
from credit_search.record_search import RecordSearch
from credit_search.schema import SUBJECTS
from credit_search.subject_search import SubjectSearch
from fastapi import FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.routing import BaseRoute, Route

from credit_site import operations, sitemaps
from credit_site.api import changes, providers, subjects
from credit_site.api.departments import league_operations
from credit_site.api.openapi import DocumentedApi
from credit_site.api.record_search import record_search_operation
from credit_site.api.records import record_operations
from credit_site.casework.routes import casework_routes
from credit_site.database import Database
from credit_site.desk import routes as staff_desk
from credit_site.envelope import Envelope
from credit_site.failures import handle_failures, show_failure
from credit_site.guides import pages as guides
from credit_site.logs import configure_logs
from credit_site.memory import settle
from credit_site.open_data.forms import PACKED
from credit_site.open_data.routes import open_data_routes
from credit_site.pages import about, api_reference, departments, home, profile, record, register, results
from credit_site.provider_room import routes as room
from credit_site.settings import SiteSettings
from credit_site.site import Site
from credit_site.tracking import landing
from credit_site.tracking.routes import tracking_routes

SMALLEST_TO_COMPRESS = 1024  # bytes; less fits one packet anyway
COMPRESSION = 3  # of pages; level 6 takes three times as long for 8 % less


def create_app(settings: SiteSettings) -> FastAPI:
    site = open_site(settings)
    own_pages = pages(site)
    app = DocumentedApi(
        title=f"{site.city.title} API",
        version="1",
        description="公共信用信息查询接口，无需注册。Public credit information; no registration needed.",
        docs_url=None,
        redoc_url=None,
        lifespan=while_serving,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        routes=own_pages,
    )
    app.state.site = site
    routers = (
        subjects.router,
        record_search_operation(site.catalogue),
        record_operations(site.catalogue),
        changes.router,
        league_operations(site.catalogue),
        providers.router,
    )
    for router in routers:
        app.include_router(router)
    handle_failures(app)
    wrap(app, site, [*own_pages, *(route for router in routers for route in router.routes)])
    return app


def create_served_app() -> FastAPI:
    """What a server process starts: settings from the environment, logs as the operator reads them."""
    settings = SiteSettings()
    configure_logs(settings.log_level)
    return create_app(settings)


def open_site(settings: SiteSettings) -> Site:
    engine = open_engine(settings)
    home = catalogue().city(settings.city).division
    return Site(
        settings,
        catalogue=catalogue(),
        gazetteer=gazetteer(),
        database=Database(open_database(settings, read_only=True)),
        engine=engine,
        reader=engine.reader(SUBJECTS),
        search=SubjectSearch(engine, home),
        record_search=RecordSearch(engine),
    )


def pages(site: Site) -> list[BaseRoute]:
    """Pages are plain routes: what is known of a reader is read by us, so FastAPI has nothing to add but time."""
    return [
        *results.routes,
        *open_data_routes(site),
        *register.register_routes(site.registers),
        *profile.routes,
        *record.routes,
        *home.routes,
        Route("/static/{path:path}", site.assets.serve),
        *departments.routes,
        *about.routes,
        *api_reference.routes,
        *room.routes,
        *casework_routes(site.catalogue),
        *guides.routes,
        *landing.routes,
        *tracking_routes(procedure_names(site.catalogue)),
        *staff_desk.routes,
        *operations.routes,
        *sitemaps.routes,
    ]


def wrap(app: FastAPI, site: Site, routes: Iterable[BaseRoute]) -> None:
    """The last added is the outermost."""
    app.add_middleware(
        GZipMiddleware,
        minimum_size=SMALLEST_TO_COMPRESS,
        compresslevel=COMPRESSION,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *PACKED),
    )
    app.add_middleware(
        Envelope,
        metrics=site.metrics,
        failure_page=show_failure,
        routes={route.endpoint: route.path for route in routes if isinstance(route, Route)},
        log_requests=site.settings.log_requests,
        encrypted=site.encrypted,
    )


@asynccontextmanager
async def while_serving(app: FastAPI) -> AsyncIterator[None]:
    site: Site = app.state.site
    with suppress(EngineUnavailableError):  # dictionaries are read now, so that the first visitor need not wait
        await site.search.suggest(site.city.city_name)
    settle()
    yield
    await site.close()
