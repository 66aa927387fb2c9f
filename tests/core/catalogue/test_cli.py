"""The commands, as an operator gives them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from core.catalogue import cli, importer, queries
from core.catalogue.models import Service
from core.db import db, revision

GOOD = importer.SHIPPED.read_text(encoding="utf-8")
DAY = date(2022, 3, 8)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(cli.commands, arguments)


def stored() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Service)) or 0


def test_without_a_file_the_shipped_services_are_loaded(app: Flask) -> None:
    result = run(app, "import", "--on", "2022-03-08")
    assert result.exit_code == 0, result.output
    assert "created: 002036001002 职工参保登记" in result.output
    assert "21 created, 0 changed, 0 corrected, 0 unchanged" in result.output
    assert "warning: " in result.output
    assert stored() == 21


def test_the_same_file_twice_says_that_nothing_changes(app: Flask) -> None:
    run(app, "import", "--on", "2022-03-08")
    result = run(app, "import", "--on", "2022-03-08")
    assert "0 created, 0 changed, 0 corrected, 21 unchanged" in result.output
    assert "nothing to change" in result.output


def test_a_dry_run_tells_the_same_and_stores_nothing(app: Flask) -> None:
    result = run(app, "import", "--on", "2022-03-08", "--dry-run")
    assert result.exit_code == 0
    assert "21 created" in result.output
    assert "nothing was stored" in result.output
    assert stored() == 0
    assert revision("network") == 0


def test_a_change_names_its_fields_and_an_absent_service_is_left(
    app: Flask, tmp_path: Path
) -> None:
    run(app, "import", "--on", "2022-03-08")
    head, _, tail = GOOD.replace("statutory = 15", "statutory = 12").rpartition("[[services]]")
    file = tmp_path / "services.toml"
    file.write_text(head, encoding="utf-8")
    assert "002036008002" in tail
    result = run(app, "import", str(file), "--on", "2024-01-01")
    assert "changed: 002036003002 转移接续手续办理 (statutory)" in result.output
    assert "left as it is: 002036008002" in result.output
    assert stored() == 21
    corrected = run(app, "import", "--on", "2024-01-01")
    assert "corrected: 002036003002 转移接续手续办理 (statutory)" in corrected.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace('code = "002036001003"', 'code = "002036001002"'), "002036001002 code"),
        (GOOD.replace('"app"]', '"fax"]', 1), "channels[3]"),
        (GOOD.replace('of = ["jiujiang"]', 'of = ["nowhere"]', 1), "nowhere"),
        ("code;name", "TOML"),
        ("x" * 1_000_000, "TOML"),
    ],
    ids=["doubled code", "unknown channel", "unknown document", "no TOML", "garbage"],
)
def test_a_broken_file_is_told_and_changes_nothing(
    app: Flask, tmp_path: Path, text: str, words: str
) -> None:
    run(app, "import", "--on", "2022-03-08")
    before = queries.catalogue(DAY)
    file = tmp_path / "services.toml"
    file.write_text(text, encoding="utf-8")
    result = run(app, "import", str(file), "--on", "2024-01-01")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert words in result.output
    assert queries.catalogue(DAY) is before


def test_a_day_before_the_first_is_refused(app: Flask) -> None:
    run(app, "import", "--on", "2022-03-08")
    result = run(app, "import", "--on", "2021-01-01")
    assert result.exit_code == 1
    assert "2021-01-01" in result.output


def test_list_shows_a_day(app: Flask) -> None:
    run(app, "import", "--on", "2022-03-08")
    result = run(app, "list", "--on", "2022-03-08")
    assert (
        "002036003002  转移接续手续办理  [15 working days by law, unknown promised]"
        in result.output
    )
    assert result.output.endswith("21 services\n")
    assert run(app, "list", "--on", "2022-03-07").output == "0 services\n"
