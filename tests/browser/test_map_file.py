"""A map as one file: opened from a disk it draws soon, asks nobody for anything, and prints."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from markupsafe import Markup
from playwright.sync_api import Browser, Dialog, Page, expect

from core import i18n, map_data, map_file
from core.geo import Datum, Point
from core.map_data import Area, Layer, Look, Spot, When
from tests.browser.city import HOSTILE
from tests.browser.visitor import DESK, serious_findings
from tests.serving import ROOT

CORNERS = (Point(36.7, 121.2), Point(37.6, 122.7))
SITES, VILLAGES = 308, 2768
#: Milliseconds from the beginning of the map to its picture; of the tries the best counts, for
#: what is claimed is how long the browser needs and not what else the machine does.
SOON, TRIES = 2000, 3


@pytest.fixture(name="app", autouse=True)
def bare_app() -> Iterator[Flask]:
    app = Flask("maps", root_path=str(ROOT), static_folder="core/static")
    app.jinja_env.globals.update(current_actor=lambda: None)
    i18n.init_app(app)
    with app.test_request_context("/"):
        yield app


def somewhere(chance: random.Random) -> Point:
    (south, west), (north, east) = ((one.lat, one.lon) for one in CORNERS)
    return Point(chance.uniform(south, north), chance.uniform(west, east))


def middle() -> Point:
    """What the middle of the map shows."""
    south, north = (math.asinh(math.tan(math.radians(one.lat))) for one in CORNERS)
    lat = math.degrees(math.atan(math.sinh((south + north) / 2)))
    return Point(lat, (CORNERS[0].lon + CORNERS[1].lon) / 2)


def city(sites: int = SITES, villages: int = VILLAGES) -> list[Layer]:
    """A city of made places: so many circles, so many villages of which half are covered."""
    chance = random.Random(5)
    points = [somewhere(chance) for _ in range(sites)]
    people = [
        Spot(somewhere(chance), f"第 {number} 村", chance.lognormvariate(6.5, 0.8), ("某镇",))
        for number in range(villages - 1)
    ]
    people.append(Spot(middle(), HOSTILE, 20_000.0, (HOSTILE,), "/sites/1"))
    shown, plain = [Spot(point, f"第 {n} 站") for n, point in enumerate(points)], Datum.WGS84
    return [
        map_data.areas("towns", "区划", [Area("某县", None, CORNERS[0])], plain),
        map_data.rings("reach", "1 公里范围", points, 1000.0, plain),
        map_data.spots("covered", "已覆盖的村居", Look.COVERED, people[::2], plain),
        map_data.spots("uncovered", "未覆盖的村居", Look.UNCOVERED, people[1::2], plain),
        map_data.spots("sites", "网点", Look.SITE, shown, plain),
    ]


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """The file of the whole city on a disk, in a browser that is watched for what it asks."""
    file = tmp_path / "map.html"
    text = map_file.whole(
        "威海市 · 一公里覆盖",
        CORNERS,
        city(),
        above=Markup("<p>规则</p>"),
        below=Markup("<table><tr><td>同样的内容</td></tr></table>"),
    )
    file.write_text(text, encoding="utf-8")
    context = chromium.new_context(viewport={"width": DESK[0], "height": DESK[1]})
    wrong: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    context.on("request", lambda one: wrong.extend({one.url} - {file.as_uri()}))
    context.on("console", lambda one: wrong.extend([one.text] * (one.type == "error")))
    context.on("weberror", lambda one: wrong.append(str(one.error)))
    page = context.new_page()
    page.on("dialog", dismiss)
    page.goto(file.as_uri())
    yield page
    context.close()
    assert wrong == []


def drawn(page: Page) -> int:
    """Milliseconds from the beginning of the map until it was painted."""
    page.wait_for_selector("[data-drawn]")
    return int(page.locator("[data-drawn]").get_attribute("data-drawn") or "")


def test_a_city_is_drawn_within_two_seconds_without_asking_anybody(opened: Page) -> None:
    took = [drawn(opened)]
    while min(took) > SOON and len(took) < TRIES:
        opened.reload()
        took.append(drawn(opened))
    assert min(took) <= SOON, took


def test_everything_is_painted_and_every_layer_has_a_switch(opened: Page) -> None:
    drawn(opened)
    green, red = (opened.evaluate(PAINTED, colour) for colour in ([11, 110, 79], [180, 35, 24]))
    assert green > 2000
    assert red > 2000
    switch = opened.get_by_role("checkbox", name="未覆盖的村居")
    expect(switch).to_be_checked()
    switch.focus()
    opened.keyboard.press("Space")
    opened.wait_for_function(f"(colour) => ({PAINTED})(colour) === 0", arg=[180, 35, 24])
    assert opened.get_by_role("checkbox").count() == len(city(1, 2))
    assert serious_findings(opened) == []


def test_a_name_that_means_harm_is_text(opened: Page) -> None:
    drawn(opened)
    for name in ("区划", "1 公里范围", "已覆盖的村居", "网点"):
        opened.get_by_role("checkbox", name=name).uncheck()
    opened.locator(".folium-map").click()  # in the middle
    popup = opened.locator(".leaflet-popup-content")
    expect(popup.locator("bdi")).to_have_text(HOSTILE)
    expect(popup.get_by_role("link")).to_have_count(0)


def test_it_prints_what_is_chosen(opened: Page) -> None:
    drawn(opened)
    opened.get_by_role("checkbox", name="区划").uncheck()
    opened.emulate_media(media="print")
    expect(opened.get_by_text("未覆盖的村居")).to_be_visible()
    expect(opened.locator(".cover-switch", has_text="区划")).to_be_hidden()
    expect(opened.locator("canvas.leaflet-zoom-animated").first).to_be_visible()


def test_on_paper_the_map_is_as_wide_as_the_sheet_and_shows_the_same(opened: Page) -> None:
    drawn(opened)
    area = opened.locator(".folium-map")
    before = opened.evaluate(PAINTED, [180, 35, 24])
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    box = area.bounding_box()
    assert box is not None
    assert 600 < box["width"] < 700
    assert opened.evaluate(PAINTED, [180, 35, 24]) > before / 4
    opened.evaluate("dispatchEvent(new Event('afterprint'))")
    box = area.bounding_box()
    assert box is not None
    assert box["width"] > 1000


def test_before_and_after_are_told_apart(chromium: Browser, tmp_path: Path) -> None:
    plain, point = Datum.WGS84, Point(37.1, 122.0)
    layers = [
        map_data.rings(
            "gone", "停办的网点", [point], 1000.0, plain, look=Look.GONE, when=When.AFTER
        ),
        map_data.spots(
            "was", "已覆盖", Look.COVERED, [Spot(point, "村", 20_000.0)], plain, when=When.BEFORE
        ),
        map_data.spots(
            "lost", "失去", Look.LOST, [Spot(point, "村", 20_000.0)], plain, when=When.AFTER
        ),
    ]
    text = map_file.whole("如果", CORNERS, layers, above=Markup(), below=Markup())
    file = tmp_path / "map.html"
    file.write_text(text, encoding="utf-8")
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.goto(file.as_uri())
    drawn(page)
    assert page.evaluate(PAINTED, [180, 35, 24]) > 5
    assert page.evaluate(PAINTED, [11, 110, 79]) == 0
    page.get_by_role("radio", name="现在").check()
    page.wait_for_function(f"(colour) => ({PAINTED})(colour) > 5", arg=[11, 110, 79])
    assert page.evaluate(PAINTED, [180, 35, 24]) == 0
    page.close()


#: How many pixels of the map are of a colour, or very nearly.
PAINTED = """([r, g, b]) => [...document.querySelectorAll("canvas.leaflet-zoom-animated")].reduce(
  (sum, canvas) => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    for (let at = 0; at < data.length; at += 4) {
      sum += data[at + 3] > 200 && Math.abs(data[at] - r) < 30 && Math.abs(data[at + 1] - g) < 30
        && Math.abs(data[at + 2] - b) < 30;
    }
    return sum;
  }, 0)"""
