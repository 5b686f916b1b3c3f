"""What an operator may set of the site, beside the settings that every room shares."""

from pathlib import Path
from typing import Literal

from credit_records.settings import Settings
from pydantic import Field, HttpUrl, SecretStr, ValidationError, ValidationInfo, field_validator


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
    applications_per_hour: int = Field(
        default=60,
        ge=1,
        le=1_000_000,
        description="How many applications, repairs and objections together, may be begun in an hour from one address; "
        "a service hall, whose visitors share one, may want more. Five times as many files may be uploaded.",
    )
    clamav: str | None = Field(
        default=None,
        description="Where clamd listens, to look for viruses in what applicants upload: the path of its socket, or "
        "`host:port`. While it does not answer, no file is taken. Where it is not set, nothing is looked for.",
    )
    paper_fonts: Path | None = Field(
        default=None,
        description="Folder of Chinese fonts to set papers (PDF) in; where it is not set, those that the system has.",
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
    secret_key_file: Path | None = Field(
        default=None,
        description="File of the key that seals the staff's second factors; `secret.key` in the data folder, made when "
        "it is first wanted, where it is not set. Whoever restores a backup needs it too.",
    )
    oidc_issuer: HttpUrl | None = Field(
        default=None,
        description="OpenID Connect: the issuer that vouches for the staff, such as `https://id.example.cn`. Where it "
        "is not set, staff sign in by password alone.",
    )
    oidc_client_id: str | None = Field(default=None, description="OpenID Connect: how the issuer knows this site.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="OpenID Connect: the secret that the issuer gave to this site."
    )
    oidc_title: str = Field(
        default="统一身份认证", description="OpenID Connect: what the issuer is called at the door."
    )
    smtp_host: str | None = Field(
        default=None,
        description="Mail server through which applicants are told of their applications and the desk is reminded of "
        "what is due; without it no mail is sent. Needs `public_url`, because the links in mails must be our own, and "
        "`mail_from`.",
    )
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the conversation with the mail server is encrypted: `starttls`, `tls` from its beginning, or "
        "`none`, for a server on the same machine alone.",
    )
    smtp_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of the mail server; by default 587 for `starttls`, 465 for `tls`, 25 for `none`.",
    )
    smtp_user: str | None = Field(default=None, description="Name to sign in to the mail server with, where it asks.")
    smtp_password_file: Path | None = Field(
        default=None,
        validate_default=True,
        description="File that holds the password for `smtp_user`; read anew at each conversation.",
    )
    mail_from: str | None = Field(
        default=None,
        validate_default=True,
        description="Address that mails come from, such as `no-reply@credit.example.cn`.",
    )

    @field_validator("smtp_host")
    @classmethod
    def _links_are_ours(cls, host: str | None, given: ValidationInfo) -> str | None:
        if host and given.data.get("public_url") is None:
            message = "要发邮件，还须设置 CHENGXIN_PUBLIC_URL：邮件里的链接只用它"
            raise ValueError(message)
        return host or None

    @field_validator("smtp_password_file")
    @classmethod
    def _user_has_a_password(cls, file: Path | None, given: ValidationInfo) -> Path | None:
        if given.data.get("smtp_user") and file is None:
            message = "设置了 CHENGXIN_SMTP_USER，还须写明密码存放的文件"
            raise ValueError(message)
        return file

    @field_validator("mail_from")
    @classmethod
    def _comes_from_somebody(cls, address: str | None, given: ValidationInfo) -> str | None:
        if given.data.get("smtp_host") and not (
            address and "@" in address and address.isascii() and " " not in address
        ):
            message = "要发邮件，须写明发件地址，例如 no-reply@credit.example.cn"
            raise ValueError(message)
        return address


def wrong_settings(error: ValidationError) -> list[str]:
    """A sentence for each setting that can't be."""
    return [_wrong("_".join(map(str, each["loc"])), each["msg"], each["input"]) for each in error.errors()]


def _wrong(name: str, fault: str, given: object) -> str:
    return f"设置 CHENGXIN_{name.upper()} 有误：{fault}（收到的是 {given!r}）。"
