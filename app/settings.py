"""The only reader of the environment. docs/administrators/settings.md describes each setting."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, Field, SecretStr, StringConstraints, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
MINIMUM_SECRET_LENGTH = 32
Text = TypeVar("Text", str, SecretStr)
MAIL_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
PROVIDER_NAME = re.compile(r"[a-z0-9_-]{1,40}")


class SettingsError(Exception):
    """A mistake in the settings, in one sentence for the administrator."""


def is_safe_address(url: str) -> bool:
    """Whether secrets may travel to this address: by https, or by http without leaving the machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or not url.isascii() or not url.isprintable() or " " in url:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class OidcProvider(BaseModel):
    """One OpenID Connect provider: DINGEN_OIDC__<NAME>__ISSUER and so on."""

    issuer: Annotated[str, StringConstraints(max_length=300)]
    client_id: str
    client_secret: SecretStr
    label: str = ""

    @field_validator("issuer")
    @classmethod
    def _safe_issuer(cls, value: str) -> str:
        """As it was written: an issuer is compared by letter, and a slash at its end belongs to it."""
        if not is_safe_address(value) or "?" in value or "#" in value:
            raise PydanticCustomError(
                "issuer", "must be an address that starts with https:// (http:// only for this machine)"
            )
        return value

    @field_validator("client_id", "client_secret")
    @classmethod
    def _filled_in(cls, value: Text) -> Text:
        if not value:
            raise PydanticCustomError("empty", "must not be empty")
        return value


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed in. `tls` is "implicit" (RFC 8314), "starttls" (RFC 3207) or "" for none."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)


def smtp_server(url: str) -> SmtpServer:
    """`smtps://user:password@host`, or `smtp://…` with STARTTLS, which only a server on the same machine, or
    one marked `?starttls=no`, may do without. Raises ValueError with the reason."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError("has a port that is no number") from error
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path not in ("", "/"):
        raise ValueError("must be an address such as smtp://user:password@mail.example.org:587")
    if parts.query not in ("", "starttls=no"):
        raise ValueError("knows no other option than ?starttls=no")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    plain = parts.query == "starttls=no" or _is_loopback(host)
    if parts.scheme == "smtps":
        return SmtpServer(host, port or 465, "implicit", user, password)
    if user and parts.query and not _is_loopback(host):
        raise ValueError("would send the password unprotected: take ?starttls=no away, or use smtps://")
    return SmtpServer(host, port or 587, "" if plain else "starttls", user, password)


class Settings(BaseSettings):
    """Each field is the environment variable DINGEN_<FIELD>, or a line in `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="DINGEN_", env_file=".env", env_nested_delimiter="__", extra="ignore"
    )

    mode: Literal["production", "demo"] = "production"
    database_url: str = f"sqlite:///{ROOT / 'var' / 'dingen.db'}"
    content_dir: Path = ROOT / "content"
    secret_key: SecretStr = SecretStr("")
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: SecretStr = SecretStr("")
    mail_from: str | None = None
    mail_dir: Path = ROOT / "var" / "mail"
    work_inside: bool = True
    oidc: dict[str, OidcProvider] = Field(default_factory=dict)
    time_zone: str = "Europe/Brussels"
    threads: int = Field(default=4, ge=1, le=200)
    hashing_threads: int = Field(default=2, ge=1, le=32)
    trusted_proxies: str = "127.0.0.1"

    @field_validator("base_url")
    @classmethod
    def _origin_only(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must be an address such as https://dingen.example.org")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            try:
                smtp_server(value.get_secret_value())
            except ValueError as error:
                raise PydanticCustomError("smtp", str(error)) from error
        return value

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, value: str | None) -> str | None:
        if value and not MAIL_ADDRESS.fullmatch(value):
            raise PydanticCustomError("address", "must be an e-mail address such as things@example.org")
        return value

    @field_validator("oidc")
    @classmethod
    def _names_in_addresses(cls, value: dict[str, OidcProvider]) -> dict[str, OidcProvider]:
        providers = {name.lower(): provider for name, provider in value.items()}
        for name in providers:
            if not PROVIDER_NAME.fullmatch(name):
                raise PydanticCustomError(
                    "provider", "has a name that does not fit into an address: use letters, digits, - and _"
                )
        return providers

    @cached_property
    def demo(self) -> bool:
        return self.mode == "demo"

    @cached_property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @cached_property
    def smtp(self) -> SmtpServer | None:
        url = self.smtp_url.get_secret_value()
        return smtp_server(url) if url else None

    @cached_property
    def sender(self) -> str:
        """The address that mail comes from."""
        return self.mail_from or f"no-reply@{urlsplit(self.base_url).hostname}"

    @cached_property
    def sqlalchemy_url(self) -> str:
        """`database_url` with the one driver we use for each database."""
        for prefix in ("postgresql://", "postgres://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url

    def secret(self) -> str:
        """The key that signs cookies. Raises SettingsError where it is missing or too short to be secret."""
        key = self.secret_key.get_secret_value()
        if len(key) < MINIMUM_SECRET_LENGTH:
            raise SettingsError(
                f"DINGEN_SECRET_KEY is {'missing' if not key else 'too short'}: set it to at least "
                f"{MINIMUM_SECRET_LENGTH} random characters, for example from "
                "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
            )
        return key
