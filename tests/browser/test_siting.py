"""A planner asks where new stations go, lets the best be sought, saves, compares, plans them."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import DESK, PHONE, Visit, follow, tidy_map

CITY: Final = "371000000000"
#: Where no other journey goes.
COUNTY: Final = "371083000000"


def ask(page: Page, most: int, grid: int | None = None) -> None:
    page.get_by_role("textbox", name="新增几个站").fill(str(most))
    if grid is not None:
        page.get_by_label("候选点", exact=True).select_option("grid")
        page.get_by_text("事项、日期与其他条件").click()
        page.get_by_label("网格间距（米）").fill(str(grid))
    page.get_by_role("button", name="测算选址").click()
    expect(page.locator("#people-won")).to_be_visible()


def save(page: Page, name: str) -> None:
    page.get_by_label("名称").fill(name)
    page.get_by_role("button", name="保存方案").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_the_next_stations_are_found_proved_compared_and_planned(
    staff: Visit, worker: None
) -> None:
    visitor = staff("city_admin", DESK)
    page = visitor.open(f"/coverage/{CITY}")
    page.get_by_role("link", name="选址", exact=True).click()
    expect(page.get_by_text("这里还没有方案")).to_be_visible()
    tidy_map(page)
    ask(page, 40, 400)
    # At once there is an answer with its bound; the best is sought while one looks at it.
    expect(page.locator("#proof")).to_contain_text("尚未证明最优")
    at_once = _number(page)
    tidy_map(page)
    page.get_by_role("button", name="求最优解").click()
    expect(page.locator("#proof")).to_contain_text("已证明最优", timeout=120_000)
    expect(page.get_by_text("精确求解（HiGHS）")).to_be_visible()
    assert _number(page) >= at_once > 0
    save(page, "全市四十个站")
    tidy_map(page)
    # A smaller one, beside it.
    visitor.go(page, f"/coverage/{COUNTY}/siting")
    ask(page, 1)
    expect(page.locator("#proof")).to_contain_text("已证明最优")
    save(page, "乳山一个站")
    one = page.url
    visitor.go(page, f"/coverage/{CITY}/siting")
    row = page.get_by_role("row").filter(has_text="全市四十个站")
    whole = row.get_by_role("checkbox").get_attribute("value")
    visitor.go(page, f"/coverage/siting/compare?proposal={whole}&proposal={one.split('/')[-1]}")
    expect(page.get_by_role("heading", name="对比选址方案")).to_be_visible()
    tidy_map(page)
    follow(page.get_by_role("link", name="乳山一个站"))
    page.get_by_label("类型").select_option("village_clinic")
    page.get_by_role("button", name="转为 1 个筹建网点").click()
    expect(page.get_by_text("已转为筹建网点")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("筹建网点"))).to_have_count(0)
    page.locator("#planned a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("（筹建）")


def test_what_is_asked_wrongly_is_told_and_mended_without_a_script(staff: Visit) -> None:
    visitor = staff("county_admin", PHONE, script=False)
    page = visitor.open("/coverage/371002000000/siting")
    page.get_by_role("textbox", name="新增几个站").fill("0")
    page.get_by_role("button", name="测算选址").click()
    expect(page.get_by_role("alert")).to_contain_text("就是现状")
    expect(page.get_by_role("textbox", name="新增几个站")).to_have_attribute("aria-invalid", "true")
    ask(page, 3)
    expect(page.get_by_role("heading", name="新站建在哪里")).to_be_visible()
    page.get_by_role("button", name="删除这份草稿").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("选址")


@pytest.mark.parametrize(("size", "language"), [(PHONE, "zh"), (PHONE, "en"), (DESK, "en")])
def test_the_pages_fit_in_both_languages(
    staff: Visit, size: tuple[int, int], language: str
) -> None:
    visitor = staff("county_admin", size, language)
    page = visitor.open("/coverage/371002000000/siting?must=x&capacity=9000&most=2")
    tidy_map(page, language)
    page.locator("#must").fill("")
    page.locator("form button.btn").first.click()
    expect(page.locator("#people-won")).to_be_visible()
    tidy_map(page, language)
    visitor.go(page, "/coverage/371002000000/siting?most=0")
    page.locator("form button.btn").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    tidy_map(page, language)


def _number(page: Page) -> int:
    return int(page.locator("#people-won").inner_text().replace(",", ""))
