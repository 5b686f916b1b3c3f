"""What must be said with rows that were taken away: of whom, which, of what moment, and what may be done with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from credit_records.catalogue import Locale
from credit_records.exporting.columns import Column

from credit_site.civil_time import civil
from credit_site.localisation import Say
from credit_site.narrowing_view import chips
from credit_site.open_data.sources import Source
from credit_site.search_request import SearchRequest
from credit_site.site import Site


@dataclass(frozen=True, slots=True)
class Citation:
    """`moment` is when data last came in, `change` the change-log number that this is complete up to; `address` is
    that of the page. Instants are China's civil time.
    """

    title: str
    source: str
    conditions: tuple[str, ...]
    moment: str
    change: int
    taken: str
    address: str
    licence: str

    def lines(self, say: Say) -> list[tuple[str, str]]:
        """What is told, each with its words."""
        return [
            (say("数据"), self.title),
            (say("来源"), self.source),
            (say("条件"), say("；").join(self.conditions) or say("没有条件，全部记录")),
            (say("数据截至"), self.moment or say("尚未收到数据")),
            (say("变更号"), str(self.change)),
            (say("取得时间"), self.taken),
            (say("网址"), self.address),
            (say("使用"), self.licence),
        ]

    def document(self, columns: tuple[Column, ...] = ()) -> dict[str, Any]:
        return {
            "title": self.title,
            "source": self.source,
            "conditions": list(self.conditions),
            "moment": self.moment or None,
            "change": self.change,
            "taken": self.taken,
            "url": self.address,
            "licence": self.licence,
            "columns": [
                {
                    "name": each.name,
                    "title": each.title,
                    "title_en": each.title_en,
                    "type": each.type,
                    "note": each.note,
                }
                for each in columns
            ],
        }

    def metadata(self) -> Mapping[str, str]:
        """For a file that keeps words about itself."""
        return {"citation": orjson.dumps(self.document()).decode()}


async def cite(site: Site, source: Source, asked: SearchRequest, locale: Locale, base_url: str) -> Citation:
    say = site.say(locale)
    words = [say("“%(q)s”") % {"q": asked.q}] if asked.q else []
    chosen = [f"{chip.facet}{say('：')}{chip.label}" for chip in chips(source.facets, asked, say, locale)]
    return Citation(
        title=source.title.in_(locale),
        source=source_of(site, locale),
        conditions=(*words, *chosen),
        moment=await moment_of(site),
        change=await source.cursor(site),
        taken=civil(datetime.now(UTC)),
        address=base_url + asked.address(),
        licence=licence(say),
    )


def source_of(site: Site, locale: Locale) -> str:
    return site.city.title_en if locale == "en" else site.city.title


async def moment_of(site: Site) -> str:
    """When data last came in; empty where none has."""
    deliveries = (await site.freshness.now()).deliveries
    newest = next((each.finished_at for each in deliveries if each.finished_at), None)
    return civil(newest) if newest else ""


def licence(say: Say) -> str:
    return say(
        "可以免费使用、加工和转载，请注明来源、数据截至的时间和变更号。记录会更正、修复或撤回，使用前请核对最新状态；不得用于识别自然人的身份。"
    )
