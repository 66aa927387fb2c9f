"""Asking outside: the datum of the answer, the limit of time, and every way it can fail."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from geopy.exc import GeocoderServiceError

from core.config import Config, Mode
from core.geo import Datum, Point, from_wgs84
from stations.finder import geocoder

THERE = Point(37.1653, 122.4867)
ADDRESS = "成山大道 100 号"


def config(name: str | None = "baiduv3", **options: str) -> Config:
    return Config(
        mode=Mode.DEVELOPMENT,
        home=Path(),
        database_url="sqlite://",
        secret_key="a secret of the tests, long enough",
        hotline="12393",
        geocoder=name,
        geocoder_options=options,
        geocoder_timeout=0.2,
    )


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], Any]], dict[str, Any]]:
    """Let the service answer by a function; gives what the service was made with."""

    def answer(by: Callable[[str], Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}

        class Service:
            def __init__(self, **options: str) -> None:
                made.update(options)

            def geocode(self, text: str, timeout: float) -> Any:
                made["timeout"] = timeout
                return by(text)

        monkeypatch.setattr(geocoder, "get_geocoder_for_service", lambda name: Service)
        return made

    return answer


def in_datum(datum: Datum) -> Callable[[str], Any]:
    lat, lon = from_wgs84(THERE, datum)
    return lambda text: SimpleNamespace(latitude=lat, longitude=lon)


@pytest.mark.parametrize(
    ("name", "options", "datum"),
    [
        ("baiduv3", {"api_key": "k"}, Datum.BD09),
        ("Baidu", {"api_key": "k"}, Datum.BD09),
        ("nominatim", {"user_agent": "test"}, Datum.WGS84),
        ("baiduv3", {"datum": "gcj02"}, Datum.GCJ02),
        ("pelias", {"datum": "bd09"}, Datum.BD09),
    ],
)
def test_answers_are_read_in_the_datum_of_the_service(
    answering: Callable[..., dict[str, Any]], name: str, options: dict[str, str], datum: Datum
) -> None:
    made = answering(in_datum(datum))
    found = geocoder.locate(ADDRESS, config(name, **options))
    assert found is not None
    assert (found.lat, found.lon) == pytest.approx((THERE.lat, THERE.lon), abs=1e-8)
    options.pop("datum", None)
    assert made == {**options, "timeout": 0.2}


def fail(error: Exception) -> Callable[[str], Any]:
    def answer(text: str) -> Any:
        raise error

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        lambda text: None,
        fail(GeocoderServiceError(f"refused {ADDRESS}")),
        lambda text: SimpleNamespace(latitude=0.0, longitude=0.0),
        lambda text: SimpleNamespace(latitude=48.85, longitude=2.35),
        lambda text: SimpleNamespace(latitude=float("nan"), longitude=122.0),
    ],
)
def test_a_failure_is_no_position_and_tells_no_address(
    answering: Callable[..., dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
    answer: Callable[[str], Any],
) -> None:
    answering(answer)
    with caplog.at_level(logging.DEBUG):
        assert geocoder.locate(ADDRESS, config()) is None
    assert ADDRESS not in caplog.text


def test_nobody_waits_for_who_does_not_answer(
    answering: Callable[..., dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    given_up = threading.Event()
    told: list[str] = []

    def answer(_text: str) -> None:
        told.append("asked")
        given_up.wait(60)
        told.append("answered")

    answering(answer)
    with caplog.at_level(logging.DEBUG):
        assert geocoder.locate(ADDRESS, config()) is None
    assert told == ["asked"]
    given_up.set()
    assert ADDRESS not in caplog.text


def test_wrongly_configured(caplog: pytest.LogCaptureFixture) -> None:
    for wrong in (config("nosuch"), config("nominatim", nosuch="x"), config("baiduv3", datum="x")):
        assert geocoder.locate(ADDRESS, wrong) is None
    assert caplog.text.count("geocoder") >= 3


def test_none_configured(answering: Callable[..., dict[str, Any]]) -> None:
    answering(fail(AssertionError("nobody is to be asked")))
    assert geocoder.locate(ADDRESS, config(None)) is None
