"""Whoever imports is killed at any moment: the register has the whole file or nothing of it."""

from __future__ import annotations

import random
import time
from functools import partial
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask

from core.audit.models import AuditBatchMember, AuditEvent
from core.audit.queries import story, verify
from core.config import Config
from core.db import db
from core.sites import arrivals
from core.sites.models import Site, SiteArrival, SiteBatch, SitePeriod
from network.imports import applying, queries
from network.imports.jobs import WORKS
from tests.core.imports.made import nothing
from tests.core.sheets.made import csv_file
from tests.forks import Pipe, forked, killed_at_each_statement
from tests.network.conftest import Made
from tests.network.imports.made import ACTOR, GOOD, HEADINGS, sent, tried

ROWS: Final = 1500
KILLS: Final = 2


def _go_on(uuid: str, _pipe: Pipe) -> None:
    """Reads, tries and applies the file, wherever it was left."""
    while queries.find(ACTOR, uuid).state != "applied":
        WORKS.read_and_try(ACTOR, uuid, nothing, nothing)
        applying.apply(ACTOR, uuid, queries.find(ACTOR, uuid).digest)


def _apply(uuid: str) -> None:
    """Applies the file, or ends what somebody else has begun."""
    file = queries.find(ACTOR, uuid)
    if file.state != "applied":
        applying.apply(ACTOR, uuid, file.digest)
    elif batch_id := queries.batch_of(file.id):
        arrivals.sweep(batch_id)


def counted() -> tuple[int, ...]:
    """What is there: sites with a period, and those periods."""
    there = sa.select(sa.func.count(sa.distinct(SitePeriod.site_id)))
    counts = (there, sa.select(sa.func.count()).select_from(SitePeriod))
    found = tuple(db.session.scalar(count) or 0 for count in counts)
    db.session.rollback()
    return found


def left() -> tuple[int, ...]:
    """What was begun and is not there: sites, what waits of them, members that nobody names."""
    unseen = ~sa.exists().where(SitePeriod.site_id == Site.id)
    unnamed = ~sa.exists().where(AuditEvent.batch_id == AuditBatchMember.batch_id)
    counts = (
        sa.select(sa.func.count()).select_from(Site).where(unseen),
        sa.select(sa.func.count()).select_from(SiteArrival),
        sa.select(sa.func.count()).select_from(SiteBatch),
        sa.select(sa.func.count()).select_from(AuditBatchMember).where(unnamed),
    )
    found = tuple(db.session.scalar(count) or 0 for count in counts)
    db.session.rollback()
    return found


@pytest.mark.long
@pytest.mark.parametrize("seed", [1])
def test_a_killed_import_leaves_all_or_nothing(
    made: Made, app: Flask, config: Config, tmp_path: Path, seed: int
) -> None:
    letters = "东西南北中上下前后大小新老山水河海林田园桥石沙金银玉龙凤云风花果木竹松柏"
    names = [a + b for a in letters for b in letters][: ROWS // 2]
    rows = [
        (f"{name}{end}", *GOOD[1:4], "", "", GOOD[6]) for name in names for end in ("药店", "诊所")
    ]
    uuid = sent(csv_file(tmp_path / "a.csv", HEADINGS, *rows))
    before = counted()
    whole = tuple(count + len(rows) for count in before)
    random_ = random.Random(seed)
    for kill in range(KILLS):
        with forked(config, partial(_go_on, uuid)):
            time.sleep(random_.uniform(0, 2.5) * (kill + 1))
        assert counted() in (before, whole)
    if queries.find(ACTOR, uuid).state != "applied":
        WORKS.read_and_try(ACTOR, uuid, nothing, nothing)
        file = queries.find(ACTOR, uuid)
        assert file.counts == {"create": len(rows)}
        applying.apply(ACTOR, uuid, file.digest)
    elif batch_id := queries.batch_of(queries.find(ACTOR, uuid).id):
        arrivals.sweep(batch_id)
    assert (counted(), left()) == (whole, (0, 0, 0, 0))
    names_kept = sa.select(sa.func.count(sa.distinct(Site.name))).where(Site.phone == GOOD[3])
    assert db.session.scalar(names_kept) == len(rows)
    db.session.rollback()
    assert verify().breaks == 0


FEW: Final = 50
STEP: Final = 4


@pytest.mark.long
def test_whoever_is_killed_at_any_statement_leaves_all_or_nothing(
    made: Made, app: Flask, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("network.imports.entering", "core.sites.arrivals"):
        monkeypatch.setattr(f"{room}.AT_ONCE", 20)
    letters = "东西南北中上下前后大小新老山水河海林田园桥石沙金银玉龙凤云风花果木竹松柏"
    rows = [(f"{a}{b}药店", *GOOD[1:4], "", "", GOOD[6]) for a in letters for b in "甲乙"][:FEW]
    file = tried(csv_file(tmp_path / "a.csv", HEADINGS, *rows))
    before = counted()
    whole = tuple(count + FEW for count in before)
    seen: list[tuple[str, tuple[int, ...]]] = []
    with forked(config, killed_at_each_statement(partial(_apply, file.uuid), STEP)) as pipe:
        while not seen or seen[-1][0] == "killed":
            pipe.send("once more")
            seen.append((pipe.recv(), counted()))
    found = [counts for _end, counts in seen]
    assert len(found) > 10
    assert found == sorted(found)
    assert set(found) == {before, whole}
    assert seen[-1][0] == "done 0"
    assert left() == (0, 0, 0, 0)
    assert len(story("site", _code(rows[-1][0]), 10)) == 1
    db.session.rollback()
    assert verify().breaks == 0


def _code(name: str) -> str:
    return db.session.scalars(sa.select(Site.code).where(Site.name == name)).one()
