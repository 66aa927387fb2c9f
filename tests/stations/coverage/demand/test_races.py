"""Files that come to count at the same time, and whoever is killed at any statement."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask

from core.audit.queries import verify
from core.config import Config
from core.db import db
from core.errors import Conflict
from stations.coverage.demand import actions, queries
from stations.coverage.models import PopulationSet, Settlement
from tests.forks import Pipe, forked, killed_at_each_statement
from tests.stations.coverage.demand.made import GOOD, city, of_rows
from tests.stations.coverage.made import ACTOR

MANY: Final = 4
ROUNDS: Final = 2


def _apply_what_comes(pipe: Pipe) -> None:
    """Lets files count when told to, and says what came of each."""
    while True:
        uuid, digest = pipe.recv()
        try:
            actions.apply(ACTOR, uuid, digest)
            pipe.send("taken")
        except Conflict:
            pipe.send("conflict")
        db.session.rollback()


def _apply_unless_applied(uuid: str) -> None:
    file = queries.find(ACTOR, uuid)
    if file.state != "applied":
        actions.apply(ACTOR, uuid, file.digest)


@pytest.fixture(autouse=True)
def _city(app: Flask) -> None:
    city()


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
    with ExitStack() as stack:
        pipes = [stack.enter_context(forked(config, _apply_what_comes)) for _ in range(MANY)]
        for round_ in range(ROUNDS):
            files = [
                of_rows(tmp_path, (*GOOD[0][:4], str(100 * round_ + number)), *GOOD[1:])
                for number in range(1, MANY + 1)
            ]
            db.session.rollback()
            for pipe, file in zip(pipes, files, strict=True):
                pipe.send((file.uuid, file.digest))
            ends = Counter(pipe.recv() for pipe in pipes)
            assert ends == {"taken": 1, "conflict": MANY - 1}
            assert counted() == (1, round_ + 1, 3 * (round_ + 1))
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
    work = killed_at_each_statement(partial(_apply_unless_applied, file.uuid))
    with forked(config, work) as pipe:
        while not seen or seen[-1][0] == "killed":
            pipe.send("once more")
            seen.append((pipe.recv(), counted()))
    found = [counts for _end, counts in seen]
    assert len(found) > 10
    assert before == (1, 1, 3)
    assert found == sorted(found)
    assert set(found) == {before, (1, 2, 5)}
    assert seen[-1][0] == "done 0"
    assert queries.find(ACTOR, file.uuid).state == "applied"
    assert verify().breaks == 0
