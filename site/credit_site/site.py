"""Everything that pages need, opened once at start and handed to them."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from credit_records.catalogue import Catalogue, City, Locale
from credit_records.gazetteer import Gazetteer
from credit_records.role_values import RoleReader
from credit_search.protocol import Engine, IndexReader
from credit_search.record_search import RecordSearch
from credit_search.schema import RECORDS, SUBJECTS
from credit_search.subject_search import SubjectSearch
from starlette.requests import Request
from starlette.responses import Response

from credit_site.assets import Assets
from credit_site.casework_desk import CaseworkDesk
from credit_site.database import Database
from credit_site.desk.room import StaffRoom
from credit_site.freshness import FreshnessClock
from credit_site.league_book import LeagueBook
from credit_site.localisation import Say, load_translations
from credit_site.metrics import Metrics
from credit_site.papers import Papers
from credit_site.provider_desk import ProviderDesk
from credit_site.registers import Registers
from credit_site.rendering import Templates
from credit_site.resources import folder
from credit_site.settings import SiteSettings
from credit_site.visit import Visit, remember, visit_of
from credit_site.vital_signs import VitalSigns

HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?")  # what may stand in an address of ours
VARY = "HX-Request, Accept-Language, Cookie, Accept"


class Site:
    """One per process. Nothing in it changes once it is made, but for labels and figures that it remembers.

    `kinds` are those that the public may see, in the order of the profile.
    """

    def __init__(
        self,
        settings: SiteSettings,
        *,
        catalogue: Catalogue,
        gazetteer: Gazetteer,
        database: Database,
        engine: Engine,
        reader: IndexReader,
        search: SubjectSearch,
        record_search: RecordSearch,
    ) -> None:
        self.settings = settings
        self.catalogue = catalogue
        self.gazetteer = gazetteer
        self.kinds = tuple(kind for kind in catalogue.kinds.values() if kind.publication.visibility != "never")
        self.city: City = catalogue.city(settings.city)
        self.database = database
        self.reader = reader
        self.search = search
        self.record_search = record_search
        self.registers = Registers(catalogue)
        self.desk = ProviderDesk(settings, database.engine, catalogue, gazetteer)
        self.casework = CaseworkDesk(settings)
        self.staff_room = StaffRoom(settings)
        self.papers = Papers(folder("templates") / "papers", settings.paper_fonts)
        self.freshness = FreshnessClock(database, reader)
        self.league = LeagueBook(database)
        self._engine = engine
        self._public_url = str(settings.public_url or "").rstrip("/")
        self._roles: dict[tuple[str, Locale], RoleReader] = {}
        self._labels: dict[tuple[str, str | None, Locale], str] = {}
        self.metrics = Metrics()
        self.vital_signs = VitalSigns(
            database,
            {schema.name: engine.reader(schema) for schema in (SUBJECTS, RECORDS)},
            settings.data_dir,
            settings.resolved_inbox_dir,
        )
        self.assets = Assets(folder("static"))
        self._translations = load_translations()
        self.templates = Templates(
            folder("templates"),
            self._translations,
            {"asset": self.assets.address, "city": self.city, "registers": self.registers},
        )

    def say(self, locale: str) -> Say:
        return self._translations[locale].gettext

    @cached_property
    def encrypted(self) -> bool:
        return self.settings.public_url is not None and self.settings.public_url.scheme == "https"

    def base_url(self, request: Request) -> str:
        """Where the public finds the site, without a slash at the end."""
        if self._public_url:
            return self._public_url
        host = request.headers.get("host", "")
        return f"{request.scope['scheme']}://{host}" if HOST.fullmatch(host) else ""

    def label(self, list_name: str, code: str | None, locale: Locale) -> str:
        """What a person reads for a code of a list; empty where there is none."""
        key = (list_name, code, locale)
        known = self._labels.get(key)
        if known is None:
            known = self._labels[key] = self.catalogue.label(list_name, code, locale) if code else ""
        return known

    def roles(self, kind: str, locale: Locale) -> RoleReader:
        """Reads the roles of records of the kind, labels in the language asked for."""
        known = self._roles.get((kind, locale))
        if known is None:
            known = self._roles[kind, locale] = RoleReader(self.catalogue.kinds[kind], self.catalogue, locale)
        return known

    def place(self, division: str | None, locale: Locale) -> str:
        return self.gazetteer.label(division, locale) if division else ""

    def page(
        self,
        request: Request,
        name: str,
        context: Mapping[str, Any],
        *,
        visit: Visit | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """A page in the reader's language. Each differs by reader, so it is checked again before it is shown again."""
        visit = visit or visit_of(request)
        canonical = self.base_url(request) + visit.path
        html = self.templates.template(visit.locale, name).render(
            {"visit": visit, "canonical": canonical, "request_id": request.scope.get("request_id", ""), **context}
        )
        response = Response(
            html,
            status_code=status,
            media_type="text/html",
            headers={"Vary": VARY, "Cache-Control": "no-cache", **(headers or {})},
        )
        if visit.chosen:
            remember(response, visit.chosen.items(), secure=self.encrypted)
        return response

    async def close(self) -> None:
        self.desk.close()
        self.casework.close()
        self.staff_room.close()
        self.database.close()
        await self._engine.close()


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site
