"""The maps show what the lists show, and names on them are text whatever they hold."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.city import CITY, COUNTY, HERE, HOSTILE, HOSTILE_VILLAGE, ONLINE, TOWN
from tests.browser.visitor import DESK, PHONE, Visit, Visitor, settled

#: Put behind Leaflet, so that what is drawn on a canvas can be asked for.
KEEP_MAPS = "\nL.Map.addInitHook(function () { (window.maps ??= []).push(this); });"

#: Whether the marks of the map stand for so many places: a cluster for those in it.
STANDS_FOR = """(wanted) => {
  let found = 0;
  window.maps?.[0].eachLayer((layer) => {
    found += layer.getChildCount ? layer.getChildCount() : Number(!!layer.feature?.properties.look);
  });
  return found === wanted;
}"""


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_map_of_the_results_shows_the_list(visit: Visit, size: tuple[int, int]) -> None:
    page = visit(size).open(f"/?lat={HERE[0]}&lon={HERE[1]}&service={ONLINE}")
    settled(page)
    names = page.locator(".finder-places h3").all_inner_texts()
    pins = page.locator(".finder-map .finder-pin")
    expect(pins).to_have_count(len(names))
    labels = [pin.get_attribute("aria-label") for pin in pins.all()]
    assert labels == [f"{number} {name}" for number, name in enumerate(names, start=1)]
    expect(page.locator(".finder-map .finder-here")).to_have_count(1)
    expect(page.locator(".finder-map .leaflet-control-scale")).to_be_visible()

    pins.last.focus()
    page.keyboard.press("Enter")
    popup = page.locator(".leaflet-popup-content")
    expect(popup.get_by_role("link")).to_have_text(names[-1])
    # By keyboard: the map may still be moving under the popup, and a click would miss the link.
    popup.get_by_role("link").press("Enter")
    expect(page.locator("h1")).to_have_text(names[-1])


@pytest.mark.parametrize("path", ["/network", f"/network/{COUNTY}", f"/network/{TOWN}"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_map_of_the_network_shows_the_list(
    visit: Visit, path: str, size: tuple[int, int]
) -> None:
    page = _with_maps_at_hand(visit(size)).open(path)
    listed = int(page.locator("nav.figs .fig b").first.inner_text())
    ranked = listed - _without_position(page, path)
    page.wait_for_function(STANDS_FOR, arg=ranked)
    legend = page.locator(".map-legend li")
    expect(legend.first).to_be_visible()


#: The names on the map that its edge cuts, and the pairs of them that lie on one another.
CROWDED = """() => {
  const box = (one) => one.getBoundingClientRect();
  const frame = box(document.querySelector(".folium-map"));
  // One that goes fades for a moment.
  const all = [...document.querySelectorAll(".map-label")];
  const shown = all.filter((one) => one.style.opacity !== "0").map(box);
  const within = shown.filter((one) => {
    const [x, y] = [(one.left + one.right) / 2, (one.top + one.bottom) / 2];
    return x > frame.left && x < frame.right && y > frame.top && y < frame.bottom;
  });
  const cut = within.filter((one) => one.left < frame.left || one.right > frame.right);
  const pairs = within.flatMap((a, n) => within.slice(n + 1).map((b) => [a, b]));
  const close = pairs.filter(([a, b]) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 8 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 8);
  return [within.length, cut.length, close.length];
}"""


# What a map gives back is the map.
CLOSER = "() => { const [map] = window.maps; map.setZoom(map.getZoom() + 1, { animate: false }); }"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_telephone_no_name_is_cut_and_none_lies_on_another(
    visit: Visit, language: str
) -> None:
    page = _with_maps_at_hand(visit(PHONE, language)).open(f"/network/{CITY}")
    expect(page.locator(".map-label").first).to_be_visible()
    seen = 0
    for _step in range(3):
        settled(page)
        shown, cut, close = page.evaluate(CROWDED)
        seen += shown
        assert (cut, close) == (0, 0), page.locator(".map-label").all_inner_texts()
        page.evaluate(CLOSER)
    assert seen


def test_a_filter_holds_for_the_map_too(visit: Visit) -> None:
    page = _with_maps_at_hand(visit(DESK)).open(f"/network/{CITY}")
    page.get_by_label("网点类型").select_option("hall")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("#sites .entry")).to_have_count(5)
    expect(page.locator(".map-hall")).to_have_count(5)
    page.wait_for_function(STANDS_FOR, arg=5)

    hall = page.locator(".map-hall").first
    name = hall.get_attribute("title") or ""
    hall.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup-content").get_by_role("link")).to_have_text(name)
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup-content")).to_have_count(0)


def _with_maps_at_hand(visitor: Visitor) -> Visitor:
    def answer(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text() + KEEP_MAPS)

    visitor.context.route("**/leaflet.js*", answer)
    return visitor


def _without_position(page: Page, path: str) -> int:
    """How many sites of the region on *path* are listed and not on the map, by its interface."""
    region = path.removeprefix("/network").strip("/")
    without = """async (address) => {
      const numbers = [];
      for (let page = 1, total = 1; (page - 1) * 200 < total; page += 1) {
        const answer = await (await fetch(`${address}&page=${page}`)).json();
        total = answer.meta.total;
        numbers.push(...answer.data.filter((each) => each.lat === null));
      }
      return numbers.length;
    }"""
    asked = f"/api/v1/sites?per_page=200&region={region or CITY}"
    return int(page.evaluate(without, asked))


# -- A name that means harm -----------------------------------------------------------------------


def test_in_lists_and_on_its_page_it_is_text(visit: Visit) -> None:
    visitor = visit(DESK)
    page = visitor.open(f"/network/{HOSTILE_VILLAGE}")
    expect(page.locator("#sites .entry .title")).to_have_text(HOSTILE)
    page.locator("#sites .entry .title").click()
    expect(page.locator("h1")).to_have_text(HOSTILE)
    expect(page.locator("#way p").first).to_have_text(HOSTILE)
    expect(page.locator(".notice .words")).to_have_text(HOSTILE)
    visitor.go(page, "/notices")
    expect(page.locator(".notice", has_text="onerror").locator("h3")).to_have_text(HOSTILE)
    assert _made_of_markup(page) == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_the_map_of_the_network_it_is_text(visit: Visit, language: str) -> None:
    page = visit(DESK, language).open(f"/network/{HOSTILE_VILLAGE}")
    expect(page.locator(".map-legend")).to_be_visible()
    # The one place of the village is in the middle of its map.
    page.locator(".folium-map").hover()
    expect(page.locator(".leaflet-tooltip", has_text="onerror")).to_have_text(HOSTILE)
    page.locator(".folium-map").click()
    popup = page.locator(".leaflet-popup-content")
    expect(popup.get_by_role("link")).to_have_text(HOSTILE)
    expect(popup.locator(".map-line").nth(1)).to_have_text(HOSTILE)
    assert _made_of_markup(page) == 0
    popup.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text(HOSTILE)


def test_among_suggestions_and_results_it_is_text(visit: Visit) -> None:
    page = visit(DESK).open()
    page.get_by_label("您在哪里？").fill("img src")
    expect(page.get_by_role("listbox").locator("bdi").first).to_have_text(HOSTILE)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_be_focused()
    settled(page)
    expect(page.locator(".finder-places h3").first).to_have_text(HOSTILE)
    pin = page.locator(".finder-pin").first
    assert pin.get_attribute("title") == HOSTILE
    pin.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup-content").get_by_role("link")).to_have_text(HOSTILE)
    assert _made_of_markup(page) == 0


def _made_of_markup(page: Page) -> int:
    return page.locator("[onerror], [src=x], img[src$='/x']").count()
