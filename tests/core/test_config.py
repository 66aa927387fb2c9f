"""What the environment may say."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from core.config import ConfigurationError, Mode, read
from core.geo import Datum


def test_a_bare_environment_is_enough_to_try_it(tmp_path: Path) -> None:
    config = read({"ONEKM_HOME": str(tmp_path)})
    assert config.mode is Mode.DEVELOPMENT
    assert config.database_url == f"sqlite:///{tmp_path}/onekm.sqlite3"
    assert config.tiles is None


def test_the_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = (read({"ONEKM_HOME": str(tmp_path / "home")}) for _ in range(2))
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "home" / "secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


@pytest.mark.parametrize("secret", [None, "", "too short"])
def test_production_does_not_start_without_its_secret(tmp_path: Path, secret: str | None) -> None:
    environ = {"ONEKM_HOME": str(tmp_path), "ONEKM_MODE": "production"}
    if secret is not None:
        environ["ONEKM_SECRET_KEY"] = secret
    with pytest.raises(ConfigurationError, match="ONEKM_SECRET_KEY"):
        read(environ)
    assert not (tmp_path / "secret-key").exists()


def test_tiles_without_a_datum_are_refused(tmp_path: Path) -> None:
    environ = {"ONEKM_HOME": str(tmp_path), "ONEKM_TILES_URL": "https://tiles.example/{z}/{x}/{y}"}
    with pytest.raises(ConfigurationError, match="ONEKM_TILES_DATUM"):
        read(environ)
    tiles = read(environ | {"ONEKM_TILES_DATUM": "gcj02"}).tiles
    assert tiles is not None
    assert tiles.datum is Datum.GCJ02


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ONEKM_MODE", "prod"),
        ("ONEKM_PASSWORD_PROFILE", "strict"),
        ("ONEKM_ADDRESS", "example.org"),
        ("ONEKM_ADDRESS", "https://example.org/path"),
        ("ONEKM_GEOCODER_TIMEOUT", "soon"),
        ("ONEKM_GEOCODER_OPTIONS", "{"),
        ("ONEKM_GEOCODER_OPTIONS", "[]"),
    ],
)
def test_a_value_that_cannot_be_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        read({"ONEKM_HOME": str(tmp_path), name: value})


def test_every_host_of_the_tiles_is_known(tmp_path: Path) -> None:
    environ = {
        "ONEKM_HOME": str(tmp_path),
        "ONEKM_TILES_URL": "https://t{s}.tiles.example/{z}/{x}/{y}",
        "ONEKM_TILES_DATUM": "cgcs2000",
    }
    with pytest.raises(ConfigurationError, match="SUBDOMAINS"):
        read(environ)
    tiles = read(environ | {"ONEKM_TILES_SUBDOMAINS": "01"}).tiles
    assert tiles is not None
    assert tiles.hosts == ("https://t0.tiles.example", "https://t1.tiles.example")


@pytest.mark.parametrize("text", ["1e999", "nan", "-1", "x", "9" * 5000 + "x"])
@pytest.mark.parametrize(
    "name", ["ONEKM_TRUSTED_PROXIES", "ONEKM_SLOW_REQUEST", "ONEKM_GEOCODER_TIMEOUT"]
)
def test_a_number_is_a_number(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        read({"ONEKM_HOME": str(tmp_path), name: text})
