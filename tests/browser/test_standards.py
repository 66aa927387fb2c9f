"""A city administrator writes another version and tries it out; a second one publishes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from core.access import command
from core.accounts.demo import Made
from core.accounts.rules import Role
from core.clock import today
from core.config import Config, Mode
from core.db import db, writing
from core.regions.rules import ASSUMED_SINCE
from standards import seeding
from tests.browser import city as cities
from tests.browser.city import CITY, HOTLINE, City
from tests.browser.entrance import come_in
from tests.browser.visitor import DESK, PHONE, Visitor, chinese_in_english, follow, tidy
from tests.core.accounts.made import PASSWORD, give_authenticator, make_person
from tests.serving import SECRET_KEY
from wsgi import create_app

STANDARD: Final = "/standards/nine-haves-station"


@dataclass(frozen=True)
class Bureau:
    """A city of its own with the shipped standards in force, and a second administrator."""

    city: City
    second: Made


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    home = tmp_path_factory.mktemp("bureau")
    with cities.city(home, staffed=True) as city:
        url = f"sqlite:///{home / 'onekm.sqlite3'}"
        app = create_app(Config(Mode.DEVELOPMENT, home, url, SECRET_KEY, HOTLINE))
        with app.app_context():
            secret = give_authenticator(make_person("second", Role.CITY_ADMIN, CITY))
            with writing():
                seeding.seed(command("tests"), ASSUMED_SINCE)
            db.session.remove()
            db.engine.dispose()
        yield Bureau(city, Made(Role.CITY_ADMIN, "second", PASSWORD, secret, ()))


def at_work(
    chromium: Browser, bureau: Bureau, who: Made, size: tuple[int, int], language: str
) -> Visitor:
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN", reduced_motion="reduce"
    )
    context.add_cookies([{"name": "lang", "value": language, "url": bureau.city.address}])
    visitor = Visitor(context, bureau.city)
    come_in(visitor.open("/signin"), who)
    return visitor


def numbers(page: Page) -> dict[str, int]:
    """How many sites stand how, by the words of the page."""
    told = page.locator("nav.figs .fig").all_inner_texts()
    pairs = [text.split("\n") for text in told]
    return {words.strip(): int(number) for number, words in pairs}


def test_another_version_is_tried_out_and_published_by_a_second_person(
    chromium: Browser, bureau: Bureau
) -> None:
    first = at_work(chromium, bureau, bureau.city.people[Role.CITY_ADMIN], DESK, "zh")
    page = first.context.pages[0]
    follow(page.get_by_role("link", name="标准", exact=True))
    tidy(page)
    follow(page.get_by_role("link", name="九有（工作站）"))
    tidy(page)
    before = numbers(page)
    assert before["未达标"] > 0
    page.locator("section[aria-labelledby=sites] tbody a").first.click()
    expect(page.locator("main")).to_contain_text("时限已公布的事项")
    tidy(page)
    page.goto(f"{bureau.city.address}/standards/drafts")
    tidy(page)
    page.get_by_label("从哪里开始").select_option(label="九有（工作站） · 第 1 版")
    follow(page.get_by_role("button", name="开始"))
    tidy(page)
    row = page.locator("tr#standards")
    follow(row.get_by_role("link", name=re.compile("^修改")))
    tidy(page)
    page.get_by_label("与多少相比").fill("０.九")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("请填写一个数")
    tidy(page)
    page.get_by_label("与多少相比").fill("0.5")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("tr#standards")).to_contain_text("不少于 50%")
    follow(page.get_by_role("link", name="预览、试算和提交"))
    tidy(page)
    told = re.findall(r"(\d+) 个网点将变为待定", page.locator("main").inner_text())
    assert len(told) == 1
    moving = int(told[0])
    assert page.locator("details.moved tbody tr").count() == moving > 0
    assert before["未达标"] >= moving
    expect(page.locator("main")).to_contain_text("与第 1 版的差别")
    page.get_by_label("从哪一天起生效").fill(today().isoformat())
    page.get_by_label("给审批人的说明").fill("先从一半做起")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("自己提出的申请要由另一个人审批")
    tidy(page)

    second = at_work(chromium, bureau, bureau.second, PHONE, "en")
    page = second.context.pages[0]
    follow(page.get_by_role("link", name=re.compile("^Waiting|^To approve|^Approvals")).first)
    page.locator("main a[href^='/proposals/']").first.click()
    expect(page.locator("main")).to_contain_text(f"{moving} sites would become undecided")
    tidy(page)
    follow(page.locator("main a[href$='/preview']"))
    tidy(page)
    assert chinese_in_english(page) == []
    page.go_back()
    follow(page.locator("main form .btn").first)
    page.goto(f"{bureau.city.address}{STANDARD}/versions")
    expect(page.locator("main")).to_contain_text("Version 2")
    tidy(page)
    page.goto(f"{bureau.city.address}{STANDARD}/versions/2")
    tidy(page)
    page.goto(f"{bureau.city.address}{STANDARD}")
    after = numbers(page)
    assert after["Not met"] == before["未达标"] - moving
    assert after["Undecided"] == before["待定"] + moving
    tidy(page)
    for visitor in (first, second):
        visitor.check()
        visitor.context.close()


def test_everybody_reads_what_is_asked_and_where_it_comes_from(
    chromium: Browser, bureau: Bureau
) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 640}, locale="zh-CN")
    context.add_cookies([{"name": "lang", "value": "en", "url": bureau.city.address}])
    visitor = Visitor(context, bureau.city)
    page = visitor.open("/standards")
    tidy(page)
    page.get_by_role("link", name="Ten completes (service halls)").click()
    expect(page.locator("main")).to_contain_text("not an official list")
    tidy(page)
    assert chinese_in_english(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the file").click()
    assert download.value.suggested_filename == "ten-completes-hall-1.toml"
    visitor.check()
    context.close()
