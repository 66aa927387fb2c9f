"""A resident whose browser runs no scripts finds all the same."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import HOTLINE, ONLINE, TOWN
from tests.browser.speech import speech
from tests.browser.visitor import DESK, PHONE, Visit, follow

SIZES = pytest.mark.parametrize(
    ("language", "size"),
    [pytest.param("zh", PHONE, id="phone"), pytest.param("en", DESK, id="desk")],
)


def entries_are_complete(page: Page) -> None:
    entries = page.locator(".finder-places > li")
    expect(entries).to_have_count(5)
    for entry in entries.all():
        expect(entry.locator(".dist")).to_have_text(re.compile(r"\d"))
        expect(entry.locator(".tag").first).to_be_visible()
    expect(page.locator(".finder-map")).to_be_hidden()


@SIZES
def test_a_name_that_recurs(visit: Visit, language: str, size: tuple[int, int]) -> None:
    say = speech(language)
    page = visit(size, language, script=False).open()
    expect(page.get_by_role("button", name=say("用我的位置"))).to_be_hidden()
    page.get_by_label(say("您在哪里？")).fill("河东")
    page.get_by_label(say("办什么事？")).select_option(ONLINE)
    page.get_by_role("button", name=say("查找最近的网点")).click()
    expect(page.get_by_role("heading", name=say("您说的是哪一个？"))).to_be_visible()
    matches = page.locator(".finder-matches a")
    paths = matches.all_inner_texts()
    assert len(set(paths)) == len(paths) >= 5
    follow(page.get_by_role("link", name="荣成市崖头街道河东社区居委会"))
    entries_are_complete(page)
    expect(page.get_by_label(say("您在哪里？"))).to_have_value("荣成市崖头街道河东社区居委会")
    expect(page.get_by_label(say("办什么事？"))).to_have_value(ONLINE)


@SIZES
def test_from_city_to_village(visit: Visit, language: str, size: tuple[int, int]) -> None:
    say = speech(language)
    page = visit(size, language, script=False).open()
    follow(page.get_by_role("link", name=say("按区划选择")))
    picker = page.locator("#pick")
    county = "荣成市" if language == "zh" else "Rongcheng City"
    for name in (county, "崂山街道", "毕家屯村委会"):
        follow(picker.get_by_role("link", name=name, exact=True))
    entries_are_complete(page)
    expect(page.get_by_label(say("您在哪里？"))).to_have_value("荣成市崂山街道毕家屯村委会")


def test_a_whole_town_may_be_chosen(visit: Visit) -> None:
    page = visit(script=False).open(f"/?pick={TOWN}")
    follow(page.get_by_role("link", name="就在崂山街道查找"))
    entries_are_complete(page)


@SIZES
def test_another_time(visit: Visit, language: str, size: tuple[int, int]) -> None:
    say = speech(language)
    visitor = visit(size, language, script=False)
    page = visitor.open()
    page.get_by_label(say("您在哪里？")).fill("荣成市")
    page.get_by_label(say("另选时间")).check()
    page.get_by_label(say("日期"), exact=True).fill(visitor.city.monday.isoformat())
    page.get_by_label(say("时间"), exact=True).fill("12:15")
    page.get_by_role("button", name=say("查找最近的网点")).click()
    expect(page.locator(".finder-places .tag.warn").first).to_contain_text(say("午休"))
    entry = page.locator(".finder-places > li").first
    entry.locator("summary").click()
    expect(entry.locator(".finder-way a").first).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_wrong_is_said_beside_the_field(visit: Visit, language: str) -> None:
    say = speech(language)
    page = visit(PHONE, language, script=False).open(
        "/?q=荣成市&service=1&when=then&day=x&hour=9:00"
    )
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(say("请改正下面的内容再查："))
    expect(alert.get_by_role("link")).to_have_count(2)
    alert.get_by_role("link", name=say("办什么事？")).click()
    expect(page.get_by_label(say("办什么事？"))).to_be_focused()
    expect(page.locator("#day")).to_have_attribute("aria-invalid", "true")
    described = page.locator("#day").get_attribute("aria-describedby")
    expect(page.locator(f"#{described}")).to_contain_text("2026-11-21")


def test_nobody_of_that_name(visit: Visit) -> None:
    page = visit(script=False).open()
    page.get_by_label("您在哪里？").fill("<b>没有这个地方</b>%_")
    follow(page.get_by_role("button", name="查找最近的网点"))
    notice = page.locator("#found")
    expect(notice).to_contain_text("<b>没有这个地方</b>%_")
    expect(notice.get_by_role("link", name=HOTLINE)).to_have_attribute("href", f"tel:{HOTLINE}")
    expect(page.locator("#pick")).to_be_visible()


def test_the_network_without_its_map(visit: Visit) -> None:
    page = visit(script=False).open(f"/network/{TOWN}")
    expect(page.locator("#sites .entry").first).to_be_visible()
    expect(page.locator("noscript p")).to_have_text("浏览器没有启用脚本，地图不能显示，请看列表。")
    expect(page.locator("noscript p")).to_be_visible()


def test_a_source_opens_without_script(visit: Visit) -> None:
    page = visit(script=False).open(f"/services/{ONLINE}")
    source = page.locator("details.source").first
    source.locator("summary").click()
    expect(source.locator("p, ul").first).to_be_visible()
