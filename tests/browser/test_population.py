"""An administrator loads who lives where: a file with faults, mended, compared, and taken."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.visitor import DESK, PHONE, Visit, follow, tidy

HEADINGS: Final = ("区划代码", "名称", "纬度", "经度", "人口")
#: Two villages of the administrator's county, 环翠区.
ROWS: Final = (
    ("371002001001", "东北村居委会", "37.5090", "122.1160", "3200"),
    ("371002001003", "布谷夼居委会", "37.5150", "122.1250", "2100"),
)
#: A year of its own, so that no other journey's numbers move.
YEAR: Final = "1995"


def table(path: Path, *rows: tuple[str, ...]) -> Path:
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([("2020 年各村人口",), HEADINGS, *rows])
    return path


def send(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_label("年份").fill(YEAR)
    page.get_by_label("来源").fill("户籍统计年报")
    page.get_by_label("坐标系").select_option("wgs84")
    page.get_by_role("button", name="上传并试运行").click()
    # The page of the job brings itself up to date, and leads on.
    page.wait_for_url(re.compile(r"/jobs/"))
    page.locator("main a[href*='/coverage/demand/imports/']").first.click()


def test_a_file_with_faults_is_mended_compared_and_loaded(
    staff: Visit, worker: None, tmp_path: Path
) -> None:
    page = staff("county_admin", DESK).open("/coverage/demand")
    tidy(page)
    follow(page.get_by_role("link", name="载入聚落人口"))
    page.get_by_role("button", name="上传并试运行").click()
    expect(page.locator("main")).to_contain_text("没有坐标系不能载入")
    tidy(page)
    send(page, table(tmp_path / "bad.csv", ROWS[0], (*ROWS[1][:4], "-7")))
    expect(page.locator("main")).to_contain_text("1 行有错，整个文件暂不能载入")
    expect(page.locator(".imports-rows")).to_contain_text("E4")
    expect(page.locator(".imports-rows")).to_contain_text("人口不能是负数")
    tidy(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载标注好的文件").click()
    assert download.value.suggested_filename == "bad 问题.xlsx"
    page.get_by_role("link", name="人口数据", exact=True).click()
    expect(page.get_by_role("link", name="bad.csv")).to_be_visible()
    follow(page.get_by_role("link", name="载入聚落人口"))
    send(page, table(tmp_path / "good.csv", *ROWS))
    sums = page.locator("section", has=page.get_by_role("heading", name="与普查人口比较"))
    expect(sums).to_contain_text("5,300")
    expect(sums).to_contain_text("446,193")
    expect(sums).to_contain_text("−440,893")
    tidy(page)
    page.get_by_role("button", name=re.compile("^载入 2 个聚落，共 5,300 人")).click()
    page.wait_for_url(re.compile(r"/jobs/"))
    page.locator("main a[href*='/coverage/demand/imports/']").first.click()
    expect(page.locator("main")).to_contain_text("已载入 2 个聚落，共 5,300 人")
    page.get_by_role("link", name="看载入的人口数据").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("环翠区")
    expect(page.locator("#rows")).to_contain_text("东北村居委会")
    tidy(page)
    follow(page.get_by_role("link", name="人口数据", exact=True))
    follow(page.get_by_role("link", name="载入聚落人口"))
    send(page, table(tmp_path / "again.csv", *reversed(ROWS)))
    expect(page.locator("main")).to_contain_text("没有需要载入的内容")


def test_on_a_phone_and_in_english(staff: Visit) -> None:
    page = staff("county_admin", PHONE, "en").open("/coverage/demand")
    tidy(page, "en")
    follow(page.get_by_role("link", name="Load settlements"))
    tidy(page, "en")


def test_who_only_reads_is_told_who_loads(staff: Visit) -> None:
    page = staff("inspector", DESK).open("/coverage/demand")
    expect(page.get_by_role("link", name="载入聚落人口")).to_have_count(0)
    tidy(page)
