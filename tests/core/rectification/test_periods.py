"""The table of periods: the shipped one, a bureau's own, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from core.config import Config, ConfigurationError, read
from core.rectification import importer
from core.rectification.rules import Climb, Severity

OWN = importer.shipped().replace("days = 15", "days = 30")


def test_the_shipped_table_is_whole(app: Flask) -> None:
    with app.app_context():
        found = importer.periods()
    assert found.severities[Severity.GRAVE].days == 3
    assert found.severities[Severity.MINOR].again == 10
    assert found.climb == {Climb.STATION: 1, Climb.COUNTY: 3, Climb.CITY: 7}


def test_a_bureau_says_its_own(
    config: Config, make_app: Callable[[Config], Flask], tmp_path: Path
) -> None:
    file = tmp_path / "periods.toml"
    file.write_text(OWN, "utf-8")
    told = read({"ONEKM_HOME": str(tmp_path), "ONEKM_RECTIFICATION_PERIODS": str(file)})
    app = make_app(replace(config, rectification_periods=told.rectification_periods))
    with app.app_context():
        assert importer.periods().severities[Severity.MINOR].days == 30


def test_a_server_does_not_start_with_a_table_that_is_not_there(
    config: Config, make_app: Callable[[Config], Flask], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="ONEKM_RECTIFICATION_PERIODS"):
        make_app(replace(config, rectification_periods=tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("days = 15", "days = 0", "minor.days: working days from 1 to 250"),
        ("days = 15", "days = 251", "minor.days"),
        ("days = 15", 'days = "15"', "minor.days"),
        ("days = 15", "days = true", "minor.days"),
        ("days = 15", "days = 15.0", "minor.days"),
        ("again = 10", "", "minor: needs days, again"),
        ("again = 10", "again = 10\nmore = 1", "minor: needs days, again"),
        ("[grave]", "[worse]", "missing or unknown: grave, worse"),
        ("county = 3", "county = 9", "come in this order"),
        ("[extension]", "[extension", "Expected"),
        ("most = 20", "most = -1", "extension.most"),
    ],
)
def test_what_is_wrong_is_named(before: str, after: str, told: str) -> None:
    assert before in importer.shipped()
    with pytest.raises(ConfigurationError, match=told):
        importer.read(importer.shipped().replace(before, after), "trial.toml")
