"""Loading settlements from the shell."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from core.clock import today
from core.db import db
from stations.coverage.queries import demand
from tests.core.sheets.made import csv_file
from tests.stations.coverage.demand.made import GOOD, HEADINGS, city
from tests.stations.coverage.made import CITY


@pytest.fixture(autouse=True)
def _city(app: Flask) -> None:
    city()


def load(app: Flask, path: Path, *more: str, year: str = "2020") -> tuple[int, str]:
    line = ["coverage", "load", str(path), "--region", CITY, "--year", year, "--source", "年报"]
    done = app.test_cli_runner().invoke(args=[*line, *more])
    db.session.rollback()
    return done.exit_code, done.output


def test_it_is_tried_then_loaded_then_known(app: Flask, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", HEADINGS, *GOOD)
    code, told = load(app, path, "--datum", "wgs84", "--dry-run")
    assert (code, len(demand(today()))) == (0, 0)
    assert "3 rows: 3 settlements with 2,000 people, 0 wrong, 0 not of a settlement" in told
    assert f"{CITY} 威海市: 2,000 people, census 2,100 (-100, -4.76%)" in told
    assert "nothing was changed" in told
    code, told = load(app, path, "--datum", "wgs84")
    assert code == 0
    assert "3 settlements with 2,000 people were loaded" in told
    assert len(demand(today())) == 3
    code, told = load(app, path, "--datum", "wgs84")
    assert code == 0
    assert "the very same" in told


def test_without_a_datum_nothing_is_loaded(app: Flask, tmp_path: Path) -> None:
    code, told = load(app, csv_file(tmp_path / "a.csv", HEADINGS, *GOOD))
    assert code == 2
    assert "--datum" in told


def test_what_is_wrong_is_told_with_its_cell_and_written_into_the_report(
    app: Flask, tmp_path: Path
) -> None:
    path = csv_file(tmp_path / "a.csv", HEADINGS, *GOOD[:2], (*GOOD[2][:4], "-5"))
    out = tmp_path / "out.xlsx"
    code, told = load(app, path, "--datum", "wgs84", "--report", str(out))
    assert code == 1
    assert "E4 People cannot be fewer than none" in told
    assert "1 rows are wrong: nothing was loaded" in told
    page = load_workbook(out).worksheets[0]
    assert "fewer than none" in str(page["A4"].value)
    assert page["F4"].value == "-5"
    assert len(demand(today())) == 0


def test_a_region_or_year_that_there_is_not_is_told(app: Flask, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", HEADINGS, *GOOD)
    line = ["coverage", "load", str(path), "--region", "371099", "--year", "2020"]
    done = app.test_cli_runner().invoke(args=[*line, "--datum", "wgs84", "--source", "x"])
    assert done.exit_code == 1
    assert "no region with the code 371099" in done.output
    code, told = load(app, path, "--datum", "wgs84", year="1900")
    assert code == 1
    assert "between 1949 and 2100" in told
