"""What an operator may set of the Elasticsearch engine, beside the settings that every room shares."""

from typing import Self
from urllib.parse import urlsplit

from credit_records.settings import Settings
from pydantic import Field, FilePath, SecretStr, field_validator


class ElasticsearchSettings(Settings):
    """Each field's description is its help text in the docs."""

    elasticsearch_url: str = Field(
        default="http://127.0.0.1:9200",
        description="Address of Elasticsearch with its port; several nodes of one cluster are separated by commas.",
    )
    elasticsearch_credentials: SecretStr | None = Field(
        default=None,
        description="`user:password`, or an API key as Elasticsearch gives it, encoded. Better kept in a file.",
    )
    elasticsearch_credentials_file: FilePath | None = Field(
        default=None, description="A file that holds the same, such as a secret that the container is given."
    )
    elasticsearch_ca_file: FilePath | None = Field(
        default=None, description="Certificate of the authority that signed Elasticsearch's own, in PEM."
    )
    elasticsearch_prefix: str = Field(
        default="chengxin",
        pattern=r"^[a-z][a-z0-9_]*$",
        description="What the names of its indexes begin with; one for each site where several share a cluster.",
    )
    elasticsearch_timeout: float = Field(
        default=3.0, gt=0, description="Seconds within which a search must be answered; then the search is resting."
    )
    elasticsearch_shards: int = Field(
        default=1, ge=1, le=1024, description="Shards of each index made from now on; see docs/scale.md."
    )
    elasticsearch_replicas: str = Field(
        default="0-1",
        pattern=r"^\d+-(\d+|all)$",
        description="Least and most copies of each shard beside the first, as many as there are nodes for.",
    )

    @field_validator("elasticsearch_url")
    @classmethod
    def _with_port(cls, url: str) -> str:
        for host in hosts_of(url):
            parts = urlsplit(host)
            if parts.scheme not in ("http", "https") or not parts.hostname or not parts.port:
                raise ValueError(f"{host or '空'} 不是完整的地址，应当像 https://search.example.cn:9200，端口也要写上")
        return url

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The shared settings with this engine's own, which come from the environment and the file."""
        return settings if isinstance(settings, cls) else cls(**settings.model_dump())

    @property
    def hosts(self) -> list[str]:
        return hosts_of(self.elasticsearch_url)

    @property
    def credentials(self) -> str | None:
        """The credentials themselves, from the file where one is named."""
        if self.elasticsearch_credentials_file is not None:
            return self.elasticsearch_credentials_file.read_text(encoding="utf-8").strip()
        return self.elasticsearch_credentials.get_secret_value() if self.elasticsearch_credentials else None


def hosts_of(url: str) -> list[str]:
    return [host.strip() for host in url.split(",")]
