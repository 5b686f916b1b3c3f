"""What an operator may set of the Meilisearch engine, beside the settings that every room shares."""

from typing import Self
from urllib.parse import urlsplit

from credit_records.settings import Settings
from pydantic import Field, FilePath, SecretStr, field_validator


class MeilisearchSettings(Settings):
    """Each field's description is its help text in the docs."""

    meilisearch_url: str = Field(
        default="http://127.0.0.1:7700", description="Address of Meilisearch, 1.18 or later, with its port."
    )
    meilisearch_key: SecretStr | None = Field(
        default=None,
        description="An API key that may do everything with the indexes of this site. Better kept in a file.",
    )
    meilisearch_key_file: FilePath | None = Field(
        default=None, description="A file that holds the same, such as a secret that the container is given."
    )
    meilisearch_prefix: str = Field(
        default="chengxin",
        pattern=r"^[a-z][a-z0-9_]*$",
        description="What the names of its indexes begin with; one for each site where several share a server.",
    )
    meilisearch_timeout: int = Field(
        default=3, ge=1, description="Seconds within which a search must be answered; then the search is resting."
    )

    @field_validator("meilisearch_url")
    @classmethod
    def _with_scheme(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url or '空'} 不是完整的地址，应当像 https://search.example.cn:7700")
        return url.rstrip("/")

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The shared settings with this engine's own, which come from the environment and the file."""
        return settings if isinstance(settings, cls) else cls(**settings.model_dump())

    @property
    def key(self) -> str | None:
        """The key itself, from the file where one is named."""
        if self.meilisearch_key_file is not None:
            return self.meilisearch_key_file.read_text(encoding="utf-8").strip()
        return self.meilisearch_key.get_secret_value() if self.meilisearch_key else None
