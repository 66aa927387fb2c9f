"""The page of a finding: the manager answers with photos, the inspector returns it, then closes."""

from __future__ import annotations

from io import BytesIO

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from core.access import Actor
from core.accounts.rules import Role
from core.db import db, writing
from core.files import actions as files
from core.files.actions import put_picture
from core.files.models import File
from core.rectification import actions, queries
from core.rectification.models import FindingPhoto
from tests.core.accounts.made import ACTOR, World, csrf, post
from tests.core.files.made import HEIC, SVG, jpeg, located
from tests.core.rectification.made import COUNTY, browser, find, finding, later, person

HOSTILE = "<img src=x onerror=alert(1)>'\""


def send(client: FlaskClient, uuid: str, *photos: tuple[bytes, str], **data: str) -> TestResponse:
    """The form of the answer as a browser sends it."""
    seen = {"seen": str(finding(uuid).version)}
    kept = [(BytesIO(content), name) for content, name in photos]
    answer = client.post(
        f"/findings/{uuid}/answer",
        data={"csrf_token": csrf(client), "photos": kept, **seen, **data},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()
    return answer


def check(client: FlaskClient, uuid: str, way: str, **data: str) -> TestResponse:
    return post(client, f"/findings/{uuid}/{way}", seen=str(finding(uuid).version), **data)


def photos(uuid: str) -> list[queries.Photo]:
    return queries.photos(finding(uuid).id)


def test_from_found_to_closed(app: Flask, world: World, manager: Actor, inspector: Actor) -> None:
    desk, phone = browser(app, inspector), browser(app, manager)
    uuid = find(world.own, actor=inspector)
    page = phone.get(f"/findings/{uuid}").text
    for part in ("门口有统一标识", "门头标识脱落", "第三条", "待整改", "提交反馈", "站长"):
        assert part in page
    assert "合格，销号" not in page
    assert "提交反馈" in desk.get(f"/findings/{uuid}").text
    answer = send(phone, uuid, (located(), "门头.jpg"), (jpeg(), "另一张.jpg"), words="已经装好")
    assert (answer.status_code, answer.location) == (303, f"/findings/{uuid}")
    page = phone.get(f"/findings/{uuid}").text
    assert "等检查员复查" in page
    assert "提交反馈" not in page
    assert "已经装好" in page
    shown = [one for one in photos(uuid) if one.round == 1]
    assert len(shown) == 2
    for size in ("", "/small"):
        picture = desk.get(f"/findings/{uuid}/photos/{shown[0].uuid}{size}")
        image = Image.open(BytesIO(picture.data))
        assert picture.content_type == "image/jpeg"
        assert image.getexif() == {}
        picture.close()
    page = desk.get(f"/findings/{uuid}").text
    assert "合格，销号" in page
    assert check(desk, uuid, "return", verdict="还差英文").status_code == 303
    page = phone.get(f"/findings/{uuid}").text
    assert "还差英文" in page
    assert "复查退回" in page
    assert "退回后重定" in page
    assert send(phone, uuid, words="英文已补").status_code == 303
    assert check(desk, uuid, "close", verdict="合格").status_code == 303
    page = phone.get(f"/findings/{uuid}").text
    assert "已销号" in page
    assert "提交反馈" not in page
    assert page.index("第 2 次反馈") < page.index("第 1 次反馈")


def test_a_spoilt_photo_holds_the_answer_up_and_loses_nothing(
    app: Flask, world: World, manager: Actor
) -> None:
    phone = browser(app, manager)
    uuid = find(world.own)
    good = jpeg()
    answer = send(
        phone, uuid, (good, "好.jpg"), (SVG, "坏.svg"), (HEIC, "苹果.heic"), words="装好了"
    )
    assert answer.status_code == 415
    for part in ("反馈还没有提交", "坏.svg", "苹果.heic", "HEIC", "装好了", "随反馈提交的照片"):
        assert part in answer.text
    assert finding(uuid).state == "open"
    assert len(photos(uuid)) == 1
    # The same photo again is the one that waits; then it goes with the words.
    assert send(phone, uuid, (good, "好.jpg"), words="装好了").status_code == 303
    assert [one.round for one in photos(uuid)] == [1]


def test_photos_are_sent_before_the_words(app: Flask, world: World, manager: Actor) -> None:
    phone = browser(app, manager)
    uuid = find(world.own)
    answer = send(phone, uuid, (jpeg(), "一.jpg"), only_photos="1")
    assert answer.status_code == 200
    assert "照片已收下" in answer.text
    answer = send(phone, uuid, (jpeg(), "二.jpg"), words=" ")
    assert answer.status_code == 422
    assert "请写明整改情况" in answer.text
    first, second = photos(uuid)
    assert post(phone, f"/findings/{uuid}/photos/{first.uuid}/out").status_code == 303
    assert [one.uuid for one in photos(uuid)] == [second.uuid]
    kept = db.session.scalar(sa.select(sa.func.count()).select_from(File))
    assert kept == 1
    assert send(phone, uuid, words="装好了").status_code == 303
    assert post(phone, f"/findings/{uuid}/photos/{second.uuid}/out").status_code == 409
    assert len(photos(uuid)) == 1


def test_there_are_as_many_photos_as_are_allowed(app: Flask, world: World, manager: Actor) -> None:
    phone = browser(app, manager)
    uuid = find(world.own)
    many = [(jpeg(40, 30), f"{number}.jpg") for number in range(7)]
    answer = send(phone, uuid, *many, words="装好了")
    assert (answer.status_code, len(photos(uuid))) == (400, 6)
    send(phone, uuid, *((jpeg(40, 30), "x.jpg") for _ in range(6)), only_photos="1")
    page = phone.get(f"/findings/{uuid}").text
    assert 'name="photos"' not in page
    answer = send(phone, uuid, (jpeg(40, 30), "13.jpg"), words="装好了")
    assert (answer.status_code, len(photos(uuid))) == (409, 12)


def test_whoever_comes_second_is_told_and_keeps_her_words(
    app: Flask, world: World, manager: Actor
) -> None:
    uuid = find(world.own)
    clients = [browser(app, manager), browser(app, person(Role.COUNTY_ADMIN, COUNTY))]
    seen = str(finding(uuid).version)
    told = [
        post(client, f"/findings/{uuid}/answer", seen=seen, words=f"第{number}个人写的")
        for number, client in enumerate(clients)
    ]
    assert [answer.status_code for answer in told] == [303, 409]
    assert "刚刚被别人处理过" in told[1].text
    assert "第1个人写的" in told[1].text
    assert [one.words for one in queries.answers(finding(uuid).id)] == ["第0个人写的"]


def test_who_answered_is_told_that_another_re_checks(
    app: Flask, world: World, inspector: Actor
) -> None:
    desk = browser(app, inspector)
    uuid = find(world.own)
    assert send(desk, uuid, words="我替他们装好了").status_code == 303
    page = desk.get(f"/findings/{uuid}").text
    assert "自己反馈的整改要由别人复查" in page
    assert "合格，销号" not in page
    answer = check(desk, uuid, "close", verdict="合格")
    assert answer.status_code == 403
    assert finding(uuid).state == "answered"


def test_a_re_check_needs_words_and_a_day_that_is_to_come(
    app: Flask, world: World, manager: Actor, inspector: Actor
) -> None:
    desk = browser(app, inspector)
    uuid = find(world.own)
    with writing():
        actions.answer(manager, uuid, 1, "好了")
    for way, data, words in (
        ("close", {}, "请写明复查情况"),
        ("return", {}, "请写明原因"),
        ("return", {"verdict": "不行", "due": "2020-01-01"}, "不能早于今天"),
        ("return", {"verdict": "不行", "due": "soon"}, "日期写法有误"),
        ("close", {"verdict": "x" * 1001}, "内容太长"),
    ):
        answer = check(desk, uuid, way, **data)
        assert answer.status_code == 422
        assert words in answer.text
        assert data.get("verdict", "") in answer.text
    answer = post(desk, f"/findings/{uuid}/close", verdict="合格", seen="x")
    assert answer.status_code == 422
    assert finding(uuid).state == "answered"


def test_what_people_write_is_shown_and_not_run(
    app: Flask, world: World, manager: Actor, inspector: Actor
) -> None:
    phone = browser(app, manager)
    uuid = find(world.own, words=HOSTILE, note=HOSTILE, basis=HOSTILE, standard=HOSTILE)
    send(phone, uuid, words=HOSTILE)
    check(browser(app, inspector), uuid, "return", verdict=HOSTILE)
    for path in (f"/findings/{uuid}", "/findings?show=all", "/findings/criteria"):
        page = phone.get(path).text
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_more_time_is_asked_for_on_the_page(app: Flask, world: World, manager: Actor) -> None:
    phone = browser(app, manager)
    uuid = find(world.own)
    due = finding(uuid).due
    answer = check(phone, uuid, "extension", due="", reason="等材料")
    assert answer.status_code == 422
    assert "请填写日期" in answer.text
    answer = check(phone, uuid, "extension", due=due.isoformat(), reason="等材料")
    assert "应晚于现在的期限" in answer.text
    answer = check(phone, uuid, "extension", due=later(due).isoformat(), reason="等材料")
    assert answer.status_code == 303
    assert "等审批" in phone.get(f"/findings/{uuid}").text
    admin = browser(app, person(Role.COUNTY_ADMIN, COUNTY))
    assert "整改延期" in admin.get("/proposals").text


def test_a_county_names_an_owner_issues_a_notice_and_gives_up(app: Flask, world: World) -> None:
    person(Role.STATION_MANAGER, world.own, "manager", "新站长")
    admin = browser(app, person(Role.COUNTY_ADMIN, COUNTY))
    uuid = find(world.own)
    assert check(admin, uuid, "owner", owner="nobody").status_code == 422
    assert check(admin, uuid, "owner", owner="county-admin").status_code == 303
    answer = post(admin, f"/findings/{uuid}/notice")
    assert answer.status_code == 303
    page = admin.get(answer.location).text
    for part in ("荣成市医保整改〔", "门口有统一标识", "第三条", "签发单位", "被检查单位签收"):
        assert part in page
    assert post(admin, f"/findings/{uuid}/notice").location == answer.location
    pdf = admin.get(f"{answer.location}.pdf")
    assert pdf.content_type == "application/pdf"
    assert pdf.data.startswith(b"%PDF-")
    assert check(admin, uuid, "lapse", reason="").status_code == 422
    assert check(admin, uuid, "lapse", reason="网点撤销").status_code == 303
    assert "已终止" in admin.get(f"/findings/{uuid}").text


def test_photos_of_what_was_found_are_kept_anew(app: Flask, world: World, manager: Actor) -> None:
    put = put_picture(jpeg())
    with writing():
        theirs = files.keep_picture(ACTOR, put, "检查.jpg").id
    uuid = find(world.own, photos=(theirs,))
    (photo,) = photos(uuid)
    assert photo.round is None
    with writing():
        files.drop([theirs])
    shown = browser(app, manager).get(f"/findings/{uuid}/photos/{photo.uuid}")
    assert shown.status_code == 200
    shown.close()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FindingPhoto)) == 1


def test_a_site_shows_what_is_to_be_put_right_to_those_who_may_know(
    app: Flask, client: FlaskClient, world: World, manager: Actor
) -> None:
    phone = browser(app, manager)
    client.get(f"/sites/{world.own}")  # what is held in memory is there
    assert "本网点的全部问题" not in phone.get(f"/sites/{world.own}").text
    uuid = find(world.own)
    assert f"/findings/{uuid}" in phone.get(f"/sites/{world.own}").text
    assert "/findings/" not in client.get(f"/sites/{world.own}").text
    stranger = browser(app, person(Role.STATION_MANAGER, world.sibling, "stranger"))
    assert f"/findings/{uuid}" not in stranger.get(f"/sites/{world.own}").text
    with writing():
        actions.lapse(ACTOR, uuid, 1, "不整改了")
    assert "没有等着整改的问题" in phone.get(f"/sites/{world.own}").text
