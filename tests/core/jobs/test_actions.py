"""Starting, stopping and running jobs; one worker that does what waits and ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import Actor, Permission
from core.accounts import queries as accounts
from core.accounts.models import Account, Grant
from core.accounts.rules import Role
from core.audit.models import AuditEvent
from core.clock import now, today
from core.config import Config, ConfigurationError
from core.db import db, writing
from core.errors import Conflict, Forbidden, NotFound
from core.jobs import actions, queries, queue, worker
from core.jobs.models import Job
from core.jobs.rules import KEPT, MOST_RUNS, SILENT, Hold, State, Taken
from core.regions.queries import tree
from tests.core.accounts.made import World, make_person
from tests.core.jobs.made import ACTOR, BREAK, COUNT, REFUSE, lines, lose, start, told


@pytest.fixture
def admin(world: World) -> Actor:
    """A county's administrator."""
    found = accounts.acting(make_person("admin", Role.COUNTY_ADMIN, "371082000000"))
    assert found is not None
    return found


def region(code: str) -> int:
    return tree(today()).by_code[code].id


def drained(app: Flask) -> int:
    db.session.remove()
    return worker.drain(app)


def test_a_job_is_done_as_who_started_it(app: Flask, admin: Actor, tmp_path: Path) -> None:
    counted = tmp_path / "counted"
    uuid = start(COUNT, {"file": str(counted)}, actor=admin)
    assert told(uuid).state == State.QUEUED
    assert drained(app) == 1
    job = told(uuid)
    assert (job.state, job.done, job.total, job.url) == (State.DONE, 1, 2, "/notices")
    assert (job.words, job.words_en) == ("任务已完成。", "The job is done.")
    assert lines(counted) == [f"{uuid} {admin.name}"]
    assert drained(app) == 0


def test_how_far_it_is_is_told_in_both_languages(app: Flask) -> None:
    uuid = start(COUNT, {"file": "/dev/null"})
    with writing():
        begun = actions.take(uuid)
        assert begun is not None
        actions.note(begun.hold, 3, 9, COUNT.label)
    job = told(uuid)
    assert (job.done, job.total, job.words, job.words_en) == (3, 9, "事项", "Service")


def test_a_job_needs_the_permission_of_its_kind_where_it_is_done(
    app: Flask, world: World, admin: Actor
) -> None:
    inspector = accounts.acting(make_person("inspector", Role.INSPECTOR, "371082000000"))
    assert inspector is not None
    with pytest.raises(Forbidden):
        start(COUNT, actor=inspector)
    with pytest.raises(NotFound):
        start(COUNT, actor=admin, region_id=region("371002000000"))
    assert start(COUNT, {"file": "/dev/null"}, actor=admin, region_id=region("371082001000"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (sa.update(Account).values(disabled_at=sa.func.current_timestamp()), "账号已停用"),
        (sa.update(Grant).values(revoked_at=sa.func.current_timestamp()), "没有此项权限"),
    ],
)
def test_who_has_lost_the_right_meanwhile_has_nothing_done(
    app: Flask, admin: Actor, tmp_path: Path, loss: sa.Update, words: str
) -> None:
    counted = tmp_path / "counted"
    uuid = start(COUNT, {"file": str(counted)}, actor=admin)
    with writing():
        db.session.execute(loss)
    drained(app)
    job = told(uuid)
    assert job.state == State.FAILED
    assert words in job.words
    assert job.words_en.startswith("The account that started the job")
    assert lines(counted) == []


def test_a_program_s_job_goes_no_further_than_its_token(
    app: Flask, admin: Actor, tmp_path: Path
) -> None:
    held = tuple(
        type(one)(one.role, one.permissions & {Permission.REGISTER_IMPORT}, one.reach)
        for one in admin.held
    )
    program = Actor("王芳 #12345678", held, admin.account_id, by_token=True)
    uuid = start(COUNT, {"file": str(tmp_path / "counted")}, actor=program)
    assert told(uuid).permissions == "register.import"
    drained(app)
    assert lines(tmp_path / "counted") == [f"{uuid} 王芳 #12345678"]
    with writing():
        db.session.execute(sa.update(Job).values(permissions="", state="queued", ended_at=None))
    drained(app)
    assert told(uuid).state == State.FAILED


def test_what_a_handler_says_no_to_is_told_in_both_languages(app: Flask) -> None:
    uuid = start(REFUSE)
    drained(app)
    job = told(uuid)
    assert job.state == State.FAILED
    assert (job.words, job.words_en) == ("请填写一个整数。", "Please give a whole number.")


