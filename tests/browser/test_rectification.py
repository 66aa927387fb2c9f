"""A manager puts something right from her telephone; an inspector sends it back once, then closes.

With and without scripts; the notice is read, printed and fetched as a PDF.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import DESK, PHONE, Visit, follow, tidy
from tests.core.files.made import HEIC, jpeg


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """A photo, and one that cannot be read."""
    paths = [tmp_path / "门头.jpg", tmp_path / "IMG_2001.HEIC"]
    paths[0].write_bytes(jpeg(1200, 900))
    paths[1].write_bytes(HEIC)
    return paths


def to(page: Page, name: str) -> None:
    """Go to a finding from the list of what waits."""
    page.get_by_role("link", name=name).click()
    expect(page.locator("h1")).to_have_text(name)


@pytest.mark.parametrize("script", [True, False])
def test_from_found_to_closed(staff: Visit, pictures: list[Path], script: bool) -> None:
    name = f"门口有统一标识（{int(script)}）"
    manager = staff("station_manager", PHONE, script=script)
    phone = manager.open("/my-sites")
    follow(phone.get_by_role("link", name=re.compile(r"^整改 \d+$")))
    if script:
        tidy(phone)
    to(phone, name)
    if script:
        tidy(phone)
    phone.get_by_role("button", name="提交反馈").click()
    expect(phone.locator("#words-error")).to_contain_text("请写明整改情况")
    phone.get_by_label("做了什么").fill("已经重新装好")
    phone.get_by_label("整改后的照片（").set_input_files(pictures)
    phone.get_by_role("button", name="提交反馈").click()
    expect(phone.locator("main [role=alert]")).to_contain_text("IMG_2001.HEIC")
    expect(phone.get_by_label("做了什么")).to_have_value("已经重新装好")
    expect(phone.get_by_role("button", name="撤下照片 1")).to_be_visible()
    if script:
        tidy(phone)
    phone.get_by_role("button", name="提交反馈").click()
    expect(phone.locator("main")).to_contain_text("等检查员复查")
    address = phone.url.replace(manager.city.address, "").partition("#")[0]

    inspector = staff("inspector", DESK, "en", script=script)
    desk = inspector.open("/findings")
    to(desk, name)
    if script:
        tidy(desk, "en")
        picture = desk.locator(".photos img").first
        picture.scroll_into_view_if_needed()
        desk.wait_for_function("() => document.querySelector('.photos img').naturalWidth > 0")
    desk.get_by_role("button", name="Not put right: return").click()
    expect(desk.locator("#verdict-error")).to_be_visible()
    desk.get_by_label("What the re-check found").fill("英文还没有装")
    desk.get_by_role("button", name="Not put right: return").click()
    expect(desk.locator("main")).to_contain_text("Re-checked: returned")

    manager.go(phone, address)
    expect(phone.locator("main")).to_contain_text("英文还没有装")
    phone.get_by_label("做了什么").fill("英文已补上")
    follow(phone.get_by_role("button", name="提交反馈"))
    inspector.go(desk, address)
    desk.get_by_label("What the re-check found").fill("现场看过，合格")
    desk.get_by_role("button", name="Put right: close").click()
    expect(desk.locator("main .tag").first).to_have_text("Closed")
    manager.go(phone, address)
    expect(phone.locator("main .tag").first).to_have_text("已销号")
    if script:
        tidy(phone)
        tidy(desk, "en")


def test_a_notice_is_issued_read_and_printed(staff: Visit) -> None:
    admin = staff("county_admin", DESK, "en")
    page = admin.open("/findings?show=all")
    tidy(page, "en")
    follow(page.locator("table a[href^='/findings/']").first)
    tidy(page, "en")
    button = page.get_by_role("button", name="Issue a rectification notice")
    if button.count():
        follow(button)
    else:
        page.get_by_role("link", name=re.compile("医保整改")).click()
    expect(page.locator("article h1")).to_have_text("Rectification notice")
    tidy(page, "en")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Download PDF")).to_be_hidden()
    page.emulate_media(media="screen")
    answer = page.request.get(f"{page.url}.pdf")
    assert answer.status == 200
    assert answer.body().startswith(b"%PDF-")
    for path in ("/findings/criteria", "/findings?show=all&state=x", "/findings?show=overdue"):
        admin.go(page, path)
        tidy(page, "en")
