"""The calendar in the database, and its commands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import command
from core.calendar import actions, cli, importer, queries
from core.calendar.models import CalendarDay, CalendarYear
from core.calendar.rules import DayKind, SpecialDay, Year
from core.db import db, revision, writing

ACTOR = command("test")
NATIONAL_DAY = date(2027, 10, 1)
YEAR = Year(2027, "国办发明电〔2026〕1号", {NATIONAL_DAY: SpecialDay(DayKind.HOLIDAY, "国庆节")})
FILE = """date,kind,name
2027-01-01,holiday,元旦
2027-05-01,holiday,劳动节
2027-10-01,holiday,国庆节
"""


def load(year: Year) -> None:
    with writing():
        actions.load(ACTOR, year)


def run(app: Flask, *arguments: object) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(cli.commands, [str(part) for part in arguments])
    return result.exit_code, result.output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "2027.csv"
    path.write_bytes(FILE.encode("gb18030"))
    return path


@pytest.mark.usefixtures("app")
def test_nothing_loaded_is_nothing_known() -> None:
    assert not queries.calendar().knows(NATIONAL_DAY)
    assert queries.calendar().kind(NATIONAL_DAY) is None


@pytest.mark.usefixtures("app")
def test_loaded_year_is_known_at_once() -> None:
    queries.calendar()
    load(YEAR)
    calendar = queries.calendar()
    assert calendar.knows(date(2027, 3, 1))
    assert not calendar.knows(date(2028, 1, 1))
    assert calendar.kind(NATIONAL_DAY) is DayKind.HOLIDAY
    assert calendar.special(NATIONAL_DAY) == SpecialDay(DayKind.HOLIDAY, "国庆节", "")
    assert queries.calendar() is calendar


@pytest.mark.usefixtures("app")
def test_loading_again_replaces_the_year_alone() -> None:
    load(YEAR)
    load(Year(2028, "x", {date(2028, 1, 1): SpecialDay(DayKind.HOLIDAY, "元旦")}))
    corrected = Year(2027, "更正", {date(2027, 10, 2): SpecialDay(DayKind.HOLIDAY, "国庆节", "N")})
    load(corrected)
    assert queries.loaded()[2027] == corrected
    assert list(queries.loaded()) == [2027, 2028]
    assert list(queries.calendar().days) == [date(2027, 10, 2), date(2028, 1, 1)]


@pytest.mark.usefixtures("app")
def test_database_refuses_a_kind_that_is_none() -> None:
    load(YEAR)
    feast = sa.update(CalendarDay).values(kind="feast")
    with pytest.raises(sa.exc.IntegrityError), writing():
        db.session.execute(feast)


def test_seed_twice_writes_once(app: Flask) -> None:
    code, output = run(app, "seed")
    assert (code, "2026: 39 days added" in output) == (0, True)
    assert queries.loaded() == {year.year: year for year in importer.packaged()}
    before = revision("network")
    assert run(app, "seed") == (0, "nothing to change\n")
    assert revision("network") == before


def test_seed_leaves_other_sources_alone_and_renews_its_own(app: Flask) -> None:
    day = {date(2026, 10, 1): SpecialDay(DayKind.HOLIDAY, "国庆节")}
    load(Year(2026, "国务院办公厅", day))
    load(Year(2025, "PyPI chinesecalendar 1.0.0", {}))
    assert run(app, "seed")[0] == 0
    assert queries.loaded()[2026] == Year(2026, "国务院办公厅", day)
    assert queries.loaded()[2025].source == importer.PACKAGE
    assert len(queries.loaded()[2025].days) == 33


def test_import(app: Flask, file: Path) -> None:
    code, output = run(app, "import", file, "--source", "通知")
    assert (code, output) == (0, "2027: 3 days added, 0 altered, 0 removed (通知)\n")
    assert queries.calendar().special(NATIONAL_DAY) == SpecialDay(DayKind.HOLIDAY, "国庆节")
    assert db.session.get_one(CalendarYear, 2027).loaded_at.tzinfo is not None


def test_import_says_what_changes(app: Flask, file: Path) -> None:
    load(YEAR)
    file.write_text(FILE.replace("国庆节", "国庆"), encoding="utf-8-sig")
    output = run(app, "import", file, "--source", "通知")[1]
    assert output == "2027: 2 days added, 1 altered, 0 removed (通知)\n"


def test_dry_run_changes_nothing(app: Flask, file: Path) -> None:
    before = revision("network")
    code, output = run(app, "import", file, "--source", "通知", "--dry-run")
    assert code == 0
    assert "2027: 3 days added" in output
    assert "nothing was changed" in output
    assert queries.loaded() == {}
    assert revision("network") == before


def test_bad_file_changes_nothing(app: Flask, file: Path) -> None:
    file.write_text(FILE + "2027-10-04,makeup,国庆节\n", encoding="utf-8")
    code, output = run(app, "import", file, "--source", "通知")
    assert code == 1
    assert "ine 5" in output
    assert "2027-10-04" in output
    assert queries.loaded() == {}


def test_show_gives_back_what_import_takes(app: Flask, file: Path, tmp_path: Path) -> None:
    run(app, "import", file, "--source", "通知")
    result = app.test_cli_runner().invoke(cli.commands, ["show", "2027"])
    assert result.stderr == "通知\n"
    again = tmp_path / "again.csv"
    again.write_text(result.stdout, encoding="utf-8")
    assert run(app, "import", again, "--source", "通知") == (0, "nothing to change\n")


def test_show_of_a_year_not_loaded(app: Flask) -> None:
    code, output = run(app, "show", 2031)
    assert (code, "2031 is not loaded" in output) == (1, True)
