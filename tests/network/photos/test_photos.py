"""Photos of a site: who adds them, who sees them, and what becomes of them."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from core.access import Actor, command
from core.accounts import queries as accounts
from core.accounts.rules import Role
from core.audit.models import AuditEvent
from core.config import Config
from core.db import db, writing
from core.errors import Conflict, NotFound
from core.files import actions as file_actions
from core.files import store
from core.files.actions import put_picture
from core.files.models import File
from core.sites import merging
from core.sites.models import Site
from core.sites.rules import Taken
from network.photos import actions, queries, rules
from network.photos.models import SitePhoto
from tests.core.accounts.made import World, browser_of, csrf, make_person, post
from tests.core.files.made import HEIC, SVG, jpeg, located, polyglot
from tests.races import in_processes

HOSTILE = "<img src=x onerror=alert(1)>'\""


def site_id(code: str) -> int:
    return db.session.scalars(sa.select(Site.id).where(Site.code == code)).one()


@pytest.fixture
def manager(app: Flask, world: World) -> FlaskClient:
    """The manager of the station in Rongcheng."""
    return browser_of(app, Role.STATION_MANAGER, world.own)


@pytest.fixture
def admin(world: World) -> Actor:
    found = accounts.acting(make_person("admin", Role.COUNTY_ADMIN, "371082000000"))
    assert found is not None
    return found


def send(browser: FlaskClient, code: str, *photos: tuple[bytes, str]) -> TestResponse:
    files = [(BytesIO(data), name) for data, name in photos]
    answer = browser.post(
        f"/sites/{code}/photos",
        data={"csrf_token": csrf(browser), "photos": files},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()  # a large one is a file
    return answer


def uuids(code: str) -> list[str]:
    db.session.rollback()
    return [photo.uuid for photo in queries.shown(site_id(code))]


def test_a_manager_s_photos_are_seen_by_everybody_at_once(
    app: Flask, client: FlaskClient, world: World, manager: FlaskClient
) -> None:
    assert "还没有照片" in manager.get(f"/sites/{world.own}/photos").text
    assert "照片" not in client.get(f"/sites/{world.own}").text
    sent = located()
    answer = send(manager, world.own, (sent, "门口.jpg"), (jpeg(), "窗口.jpg"))
    assert (answer.status_code, answer.location) == (303, f"/sites/{world.own}/photos#photos")
    first, second = uuids(world.own)
    page = client.get(f"/sites/{world.own}").text
    assert page.index(first) < page.index(second)
    assert 'loading="lazy"' in page
    assert f'/sites/{world.own}/photos"' not in page
    assert f'/sites/{world.own}/photos"' in manager.get(f"/sites/{world.own}").text
    for address, side in ((f"{first}", 400), (f"{first}/small", 400)):
        shown = client.get(f"/sites/{world.own}/photos/{address}")
        assert shown.status_code == 200
        assert max(Image.open(BytesIO(shown.data)).size) == side
        assert shown.content_type == "image/jpeg"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert "private" in shown.headers["Cache-Control"]
        assert "Content-Disposition" not in shown.headers
        tag = shown.headers["ETag"]
        again = client.get(shown.request.path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        shown.close()
        again.close()
    file = db.session.scalars(sa.select(File).where(File.name == "门口.jpg")).one()
    assert file.sent_sha256 == hashlib.sha256(sent).hexdigest()


def test_a_photo_is_described_put_in_order_and_taken_out(
    client: FlaskClient, world: World, manager: FlaskClient
) -> None:
    send(manager, world.own, *((jpeg(), f"{number}.jpg") for number in range(3)))
    first, second, third = uuids(world.own)
    address = f"/sites/{world.own}/photos"
    assert post(manager, f"{address}/{third}", caption=f"  {HOSTILE}\n门 ").status_code == 303
    assert post(manager, f"{address}/{third}/earlier").status_code == 303
    assert uuids(world.own) == [first, third, second]
    post(manager, f"{address}/{first}/later")
    post(manager, f"{address}/{third}/earlier")  # it is the first already
    assert uuids(world.own) == [third, first, second]
    page = client.get(f"/sites/{world.own}").text
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
    assert post(manager, f"{address}/{first}/out").status_code == 303
    assert uuids(world.own) == [third, second]
    assert client.get(f"{address}/{first}").status_code == 404
    assert client.get(f"{address}/{first}/small").status_code == 404
    for again in ("", "/out", "/earlier"):
        assert post(manager, f"{address}/{first}{again}", caption="x").status_code == 404
    kept = db.session.scalars(sa.select(SitePhoto).where(SitePhoto.uuid == first)).one()
    assert kept.taken_out_at is not None
    assert kept.taken_out_by == "王芳"
    told = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [event.action for event in told if event.action.startswith("site.photo")] == [
        *["site.photo.added"] * 3,
        *("site.photo.captioned", "site.photo.moved", "site.photo.moved"),
        "site.photo.taken_out",
    ]
    caption = json.loads(told[-4].changes)["caption"]
    assert caption == [None, f"{HOSTILE} 门"]


def test_a_photo_is_found_under_its_own_site_alone(
    app: Flask, client: FlaskClient, world: World, manager: FlaskClient
) -> None:
    send(manager, world.own, (jpeg(), "a.jpg"))
    uuid = uuids(world.own)[0]
    both = browser_of(app, Role.CITY_ADMIN, "371000000000")
    for code in (world.sibling, world.other):
        assert client.get(f"/sites/{code}/photos/{uuid}").status_code == 404
        assert client.get(f"/sites/{code}/photos/{uuid}/small").status_code == 404
        assert post(both, f"/sites/{code}/photos/{uuid}/out").status_code == 404
    assert client.get(f"/sites/{world.own}/photos/../../../secret-key").status_code == 404
    assert uuids(world.own) == [uuid]


def test_nobody_else_adds_photos(
    app: Flask, client: FlaskClient, world: World, manager: FlaskClient
) -> None:
    assert send(manager, world.sibling, (jpeg(), "a.jpg")).status_code == 404
    inspector = browser_of(app, Role.INSPECTOR, "371082000000")
    assert send(inspector, world.own, (jpeg(), "a.jpg")).status_code == 403
    assert client.post(f"/sites/{world.own}/photos").status_code == 400
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SitePhoto)) == 0
    assert list(store.contents()) == []


def test_what_is_wrong_with_one_does_not_hold_up_the_others(
    world: World, manager: FlaskClient
) -> None:
    broken = jpeg()[:2000]
    answer = send(
        manager,
        world.own,
        (SVG, "图.svg"),
        (HEIC, "IMG_1.HEIC"),
        (broken, "../../半张.jpg"),
        (polyglot(), "好.jpg"),
    )
    assert answer.status_code == 200
    assert "已添加 1 张，另有 3 张没有添加" in answer.text
    for name, reason in (("图.svg", "JPEG"), ("IMG_1.HEIC", "兼容性最佳"), ("半张.jpg", "不完整")):
        assert f"<bdi>{name}</bdi>" in answer.text
        assert reason in answer.text
    assert len(uuids(world.own)) == 1


@pytest.mark.parametrize(
    ("sent", "status"), [(SVG, 415), (HEIC, 415), (jpeg()[:900], 422), (b"\xff" * 13_000_000, 413)]
)
def test_what_is_refused_says_so_by_its_status(
    world: World, manager: FlaskClient, sent: bytes, status: int
) -> None:
    assert send(manager, world.own, (sent, "a.jpg")).status_code == status
    assert uuids(world.own) == []


def test_the_same_photo_twice_is_one(world: World, manager: FlaskClient) -> None:
    sent = jpeg()
    send(manager, world.own, (sent, "a.jpg"))
    again = send(manager, world.own, (sent, "b.jpg"))
    assert again.status_code == 409
    assert "已经在网点照片中" in again.text
    assert len(uuids(world.own)) == 1


def test_nothing_chosen_too_many_or_too_much_is_told(
    client: FlaskClient, world: World, manager: FlaskClient
) -> None:
    assert "请选择照片" in send(manager, world.own).text
    many = [(b"x", f"{number}.jpg") for number in range(rules.MOST_AT_ONCE + 1)]
    assert "一次最多 10 张照片" in send(manager, world.own, *many).text
    much = [(b"\xff" * 11_000_000, f"{number}.jpg") for number in range(4)]
    answer = send(manager, world.own, *much)
    assert answer.status_code == 413
    assert "最多 40 MB" in answer.text
    # Nobody who may not add photos may send so much.
    stranger = client.post(
        f"/sites/{world.own}/photos",
        data={"photos": (BytesIO(b"\xff" * 2_000_000), "a.jpg")},
        content_type="multipart/form-data",
    )
    stranger.request.environ["wsgi.input"].close()
    assert stranger.status_code == 413
    assert "最多 1 MB" in stranger.text


def test_enough_is_enough(app: Flask, world: World, manager: FlaskClient) -> None:
    for _ in range(2):
        send(manager, world.own, *((jpeg(), f"{number}.jpg") for number in range(6)))
    assert len(uuids(world.own)) == rules.MOST_PHOTOS
    answer = send(manager, world.own, (jpeg(), "13.jpg"))
    assert answer.status_code == 409
    assert "最多 12 张" in answer.text


def test_a_caption_that_is_too_long_comes_back_as_it_was_typed(
    world: World, manager: FlaskClient
) -> None:
    send(manager, world.own, (jpeg(), "a.jpg"))
    uuid = uuids(world.own)[0]
    for typed, reason in (("长" * 101, "最多 100 个字"), ("a\u202eb", "不可用的字符")):
        answer = post(manager, f"/sites/{world.own}/photos/{uuid}", caption=typed)
        assert answer.status_code == 422
        assert reason in answer.text
        assert f'value="{typed}"' in answer.text
    assert queries.shown(site_id(world.own))[0].caption == ""


def test_more_in_a_day_than_anybody_may_is_refused(
    world: World, manager: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_actions, "MOST_FILES_A_DAY", 1)
    answer = send(manager, world.own, (jpeg(), "a.jpg"), (jpeg(), "b.jpg"))
    assert "今天上传的文件已到上限" in answer.text
    assert send(manager, world.own, (jpeg(), "c.jpg")).status_code == 429
    assert len(uuids(world.own)) == 1


def test_out_of_reach_is_not_found_by_the_actions_either(world: World, admin: Actor) -> None:
    sibling = site_id(world.sibling)
    put = put_picture(jpeg())
    for act in (
        lambda: actions.add(admin, sibling, put, "a"),
        lambda: actions.take_out(admin, sibling, "x"),
        lambda: actions.move(admin, sibling, "x", 1),
        lambda: actions.describe(admin, sibling, "x", "y"),
    ):
        with pytest.raises(NotFound), writing():
            act()


def test_processes_that_add_at_once_keep_to_the_number_and_the_order(
    app: Flask, config: Config, world: World, admin: Actor
) -> None:
    own = site_id(world.own)
    puts = [put_picture(jpeg(30, 20)) for _ in range(10)]

    def add(number: int) -> bool:
        try:
            with writing():
                actions.add(admin, own, puts[number], "a.jpg")
        except Conflict:
            return False
        return True

    # The same ten from each process: each is added once.
    assert in_processes(config, add) == 10
    places = db.session.scalars(sa.select(SitePhoto.position).order_by(SitePhoto.position)).all()
    assert places == list(range(1, 11))


def test_photos_come_along_when_sites_are_merged(
    app: Flask, world: World, manager: FlaskClient
) -> None:
    admin = command("tests")
    send(manager, world.own, *((jpeg(), f"{number}.jpg") for number in range(8)))
    send_to = site_id(world.sibling)
    with writing():
        for _ in range(6):
            actions.add(admin, send_to, put_picture(jpeg()), None)
    own, given = uuids(world.own), uuids(world.sibling)
    with writing():
        merging.merge(admin, site_id(world.own), send_to, (None, None), Taken())
    assert uuids(world.own) == own + given[:4]
    assert uuids(world.sibling) == given[4:]
    assert app.test_client().get(f"/sites/{world.own}").text.count("/photos/") >= rules.MOST_PHOTOS
