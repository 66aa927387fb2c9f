"""The commands on standards: what they say, what they refuse, what they leave behind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from core.clock import today
from standards import format, queries
from tests.standards.made import FILE, changed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sample.toml"
    path.write_text(FILE, "utf-8")
    return path


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["standards", *map(str, arguments)])


def test_a_file_is_checked(app: Flask, file: Path) -> None:
    told = run(app, "check", file)
    assert told.exit_code == 0
    assert format.digest(FILE) in told.output
    assert queries.published() == ()


def test_every_fault_is_told_with_its_line(app: Flask, file: Path) -> None:
    text = changed("total = 10", "total = 9", changed("weight = 3", "weight = 0"))
    file.write_text(text, "utf-8")
    told = run(app, "check", file)
    assert told.exit_code == 1
    line = text[: text.index("weight = 0")].count("\n") + 1
    assert f"Line {line} hours weight: The number is too small." in told.output
    file.write_text(changed("total = 10", "total = 9"), "utf-8")
    told = run(app, "publish", file, "--in-force", "2026-01-01")
    assert told.exit_code == 1
    assert "Line 7 total: The weights add up to 10, not to 9." in told.output
    assert queries.published() == ()


def test_a_file_is_published(app: Flask, file: Path) -> None:
    assert run(app, "publish", file, "--in-force", "2026-01-01").exit_code == 0
    again = run(app, "publish", file, "--in-force", today() + timedelta(1))
    assert again.exit_code == 1
    assert "the same" in again.output
    file.write_text(changed("meets = 60", "meets = 70"), "utf-8")
    assert run(app, "publish", file, "--in-force", "2026-02-01").exit_code == 1
    assert run(app, "publish", file, "--in-force", today() + timedelta(1)).exit_code == 0
    told = run(app, "list")
    assert "sample 1  in force from 2026-01-01" in told.output
    assert f"sample 2  coming from {today() + timedelta(1)}" in told.output
    assert "2 versions" in told.output


def test_those_of_the_product_are_published_once(app: Flask) -> None:
    assert "6 standards published" in run(app, "seed", "--in-force", "2026-01-01").output
    assert "0 standards published" in run(app, "seed", "--in-force", "2026-01-01").output