def test_what_nobody_foresaw_is_told_as_our_fault_without_its_words(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    uuid = start(BREAK)
    drained(app)
    job = told(uuid)
    assert job.state == State.FAILED
    assert "系统出了错" in job.words
    assert "secret" not in job.words + job.words_en
    assert "a secret of the machine room" in caplog.text


def test_a_kind_that_is_no_longer_known_fails(app: Flask) -> None:
    uuid = start(COUNT)
    with writing():
        db.session.execute(sa.update(Job).values(kind="gone"))
    drained(app)
    assert (told(uuid).state, told(uuid).words) == (State.FAILED, "系统不再认识这种任务。")


def test_a_job_that_waits_stops_at_once_and_is_never_begun(app: Flask, tmp_path: Path) -> None:
    uuid = start(COUNT, {"file": str(tmp_path / "counted")})
    with writing():
        actions.ask_stop(ACTOR, uuid)
    drained(app)
    assert told(uuid).state == State.STOPPED
    assert lines(tmp_path / "counted") == []
    with pytest.raises(Conflict), writing():
        actions.ask_stop(ACTOR, uuid)


def test_somebody_else_s_job_is_not_found(app: Flask, world: World, admin: Actor) -> None:
    other = accounts.acting(make_person("other", Role.COUNTY_ADMIN, "371082000000"))
    system = accounts.acting(make_person("system", Role.SYSTEM_ADMIN))
    assert other is not None
    assert system is not None
    uuid = start(COUNT, actor=admin)
    of_a_command = start(COUNT)
    for whose in (uuid, of_a_command):
        with pytest.raises(NotFound), writing():
            actions.ask_stop(other, whose)
        assert queries.visible(system, whose).uuid == whose
    assert queries.listed(admin, "", None, 1).total == 1
    assert queries.listed(other, "", None, 1).total == 0
    assert queries.listed(system, "", None, 1).total == 2
    assert queries.listed(system, "", State.DONE, 1).total == 0
    assert queries.listed(system, "王芳", None, 1).total == 1
    assert queries.listed(system, "%", None, 1).total == 0


def test_a_run_that_was_given_up_can_write_nothing_more(app: Flask) -> None:
    uuid = start(COUNT)
    with writing():
        assert actions.take(uuid) is not None
        assert actions.take(uuid) is None
    old = Hold(uuid, 1)
    with writing():
        db.session.execute(sa.update(Job).values(beat_at=now() - SILENT - timedelta(seconds=1)))
        assert actions.revive() == 1
        assert actions.take(uuid) is not None
    with pytest.raises(Taken), writing():
        actions.note(old, 1, 2, "")
    with pytest.raises(Taken), writing():
        actions.end(old, State.DONE)
    with writing():
        assert not actions.give_back(old)
    assert (told(uuid).state, told(uuid).runs) == (State.RUNNING, 2)


def test_what_kills_its_worker_each_time_is_given_up(app: Flask) -> None:
    uuid = start(COUNT)
    for _ in range(MOST_RUNS):
        with writing():
            assert actions.take(uuid) is not None
            db.session.execute(sa.update(Job).values(beat_at=now() - SILENT - timedelta(seconds=1)))
            actions.revive()
    job = told(uuid)
    assert job.state == State.FAILED
    assert "多次意外中断" in job.words


def test_a_silent_run_that_was_asked_to_stop_is_stopped(app: Flask) -> None:
    uuid = start(COUNT)
    with writing():
        actions.take(uuid)
        actions.ask_stop(ACTOR, uuid)
        db.session.execute(sa.update(Job).values(beat_at=now() - SILENT - timedelta(seconds=1)))
        actions.revive()
    assert told(uuid).state == State.STOPPED


def test_the_queue_is_told_after_the_commit_alone(app: Flask) -> None:
    with writing():
        actions.start(ACTOR, COUNT, None)
        assert queue.is_empty()
    assert not queue.is_empty()


def test_a_queue_that_is_away_does_not_undo_the_start(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def away() -> None:
        raise OSError("no such host")

    with monkeypatch.context() as without:
        without.setattr(queue, "queue", away)
        uuid = start(COUNT, {"file": str(tmp_path / "counted")})
    assert queue.is_empty()
    drained(app)
    assert told(uuid).state == State.DONE


def test_nobody_is_told_twice_of_what_is_still_in_the_queue(app: Flask) -> None:
    uuid = start(COUNT, {"file": "/dev/null"})
    with writing():
        db.session.execute(sa.update(Job).values(told_at=now() - timedelta(minutes=1)))
    db.session.remove()
    with app.app_context():
        worker.attend()
        assert queue.queue().huey.pending_count() == 1
        lose()
        worker.attend()
        assert queue.queue().huey.pending_count() == 1
        worker.attend()
        assert queue.queue().huey.pending_count() == 1
    assert told(uuid).state == State.QUEUED


def test_what_people_do_is_in_the_audit(app: Flask) -> None:
    uuid = start(COUNT, title="网点 2026.xlsx")
    with writing():
        actions.ask_stop(ACTOR, uuid)
    events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.action for event in events][-2:] == ["job.started", "job.stop_asked"]
    assert json.loads(events[-1].changes)["title"] == [None, "网点 2026.xlsx"]


def test_what_ended_long_ago_is_forgotten(app: Flask) -> None:
    old, new, waiting = start(COUNT), start(COUNT), start(COUNT)
    with writing():
        for uuid in (old, new):
            actions.ask_stop(ACTOR, uuid)
        ended = now() - KEPT - timedelta(hours=1)
        db.session.execute(sa.update(Job).where(Job.uuid == old).values(ended_at=ended))
    db.session.remove()
    with app.app_context():
        worker.forget_old()
    left = db.session.scalars(sa.select(Job.uuid).order_by(Job.id)).all()
    assert left == [new, waiting]


@pytest.mark.skipif(find_spec("redis") is not None, reason="the package redis is there")
def test_a_queue_that_needs_a_package_says_which(
    config: Config, make_app: Callable[[Config], Flask]
) -> None:
    app = make_app(replace(config, queue_url="redis://localhost/0"))
    with app.app_context(), pytest.raises(ConfigurationError, match="package redis"):
        queue.queue()
