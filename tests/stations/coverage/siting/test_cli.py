"""``flask coverage siting``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.stations.coverage.made import CITY
from tests.stations.coverage.town import HALLS, Town


def run(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["coverage", "siting", "--region", CITY, *args])


def test_it_says_where_and_with_what_proof(app: Flask, town: Town, tmp_path: Path) -> None:
    out = tmp_path / "siting.geojson"
    result = run(app, "--p", "1", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert "before: 710 of 790 people (89.87%), 4 of 7 settlements (57.14%)" in result.output
    assert "after:  790 of 790 people (100.00%), 7 of 7 settlements (100.00%)" in result.output
    assert "value 80 people, bound 80: proved" in result.output
    assert "80 people newly covered" in result.output
    roles = [one["properties"]["role"] for one in json.loads(out.read_text())["features"]]
    assert roles == ["station", "won", "won", "won"]


def test_the_smallest_number_and_room_for_some(app: Flask, town: Town) -> None:
    told = run(app, "--everybody", "--service", HALLS).output
    assert "value 2 stations, bound 2: proved" in told
    assert "serves 60" in run(app, "--p", "1", "--capacity", "60").output


def test_what_cannot_be_is_told_with_the_settlements(app: Flask, town: Town) -> None:
    result = run(app, "--everybody", "--service", HALLS, "--candidates", "clinics")
    assert result.exit_code != 0
    assert "50  丁 丁: out of reach" in result.output


@pytest.mark.parametrize(
    "args", [[], ["--p", "0"], ["--p", "x"], ["--p", "1", "--must", "x"], ["--p", "1", "--at", "9"]]
)
def test_what_is_asked_wrongly_is_refused(app: Flask, town: Town, args: list[str]) -> None:
    result = run(app, *args)
    assert result.exit_code != 0
    assert result.exception is None or isinstance(result.exception, SystemExit)
