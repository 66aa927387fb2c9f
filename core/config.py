"""Configuration: the only module that reads the environment.

Every variable begins with ``ONEKM_``; docs/install.md lists them.  Outside production a secret is
made once and kept in the data folder; production refuses to start without its own.
"""

from __future__ import annotations

import json
import math
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from core.geo import Datum


class ConfigurationError(RuntimeError):
    """The environment does not describe a product that may start."""


class Mode(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class PasswordProfile(StrEnum):
    """By whose rules passwords are made: classified protection (等保) or OWASP ASVS."""

    MLPS = "mlps"
    ASVS = "asvs"


@dataclass(frozen=True, slots=True)
class Tiles:
    """A base map: by law it carries its approval number where the public sees it (审图号).

    ``url`` has ``{z}``, ``{x}``, ``{y}`` and, where there are several hosts, ``{s}``, which stands
    for each letter of ``subdomains`` in turn.
    """

    url: str
    datum: Datum
    attribution: str
    approval: str
    subdomains: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Scheme and host of every address that tiles come from."""
        urls = [self.url.replace("{s}", name) for name in self.subdomains] or [self.url]
        return tuple(f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, urls))


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the product is told from outside; times in seconds."""

    mode: Mode
    home: Path
    database_url: str
    secret_key: str
    hotline: str
    #: Scheme and host by which people reach the site, as on a printed QR code.
    address: str | None = None
    tiles: Tiles | None = None
    geocoder: str | None = None
    geocoder_options: Mapping[str, str] | None = None
    geocoder_timeout: float = 2.0
    slow_request: float = 1.0
    trusted_proxies: int = 0
    password_profile: PasswordProfile = PasswordProfile.MLPS
    #: What personal data is encrypted under, the present one first; empty: the secret key.
    data_keys: tuple[str, ...] = ()
    #: Where several machines share the queue of jobs: its Redis; None: a file in the data folder.
    queue_url: str | None = None
    #: The bureau's own table of periods for putting right; None: the shipped one.
    rectification_periods: Path | None = None

    @property
    def production(self) -> bool:
        return self.mode is Mode.PRODUCTION


def read(environ: Mapping[str, str] | None = None) -> Config:
    """The configuration in *environ* (the process's own if None). Raises ConfigurationError."""
    env = os.environ if environ is None else environ
    mode = _mode(env.get("ONEKM_MODE", Mode.DEVELOPMENT))
    home = _home(env.get("ONEKM_HOME", ".onekm"))
    return Config(
        mode=mode,
        home=home,
        database_url=env.get("ONEKM_DATABASE_URL") or f"sqlite:///{home / 'onekm.sqlite3'}",
        secret_key=_secret_key(env.get("ONEKM_SECRET_KEY"), mode, home),
        hotline=env.get("ONEKM_HOTLINE", "12393"),
        address=_address(env.get("ONEKM_ADDRESS")),
        tiles=_tiles(env),
        geocoder=env.get("ONEKM_GEOCODER") or None,
        geocoder_options=_json_object(env, "ONEKM_GEOCODER_OPTIONS"),
        geocoder_timeout=_seconds(env, "ONEKM_GEOCODER_TIMEOUT", 2.0),
        slow_request=_seconds(env, "ONEKM_SLOW_REQUEST", 1.0),
        trusted_proxies=int(_seconds(env, "ONEKM_TRUSTED_PROXIES", 0)),
        password_profile=_password_profile(env.get("ONEKM_PASSWORD_PROFILE")),
        data_keys=_data_keys(env.get("ONEKM_DATA_KEY", "")),
        queue_url=_queue_url(env.get("ONEKM_QUEUE_URL")),
        rectification_periods=_path(env.get("ONEKM_RECTIFICATION_PERIODS")),
    )


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError:
        raise ConfigurationError(f"ONEKM_MODE is {text!r}; say development or production") from None


def _password_profile(text: str | None) -> PasswordProfile:
    try:
        return PasswordProfile(text or PasswordProfile.MLPS)
    except ValueError:
        names = " or ".join(PasswordProfile)
        raise ConfigurationError(f"ONEKM_PASSWORD_PROFILE is {text!r}; say {names}") from None


def _home(text: str) -> Path:
    home = Path(text).resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def _path(text: str | None) -> Path | None:
    return Path(text).resolve() if text else None


def _secret_key(given: str | None, mode: Mode, home: Path) -> str:
    if given is not None and len(given) >= 32:
        return given
    if given is not None:
        raise ConfigurationError("ONEKM_SECRET_KEY is too short: at least 32 characters")
    if mode is Mode.PRODUCTION:
        raise ConfigurationError("ONEKM_SECRET_KEY is not set: production does not invent secrets")
    return _kept_secret(home / "secret-key")


def _data_keys(text: str) -> tuple[str, ...]:
    """The keys in *text*, apart by blanks: the present one, then those it has replaced."""
    keys = tuple(text.split())
    if any(len(key) < 32 for key in keys):
        raise ConfigurationError("a key in ONEKM_DATA_KEY is too short: at least 32 characters")
    return keys


def _queue_url(text: str | None) -> str | None:
    if not text:
        return None
    if urlsplit(text).scheme not in ("redis", "rediss", "unix"):
        raise ConfigurationError("ONEKM_QUEUE_URL is not the address of a Redis: redis://host/0")
    return text


def _kept_secret(path: Path) -> str:
    """The secret in *path*, made there first if need be; two processes starting at once agree."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        secret = secrets.token_urlsafe(48)
        file.write(secret)
    return secret


def _address(text: str | None) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise ConfigurationError("ONEKM_ADDRESS needs scheme and host alone: https://example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _tiles(env: Mapping[str, str]) -> Tiles | None:
    url = env.get("ONEKM_TILES_URL")
    if not url:
        return None
    try:
        datum = Datum(env.get("ONEKM_TILES_DATUM", ""))
    except ValueError:
        raise ConfigurationError(
            f"ONEKM_TILES_DATUM must be one of {', '.join(Datum)}: tiles of an unknown datum"
            " are up to 1.2 km off"
        ) from None
    tiles = Tiles(
        url=url,
        datum=datum,
        attribution=env.get("ONEKM_TILES_ATTRIBUTION", ""),
        approval=env.get("ONEKM_TILES_APPROVAL", ""),
        subdomains=env.get("ONEKM_TILES_SUBDOMAINS", ""),
    )
    if any("{" in host or host.endswith("://") for host in tiles.hosts):
        raise ConfigurationError(
            "ONEKM_TILES_URL needs scheme and host; a {s} in it needs ONEKM_TILES_SUBDOMAINS"
        )
    return tiles


def _json_object(env: Mapping[str, str], name: str) -> Mapping[str, str] | None:
    text = env.get(name)
    if not text:
        return None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigurationError(f"{name} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ConfigurationError(f"{name} must be a JSON object")
    return {str(key): str(item) for key, item in value.items()}


def _seconds(env: Mapping[str, str], name: str, default: float) -> float:
    text = env.get(name)
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ConfigurationError(f"{name} is {text!r}; a number is needed")
    return number
