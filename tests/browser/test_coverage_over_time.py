"""An administrator keeps what coverage is, reads how it moved, looks at grids and at roads."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.city import CITY
from tests.browser.test_coverage import NARROW, OWN
from tests.browser.visitor import DESK, PHONE, Visit, follow, tidy_map

PAGES = (
    "/coverage/runs",
    f"/coverage/runs?region={OWN}&service=all",
    "/coverage/runs/new",
    "/coverage/grids",
    "/coverage/grids/new",
    f"/coverage/{CITY}/roads",
)


@pytest.mark.parametrize(("size", "language"), [(DESK, "zh"), (PHONE, "en"), (NARROW, "zh")])
def test_every_page_of_runs_grids_and_roads_fits_and_can_be_read(
    staff: Visit, size: tuple[int, int], language: str
) -> None:
    visitor = staff("city_admin", size, language)
    page = visitor.open("/me")
    for path in PAGES:
        answer = page.goto(visitor.city.address + path)
        assert answer is not None
        assert answer.status == 200, path
        tidy_map(page, language)


def test_what_is_seen_today_is_kept_by_a_worker_and_read_over_time(
    staff: Visit, worker: None
) -> None:
    page = staff("city_admin", DESK).open(f"/coverage/{CITY}")
    seen = page.locator("#people-share").inner_text()
    follow(page.get_by_role("link", name="把这次结果存为一次测算"))
    page.get_by_role("button", name="开始测算").click()
    expect(page.get_by_role("heading", name=re.compile("威海市 · 全部事项"))).to_be_visible()
    # The page brings itself up to date until the worker is done.
    expect(page.get_by_text("正好 1000.0 米算覆盖").first).to_be_visible(timeout=120_000)
    expect(page.locator(".fig b").first).to_have_text(seen)
    tidy_map(page)
    page.get_by_role("link", name="覆盖变化").click()
    expect(page.get_by_role("heading", name=re.compile("全部测算"))).to_be_visible()
    expect(page.get_by_role("table").first.get_by_text(seen)).to_be_visible()
    tidy_map(page)


def test_a_grid_that_is_no_grid_is_refused_in_words(staff: Visit) -> None:
    page = staff("city_admin", PHONE, "en").open("/coverage/grids/new")
    page.set_input_files(
        "#file", {"name": "a.xlsx", "mimeType": "application/x", "buffer": b"PK\x03\x04"}
    )
    page.get_by_label("Year").fill("2020")
    page.get_by_label("Source").fill("a survey")
    page.get_by_label("Datum").select_option("wgs84")
    page.get_by_role("button", name="Send and try").click()
    expect(page.get_by_text("A population grid is taken as GeoTIFF or as CSV")).to_be_visible()
    tidy_map(page, "en")
