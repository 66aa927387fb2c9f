"""Administrators see whom the network reaches, and ask what if; the address can be sent on."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import expect

from core.clock import today
from tests.browser.city import CITY, TOWN
from tests.browser.visitor import DESK, PHONE, Visit, follow, settled, tidy_map

#: Where the county administrator is at work.
OWN: Final = "371002000000"
#: The narrowest screen that anybody has.
NARROW: Final = (320, 640)
PAGES: Final = {
    "/coverage": 200,
    f"/coverage/{CITY}?below=town&sort=missing&at=10:00": 200,
    f"/coverage/{TOWN}": 200,
    f"/coverage/{CITY}?at=03:00": 200,
    f"/coverage/{CITY}?radius=0": 400,
    f"/coverage/{CITY}/blind-spots": 200,
    f"/coverage/{CITY}/services?factor=1.4": 200,
    f"/coverage/{CITY}/sites": 200,
    f"/coverage/{CITY}/settlements?state=rim": 200,
    f"/coverage/{OWN}/what-if": 200,
    f"/coverage/{OWN}/what-if?do=move&site=0": 400,
    f"/coverage/{CITY}/what-if?close={{clinic}}&change=lose:{{hall}}:002036001002": 200,
}


@pytest.mark.parametrize(("size", "language"), [(DESK, "en"), (PHONE, "zh"), (NARROW, "en")])
def test_every_page_of_coverage_fits_and_can_be_read(
    staff: Visit, size: tuple[int, int], language: str
) -> None:
    visitor = staff("city_admin", size, language)
    page = visitor.open("/me")
    for path, status in PAGES.items():
        answer = page.goto(visitor.city.address + visitor.city.path(path))
        assert answer is not None
        assert answer.status == status, path
        tidy_map(page, language)


def test_from_the_city_down_to_a_gap_and_its_file(staff: Visit, tmp_path: Path) -> None:
    page = staff("city_admin", DESK).open("/coverage")
    settled(page)
    whole = page.locator("#people-share").inner_text()
    assert re.fullmatch(r"\d+\.\d%", whole)
    assert page.locator("#point-share").inner_text() != whole, "two things under two names"
    expect(page.get_by_text("不超过 1000.0 米（正好 1000.0 米算覆盖）")).to_be_visible()
    expect(page.get_by_text("演示数据", exact=True)).to_be_visible()

    page.get_by_label("事项").select_option(label="生育津贴支付")
    page.get_by_label("时刻").fill("10:00")
    follow(page.get_by_role("button", name="看结果"))
    settled(page)
    assert percent(page.locator("#people-share").inner_text()) < percent(whole)
    expect(page.get_by_text(re.compile("生育津贴支付，.* 10:00"))).to_be_visible()

    page.locator("#list").get_by_role("link", name="荣成市").click()
    expect(page.locator("h1")).to_have_text("荣成市 · 一公里覆盖")
    expect(page.get_by_label("时刻")).to_have_value("10:00")
    follow(page.get_by_role("link", name="全部盲区"))
    settled(page)
    last = page.locator("#list tbody tr").last
    people = last.locator("td.n a").first
    told = people.inner_text()
    follow(people)
    lines = [line.inner_text() for line in page.locator("#list tbody tr td.n:nth-child(3)").all()]
    assert sum(number(line) for line in lines) == number(told)

    with page.expect_download() as waited:
        page.get_by_role("link", name="导出 CSV").click()
    file = tmp_path / "settlements.csv"
    waited.value.save_as(file)
    found = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    assert [row["居民"] for row in found] == [str(number(line)) for line in lines]


def percent(text: str) -> float:
    return float(text.rstrip("%"))


def number(text: str) -> int:
    return int(text.replace(",", ""))


def test_if_this_station_closes_on_friday(staff: Visit, tmp_path: Path) -> None:
    visitor = staff("county_admin", DESK)
    page = visitor.open(f"/coverage/{OWN}/sites")
    first = page.locator("#list tbody tr").first
    name, alone = first.locator("th").inner_text(), first.locator("td.n").first.inner_text()
    first.locator("th a").click()
    expect(page.locator("h1")).to_have_text(name)

    asked = page.get_by_role("form", name="如果这个网点停办")
    friday = asked.get_by_label("看哪一天").input_value()
    assert friday >= today().isoformat()
    follow(asked.get_by_role("button"))
    tidy_map(page)
    expect(page.locator("#lost")).to_have_text(alone)
    dropped = page.locator("section", has=page.locator("#dropped"))
    expect(dropped.locator("tbody tr td:last-child").first).to_contain_text(re.compile("公里|米"))

    now, after = (page.get_by_role("radio", name=name) for name in ("现在", "之后"))
    expect(after).to_be_checked()
    now.focus()
    page.keyboard.press("Space")
    expect(now).to_be_checked()
    with page.expect_download() as waited:
        page.get_by_role("link", name="下载地图").click()
    file = tmp_path / "map.html"
    waited.value.save_as(file)
    assert name in file.read_text("utf-8")

    page.get_by_label("会发生什么").select_option("suspend")
    page.get_by_text("或从列表里选").click()
    page.get_by_label("按镇（街道）排列").select_option(index=0)
    page.get_by_label("停办第一天").fill(friday)
    follow(page.get_by_role("button", name="看结果"))
    settled(page)
    supposed = page.locator("section", has=page.locator("#supposed"))
    expect(supposed.locator("li")).to_have_count(2)
    expect(supposed.locator("b", has_text="恢复时间不定")).to_be_visible()
    sent = page.url

    colleague = staff("city_admin", PHONE).open(sent.removeprefix(visitor.city.address))
    expect(colleague.locator("#supposed")).to_be_visible()
    expect(colleague.locator("#lost")).to_have_text(page.locator("#lost").inner_text())
    supposed.get_by_role("link", name="去掉").first.click()
    expect(page.locator("section", has=page.locator("#supposed")).locator("li")).to_have_count(1)


def test_without_script_numbers_lists_and_suppositions_are_the_same(staff: Visit) -> None:
    page = staff("county_admin", PHONE, script=False).open("/coverage")
    expect(page.locator("#people-share")).to_be_visible()
    expect(page.locator("noscript p")).to_be_visible()
    page.get_by_label("半径").fill("500")
    page.get_by_role("button", name="看结果").click()
    expect(page.get_by_text("不超过 500.0 米")).to_be_visible()
    follow(page.get_by_role("link", name="如果停办…"))
    page.get_by_label("会发生什么").select_option("close")
    page.get_by_label("网点（名称或编号").fill("环翠楼街道便民")
    page.get_by_role("button", name="看结果").click()
    expect(page.locator("#supposed")).to_be_visible()
    assert "radius=500" in page.url
    assert "change=close" in page.url


def test_a_wrong_radius_is_told_and_what_was_typed_stays(staff: Visit) -> None:
    page = staff("county_admin", PHONE, "en").open(f"/coverage/{OWN}")
    settled(page)
    page.get_by_label("Radius").fill("-1")
    page.get_by_role("button", name="See the result").click()
    expect(page.get_by_role("alert")).to_contain_text("50")
    expect(page.get_by_label("Radius")).to_have_value("-1")
    expect(page.get_by_label("Radius")).to_have_attribute("aria-invalid", "true")
    tidy_map(page, "en")
