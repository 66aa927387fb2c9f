"""Two entries of one clinic become one: what was announced, photographed, asked for and planned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from core.access import command
from core.accounts.queries import acting
from core.accounts.rules import Role
from core.catalogue.models import Service
from core.clock import today
from core.config import Config, Mode
from core.db import db, writing
from core.proposals import actions as proposals
from core.regions.queries import tree
from core.sites import actions, closures, plans
from core.sites.closures import Notice
from core.sites.models import Site
from core.sites.rules import Kind
from core.sites.rules import Mode as Offered
from core.sites.story import SITE
from network.editing.proposing import HOURS
from tests.browser import city as cities
from tests.browser.city import HOTLINE, ONLINE, TWICE, City
from tests.browser.entrance import badge
from tests.browser.visitor import DESK, PHONE, Visitor, chinese_in_english, follow, tidy
from tests.core.accounts.made import make_person
from tests.core.files.made import photo, written
from tests.serving import SECRET_KEY
from wsgi import create_app

KEPT, OTHER, STATION = "塔山村卫生室", "塔山村卫生所", "塔山村的站点负责人"
WORDS: Final = "村医外出培训，请到桥头镇卫生院办理"
SOON: Final = today() + timedelta(days=20)


@dataclass(frozen=True)
class Clinic:
    """A city of its own, and the codes of the two entries of one clinic in it."""

    city: City
    kept: str
    other: str


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    home = tmp_path_factory.mktemp("clinic")
    with cities.city(home, staffed=True) as city:
        url = f"sqlite:///{home / 'onekm.sqlite3'}"
        app = create_app(Config(Mode.DEVELOPMENT, home, url, SECRET_KEY, HOTLINE))
        with app.app_context():
            kept, other = _enter(KEPT), _enter(OTHER)
            _give(other)
            manager = make_person("tashan", Role.STATION_MANAGER, other, STATION)
            _ask(manager, other, "09:00-11:00")
            db.session.remove()
            db.engine.dispose()
        yield Clinic(city, kept, other)


def _enter(name: str) -> str:
    village = tree(today()).by_code[TWICE].id
    phone = "0631-5559876"
    entry = actions.Entry(name, Kind.VILLAGE_CLINIC, village, None, phone=phone, made=True)
    with writing():
        return actions.enter(command("tests"), entry, date(2024, 1, 1)).code


def _give(code: str) -> None:
    """What the one entry has and the other has not, and a plan for the village."""
    actor = command("tests")
    with writing():
        site = db.session.scalars(sa.select(Site.id).where(Site.code == code)).one()
        service = db.session.scalars(sa.select(Service.id).where(Service.code == ONLINE)).one()
        village = tree(today()).by_code[TWICE].id
        closures.announce(actor, Notice(today(), SOON, WORDS, site_id=site))
        actions.offer(actor, site, {service: Offered.DIRECT}, date(2024, 1, 1))
        cell = {(Kind.VILLAGE_CLINIC, service): True}
        plans.set_plan(actor, village, cell, date(2025, 1, 1))


def _ask(manager: int, code: str, saturday: str) -> None:
    actor = acting(manager)
    assert actor is not None
    with writing():
        site = db.session.scalars(sa.select(Site).where(Site.code == code)).one()
        proposals.propose(
            *(actor, HOURS, (SITE, code)),
            {"document": {"week": {"sat": [saturday]}}, "on": today().isoformat()},
            region_id=tree(today()).by_code[TWICE].id,
            site_id=site.id,
            base_version=site.version,
            words="周六也有人来",
        )


def at_work(chromium: Browser, clinic: Clinic, size: tuple[int, int]) -> tuple[Visitor, Page]:
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", reduced_motion="reduce"
    )
    context.add_cookies(badge(chromium, clinic.city, Role.COUNTY_ADMIN))
    visitor = Visitor(context, clinic.city)
    return visitor, visitor.open("/network")


def test_all_that_hangs_on_the_other_is_on_the_survivors_page(
    chromium: Browser, clinic: Clinic, tmp_path: Path
) -> None:
    visitor, page = at_work(chromium, clinic, DESK)
    picture = tmp_path / "door.jpg"
    picture.write_bytes(written(photo(1600, 1200)))
    visitor.go(page, f"/sites/{clinic.other}")
    follow(page.get_by_role("link", name=re.compile("添加照片|管理照片")))
    page.get_by_label("拍照，或从相册选择").set_input_files([picture])
    follow(page.get_by_role("button", name="上传照片"))
    page.get_by_label("说明：照片上是什么").fill("塔山村卫生所的门")
    follow(page.get_by_role("button", name="保存说明"))

    visitor.go(page, f"/sites/{clinic.kept}")
    expect(page.locator("main")).not_to_contain_text(WORDS)
    expect(page.locator(".photos img")).to_have_count(0)

    follow(page.get_by_role("link", name="重复网点"))
    entry = page.locator("li", has_text=KEPT).filter(has_text=OTHER).first
    follow(entry.get_by_role("link", name="核对这一对"))
    tidy(page)
    main = page.locator("main")
    for told in (WORDS, STATION, "1 项申请待审批", "从今天起改管保留的网点"):
        expect(main).to_contain_text(told)
    # What waits is decided first.
    page.get_by_role("link", name="变更服务时间").click()
    expect(main).to_contain_text("周六也有人来")
    page.locator("form[action$='/approve'] button, button[formaction$='/approve']").first.click()
    expect(page).to_have_url(re.compile("/proposals$"))
    visitor.go(page, f"/duplicates/{clinic.kept}/{clinic.other}")
    expect(main).not_to_contain_text("项申请待审批")
    page.locator(f"input[name=survivor][value='{clinic.kept}']").check()
    page.locator(f"input[name=name][value='{clinic.kept}']").check()
    page.locator(f"input[name=hours][value='{clinic.other}']").check()
    page.get_by_role("button", name="合并为一个网点").click()
    expect(page.locator("h1")).to_contain_text(OTHER)
    tidy(page)

    visitor.go(page, f"/sites/{clinic.other}")
    expect(page).to_have_url(re.compile(clinic.kept))
    expect(page.locator("h1")).to_contain_text(KEPT)
    for told in (WORDS, "9:00–11:00", "这些编号已并入本网点"):
        expect(main).to_contain_text(told)
    expect(page.locator(".photos img")).to_have_count(1)
    expect(page.locator(".photos img")).to_have_attribute("alt", "塔山村卫生所的门")
    expect(page.locator(f"#services ~ ul a[href='/services/{ONLINE}']")).to_be_visible()
    tidy(page)

    # The plan of the village is met by the one that is left, and the station is still kept.
    visitor.go(page, f"/network/{TWICE}/plan")
    expect(page.locator("input:checked").first).to_be_visible()
    visitor.go(page, "/people/tashan")
    expect(main).to_contain_text(KEPT)
    expect(main).not_to_contain_text(OTHER)
    visitor.go(page, f"/audit/site/{clinic.kept}")
    expect(main).to_contain_text(clinic.other)
    visitor.check()
    visitor.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_a_merge_keeps_is_told_on_a_telephone(
    chromium: Browser, clinic: Clinic, language: str
) -> None:
    visitor, page = at_work(chromium, clinic, PHONE)
    address = clinic.city.address
    visitor.context.add_cookies([{"name": "lang", "value": language, "url": address}])
    visitor.go(page, "/duplicates?least=50")
    href = page.locator("main li a[href^='/duplicates/']").first.get_attribute("href")
    visitor.go(page, str(href))
    tidy(page)
    if language == "en":
        assert chinese_in_english(page) == []
    visitor.check()
    visitor.context.close()
