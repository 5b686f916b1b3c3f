"""What an operator may set of the ways in, beside the settings that every room shares."""

import os
from typing import Annotated

from credit_records.settings import Settings
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class PullSettings(BaseModel):
    """One table or view of a department's database, asked again and again for what is new in it.

    Attributes:
        mark: the column that grows with every change, such as the time of the last one.
        key: the column that tells rows apart.
        every: seconds between two looks.
        batch: rows asked for at once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    provider: Name
    kind: str
    url: str | None = None
    url_env: str | None = None
    table: str | None = None
    query: str | None = None
    mark: str
    key: str
    every: float = Field(default=60.0, gt=0)
    batch: int = Field(default=5_000, gt=0, le=40_000)

    @model_validator(mode="after")
    def _one_of_each(self) -> "PullSettings":
        if (self.url is None) == (self.url_env is None):
            message = "one of `url` and `url_env` says where the database is"
            raise ValueError(message)
        if (self.table is None) == (self.query is None):
            message = "one of `table` and `query` says what to read"
            raise ValueError(message)
        return self

    @property
    def address(self) -> str | None:
        """The URL; None where the variable that should hold it is not set."""
        return self.url if self.url_env is None else os.environ.get(self.url_env)


class IndexerSettings(Settings):
    """Each field's description is its help text in the docs."""

    pulls: tuple[PullSettings, ...] = Field(
        default=(),
        description="Tables of departments' databases that are pulled by a high-water mark, each a `[[pulls]]` table "
        "of `chengxin.toml`.",
    )

    @model_validator(mode="after")
    def _names_differ(self) -> "IndexerSettings":
        names = [pull.name for pull in self.pulls]
        if len(set(names)) < len(names):
            message = "two pulls have one name"
            raise ValueError(message)
        return self
