"""What the fictional city's names, addresses and scopes are joined from: `vocabulary.toml`, read and checked."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TradeNames(Part):
    """A trade name (字号) is one character of `first` and one of `second`."""

    first: str
    second: str


class Streets(Part):
    roads: tuple[str, ...]
    buildings: tuple[str, ...]
    towns: tuple[str, ...]
    villages: tuple[str, ...]


class Industry(Part):
    """A line of business. `forms` weighs the kinds of subject that are in it; `shop_endings` end a shop's name."""

    name: str
    words: tuple[str, ...] = Field(min_length=1)
    scopes: tuple[str, ...] = Field(min_length=4)
    forms: dict[str, int]
    shop_endings: tuple[str, ...] = Field(min_length=1)


class Vocabulary(Part):
    """All of it. `endings` and `types` are by form: how a name ends, what the declared type says."""

    trade_names: TradeNames
    streets: Streets
    industries: tuple[Industry, ...]
    endings: dict[str, tuple[str, ...]]
    types: dict[str, tuple[str, ...]]


def read_vocabulary() -> Vocabulary:
    path = Path(__file__).with_name("vocabulary.toml")
    return Vocabulary.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
