"""Settings shared by every room, from `CHENGXIN_*` in the environment, then from `chengxin.toml`."""

from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class Settings(BaseSettings):
    """What an operator may set. Each field's description is its help text in the docs."""

    model_config = SettingsConfigDict(env_prefix="CHENGXIN_", toml_file="chengxin.toml", extra="ignore", frozen=True)

    data_dir: Path = Field(
        default=Path("data"), description="Everything that the program writes lies under this folder."
    )
    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of the database; a SQLite file in the data folder where it is not set.",
    )
    city: str = Field(
        default="lanzhou", description="Which city runs the site: a file name in the catalogue's `cities` folder."
    )
    inbox_dir: Path | None = Field(
        default=None,
        description="Folder in which providers put their files, one folder each; `inbox` in the data folder where it "
        "is not set.",
    )
    engine: str = Field(default="embedded", description="Which search engine answers: `embedded` or `elasticsearch`.")

    @cached_property
    def resolved_inbox_dir(self) -> Path:
        return self.inbox_dir or self.data_dir / "inbox"

    @cached_property
    def resolved_database_url(self) -> str:
        if self.database_url:
            return self.database_url
        return f"sqlite:///{(self.data_dir / 'chengxin.db').resolve()}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (
            init_settings,
            env_settings,
            dotenv_settings,
            TomlConfigSettingsSource(settings_cls),
            file_secret_settings,
        )
