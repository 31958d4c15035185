"""The only reader of the environment. docs/administrators/settings.md describes each setting."""

from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, HttpUrl, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
MINIMUM_SECRET_LENGTH = 32


class SettingsError(Exception):
    """A mistake in the settings, in one sentence for the administrator."""


class OidcProvider(BaseModel):
    """One OpenID Connect provider: DINGEN_OIDC__<NAME>__ISSUER and so on."""

    issuer: HttpUrl
    client_id: str
    client_secret: SecretStr
    label: str = ""


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
    smtp_url: SecretStr | None = None
    oidc: dict[str, OidcProvider] = Field(default_factory=dict)
    time_zone: str = "Europe/Brussels"
    threads: int = Field(default=16, ge=1, le=200)
    hashing_threads: int = Field(default=2, ge=1, le=32)
    trusted_proxies: str = "127.0.0.1"

    @field_validator("base_url")
    @classmethod
    def _origin_only(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must be an address such as https://dingen.example.org")
        return f"{parts.scheme}://{parts.netloc}"

    @cached_property
    def demo(self) -> bool:
        return self.mode == "demo"

    @cached_property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

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
