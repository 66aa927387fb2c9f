"""Photos that wait to be made anew: given out to nobody, made once, left behind by no crash."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from core.access import Actor
from core.accounts import queries as accounts
from core.accounts.rules import Role
from core.config import Config
from core.db import db, writing
from core.errors import NotFound, OneKmError
from core.files import actions, held, making, pictures, serving, store
from core.files.actions import Put, Waiting
from core.files.models import File
from core.files.rules import ORPHAN_AFTER, Damaged
from tests.core.accounts.made import World, make_person
from tests.core.files.made import flood, jpeg, photo, written
from tests.databases import on_sqlite
from tests.forks import Pipe, forked

LARGE = (1000, 800)


@pytest.fixture
def actor(world: World) -> Actor:
    found = accounts.acting(make_person("admin", Role.COUNTY_ADMIN, "371082000000"))
    assert found is not None
    return found


def waiting(sent: bytes) -> Waiting:
    put = actions.take_picture(sent)
    assert isinstance(put, Waiting)
    return put


def keep(actor: Actor, put: Put | Waiting) -> int:
    with writing():
        return actions.keep_picture(actor, put, "a.jpg").id


def row(file_id: int) -> File:
    db.session.rollback()
    return db.session.get_one(File, file_id, populate_existing=True)


def test_a_large_photo_waits_and_is_shown_to_nobody_before_it_is_made(
    app: Flask, actor: Actor
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "secret-maker"
    file_id = keep(actor, waiting(jpeg(*LARGE, exif=exif.tobytes(), comment=b"<script>")))
    file = row(file_id)
    assert (file.sha256, file.small_sha256, list(store.contents())) == (None, None, [])
    for small in (False, True):
        with app.test_request_context(), pytest.raises(NotFound):
            serving.answer(file, small=small)
    assert making.make() == 1
    made = row(file_id)
    assert (made.held, made.width, made.height) == (None, *LARGE)
    assert made.sha256 is not None
    data = store.path(made.sha256).read_bytes()
    assert made.size == len(data)
    assert b"secret" not in data
    assert b"script" not in data
    assert list(held.names()) == []
    with app.test_request_context():
        answer = serving.answer(made)
        answer.close()
        assert answer.status_code == 200
    assert making.make() == 0


@on_sqlite
def test_what_is_small_or_no_jpeg_is_made_at_once(app: Flask) -> None:
    for sent in (jpeg(), written(photo(*LARGE), "PNG"), written(photo(*LARGE), "WEBP")):
        assert isinstance(actions.take_picture(sent), Put)
    assert list(held.names()) == []


@on_sqlite
@pytest.mark.parametrize("more", [{}, {"progressive": True}, {"restart_marker_rows": 2}])
@pytest.mark.parametrize("cut", [0.02, 0.3, 0.8, 0.99, 0.9999])
def test_half_a_photo_is_refused_at_the_door(app: Flask, cut: float, more: dict[str, int]) -> None:
    sent = jpeg(*LARGE, **more)
    assert isinstance(actions.take_picture(sent), Waiting)
    with pytest.raises(OneKmError) as caught:
        actions.take_picture(sent[: int(len(sent) * cut)])
    assert caught.value.status in (415, 422)
    assert len(list(held.names())) == 1


@on_sqlite
def test_a_flood_and_bits_that_fell_over_are_refused_or_can_be_made(app: Flask) -> None:
    with pytest.raises(OneKmError):
        actions.take_picture(flood(7000))
    random, sound = np.random.default_rng(11), jpeg(*LARGE)
    passed = 0
    for number in range(60):
        sent = bytearray(sound)
        for place in random.integers(0, len(sent), 1 + number % 4):
            sent[place] ^= int(random.integers(1, 256))
        try:
            waits = pictures.can_wait(bytes(sent))
        except OneKmError:
            continue
        if waits:  # then it can be made, or says in words that it cannot
            with suppress(OneKmError):
                pictures.read(bytes(sent))
                passed += 1
    assert passed > 20


@on_sqlite
def test_a_picture_within_the_head_is_not_taken_for_the_end(app: Flask) -> None:
    small = jpeg()
    sent = jpeg(*LARGE, exif=b"Exif\x00\x00" + small)
    assert small in sent
    assert isinstance(actions.take_picture(sent), Waiting)
    assert isinstance(actions.take_picture(sent + b"what some telephones add"), Waiting)
    with pytest.raises(Damaged):
        actions.take_picture(sent[:-2])


def test_two_files_that_wait_for_one_original_are_made_together(app: Flask, actor: Actor) -> None:
    first = keep(actor, waiting(jpeg(*LARGE)))
    with writing():
        second = actions.keep_again(actor, first).id
    assert making.make() == 1
    assert row(first).sha256 == row(second).sha256 is not None
    assert list(held.names()) == []


def test_what_cannot_be_made_is_marked_told_and_tried_again_when_asked(
    app: Flask, actor: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    put = waiting(jpeg(*LARGE))
    file_id = keep(actor, put)
    sent = held.read(put.held)
    held.path(put.held).chmod(0o600)
    held.path(put.held).write_bytes(sent[:-500])
    assert making.make() == 1
    assert row(file_id).failed_at is not None
    assert put.held in caplog.text
    assert making.make() == 0
    assert list(held.names()) == [put.held]
    held.path(put.held).write_bytes(sent)
    told = app.test_cli_runner().invoke(args=["files", "make", "--again"])
    assert (told.exit_code, "1 photos made" in told.output) == (0, True)
    assert row(file_id).sha256 is not None


def test_an_original_that_is_gone_is_marked_and_an_operator_is_told(
    app: Flask, actor: Actor
) -> None:
    put = waiting(jpeg(*LARGE))
    file_id = keep(actor, put)
    held.release(put.held)
    assert f"missing: {put.held}" in app.test_cli_runner().invoke(args=["files", "check"]).output
    making.make()
    assert row(file_id).failed_at is not None


def test_the_sweep_takes_originals_that_no_row_waits_for_once_they_are_old(
    app: Flask, actor: Actor
) -> None:
    wanted, left, young = (waiting(jpeg(*LARGE)) for _ in range(3))
    keep(actor, wanted)
    part = held.root() / "0.part"
    part.write_bytes(b"half")
    moment = time.time() - ORPHAN_AFTER.total_seconds() - 60
    for path in (held.path(wanted.held), held.path(left.held), part):
        os.utime(path, (moment, moment))
    assert actions.sweep(mend=True).orphans == (left.held,)
    assert list(held.names()) == sorted([wanted.held, young.held])
    assert not part.exists()
    actions.let_go([young])
    assert list(held.names()) == [wanted.held]


# -- Killed ----------------------------------------------------------------------------------------


def _make_for_ever(_pipe: Pipe) -> None:
    while True:
        making.make()
        time.sleep(0.005)


def test_a_maker_that_is_killed_again_and_again_loses_nothing(
    app: Flask, actor: Actor, config: Config, tmp_path: Path
) -> None:
    shots = [jpeg(*LARGE) for _ in range(30)]
    file_ids = [keep(actor, waiting(sent)) for sent in shots]
    random = np.random.default_rng(3)
    for _ in range(4):
        with forked(config, _make_for_ever) as pipe:
            before = _left()
            while _left() == before > 0:  # until it has begun to write
                assert not pipe.poll(), "it has ended by itself"
                time.sleep(0.005)
            time.sleep(float(random.uniform(0, 0.15)))
    making.make()
    actions.sweep(mend=True)
    assert _left() == 0
    for file_id, sent in zip(file_ids, shots, strict=True):
        made = row(file_id)
        assert made.sha256 is not None
        expected = pictures.read(sent)
        assert (store.path(made.sha256).read_bytes(), made.held) == (expected.data, None)
        assert Image.open(BytesIO(expected.small)).size == (480, 384)


def _left() -> int:
    db.session.rollback()
    found = db.session.scalar(sa.select(sa.func.count()).where(File.held.is_not(None)))
    db.session.rollback()
    return found or 0
