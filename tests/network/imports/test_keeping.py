"""Rows that are let go of: of files that failed, not of those that are read anew meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db import db, writing
from core.errors import BadInput
from core.imports import actions, jobs
from core.imports.rules import State
from core.jobs.rules import Stopped
from network.imports import queries
from network.imports.jobs import WORKS
from network.imports.models import ImportRow, ImportRun
from network.imports.queries import FILES, File
from tests.core.imports.made import nothing, work
from tests.core.sheets.made import csv_file
from tests.network.conftest import Made
from tests.network.imports.made import ACTOR, GOOD, HEADINGS, again, tried

NAMES = "东西南北中"


@pytest.fixture
def file(made: Made, tmp_path: Path) -> File:
    """Five new sites, and their headings: six rows."""
    rows = [(f"{name}村医保站", *GOOD[1:4], "", "", GOOD[6]) for name in NAMES]
    return tried(csv_file(tmp_path / "a.csv", HEADINGS, *rows))


def kept() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(ImportRow)) or 0


def test_a_file_whose_trial_breaks_off_says_why_and_keeps_nothing(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_GOING", 2)
    with monkeypatch.context() as broken:
        broken.setattr(queries, "service_ids", lambda _on: (_ for _ in ()).throw(BadInput("坏了")))
        with pytest.raises(BadInput):
            again(file)
    failed = queries.find(ACTOR, file.uuid)
    assert (failed.state, failed.notices, failed.digest) == (State.FAILED, ["坏了"], "")
    assert kept() == 0
    WORKS.read_and_try(ACTOR, file.uuid, nothing, nothing)
    whole = queries.find(ACTOR, file.uuid)
    assert (whole.state, whole.counts, whole.digest) == (State.READY, file.counts, file.digest)


def test_a_file_whose_reading_somebody_stops_says_so(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_done: int, _total: int) -> None:
        raise Stopped

    monkeypatch.setattr(jobs, "url_for", lambda _endpoint, uuid: uuid)
    monkeypatch.setattr(jobs, "told", lambda _run, _words: stop)
    with writing():
        actions.reopen(FILES, file.id)
        WORKS.start_reading(ACTOR, file.uuid, read=False)
    work()
    stopped = queries.find(ACTOR, file.uuid)
    assert (stopped.state, kept()) == (State.FAILED, 0)
    assert "被停止" in stopped.notices[0]


def test_the_rows_of_a_file_that_is_read_anew_meanwhile_stay(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = actions._let_go

    def late(files: object, run_id: int) -> None:
        with writing():
            actions.reopen(FILES, run_id)
        let_go(FILES, run_id)

    monkeypatch.setattr(actions, "_let_go", late)
    actions.failed(FILES, file.uuid, "坏了")
    assert kept() == len(NAMES) + 1


def test_what_was_found_in_files_of_before_is_still_told(file: File) -> None:
    with writing():
        words = '[["隐藏的工作表“%(sheet)s”没有读。", {"sheet": "旧表"}]]'
        db.session.execute(sa.update(ImportRun).values(notices=words))
    assert queries.find(ACTOR, file.uuid).notices == ["隐藏的工作表“旧表”没有读。"]
