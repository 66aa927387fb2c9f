"""An inspector's telephone without a network, then behind a bad one: nothing is lost or doubled.

The server stands behind a proxy that can be shut, or can drop three in ten requests and three in
ten answers, so that what was done is not known to have been done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from core.accounts.models import Grant
from core.clock import today
from core.config import Config, Mode
from core.db import db, writing
from core.files.models import File
from standards.inspections.models import (
    AddedDay,
    Inspection,
    InspectionPhoto,
    InspectionVersion,
)
from standards.inspections.rules import MOST_ADDED_A_DAY
from tests.browser.proxy import Proxy, standing_before
from tests.databases import migrate
from tests.serving import SECRET_KEY, serving
from tests.standards.inspections.made import Ground, jpeg, new_uuid
from tests.standards.inspections.made import ground as make_ground
from tests.standards.made import changed, publish
from wsgi import create_app

FORMS = 200
#: How often the tab is killed, and how often the sign-in ends while records wait.
KILLS = 20
EXPIRIES = 5
#: How long the queue may take behind the bad network, in milliseconds.
PATIENCE = 240_000


@dataclass
class Scene:
    ground: Ground
    proxy: Proxy
    address: str
    context: BrowserContext
    session: str
    violations: list[str] = field(default_factory=list)

    def come_in(self) -> None:
        cookies: Any = [
            {"name": "session", "value": self.session, "url": self.address},
            {"name": "lang", "value": "zh", "url": self.address},
        ]
        self.context.add_cookies(cookies)

    def open(self, path: str) -> Page:
        page = self.context.new_page()
        page.on("console", lambda told: self._said(told.text))
        page.goto(self.address + path)
        return page

    def _said(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.violations.append(text)


@pytest.fixture
def scene(chromium: Browser, tmp_path: Path) -> Iterator[Scene]:
    url = f"sqlite:///{tmp_path / 'onekm.sqlite3'}"
    migrate(url, tmp_path)
    app = create_app(Config(Mode.DEVELOPMENT, tmp_path, url, SECRET_KEY, "0631-12393"))
    with app.app_context():
        ground = make_ground(app)
        phone = ground.phone()
        cookie = phone.client.get_cookie("session")
        assert cookie is not None
        with serving(tmp_path, url) as server, standing_before(server) as (proxy, address):
            context = chromium.new_context(
                viewport={"width": 360, "height": 740},
                geolocation={"latitude": 37.1601, "longitude": 122.4801},
                permissions=["geolocation"],
                timezone_id="Asia/Shanghai",
                locale="zh-CN",
            )
            context.set_default_timeout(20_000)
            scene = Scene(ground, proxy, address, context, cookie.value)
            scene.come_in()
            yield scene
            context.close()
        assert scene.violations == []
        db.session.remove()
        db.engine.dispose()


def fill(page: Page, words: str, photo: bytes) -> None:
    """Answer everything, one thing badly with a photo; sign."""
    expect(page.locator("form#visit[data-ready]")).to_be_attached()
    page.click("#visit-arrive")
    expect(page.locator("#visit-arrived")).to_contain_text("距网点")
    checks = page.locator("fieldset[data-key]")
    for number in range(checks.count()):
        check = checks.nth(number)
        check.locator(".seg-fail input" if number == 0 else ".seg-pass input").check()
    first = checks.nth(0)
    first.locator("textarea[data-needed=note]").fill(words)
    shot = FilePayload(name="shot.jpg", mimeType="image/jpeg", buffer=photo)
    first.locator("input[type=file]").set_input_files(shot)
    expect(first.locator(".visit-photos li")).to_have_count(1)
    for reason in page.locator("textarea[data-needed=reason]:visible").all():
        reason.fill("门上贴着")
    pad = page.locator("[data-side=inspector] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 60, steps=4)
    page.mouse.up()
    page.fill("#sign-site", "王站长")
    expect(page.locator("#visit-state")).to_contain_text("已存在本机")


def queued(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("() => OneKmQueue.records()")
    return found


#: Fills so many forms as the page of a visit does, each with a photo of its own.
_MANY = """async ({uuids, record, owner}) => {
  for (const [number, uuid] of uuids.entries()) {
    const canvas = document.createElement('canvas');
    canvas.width = 32; canvas.height = 24;
    const pen = canvas.getContext('2d');
    pen.fillStyle = `rgb(${number % 256}, ${(number * 7) % 256}, ${(number * 31) % 256})`;
    pen.fillRect(0, 0, 32, 24);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9));
    const data = await blob.arrayBuffer();
    const sha256 = await OneKmQueue.sha256(data);
    await OneKmQueue.keepPhoto(uuid, sha256, 'image/jpeg', data);
    const photos = [{sha256, size: data.byteLength, kind: 'evidence', key: ''}];
    const body = JSON.stringify({...record, photos, words: uuid});
    await OneKmQueue.finish(uuid, owner, `form ${number}`, body, [sha256]);
  }
}"""


@pytest.mark.long
def test_nothing_is_lost_or_doubled(scene: Scene) -> None:
    uuids = [scene.ground.plan() for _ in range(FORMS)]
    page = scene.open("/inspections/")
    expect(page.locator("#visit-packed")).to_contain_text("离线可用")
    page.wait_for_function("navigator.serviceWorker.controller !== null")

    # Without a network: two visits by hand, one across a reload, one across a killed tab.
    scene.proxy.shut = True
    scene.context.set_offline(True)
    page.goto(f"{scene.address}/inspections/{uuids[0]}")
    fill(page, "时限表为旧版", jpeg("orange", (2600, 1900)))
    page.reload()
    expect(page.locator("form#visit[data-ready]")).to_be_attached()
    expect(page.locator("textarea[data-needed=note]").first).to_have_value("时限表为旧版")
    expect(page.locator(".visit-photos li").first).to_be_attached()
    page.click("text=完成并提交")
    expect(page.locator("#visit-queue li")).to_have_count(1)

    page.goto(f"{scene.address}/inspections/{uuids[1]}")
    fill(page, "没有引导员", jpeg("navy", (900, 1600)))
    page.close(run_before_unload=False)
    page = scene.open(f"/inspections/{uuids[1]}")
    expect(page.locator("form#visit[data-ready]")).to_be_attached()
    expect(page.locator("textarea[data-needed=note]").first).to_have_value("没有引导员")
    page.click("text=完成并提交")
    expect(page.locator("[data-unsent]")).to_have_text("2")
    expect(page.locator("[data-told]").first).to_contain_text("没有网络")

    # As many more through the same queue.
    record = scene.ground.record(finished_at=None)
    more = {"uuids": uuids[2:], "record": record, "owner": "li"}
    page.evaluate(_MANY, more)
    kept = queued(page)
    assert len(kept) == FORMS

    # Signed out meanwhile: all is kept, and the inspector is told.
    scene.context.clear_cookies(name="session")
    scene.proxy.shut = False
    scene.context.set_offline(False)
    page.evaluate("() => OneKmQueue.hurry()")
    expect(page.locator("[data-told]").first).to_contain_text("重新登录后自动发送")
    assert len(queued(page)) == FORMS

    # Back, behind a network that loses three in ten each way; the tab is killed again and again
    # while it sends, and the sign-in has ended every fourth time.
    scene.come_in()
    scene.proxy.dropping = 0.3
    for kill in range(1, KILLS):
        page.evaluate("() => void OneKmQueue.hurry()")
        page.wait_for_timeout(scene.proxy.chance.randrange(100, 900))
        if kill % (KILLS // (EXPIRIES - 1)) == 0:
            scene.context.clear_cookies(name="session")
            page.evaluate("() => void OneKmQueue.hurry()")
            page.wait_for_timeout(300)
        page.close(run_before_unload=False)
        scene.come_in()
        page = scene.open("/inspections/")
    expect(page.locator("[data-unsent]")).to_have_text("0", timeout=PATIENCE)
    scene.proxy.dropping = 0.0
    assert min(scene.proxy.lost["requests"], scene.proxy.lost["answers"]) > FORMS / 4
    assert queued(page) == []
    compare(kept)


def test_a_version_published_meanwhile_does_not_disturb_an_open_visit(scene: Scene) -> None:
    uuid, first = scene.ground.plan(), scene.ground.published.digest
    page = scene.open(f"/inspections/{uuid}")
    fill(page, "没有人", jpeg())
    publish(changed('text = "有引导员"', 'text = "有两名引导员"'), today())
    page.reload()
    expect(page.locator("form#visit[data-ready]")).to_be_attached()
    expect(page.locator("legend").first).to_contain_text("有引导员")
    expect(page.locator("textarea[data-needed=note]").first).to_have_value("没有人")
    page.click("text=完成并提交")
    page.wait_for_url("**/inspections/")
    expect(page.locator("#visit-queue li")).to_have_count(0)
    for _second in range(20):
        if not queued(page):
            break
        page.wait_for_timeout(1000)
    assert queued(page) == []
    db.session.rollback()
    assert db.session.scalars(sa.select(InspectionVersion.digest)).all() == [first]


def test_a_page_kept_for_a_place_without_a_network_is_that_of_the_version_begun_with(
    scene: Scene,
) -> None:
    uuid, first = scene.ground.plan(), scene.ground.published.digest
    page = scene.open("/inspections/")
    expect(page.locator("#visit-packed")).to_contain_text("离线可用")
    page.goto(f"{scene.address}/inspections/{uuid}")
    expect(page.locator("form#visit[data-ready]")).to_be_attached()
    checks = page.locator("fieldset[data-key]")
    checks.first.locator(".seg-fail input").check()
    checks.first.locator("textarea[data-needed=note]").fill("没有人")
    expect(page.locator("#visit-state")).to_contain_text("已存在本机")
    page.close()
    publish(changed('text = "有引导员"', 'text = "有两名引导员"'), today())
    page = scene.open("/inspections/")  # another tab puts away the pages of the new version
    expect(page.locator("#visit-packed")).to_contain_text("离线可用")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    scene.proxy.shut = True
    scene.context.set_offline(True)
    page.goto(f"{scene.address}/inspections/{uuid}")
    expect(page.locator("form#visit[data-ready]")).to_be_attached()
    expect(page.locator("legend").first).to_contain_text("有引导员")
    expect(page.locator("textarea[data-needed=note]").first).to_have_value("没有人")
    checks = page.locator("fieldset[data-key]")
    for number in range(1, checks.count()):
        checks.nth(number).locator(".seg-pass input").check()
    for reason in page.locator("textarea[data-needed=reason]:visible").all():
        reason.fill("门上贴着")
    page.click("text=完成并提交")
    expect(page.locator("#visit-queue li")).to_have_count(1)
    scene.proxy.shut = False
    scene.context.set_offline(False)
    page.evaluate("() => void OneKmQueue.hurry()")
    expect(page.locator("[data-unsent]")).to_have_text("0")
    db.session.rollback()
    assert db.session.scalars(sa.select(InspectionVersion.digest)).all() == [first]


def test_where_only_the_page_of_another_version_is_kept_nothing_is_mixed(scene: Scene) -> None:
    uuid = scene.ground.plan()
    page = scene.open("/inspections/")
    expect(page.locator("#visit-packed")).to_contain_text("离线可用")
    page.goto(f"{scene.address}/inspections/{uuid}")
    expect(page.locator("form#visit[data-ready]")).to_be_attached()
    page.locator("fieldset[data-key] .seg-pass input").first.check()
    expect(page.locator("#visit-state")).to_contain_text("已存在本机")
    page.evaluate(
        """async (uuid) => {
      const draft = await OneKmQueue.draft(uuid);
      draft.values.versions = '{"sample": "another"}';
      await OneKmQueue.keepDraft(draft);
    }""",
        uuid,
    )
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    scene.proxy.shut = True
    scene.context.set_offline(True)
    page.goto(f"{scene.address}/inspections/{uuid}")
    expect(page.locator("#visit-other")).to_be_visible()
    expect(page.locator("form#visit")).to_be_hidden()


def test_the_page_leads_to_what_is_left_to_check(scene: Scene) -> None:
    page = scene.open(f"/inspections/{scene.ground.plan()}")
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.locator("form#visit[data-ready]")).to_be_attached()
    # On a telephone what is to be done stands first; the list of the day is one step back.
    expect(page.locator("nav.staff")).to_be_hidden()
    checks, onward = page.locator("fieldset[data-key]"), page.locator("#visit-next")
    expect(onward).to_be_hidden()
    checks.last.locator(".seg-pass input").check()
    onward.click()
    expect(checks.first.locator("input[type=radio]").first).to_be_focused()
    # One reason is asked for: what is wrong says why the register is.
    checks.first.locator(".seg-fail input").check()
    expect(checks.first.locator("[data-needed=note]")).to_be_visible()
    expect(checks.first.locator("[data-needed=reason]")).to_be_hidden()
    for number in range(checks.count()):
        checks.nth(number).locator(".seg-pass input").check()
    expect(onward).to_be_hidden()


def test_a_record_that_is_refused_is_told_with_the_reason_and_holds_nothing_up(
    scene: Scene,
) -> None:
    wrong, right = scene.ground.plan(), scene.ground.plan()
    page = scene.open("/inspections/")
    record = json.dumps(scene.ground.record(finished_at=None))
    for uuid, body in ((wrong, '{"site": '), (right, record)):
        page.evaluate(
            "([uuid, body]) => OneKmQueue.finish(uuid, 'li', uuid, body, [])", [uuid, body]
        )
    page.evaluate("() => void OneKmQueue.hurry()")
    expect(page.locator("[data-unsent]")).to_have_text("1")
    expect(page.locator("#visit-queue li")).to_contain_text("没能发送")
    expect(page.locator("[data-sign-in]")).to_be_hidden()
    db.session.rollback()
    filed = sa.select(Inspection.uuid).where(Inspection.digest.is_not(None))
    assert db.session.scalars(filed).all() == [right]


def test_more_than_anybody_adds_in_a_day_is_told_in_words_and_sent_on_another_day(
    scene: Scene,
) -> None:
    page, uuid = scene.open("/inspections/"), new_uuid()
    with writing():
        spent = {"account_id": scene.ground.inspector, "day": today(), "records": MOST_ADDED_A_DAY}
        db.session.add(AddedDay(**spent))
    record = json.dumps(scene.ground.record(finished_at=None))
    page.evaluate("([uuid, body]) => OneKmQueue.finish(uuid, 'li', uuid, body, [])", [uuid, record])
    page.evaluate("() => void OneKmQueue.hurry()")
    expect(page.locator("#visit-queue li")).to_contain_text("明天自动再发")
    expect(page.locator("#visit-queue li")).to_contain_text("等待发送")
    with writing():
        db.session.execute(sa.delete(AddedDay))
    page.evaluate("() => void OneKmQueue.hurry()")
    expect(page.locator("[data-unsent]")).to_have_text("0")
    db.session.rollback()
    assert db.session.scalars(sa.select(Inspection.uuid)).all() == [uuid]


def test_who_is_no_inspector_any_more_keeps_all_and_is_told_so(scene: Scene) -> None:
    page = scene.open("/inspections/")
    record = json.dumps(scene.ground.record(finished_at=None))
    page.evaluate(
        "([uuid, body]) => OneKmQueue.finish(uuid, 'li', uuid, body, [])",
        [scene.ground.plan(), record],
    )
    with writing():
        db.session.execute(sa.delete(Grant))
    page.evaluate("() => void OneKmQueue.hurry()")
    expect(page.locator("[data-told]").first).to_contain_text("可能已不是检查员")
    assert len(queued(page)) == 1


def compare(kept: list[dict[str, Any]]) -> None:
    """What was on the telephone is on the server, once each, with equal hashes."""
    db.session.rollback()
    rows = db.session.execute(sa.select(Inspection.uuid, Inspection.state, Inspection.digest))
    assert {row.uuid: (row.state, row.digest) for row in rows} == {
        one["uuid"]: ("complete", one["digest"]) for one in kept
    }
    photos = sa.select(Inspection.uuid, InspectionPhoto.sha256, File.sent_sha256)
    photos = photos.join(InspectionPhoto, InspectionPhoto.inspection_id == Inspection.id)
    there = db.session.execute(photos.join(File, File.id == InspectionPhoto.file_id)).all()
    assert all(row.sha256 == row.sent_sha256 for row in there)
    expected = sorted((one["uuid"], sha256) for one in kept for sha256 in one["hashes"])
    assert sorted((row.uuid, row.sha256) for row in there) == expected
    named = {
        one["uuid"]: {photo["sha256"] for photo in json.loads(one["body"])["photos"]}
        for one in kept
    }
    assert named == {one["uuid"]: set(one["hashes"]) for one in kept}
