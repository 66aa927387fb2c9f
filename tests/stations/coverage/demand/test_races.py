"""Files that come to count at the same time, and whoever is killed at any statement."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask

from core.audit.queries import verify
from core.config import Config
from core.db import db
from stations.coverage.demand import actions, queries
from stations.coverage.models import PopulationSet, Settlement
from tests.stations.coverage.demand.made import GOOD, city, of_rows
from tests.stations.coverage.made import ACTOR

MANY: Final = 4
ROUNDS: Final = 2

#: Lets files count when told to, and says what came of each.
RACER: Final = """
import sys
from core.access import command
from core.db import db
from core.errors import Conflict
from stations.coverage.demand import actions, queries
from wsgi import create_app

with create_app().app_context():
    print("ready", flush=True)
    for line in sys.stdin:
        uuid, digest = line.split()
        try:
            actions.apply(command("test"), uuid, digest)
            print("taken", flush=True)
        except Conflict:
            print("conflict", flush=True)
        db.session.rollback()
"""

#: Lets a file count over and over; each time its process, forked off, kills itself at another
#: statement.  Says so, and goes on when told to.
KILLED: Final = """
import os, signal, sys
import sqlalchemy as sa
from core.access import command
from core.db import db
from stations.coverage.demand import actions, queries
from wsgi import create_app

app = create_app()
actor, uuid, last = command("test"), sys.argv[1], 1

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
    if file.state != "applied":
        actions.apply(actor, uuid, file.digest)

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
    last += 1
"""


@pytest.fixture(autouse=True)
def _city(app: Flask) -> None:
    city()


def begun(config: Config, program: str, *arguments: str) -> subprocess.Popen[str]:
    told = os.environ | {
        "ONEKM_HOME": str(config.home),
        "ONEKM_DATABASE_URL": config.database_url,
        "ONEKM_SECRET_KEY": config.secret_key,
    }
    command = [sys.executable, "-c", program, *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=told, stdin=pipe, stdout=pipe, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    print(line, file=process.stdin, flush=True)


def counted() -> tuple[int, int, int]:
    """Sets in use, sets in all, settlements."""
    in_use = sa.select(sa.func.count()).where(PopulationSet.replaced_at.is_(None))
    counts = (
        in_use,
        sa.select(sa.func.count()).select_from(PopulationSet),
        sa.select(sa.func.count()).select_from(Settlement),
    )
    found = tuple(db.session.scalar(count) or 0 for count in counts)
    db.session.rollback()
    return found[0], found[1], found[2]


@pytest.mark.long
def test_of_many_at_once_one_is_taken_each_time(config: Config, tmp_path: Path) -> None:
    processes = [begun(config, RACER) for _ in range(MANY)]
    try:
        assert {said(process) for process in processes} == {"ready"}
        for round_ in range(ROUNDS):
            files = [
                of_rows(tmp_path, (*GOOD[0][:4], str(100 * round_ + number)), *GOOD[1:])
                for number in range(1, MANY + 1)
            ]
            db.session.rollback()
            for process, file in zip(processes, files, strict=True):
                tell(process, f"{file.uuid} {file.digest}")
            ends = Counter(said(process) for process in processes)
            assert ends == {"taken": 1, "conflict": MANY - 1}
            assert counted() == (1, round_ + 1, 3 * (round_ + 1))
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert verify().breaks == 0


@pytest.mark.long
def test_whoever_is_killed_at_any_statement_leaves_all_or_nothing(
    config: Config, tmp_path: Path
) -> None:
    first = of_rows(tmp_path, *GOOD)
    actions.apply(ACTOR, first.uuid, first.digest)
    before = counted()
    file = of_rows(tmp_path, *GOOD[:2])
    db.session.rollback()
    seen: list[tuple[str, tuple[int, int, int]]] = []
    process = begun(config, KILLED, file.uuid)
    try:
        assert said(process) == "ready"
        while not seen or seen[-1][0] == "killed":
            tell(process, "")
            seen.append((said(process), counted()))
    finally:
        process.kill()
        process.communicate()
    found = [counts for _end, counts in seen]
    assert len(found) > 10
    assert before == (1, 1, 3)
    assert found == sorted(found)
    assert set(found) == {before, (1, 2, 5)}
    assert seen[-1][0] == "done 0"
    assert queries.find(ACTOR, file.uuid).state == "applied"
    assert verify().breaks == 0
