"""Whoever imports is killed at any moment: the register has the whole file or nothing of it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
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
from tests.network.conftest import Made
from tests.network.imports.made import ACTOR, GOOD, HEADINGS, sent, tried

ROWS: Final = 1500
KILLS: Final = 2

#: Reads, tries and applies the file, wherever it was left.
PROGRAM: Final = """
import sys
from core.access import command
from core.db import db
from network.imports import applying, queries
from network.imports.jobs import WORKS
from wsgi import create_app

with create_app().app_context():
    actor, uuid = command("test"), sys.argv[1]
    print("ready", flush=True)
    while queries.find(actor, uuid).state != "applied":
        WORKS.read_and_try(actor, uuid, lambda *_: None, lambda *_: None)
        applying.apply(actor, uuid, queries.find(actor, uuid).digest)
    print("done", flush=True)
"""


#: Applies the file over and over; each time its process, forked off, kills itself at another
#: statement.  Says so, and goes on when told to.
KILLED_AT_STATEMENTS: Final = """
import os, signal, sys
import sqlalchemy as sa
from core.access import command
from core.db import db
from core.sites import arrivals
from network.imports import applying, entering, queries
from wsgi import create_app

app = create_app()
actor, uuid, step, last = command("test"), sys.argv[1], int(sys.argv[2]), 1
entering.AT_ONCE = arrivals.AT_ONCE = 20

def apply(last):
    done = 0

    def kill(*_):
        nonlocal done
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "commit"):
        sa.event.listen(db.engine, name, kill)
    file = queries.find(actor, uuid)
    if file.state == "applied":
        arrivals.sweep(queries.batch_of(file.id))
    else:
        applying.apply(actor, uuid, file.digest)

print("ready", flush=True)
while True:
    input()
    child = os.fork()
    if not child:
        with app.app_context():
            apply(last)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print("killed" if os.WIFSIGNALED(status) else f"done {status}", flush=True)
    last += step
"""


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


def environment(config: Config) -> dict[str, str]:
    return os.environ | {
        "ONEKM_HOME": str(config.home),
        "ONEKM_DATABASE_URL": config.database_url,
        "ONEKM_SECRET_KEY": config.secret_key,
    }


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
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, uuid],
            env=environment(config),
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(random_.uniform(0, 2.5) * (kill + 1))
            process.kill()
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
    made: Made, app: Flask, config: Config, tmp_path: Path
) -> None:
    letters = "东西南北中上下前后大小新老山水河海林田园桥石沙金银玉龙凤云风花果木竹松柏"
    rows = [(f"{a}{b}药店", *GOOD[1:4], "", "", GOOD[6]) for a in letters for b in "甲乙"][:FEW]
    file = tried(csv_file(tmp_path / "a.csv", HEADINGS, *rows))
    before = counted()
    whole = tuple(count + FEW for count in before)
    seen: list[tuple[str, tuple[int, ...]]] = []
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_AT_STATEMENTS, file.uuid, str(STEP)],
        env=environment(config),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        while not seen or seen[-1][0] == "killed":
            print(file=process.stdin, flush=True)
            seen.append((process.stdout.readline().strip(), counted()))
        process.kill()
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
