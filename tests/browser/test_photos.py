"""A station's manager shows its door; whoever looks for it sees it at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import PHONE, Visit, follow, tidy, too_wide
from tests.core.files.made import HEIC, photo, written


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Three photos, lying, standing and wide, and one that cannot be read."""
    paths = []
    for number, size in enumerate(((1600, 1200), (1200, 1600), (2000, 700))):
        paths.append(tmp_path / f"{number}.jpg")
        paths[-1].write_bytes(written(photo(*size)))
    paths.append(tmp_path / "IMG_2001.HEIC")
    paths[-1].write_bytes(HEIC)
    return paths


def own_site(page: Page) -> str:
    """The code of the manager's own station."""
    href = page.locator("main a[href^='/sites/']").first.get_attribute("href")
    found = re.search(r"/sites/(\d{7})", href or "")
    assert found is not None
    return found[1]


@pytest.mark.parametrize("script", [True, False])
def test_photos_from_the_telephone_are_seen_by_everybody(
    staff: Visit, call: Visit, pictures: list[Path], script: bool
) -> None:
    manager = staff("station_manager", PHONE, script=script)
    page = manager.open("/my-sites")
    code = own_site(page)
    manager.go(page, f"/sites/{code}")
    follow(page.get_by_role("link", name=re.compile("添加照片|管理照片")))
    while page.get_by_role("button", name="撤下照片 1").count():  # the other way's
        follow(page.get_by_role("button", name="撤下照片 1"))
    page.get_by_label("拍照，或从相册选择").set_input_files(pictures)
    page.get_by_role("button", name="上传照片").click()
    expect(page.locator("main [role=alert]")).to_contain_text("已添加 3 张，另有 1 张没有添加")
    expect(page.locator("main [role=alert]")).to_contain_text("兼容性最佳")
    page.get_by_label("说明：照片上是什么").nth(2).fill("南门，红色招牌")
    follow(page.get_by_role("button", name="保存说明").nth(2))
    follow(page.get_by_role("button", name="前移照片 3"))
    page.get_by_role("button", name="前移照片 2").click()
    expect(page.locator("ol img").first).to_have_attribute("alt", "南门，红色招牌")
    if script:
        tidy(page)

    visitor = call(PHONE, "en", script=script)
    seen = visitor.open(f"/sites/{code}")
    expect(seen.locator(".photos img")).to_have_count(3)
    first = seen.locator(".photos img").first
    first.scroll_into_view_if_needed()
    expect(first).to_have_attribute("alt", "南门，红色招牌")
    if script:
        seen.wait_for_function("() => document.querySelector('.photos img').naturalWidth > 0")
        assert too_wide(seen) == []
    address = seen.locator(".photos a").first.get_attribute("href")
    page.get_by_role("button", name="撤下照片 1").click()
    expect(page.locator("ol img")).to_have_count(2)
    answer = seen.request.get(manager.city.address + str(address))
    assert answer.status == 404
    for each in (manager, visitor):
        each.check()
