"""What an operator may set of the site, beside the settings that every room shares."""

from typing import Literal

from credit_records.settings import Settings
from pydantic import Field, HttpUrl


class SiteSettings(Settings):
    """Each field's description is its help text in the docs."""

    public_url: HttpUrl | None = Field(
        default=None,
        description="Address at which the public reaches the site, such as `https://credit.example.cn`: used in "
        "canonical links, the sitemap and robots.txt. Where it is not set, the address of each request is used.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1,::1",
        description="Addresses or networks of reverse proxies, separated by commas: from them alone a visitor's "
        "address and the use of TLS are believed (`X-Forwarded-For`, `X-Forwarded-Proto`).",
    )
    push_calls_per_minute: int = Field(
        default=600,
        ge=1,
        le=1_000_000,
        description="How many times a minute each provider may push records; a call holds up to 10,000 rows.",
    )
    log_requests: bool = Field(
        default=False,
        description="Write one JSON line for each request: route, status, milliseconds and request id, never what was "
        "searched for.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO",
        description="The least level that is logged: DEBUG, INFO, WARNING or ERROR.",
    )
