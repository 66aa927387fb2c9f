"""The store and its rows: contents once, quotas, names, the sweep both ways."""

from __future__ import annotations

import fcntl
import hashlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import Actor
from core.accounts import queries as accounts
from core.accounts.rules import Role
from core.config import Config
from core.db import db, writing
from core.errors import NotFound
from core.files import actions, serving, store
from core.files.models import File, FileDay
from core.files.rules import ORPHAN_AFTER, QuotaSpent, TooLarge, kept_name
from core.sizes import size_words
from tests.core.accounts.made import World, make_person
from tests.core.files.made import located
from tests.races import EACH, PROCESSES, in_processes

DATA = b"what somebody sent"


@pytest.fixture
def actor(world: World) -> Actor:
    found = accounts.acting(make_person("admin", Role.COUNTY_ADMIN, "371082000000"))
    assert found is not None
    return found


def keep(actor: Actor, data: bytes, name: str = "a.txt") -> str:
    """Keep it; gives the UUID."""
    content = store.put_bytes(data)
    with writing():
        return actions.keep(actor, content, name, "text/plain").uuid


def age(sha256: str) -> None:
    """Let the content have been there for long."""
    moment = time.time() - ORPHAN_AFTER.total_seconds() - 60
    os.utime(store.path(sha256), (moment, moment))


def test_a_content_is_kept_once_and_for_its_owner_alone(app: Flask, config: Config) -> None:
    first, second = store.put_bytes(DATA), store.put(BytesIO(DATA), 100)
    assert first == second
    assert first.sha256 == hashlib.sha256(DATA).hexdigest()
    assert list(store.contents()) == [first.sha256]
    path = store.path(first.sha256)
    assert path.is_relative_to(config.home / "files")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o400, 0o700)
    with store.path(first.sha256).open("rb") as file:
        assert file.read() == DATA
    assert list((config.home / "files" / "incoming").iterdir()) == []


def test_more_than_is_taken_leaves_nothing_behind(app: Flask, config: Config) -> None:
    with pytest.raises(TooLarge):
        store.put(BytesIO(b"x" * 1_000_001), 1_000_000)
    assert list(store.contents()) == []
    assert list((config.home / "files" / "incoming").iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "a" * 63 + "/"])
