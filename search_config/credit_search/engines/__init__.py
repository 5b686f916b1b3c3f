"""The engines, by the name that the setting `engine` gives."""

from collections.abc import Callable
from importlib import import_module

from credit_records.settings import Settings

from credit_search.protocol import Engine

_OPENERS = {
    "embedded": "credit_search.engines.embedded.engine",
    "elasticsearch": "credit_search.engines.elasticsearch.engine",
    "meilisearch": "credit_search.engines.meilisearch.engine",
}


class UnknownEngineError(Exception):
    """The setting `engine` names none of ours."""

    def __init__(self, name: str) -> None:
        super().__init__(f"没有名为 {name} 的搜索引擎；可用：{'、'.join(sorted(_OPENERS))}。请检查 CHENGXIN_ENGINE。")


def open_engine(settings: Settings) -> Engine:
    """The engine that the settings name. Each engine's module offers `open_engine(settings)` of its own."""
    if settings.engine not in _OPENERS:
        raise UnknownEngineError(settings.engine)
    opener: Callable[[Settings], Engine] = import_module(_OPENERS[settings.engine]).open_engine
    return opener(settings)
