"""Reading the table of periods: the shipped one, or the bureau's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

from flask import Flask, current_app

from core.config import Config, ConfigurationError
from core.rectification.rules import Climb, Period, Periods, Severity

_NAME: Final = "onekm.rectification.periods"
#: The longest period, in working days.
MOST_DAYS: Final = 250


def init_app(app: Flask, config: Config) -> None:
    """Let the app know its periods. Raises ConfigurationError."""
    path = config.rectification_periods
    app.extensions[_NAME] = read(shipped() if path is None else _text(path), str(path or "shipped"))


def periods() -> Periods:
    """The periods of the app that answers."""
    found: Periods = current_app.extensions[_NAME]
    return found


def shipped() -> str:
    return resources.files("core.rectification").joinpath("data/periods.toml").read_text("utf-8")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"ONEKM_RECTIFICATION_PERIODS: {error}") from None


def read(text: str, name: str) -> Periods:
    """The table in *text*. Raises ConfigurationError that names what is wrong with it."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: {error}") from None
    known = {*Severity, "climb", "extension"}
    if told.keys() != known:
        wrong = ", ".join(sorted(map(str, told.keys() ^ known)))
        raise ConfigurationError(f"{name}: missing or unknown: {wrong}")
    severities = {
        one: Period(**_days(told[one], ("days", "again"), f"{name}: {one}")) for one in Severity
    }
    climb = _days(told["climb"], tuple(Climb), f"{name}: climb")
    if not climb[Climb.STATION] <= climb[Climb.COUNTY] <= climb[Climb.CITY]:
        raise ConfigurationError(f"{name}: climb: station, county, city come in this order")
    extension = _days(told["extension"], ("most",), f"{name}: extension")
    return Periods(severities, {level: climb[level] for level in Climb}, extension["most"])


def _days(table: Any, names: tuple[str, ...], where: str) -> dict[str, int]:
    if not isinstance(table, Mapping) or table.keys() != set(names):
        raise ConfigurationError(f"{where}: needs {', '.join(names)} and nothing else")
    for name in names:
        days = table[name]
        if type(days) is not int or not 1 <= days <= MOST_DAYS:
            raise ConfigurationError(f"{where}.{name}: working days from 1 to {MOST_DAYS}")
    return {name: table[name] for name in names}
