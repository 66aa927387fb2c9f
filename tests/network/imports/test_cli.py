"""The import from the shell."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from core.db import db
from core.sites.models import Site
from tests.core.sheets.made import csv_file
from tests.network.conftest import Made
from tests.network.imports.made import GOOD, HEADINGS


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    told = app.test_cli_runner().invoke(args=["sites", "import", *arguments])
    return told.exit_code, told.output


def count() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Site)) or 0


def test_a_file_is_tried_then_imported_then_the_same(
    made: Made, app: Flask, tmp_path: Path
) -> None:
    path = str(csv_file(tmp_path / "a.csv", HEADINGS, GOOD))
    before = count()
    code, told = run(app, path, "--datum", "wgs84", "--dry-run")
    assert (code, "1 to create" in told, "nothing was changed" in told) == (0, True, True)
    assert count() == before
    code, told = run(app, path, "--datum", "wgs84")
    assert (code, "1 sites were imported" in told) == (0, True)
    assert count() == before + 1
    code, told = run(app, path, "--datum", "wgs84")
    assert (code, "nothing was changed" in told) == (0, True)
    assert count() == before + 1


def test_faults_are_told_in_english_and_reported(made: Made, app: Flask, tmp_path: Path) -> None:
    path = str(csv_file(tmp_path / "a.csv", HEADINGS, ("西村医保站", "超市", *GOOD[2:])))
    report = tmp_path / "out.xlsx"
    code, told = run(app, path, "--report", str(report))
    assert code == 1
    assert "B2 “超市” is not known here" in told
    assert "nothing was imported" in told
    assert report.stat().st_size > 0
