"""Settings shared by every room, from `CHENGXIN_*` in the environment, `chengxin.toml`, and files of secrets."""

import os
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

# Where systemd puts what LoadCredential= names, and where Docker puts a container's secrets.
CREDENTIALS_FOLDER: Final = "CREDENTIALS_DIRECTORY"
SECRETS_FOLDER: Final = Path("/run/secrets")


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
    engine: str = Field(
        default="embedded", description="Which search engine answers: `embedded`, `elasticsearch` or `meilisearch`."
    )

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
            SecretsSettingsSource(settings_cls, secrets_dir=_secrets_folder()),
        )


def _secrets_folder() -> Path | None:
    """The folder whose files, such as `chengxin_database_url`, each hold one setting; None where there is none."""
    folder = Path(os.environ.get(CREDENTIALS_FOLDER) or SECRETS_FOLDER)
    return folder if folder.is_dir() else None
