"""A clerk of a county imports a town's sheet that has faults, mends it, and imports it again."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.visitor import DESK, PHONE, Visit, follow, tidy

HEADINGS: Final = ("网点名称", "类型", "所在区划", "联系电话", "经度", "纬度", "营业时间")
NAME: Final = "旅途测试医保工作站"


def sheet(path: Path, region: str, *changed: str) -> Path:
    """A town's list with its title, and a row that may be wrong."""
    row = [NAME, "村卫生室", region, "0631-7560001", "", "", "周一至周五 8:30-17:00"]
    row[1 : 1 + len(changed)] = changed
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["医保工作站一览表"])
        writer.writerow(HEADINGS)
        writer.writerow(row)
        writer.writerow(["填表人：王芳"])
    return path


def send(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_label(re.compile("^更正")).check()
    page.get_by_role("button", name="上传并试运行").click()
    # The page of the job brings itself up to date, and leads on.
    page.wait_for_url(re.compile(r"/jobs/"))
    page.locator("main a[href^='/imports/']").first.click()


def test_a_sheet_with_faults_is_mended_and_imported(
    staff: Visit, worker: None, tmp_path: Path
) -> None:
    page = staff("county_admin", DESK).open("/imports")
    tidy(page)
    follow(page.get_by_role("link", name="上传文件"))
    tidy(page)
    region = "环翠楼街道"
    send(page, sheet(tmp_path / "bad.csv", region, "超市"))
    expect(page.locator("main")).to_contain_text("整个文件暂不能导入")
    expect(page.locator(".imports-rows")).to_contain_text("没有“超市”这种写法")
    expect(page.locator(".imports-rows")).to_contain_text("B3")
    tidy(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注好的文件").click()
    assert download.value.suggested_filename == "bad 问题.xlsx"
    follow(page.get_by_role("link", name="导入网点", exact=True))
    follow(page.get_by_role("link", name="上传文件"))
    send(page, sheet(tmp_path / "good.csv", region))
    expect(page.locator("main")).to_contain_text("没有错误，可以导入")
    tidy(page)
    page.get_by_role("button", name=re.compile("^导入：新增 1 个")).click()
    page.wait_for_url(re.compile(r"/jobs/"))
    page.locator("main a[href^='/imports/']").first.click()
    expect(page.locator("main")).to_contain_text("已导入：新增 1 个网点")
    follow(page.get_by_role("link", name="导入网点", exact=True))
    follow(page.get_by_role("link", name="上传文件"))
    send(page, sheet(tmp_path / "again.csv", region))
    expect(page.locator("main")).to_contain_text("没有需要导入的内容")


def test_on_a_phone_and_in_english(staff: Visit) -> None:
    page = staff("county_admin", PHONE, "en").open("/imports")
    tidy(page, "en")
    follow(page.get_by_role("link", name="Upload a file"))
    tidy(page, "en")
