"""A county's administrator and her list: found, exported, changed at once, kept under a name."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import City
from tests.browser.visitor import DESK, PHONE, Visit, follow, tidy

CLINICS: Final = "/register?kind=village_clinic&stale=365"


def number(page: Page) -> int:
    """How many sites the list holds."""
    found = re.search(r"\d+", page.locator("#count").inner_text())
    return 0 if found is None else int(found.group())


def prove(page: Page, city: City, role: str) -> None:
    """Show once more who one is, where that was long ago; a code works once, the next one early."""
    secret = pyotp.TOTP(city.people[role].secret)
    for ahead in range(2):
        if "/again" in page.url:
            page.fill("input[name=code]", secret.at(datetime.now() + timedelta(seconds=30 * ahead)))
            follow(page.locator("main form button"))
    assert "/again" not in page.url


def test_the_unconfirmed_are_found_exported_and_given_a_service(
    staff: Visit, tmp_path: Path
) -> None:
    visitor = staff("county_admin", DESK, accept_downloads=True)
    page = visitor.open("/register")
    page.get_by_text("更多条件").click()
    page.get_by_label("网点类型").select_option("village_clinic")
    page.get_by_label("多久没有核实").select_option("365")
    follow(page.get_by_role("button", name="筛选"))
    clinics = number(page)
    assert clinics > 1
    tidy(page)

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV 文本").click()
    download.value.save_as(tmp_path / "sites.csv")
    with (tmp_path / "sites.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == clinics
    assert {row["类型"] for row in rows} == {"村卫生室"}

    service = _offered_by_none(page, visitor.city.address)
    page.goto(visitor.city.address + CLINICS)
    change(page, visitor.city, service, "assisted", clinics)
    visitor.go(page, f"{CLINICS}&service={service}&way=assisted")
    assert number(page) == clinics
    # As a correction it was never so: the city is left as it was.
    change(page, visitor.city, service, "none", clinics)
    visitor.go(page, f"{CLINICS}&service={service}")
    expect(page.get_by_text("没有符合条件的网点")).to_be_visible()
    tidy(page)


def _offered_by_none(page: Page, address: str) -> str:
    """The code of a service that no clinic of the list offers."""
    options = page.locator("#f-service option").all()
    codes = [str(option.get_attribute("value")) for option in options[1:]]
    for code in codes:
        page.goto(f"{address}{CLINICS}&service={code}")
        if number(page) == 0:
            return code
    raise AssertionError("every service is offered by some clinic")


def change(page: Page, city: City, service: str, way: str, clinics: int) -> None:
    """From the list to the page that says that it is done."""
    label = page.locator(f"#f-service option[value='{service}']").inner_text()
    page.get_by_role("combobox", name="批量操作").select_option("offer")
    follow(page.get_by_role("button", name=f"对全部 {clinics} 个"))
    prove(page, city, "county_admin")
    tidy(page)
    page.get_by_role("combobox", name="事项").select_option(label=label)
    page.locator(f"input[type=radio][value={way}]").check()
    page.locator("input[type=radio][value=correction]").check()
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("heading", name=f"将修改 {clinics} 个网点")).to_be_visible()
    tidy(page)
    page.get_by_label("请再输入一次网点个数").fill(str(clinics + 1))
    page.get_by_role("button", name="修改这").click()
    expect(page.get_by_text(f"个数不符：将要修改的是 {clinics} 个")).to_be_visible()
    tidy(page)
    page.get_by_label("请再输入一次网点个数").fill(str(clinics))
    page.get_by_role("button", name="修改这").click()
    expect(page.get_by_text(f"已修改 {clinics} 个网点")).to_be_visible()


def test_a_filter_is_kept_without_script(staff: Visit) -> None:
    visitor = staff("county_admin", DESK, script=False)
    page = visitor.open("/register?kind=hall")
    page.get_by_label("名称", exact=True).fill("只看大厅")
    follow(page.get_by_role("button", name="保存"))
    page.goto(visitor.city.address + "/register")
    follow(page.get_by_role("navigation", name="保存的筛选").get_by_role("link", name="只看大厅"))
    assert page.url.endswith("/register?kind=hall")
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_role("navigation", name="保存的筛选")).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, DESK, (320, 640)])
def test_the_list_in_english(staff: Visit, size: tuple[int, int]) -> None:
    visitor = staff("city_admin", size, "en")
    for path in ("/register", "/register?q=nobody", "/register?sort=password&open=never"):
        tidy(visitor.open(path), "en")


def test_a_list_is_printed_without_its_controls(staff: Visit) -> None:
    page = staff("county_admin").open("/register")
    page.emulate_media(media="print")
    expect(page.locator(".register-table")).to_be_visible()
    assert not page.locator("main input:visible, main button:visible, main select:visible").count()


def test_the_list_goes_by_keyboard(staff: Visit) -> None:
    visitor = staff("county_admin")
    page = visitor.open("/register")
    page.locator("#f-q").focus()
    page.keyboard.type("weishengshi")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=weishengshi"))
    assert number(page) > 1
    for _ in range(2):
        page.locator("tbody input[type=checkbox]:not(:checked)").first.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="对勾选的").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    prove(page, visitor.city, "county_admin")
    expect(page.get_by_text("2 个网点")).to_be_visible()
