"""The commands: results in words, and rows from which anybody can count again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import Once
from tests.stations.coverage.made import CITY, COUNTY, OTHER, VILLAGE
from tests.stations.coverage.points import apart
from tests.stations.coverage.town import COMMON, HALLS, Town, make_empty_town


def run(app: Flask, *args: str, code: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["coverage", *args])
    assert result.exit_code == code, result.output
    return result.output


def test_run_says_the_rule_the_source_and_the_numbers(app: Flask, town: Town) -> None:
    told = run(app, "run")
    assert "straight line of at most 1000.0 m" in told
    assert "population of 2020: 人口普查" in told
    assert f"710 of 790 people (89.87%), 4 of 7 settlements (57.14%)  {CITY} 威海市" in told
    assert "2 sites count" in told


def test_run_tells_each_region_of_a_level_or_each_service(app: Flask, town: Town) -> None:
    counties = run(app, "run", "--by", "county")
    assert f"700 of 780 people (89.74%), 3 of 6 settlements (50.00%)  {COUNTY}" in counties
    assert f"10 of 10 people (100.00%), 1 of 1 settlements (100.00%)  {OTHER}" in counties
    assert VILLAGE in run(app, "run", "--by", "village", "--region", COUNTY)
    services = run(app, "run", "--by", "service")
    assert f"310 of 790 people (39.24%), 3 of 7 settlements (42.86%)  {HALLS}" in services


def test_run_where_nobody_is_known_to_live_says_none_and_not_nought(app: Flask, once: Once) -> None:
    once(make_empty_town)
    told = run(app, "run")
    assert "nobody has said yet who lives where" in told
    assert "0 of 0 people (none)" in told


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--radius", "0", "between 50 m and 50,000 m"),
        ("--radius", "nan", "number"),
        ("--service", "x", "service"),
        ("--region", "999999999999", "999999999999"),
        ("--at", "26:00", "09:30"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    app: Flask, town: Town, option: str, value: str, words: str
) -> None:
    told = run(app, "run", option, value, code=1)
    assert words in told
    assert "Traceback" not in told


def test_site_says_whom_it_reaches_and_who_has_no_other(app: Flask, town: Town) -> None:
    told = run(app, "site", town.hall)
    assert "reaches 310 people" in told
    assert "110 of them have no other site" in told
    assert "100  甲 甲" in told
    assert "乙" not in told
    assert "no site 9999999 counts" in run(app, "site", "9999999", code=1)
    assert "counts" in run(app, "site", town.hall, "--at", "03:00", code=1)


def test_the_rows_of_an_export_give_the_result_to_whoever_counts_again(
    app: Flask, town: Town, tmp_path: Path
) -> None:
    out = tmp_path / "rows.csv"
    told = run(app, "export", "--region", CITY, "--out", str(out))
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        *("code", "name", "lat", "lon", "population", "covered"),
        *("nearest_site", "distance_m"),
    ]
    assert [row["code"] for row in rows] == sorted("甲乙丙丁戊己庚")
    covered = [row for row in rows if float(row["distance_m"]) <= 1000.0]
    assert covered == [row for row in rows if row["covered"] == "1"]
    assert sum(float(row["population"]) for row in covered) == 710.0
    assert "710 of 790 people" in told
    sites = {town.hall: (37.5, 122.1)}
    for row in rows:
        if row["nearest_site"] in sites:
            here = (float(row["lat"]), float(row["lon"]))
            assert float(row["distance_m"]) == pytest.approx(
                apart(here, sites[row["nearest_site"]]), abs=1e-5
            )


def test_an_export_of_a_county_holds_its_own_and_of_no_site_no_distance(
    app: Flask, town: Town, tmp_path: Path
) -> None:
    out = tmp_path / "rows.csv"
    run(app, "export", "--region", OTHER, "--service", HALLS, "--at", "03:00", "--out", str(out))
    with out.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["code"], row["covered"], row["nearest_site"], row["distance_m"]) == (
        "己",
        "0",
        "",
        "",
    )


def test_what_if_says_who_drops_out_and_where_to(app: Flask, town: Town, tmp_path: Path) -> None:
    told = run(app, "what-if", "--close", town.hall)
    assert "before: 710 of 790 people" in told
    assert "after:  600 of 790 people" in told
    assert f"  100  甲 甲, nearest {town.clinic} at 1500.0 m" in told
    assert f"{COMMON}" in told
    both = run(app, "what-if", "--close", town.hall, "--close", town.clinic)
    assert "no site left" in both
    lost = run(app, "what-if", "--lose", f"{town.hall}:{HALLS}", "--service", HALLS)
    assert "drop out: 3 settlements" in lost
    moved = run(app, "what-if", "--move", f"{town.hall}:37.545,122.1")
    assert "are won: 3 settlements" in moved
    file = tmp_path / "changes.json"
    file.write_text(json.dumps([{"site": town.hall, "do": "close"}]), encoding="utf-8")
    assert run(app, "what-if", "--changes", str(file)) == told


def test_what_if_of_nothing_is_refused(app: Flask, town: Town, tmp_path: Path) -> None:
    assert "at least one site" in run(app, "what-if", code=1)
    assert "LAT,LON" in run(app, "what-if", "--move", f"{town.hall}:north", code=2)
    file = tmp_path / "changes.json"
    file.write_text("{", encoding="utf-8")
    assert "not JSON" in run(app, "what-if", "--changes", str(file), code=2)
