"""A city administrator looks at the figures, finds what is missing, and fills it in."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.city import COUNTY
from tests.browser.visitor import DESK, PHONE, Visit, follow, tidy

#: The narrowest screen that anybody has.
NARROW: Final = (320, 640)
OTHER_COUNTY: Final = "371083000000"

PAGES: Final = (
    "/figures",
    "/figures/plan.kept",
    "/figures/towns.unoffered?below=town",
    "/figures/positions.verified?region=371083103207",
    f"/network/tree?open={COUNTY}",
    f"/network/{COUNTY}",
    f"/network/{COUNTY}/plan",
    "/matrix",
    "/matrix?by=towns",
    "/matrix?by=kinds&gaps=1",
    "/matrix?kind=hall&gaps=1",
    "/matrix/nowhere",
    "/matrix/import",
    "/sites/{clinic}/services/002036001003",
)


@pytest.mark.parametrize(("size", "language"), [(DESK, "zh"), (PHONE, "en"), (NARROW, "zh")])
def test_every_page_of_figures_and_matrix_fits_and_can_be_read(
    staff: Visit, size: tuple[int, int], language: str
) -> None:
    visitor = staff("city_admin", size, language)
    page = visitor.open("/figures")
    for path in PAGES:
        answer = page.goto(visitor.city.address + visitor.city.path(path))
        assert answer is not None
        assert answer.status == 200, path
        tidy(page, language)


@pytest.mark.parametrize("script", [True, False])
def test_from_a_number_to_its_rows_to_the_gap_that_is_filled(staff: Visit, script: bool) -> None:
    visitor = staff("city_admin", DESK, script=script)
    page = visitor.open("/network/tree")
    # The county with the sites: open it, and follow the number of its gaps to the rows.
    follow(page.get_by_role("link", name="荣成市"))
    row = page.locator(f"tr:has(#r{COUNTY})")
    gaps = row.locator("a[href*='plan.gaps']")
    told = gaps.inner_text()
    gaps.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("应开未开")
    expect(page.locator(".big b")).to_have_text(told)
    expect(page.locator(".value")).to_contain_text("定义第 1 版")
    # The same number heads the matrix; one town of it, gaps only.
    visitor.go(page, f"/matrix?region={COUNTY}&by=towns")
    expect(page.locator("main")).to_contain_text(f"缺 {told}")
    follow(page.locator("tbody tr").first.get_by_role("link").first)
    page.get_by_label("只看有缺的").check()
    follow(page.get_by_role("button", name="查看"))
    before = int(page.locator("tfoot tr").first.locator("b").inner_text())
    assert before > 0
    first = page.locator("tbody tr").first
    missing = int(first.locator("td.n").first.inner_text())
    first.get_by_role("checkbox").check()
    page.get_by_label("改成").select_option("assisted")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator(".notice")).to_contain_text(f"将改动 1 个网点的 {missing} 格")
    if script:
        tidy(page, "zh")
    page.get_by_role("button", name="确认修改").click()
    expect(page.get_by_role("status")).to_contain_text("改动了 1 个网点")
    visitor.go(page, f"/figures/plan.gaps?region={COUNTY}")
    expect(page.locator(".big b")).to_have_text(str(int(told.replace(",", "")) - missing))


def test_what_went_wrong_is_said_where_it_went_wrong(staff: Visit) -> None:
    page = staff("city_admin", PHONE).open(f"/matrix?region={OTHER_COUNTY}")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("alert")).to_contain_text("请先勾选网点")
    tidy(page, "zh")


def test_a_sheet_is_taken_away_filled_in_and_sent_back(staff: Visit, tmp_path: Path) -> None:
    visitor = staff("city_admin", DESK)
    page = visitor.open(f"/matrix?region={OTHER_COUNTY}")
    with page.expect_download() as taken:
        page.get_by_role("link", name="导出 CSV").click()
    sheet = tmp_path / "sheet.csv"
    text = Path(taken.value.path()).read_text("utf-8-sig")
    sheet.write_text(text.replace("缺", "帮办", 1), "utf-8")
    follow(page.get_by_role("link", name="导入填好的表"))
    page.get_by_label("文件").set_input_files(sheet)
    page.get_by_role("button", name="下一步").click()
    expect(page.locator(".notice")).to_contain_text("将改动 1 个网点的 1 格")
    page.get_by_role("button", name="确认修改").click()
    expect(page.get_by_role("status")).to_contain_text("改动了 1 个网点")
    # A slip in the sheet is told with its place, and nothing is changed.
    sheet.write_text(text.replace("缺", "能办吧", 1), "utf-8")
    visitor.go(page, f"/matrix/import?region={OTHER_COUNTY}")
    page.get_by_label("文件").set_input_files(sheet)
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("alert")).to_contain_text("一格也没有改动")
    expect(page.locator("table")).to_contain_text("能办吧")
    tidy(page, "zh")


def test_a_plan_is_made_and_the_gaps_follow(staff: Visit) -> None:
    visitor = staff("city_admin", DESK)
    page = visitor.open("/network/371083107000/plan")
    box = page.locator("input[name=cell]:not(:checked)").first
    label = box.get_attribute("aria-label")
    box.check()
    page.get_by_role("button", name="保存计划").click()
    expect(page.get_by_role("status")).to_contain_text("改动 1 项")
    expect(page.get_by_role("checkbox", name=str(label), exact=True)).to_be_checked()
