"""What is entered for a file and not yet there: nobody sees it, and what is left of it goes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.audit import actions as audit
from core.audit.models import AuditBatch, AuditBatchMember
from core.audit.queries import story
from core.clock import today
from core.db import Base, db, revision, writing
from core.errors import Conflict, NotFound
from core.sites import arrivals
from core.sites.actions import Entry, enter
from core.sites.models import Offering, Site, SiteArrival, SiteBatch, SiteHours, SitePeriod
from core.sites.queries import last_settled, network, search
from core.sites.rules import Kind
from network.editing.queries import keep
from network.imports import applying, entering, queries
from network.imports.rules import Verdict
from tests.core.sheets.made import csv_file
from tests.network.conftest import ACTOR, ENROLMENT, Made
from tests.network.imports.made import GOOD, HEADINGS, again, tried

WAITING: tuple[type[Base], ...] = (SiteBatch, SiteArrival, AuditBatch, AuditBatchMember)
KEPT: tuple[type[Base], ...] = (Site, SitePeriod, SiteHours, Offering)


def counted(models: tuple[type[Base], ...]) -> list[int]:
    counts = (sa.select(sa.func.count()).select_from(model) for model in models)
    found = [db.session.scalar(count) or 0 for count in counts]
    db.session.rollback()
    return found


@pytest.fixture
def file(made: Made, tmp_path: Path) -> queries.File:
    """Two new sites that were tried."""
    headings, row = (*HEADINGS, ENROLMENT), (*GOOD, "帮办")
    other = ("西岛医保站", *row[1:4], "122.53", "37.021", *row[6:])
    return tried(csv_file(tmp_path / "a.csv", headings, row, other))


def entered(file: queries.File) -> tuple[int, str]:
    """Enter the sites of the file; gives the batch and the code of the first."""
    batch_id = entering.enter(file, file.digest)
    code = db.session.scalars(sa.select(Site.code).where(Site.name == GOOD[0])).one()
    db.session.rollback()
    return batch_id, code


def test_nobody_sees_what_is_not_yet_there(file: queries.File, tmp_path: Path) -> None:
    size, seen = len(network()), revision("network")
    _batch, code = entered(file)
    assert revision("network") == seen
    assert (len(network()), network().by_code(code)) == (size, None)
    with writing():  # a snapshot read anew finds the same
        db.session.execute(sa.update(Site).where(Site.serial == 1).values(made=False))
    assert (len(network()), network().by_code(code)) == (size, None)
    assert search(GOOD[0], today(), 10, None) == []
    assert story("site", code, 10) == []
    with pytest.raises(NotFound):
        keep(ACTOR, code)
    other = tried(csv_file(tmp_path / "b.csv", ("网点编码", "电话"), (code, "0631-1111111")))
    assert other.counts == {"refuse": 1}
    same = tried(csv_file(tmp_path / "c.csv", HEADINGS, GOOD))
    assert same.counts == {"create": 1}


def test_all_of_it_is_there_in_the_end(file: queries.File) -> None:
    before, offered = counted(KEPT), len(network())
    applying.apply(ACTOR, file.uuid, file.digest)
    assert counted(KEPT) == [count + 2 for count in before]
    assert counted(WAITING) == [0, 0, 1, 2]
    assert len(network()) == offered + 2
    code = db.session.scalars(sa.select(Site.code).where(Site.name == GOOD[0])).one()
    (event,) = story("site", code, 10)
    assert (event.action, event.members) == ("sites.imported", 2)
    assert event.changes["name"] == (None, GOOD[0])
    assert [named.code for named in event.named][:1] == [code]


def test_another_attempt_takes_the_place_of_one_before(file: queries.File) -> None:
    before = counted(KEPT)
    first, _code = entered(file)
    _second, code = entered(file)
    assert counted(KEPT)[0] == before[0] + 2
    with pytest.raises(Conflict), writing():
        arrivals.hold(first)
    applying.apply(ACTOR, file.uuid, file.digest)
    assert counted(WAITING) == [0, 0, 1, 2]
    assert counted(KEPT) == [count + 2 for count in before]
    # The attempt that applied it was a third.
    assert network().by_code(code) is not None


def test_whoever_tries_it_again_ends_what_was_begun(file: queries.File) -> None:
    before = counted(KEPT)
    batch_id, _code = entered(file)
    assert again(file).counts == {Verdict.CREATE: 2}
    assert (counted(KEPT), counted(WAITING)) == (before, [0, 0, 0, 0])
    with pytest.raises(Conflict), writing():
        arrivals.hold(batch_id)


def test_what_fails_at_the_end_leaves_nothing(file: queries.File) -> None:
    before = counted(KEPT)

    def finish() -> None:
        raise RuntimeError("the job was given to somebody else")

    with pytest.raises(RuntimeError):
        applying.apply(ACTOR, file.uuid, file.digest, finish)
    assert (counted(KEPT), counted(WAITING)) == (before, [0, 0, 0, 0])
    applying.apply(ACTOR, file.uuid, file.digest)
    assert counted(KEPT) == [count + 2 for count in before]


def test_only_what_was_left_for_long_is_swept(
    file: queries.File, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counted(KEPT)
    _batch, _code = entered(file)
    arrivals.sweep_old()
    assert counted(KEPT)[0] == before[0] + 2
    monkeypatch.setattr(arrivals, "PATIENCE", timedelta(0))
    monkeypatch.setattr(arrivals, "AT_ONCE", 1)
    arrivals.sweep_old()
    assert (counted(KEPT), counted(WAITING)) == (before, [0, 0, 0, 0])


def test_a_sweep_takes_nothing_that_is_there(file: queries.File) -> None:
    with writing():
        batch_id = arrivals.begin()
        there = sa.select(sa.literal(batch_id), SitePeriod.site_id, SitePeriod.since)
        facts = [getattr(SitePeriod, name) for name in arrivals.FACTS[1:]]
        arrivals.add(
            SiteArrival,
            ("batch_id", "site_id", *arrivals.FACTS),
            there.add_columns(*facts).where(SitePeriod.until.is_(None)),
        )
    before = counted(KEPT)
    arrivals.sweep(batch_id)
    assert (counted(KEPT), counted(WAITING)) == (before, [0, 0, 0, 0])


def test_a_trial_made_while_others_enter_is_not_applied_over_them(
    file: queries.File, tmp_path: Path
) -> None:
    """The sites of the other file have their numbers already when this one is tried."""
    entering.enter(file, file.digest)
    newest = db.session.scalar(sa.select(sa.func.max(Site.serial))) or 0
    assert last_settled() == newest - 2
    db.session.rollback()
    second = tried(csv_file(tmp_path / "b.csv", HEADINGS, ("东村医疗保障站", *GOOD[1:])))
    applying.apply(ACTOR, file.uuid, file.digest)
    with pytest.raises(Conflict):
        applying.apply(ACTOR, second.uuid, second.digest)


def test_an_approval_of_something_else_enters_nothing(file: queries.File) -> None:
    before = counted(KEPT)
    with pytest.raises(Conflict):
        entering.enter(file, "0" * 64)
    assert (counted(KEPT), counted(WAITING)) == (before, [0, 0, 0, 0])


def test_a_site_can_be_entered_between(file: queries.File, made: Made) -> None:
    """Whoever enters one has the number after those that wait."""
    _batch, code = entered(file)
    with writing():
        between = enter(
            ACTOR, Entry("站", Kind.HALL, made.regions["371071000000"], None), today()
        ).code
    assert between not in (code, None)
    assert network().by_code(between) is not None


def test_members_of_an_event_cannot_be_forgotten(file: queries.File) -> None:
    applying.apply(ACTOR, file.uuid, file.digest)
    batch_id = queries.batch_of(file.id)
    assert batch_id is not None
    with writing():
        assert audit.forget_members(batch_id, 10)
    assert counted((AuditBatchMember,)) == [2]
