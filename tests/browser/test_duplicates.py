"""An administrator goes through what was registered twice; a resident scans the old code."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import DESK, PHONE, Visit, follow, tidy

KEPT: Final = "西于家村卫生室"
AGAIN: Final = "西于家村卫生所医保工作站"


def code_in(address: str) -> str:
    return str(re.findall(r"\d{7}", address)[0])


def test_a_clinic_registered_twice_becomes_one_and_two_again(staff: Visit, call: Visit) -> None:
    page = staff("county_admin", DESK).open("/network")
    follow(page.get_by_role("link", name="重复网点"))
    tidy(page)
    entry = page.locator("li", has_text=AGAIN).filter(has_text=KEPT).first
    expect(entry).to_contain_text("电话相同")
    follow(entry.get_by_role("link", name="核对这一对"))
    tidy(page)
    expect(page.locator("input[name=survivor]:checked")).to_have_count(1)
    page.get_by_label(KEPT, exact=True).check()
    page.get_by_label("桥头镇西于家村委会院内").check()
    page.get_by_role("button", name="合并为一个网点").click()
    expect(page.locator("h1")).to_contain_text(AGAIN)
    tidy(page)
    old = code_in(page.url)

    resident = call(PHONE).open(f"/sites/{old}")
    expect(resident.locator("h1")).to_contain_text(KEPT)
    expect(resident.locator("#way")).to_contain_text("桥头镇西于家村委会院内")
    assert old not in resident.url

    page.get_by_role("link", name=KEPT).click()
    expect(page.locator("main")).to_contain_text("这些编号已并入本网点")
    tidy(page)
    follow(page.get_by_role("link", name=AGAIN))
    page.get_by_role("button", name="恢复为单独的网点").click()
    expect(page.locator("h1")).to_contain_text(AGAIN)
    assert code_in(page.url) == old


def test_not_the_same_is_said_without_script_and_taken_back(staff: Visit) -> None:
    visitor = staff("county_admin", PHONE, script=False)
    page = visitor.open("/duplicates?least=50")
    entry = page.locator("li", has_text="桥头西于家卫生室").first
    entry.get_by_role("link", name="核对这一对").click()
    expect(page.locator("main")).to_contain_text("合并要由市级管理员审批")
    page.get_by_label("理由").fill("两个村同名")
    follow(page.get_by_role("button", name="不是同一个"))
    page.get_by_role("link", name="不是同一个").click()
    expect(page.locator("main")).to_contain_text("两个村同名")
    page.get_by_role("button", name="撤回认定").first.click()
    expect(page.get_by_role("button", name="不是同一个")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_are_tidy(staff: Visit, size: tuple[int, int], language: str) -> None:
    visitor = staff("county_admin", size, language)
    page = visitor.open("/duplicates?least=50")
    tidy(page, language)
    pair = page.locator("main li a[href^='/duplicates/']").first
    address = str(pair.get_attribute("href"))
    for path in (
        address,
        "/duplicates?least=99&region=371002000000",
        "/duplicates?show=apart",
        "/duplicates?show=merged",
        "/duplicates?least=1",
    ):
        visitor.go(page, path)
        tidy(page, language)