def test_a_path_is_made_of_a_hash_alone(app: Flask, name: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        store.path(name)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("医保站照片.jpg", "医保站照片.jpg"),
        ("../../x", "x"),
        ("C:\\Users\\li\\照片 1.jpg", "照片 1.jpg"),
        ("a\x00b\r\nSet-Cookie: c\u2028.jpg", "abSet-Cookie: c.jpg"),
        ("gpj\u202e.exe", "gpj.exe"),
        ("CON", "CON"),
        ("长" * 300 + ".jpg", "长" * 196 + ".jpg"),
        ("\ud800.jpg", ".jpg"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_name_it_came_with_is_text(given: str | None, kept: str) -> None:
    assert kept_name(given) == kept


def test_sizes_in_words() -> None:
    told = [size_words(size) for size in (0, 1023, 1024, 1536, 12 * 1024**2, 1024**3)]
    assert told == ["0 B", "1023 B", "1 KB", "1.5 KB", "12 MB", "1 GB"]


def test_a_picture_s_row_knows_what_was_sent_and_what_is_kept(app: Flask, actor: Actor) -> None:
    sent = located()
    put = actions.put_picture(sent)
    with writing():
        uuid = actions.keep_picture(actor, put, "IMG_1.jpg").uuid
    file = db.session.scalars(sa.select(File).where(File.uuid == uuid)).one()
    assert (file.media_type, file.name, file.width, file.height) == (
        *("image/jpeg", "IMG_1.jpg"),
        *(300, 400),
    )
    assert file.sent_sha256 == hashlib.sha256(sent).hexdigest()
    assert set(store.contents()) == {file.sha256, file.small_sha256}
    assert file.sha256 != file.sent_sha256
    assert file.account_id == actor.account_id


# -- Giving out ----------------------------------------------------------------------------------


def row(uuid: str) -> File:
    found = db.session.scalars(sa.select(File).where(File.uuid == uuid)).one()
    db.session.expunge(found)
    return found


def test_a_file_is_given_out_as_what_it_is_and_for_one_person_only(
    app: Flask, actor: Actor
) -> None:
    file = row(keep(actor, DATA, '医保 "站"\r\n.txt'))
    with app.test_request_context():
        answer = serving.answer(file, download=True)
        answer.direct_passthrough = False
        assert answer.data == DATA
        answer.close()
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["ETag"] == f'"{file.sha256}"'
    assert "private" in answer.headers["Cache-Control"]
    assert "public" not in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert "filename*=UTF-8''%E5%8C%BB%E4%BF%9D%20-%E7%AB%99-.txt" in disposition


def test_who_has_it_is_not_sent_it_again(app: Flask, actor: Actor) -> None:
    file = row(keep(actor, DATA))
    with app.test_request_context(headers={"If-None-Match": f'"{file.sha256}"'}):
        answer = serving.answer(file)
        answer.close()
        assert answer.status_code == 304


def test_a_content_that_is_gone_is_not_found_and_an_operator_is_told(
    app: Flask, actor: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    file = row(keep(actor, DATA))
    store.path(file.sent_sha256).unlink()
    with app.test_request_context(), pytest.raises(NotFound):
        serving.answer(file)
    with app.test_request_context(), pytest.raises(NotFound):
        serving.answer(file, small=True)
    assert file.sent_sha256 in caplog.text


# -- Quotas --------------------------------------------------------------------------------------


def test_nobody_sends_more_in_a_day_than_anybody_may(
    app: Flask, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_FILES_A_DAY", 3)
    for number in range(3):
        keep(actor, b"%d" % number)
    with pytest.raises(QuotaSpent) as caught:
        keep(actor, b"one more")
    assert caught.value.status == 429
    monkeypatch.setattr(actions, "MOST_FILES_A_DAY", 100)
    monkeypatch.setattr(actions, "MOST_BYTES_A_DAY", 1000)
    keep(actor, b"x" * 997)
    with pytest.raises(QuotaSpent):
        keep(actor, b"x")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(File)) == 4


def test_what_is_rolled_back_is_not_counted(app: Flask, actor: Actor) -> None:
    content = store.put_bytes(DATA)

    def keep_and_fail() -> None:
        with writing():
            actions.keep(actor, content, "a", "text/plain")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keep_and_fail()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FileDay)) == 0


def test_all_processes_together_keep_to_the_quota(
    app: Flask, actor: Actor, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_FILES_A_DAY", 25)
    assert EACH * PROCESSES > 25

    def send(number: int) -> bool:
        try:
            keep(actor, b"%d" % number)
        except QuotaSpent:
            return False
        return True

    assert in_processes(config, send) == 25
    assert db.session.scalar(sa.select(sa.func.count()).select_from(File)) == 25


# -- The sweep -----------------------------------------------------------------------------------


def test_the_sweep_finds_what_does_not_match_both_ways(app: Flask, actor: Actor) -> None:
    kept, lost = row(keep(actor, b"kept")), row(keep(actor, b"lost"))
    orphan, young = store.put_bytes(b"orphan").sha256, store.put_bytes(b"young").sha256
    for sha256 in (kept.sent_sha256, orphan):
        age(sha256)
    lost_sha256 = lost.sent_sha256
    store.path(lost_sha256).unlink()
    runner = app.test_cli_runner()
    told = runner.invoke(args=["files", "check"])
    assert told.exit_code == 1
    assert f"missing: {lost_sha256}" in told.output
    assert f"without a row: {orphan}" in told.output
    assert young not in told.output
    assert orphan in store.contents()
    assert f"removed: {orphan}" in runner.invoke(args=["files", "check", "--mend"]).output
    assert sorted(store.contents()) == sorted([kept.sent_sha256, young])


def test_what_was_never_written_to_its_end_is_swept(app: Flask, config: Config) -> None:
    store.put_bytes(DATA)
    left = config.home / "files" / "incoming" / "tmpabc"
    left.write_bytes(b"half")
    assert actions.sweep(mend=True).unfinished == 0
    os.utime(left, (1, 1))
    assert actions.sweep(mend=True).unfinished == 1
    assert app.test_cli_runner().invoke(args=["files", "check"]).exit_code == 0


def test_what_is_dropped_goes_with_the_next_sweep_but_not_what_another_row_tells_of(
    app: Flask, actor: Actor
) -> None:
    first, second, other = (row(keep(actor, data)) for data in (DATA, DATA, b"other"))
    ids, sha256, gone = [first.id, other.id], second.sent_sha256, other.sent_sha256
    with writing():
        actions.drop(ids)
    age(sha256)
    age(gone)
    actions.sweep_nightly()
    assert list(store.contents()) == [sha256]


def test_the_sweep_never_takes_what_somebody_puts_there_again_meanwhile(
    app: Flask, actor: Actor
) -> None:
    sha256 = store.put_bytes(DATA).sha256
    age(sha256)
    with store._locked(fcntl.LOCK_SH):
        swept: list[Any] = []

        def sweep() -> None:
            with app.app_context():
                swept.append(actions.sweep(mend=True))

        thread = threading.Thread(target=sweep)
        thread.start()
        time.sleep(0.3)
        assert thread.is_alive()  # waits until the name is given
        os.utime(store.path(sha256))
    thread.join(timeout=20)
    assert swept[0].orphans == ()
    assert list(store.contents()) == [sha256]


def test_processes_that_put_and_sweep_at_once_lose_nothing(app: Flask, config: Config) -> None:
    """Whatever was just put there is there, however often the sweep comes by."""
    context = multiprocessing.get_context("fork")
    db.session.remove()
    db.engine.dispose()
    workers: list[Callable[[Config], None]] = [_put_often, _sweep_often, _sweep_often]
    processes = [context.Process(target=work, args=(config,)) for work in workers]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    assert [process.exitcode for process in processes] == [0, 0, 0]


def _app(config: Config) -> Flask:
    from wsgi import create_app

    return create_app(config)


def _put_often(config: Config) -> None:
    with _app(config).app_context():
        for number in range(300):
            content = store.put_bytes(b"%d" % (number % 7))
            assert store.path(content.sha256).exists()
            age(content.sha256)


def _sweep_often(config: Config) -> None:
    with _app(config).app_context():
        for _ in range(300):
            for sha256 in list(store.contents()):
                store.remove_old(sha256)
