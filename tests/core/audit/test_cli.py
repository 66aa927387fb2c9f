"""The commands: whole or not, and the anchors by which it is known."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import LazyString

from core.access import command
from core.audit.actions import record
from core.audit.cli import kept
from core.audit.rules import EventType
from core.clock import today
from core.db import db, writing

TOUCHED = EventType("thing.touched", LazyString(str), LazyString(str), {})

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def three(app: Flask) -> None:
    for code in "abc":
        with writing():
            record(command("tests"), TOUCHED, ("thing", code))


def cut() -> None:
    with writing():
        for change in ("update", "delete"):
            db.session.execute(sa.text(f"DROP TRIGGER audit_event_no_{change}"))
        db.session.execute(sa.text("DELETE FROM audit_event WHERE id = 3"))


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["audit", *arguments])
    return done.exit_code, done.output


def test_an_empty_audit_is_whole(app: Flask) -> None:
    assert run(app, "verify") == (0, "0 events and 0 anchors: whole\n")
    code, line = run(app, "anchor")
    assert (code, line.split()[:2]) == (0, [today().isoformat(), "0"])


def test_a_whole_audit_is_said_to_be(app: Flask, three: None) -> None:
    assert run(app, "verify") == (0, "3 events and 0 anchors: whole\n")


def test_a_break_is_told_and_fails(app: Flask, three: None) -> None:
    with writing():
        db.session.execute(sa.text("DROP TRIGGER audit_event_no_update"))
        db.session.execute(sa.text("UPDATE audit_event SET actor = 'x' WHERE id > 1"))
    code, told = run(app, "verify")
    assert code == 1
    assert "event 2 was altered after it was written; 2 breaks in 3 events" in told


def test_anchors_kept_in_the_data_folder_are_compared(app: Flask, three: None) -> None:
    code, printed = run(app, "anchor", "--keep")
    assert (code, kept().read_text()) == (0, printed)
    assert stat.S_IMODE(kept().stat().st_mode) == 0o600
    run(app, "anchor", "--keep")
    assert kept().read_text() == printed * 2
    assert run(app, "verify") == (0, "3 events and 2 anchors: whole\n")
    cut()
    code, told = run(app, "verify")
    assert (code, "event 3 was anchored and is gone" in told) == (1, True)


def test_anchors_kept_elsewhere_are_compared(app: Flask, three: None, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text(run(app, "anchor")[1])
    assert not kept().exists()
    cut()
    assert run(app, "verify")[0] == 0
    assert run(app, "verify", "--anchors", str(elsewhere))[0] == 1


def test_what_is_no_anchor_is_named(app: Flask, three: None, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("\n2026-11-22 3 ab\n")
    code, told = run(app, "verify", "--anchors", str(wrong))
    assert (code, "line 2: no anchor" in told) == (1, True)
