"""A resident with a phone or at a desk looks for the nearest place, in either language."""

from __future__ import annotations

import json
import re
import urllib.request
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.city import COUNTY, HERE, ONLINE, City
from tests.browser.speech import speech
from tests.browser.visitor import DESK, PHONE, Visit, focused, settled

MAP_APPS: Final = ["uri.amap.com", "api.map.baidu.com", "apis.map.qq.com"]
ON_PHONE: Final = pytest.param("zh", PHONE, id="zh-phone")
AT_DESK: Final = pytest.param("en", DESK, id="en-desk")


def entries(page: Page) -> Locator:
    return page.locator(".finder-places > li")


def search(page: Page, language: str) -> None:
    page.get_by_role("button", name=speech(language)("查找最近的网点")).click()
    expect(page.locator("#found")).to_be_focused()


def type_place(page: Page, language: str, text: str) -> None:
    """Type where she is, and move on without a look at the suggestions, which then go away."""
    field = page.get_by_label(speech(language)("您在哪里？"))
    field.fill(text)
    field.press("Tab")


def nearest(city: City, **asked: Any) -> list[dict[str, Any]]:
    """What the register's own interface says to the same question."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    with urllib.request.urlopen(f"{city.address}/api/v1/nearest?{query}", timeout=20) as answer:
        found: list[dict[str, Any]] = json.load(answer)["data"]
    return found


def in_words(metres: float) -> str:
    """The number that the page gives for a distance."""
    return str(max(10, round(metres / 10) * 10)) if metres < 995 else f"{metres / 1000:.1f}"


@pytest.mark.parametrize("typed", ["rc", "rongcheng", "荣成"])
def test_suggestions_come_however_the_name_is_typed(visit: Visit, typed: str) -> None:
    page = visit().open()
    field = page.get_by_role("combobox", name="您在哪里？")
    field.fill(typed)
    expect(page.get_by_role("option").first).to_have_text("荣成市")
    expect(field).to_have_attribute("aria-expanded", "true")

    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value(typed)
    expect(field).to_have_attribute("aria-expanded", "false")

    field.fill("")
    field.fill(typed)
    expect(page.get_by_role("option").first).to_be_visible()
    field.press("ArrowUp")
    expect(page.get_by_role("listbox").get_by_role("option").last).to_have_attribute(
        "aria-selected", "true"
    )
    field.press("ArrowDown")
    chosen = page.get_by_role("listbox").get_by_role("option", selected=True)
    expect(chosen).to_have_text("荣成市")
    active = field.get_attribute("aria-activedescendant")
    assert active == chosen.get_attribute("id")

    field.press("Enter")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("荣成市")
    assert urlsplit(page.url).query == "", "choosing a suggestion does not yet search"
    field.press("Enter")
    expect(page.locator("#found")).to_be_focused()
    assert parse_qs(urlsplit(page.url).query)["place"] == [COUNTY]


def test_a_suggestion_can_be_tapped(visit: Visit) -> None:
    page = visit(has_touch=True).open()
    field = page.get_by_role("combobox", name="您在哪里？")
    field.fill("毕家屯")
    page.get_by_role("option", name="毕家屯村卫生室医保工作站").tap()
    expect(field).to_have_value("毕家屯村卫生室医保工作站")
    expect(field).to_be_focused()
    search(page, "zh")
    expect(entries(page).first.get_by_role("heading")).to_have_text("毕家屯村卫生室医保工作站")


@pytest.mark.parametrize(("language", "size"), [ON_PHONE, AT_DESK])
def test_from_a_name_to_what_to_bring(visit: Visit, language: str, size: tuple[int, int]) -> None:
    say = speech(language)
    visitor = visit(size, language)
    city = visitor.city
    page = visitor.open()
    field = page.get_by_label(say("您在哪里？"))
    field.fill("rc")
    expect(page.get_by_role("option").first).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    page.get_by_label(say("办什么事？")).select_option(ONLINE)
    expect(page.get_by_label(say("日期"), exact=True)).to_be_hidden()
    page.get_by_label(say("另选时间")).check()
    page.get_by_label(say("日期"), exact=True).fill(city.monday.isoformat())
    page.get_by_label(say("时间"), exact=True).fill("12:15")
    search(page, language)

    hall = entries(page).filter(has=page.locator(f"a[href='/sites/{city.sites['hall']}']"))
    expect(hall.locator(".tag.warn")).to_contain_text(say("午休"))
    expect(hall.locator(".tag.warn")).to_contain_text("13:30")
    expect(hall.locator(".dist")).to_have_text(re.compile(r"^[\d.]+"))
    expect(hall.locator(".tags").first).to_contain_text(say("可直接办理"))

    page.get_by_label(say("时间"), exact=True).fill("10:00")
    search(page, language)
    expect(hall.locator(".tag.ok")).to_contain_text(say("届时营业"))
    expect(hall.locator(".tag.ok")).to_contain_text("12:00")
    assert page.get_by_label(say("办什么事？")).input_value() == ONLINE

    call = hall.get_by_role("link", name=say("电话"))
    assert re.fullmatch(r"tel:0631-\d{7}", call.get_attribute("href") or "")
    expect(hall.locator(".finder-way a").first).to_be_hidden()
    hall.locator("summary").click()
    links = [link.get_attribute("href") or "" for link in hall.locator(".finder-way a").all()]
    assert [urlsplit(link).hostname for link in links] == MAP_APPS
    expect(hall.locator(".finder-way a").first).to_be_visible()

    found = page.url
    hall.get_by_role("link", name=say("带什么")).click()
    page.wait_for_url(f"**/services/{ONLINE}")
    expect(page.get_by_role("heading", name=say("要带什么"))).to_be_visible()
    page.go_back()
    assert page.url == found
    expect(hall).to_be_visible()
    hall.get_by_role("heading").get_by_role("link").click()
    page.wait_for_url(f"**/sites/{city.sites['hall']}")
    expect(page.locator("h1")).to_be_visible()


def test_directions_hand_over_the_place_in_the_datum_of_each_app(visit: Visit) -> None:
    visitor = visit()
    hall = visitor.city.sites["hall"]
    page = visitor.open(f"/sites/{hall}")
    with urllib.request.urlopen(f"{visitor.city.address}/api/v1/sites/{hall}", timeout=20) as told:
        site = json.load(told)["data"]
    links = [link.get_attribute("href") or "" for link in page.locator("#way a").all()]
    amap, baidu, tencent = (parse_qs(urlsplit(link).query) for link in links)
    gaode = [float(part) for part in reversed(amap["position"][0].split(","))]
    bd = [float(part) for part in baidu["location"][0].split(",")]
    qq = [float(part) for part in tencent["marker"][0].split(";")[0].split(":")[1].split(",")]
    assert qq == gaode
    # The datums of the maps lie some hundred metres off to the north-east of each other here.
    for there, here in ((gaode, (site["lat"], site["lon"])), (bd, gaode)):
        assert 0 < abs(there[0] - here[0]) < 0.01
        assert 0.003 < there[1] - here[1] < 0.01
    assert amap["name"] == baidu["title"] == [site["name"]]


@pytest.mark.parametrize(("language", "size"), [ON_PHONE, AT_DESK])
def test_use_my_position(visit: Visit, language: str, size: tuple[int, int]) -> None:
    lat, lon = HERE
    visitor = visit(
        size,
        language,
        permissions=["geolocation"],
        geolocation={"latitude": lat, "longitude": lon},
    )
    page = visitor.open()
    page.get_by_role("button", name=speech(language)("用我的位置")).click()
    expect(page.locator("#found")).to_be_focused()
    known = nearest(visitor.city, lat=lat, lon=lon, limit=5)
    expect(entries(page)).to_have_count(5)
    for entry, site in zip(entries(page).all(), known, strict=True):
        shown = site["name_en"] if language == "en" else site["name"]
        expect(entry.get_by_role("heading")).to_have_text(shown)
        expect(entry.locator(".dist")).to_contain_text(in_words(site["distance_m"]))
    expect(page.get_by_label(speech(language)("您在哪里？"))).to_have_value(
        speech(language)("我的位置")
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_keeps_her_position_to_herself_can_still_search(visit: Visit, language: str) -> None:
    say = speech(language)
    page = visit(PHONE, language).open()
    locate = page.get_by_role("button", name=say("用我的位置"))
    locate.click()
    message = say("您没有允许本页使用位置。请输入地点，或按区划选择。")
    expect(page.get_by_role("status").filter(has_text=message)).to_be_visible()
    expect(locate).to_be_enabled()
    type_place(page, language, "荣成市")
    search(page, language)
    expect(entries(page)).to_have_count(5)


def test_another_text_means_another_place(visit: Visit) -> None:
    page = visit().open(f"/?place={COUNTY}&spot=荣成市")
    expect(page.get_by_label("您在哪里？")).to_have_value("荣成市")
    type_place(page, "zh", "乳山市")
    search(page, "zh")
    expect(page.locator("#found > .stack > .muted").first).to_contain_text("乳山市")


def test_what_can_be_done_without_going_comes_first(visit: Visit) -> None:
    page = visit().open(f"/?place={COUNTY}&service={ONLINE}")
    online = page.get_by_role("heading", name="这件事可以不用跑")
    above, below = online.bounding_box(), entries(page).first.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]
    assert page.locator(".notice.good li").count() >= 1


def test_more_places_on_request(visit: Visit) -> None:
    page = visit().open(f"/?place={COUNTY}")
    first = entries(page).get_by_role("heading").all_inner_texts()
    page.locator("#found").get_by_role("link", name="再看 5 个").click()
    expect(entries(page)).to_have_count(10)
    assert entries(page).get_by_role("heading").all_inner_texts()[:5] == first


def test_only_what_is_open_then(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open()
    type_place(page, "zh", "荣成市")
    page.get_by_label("另选时间").check()
    page.get_by_label("日期", exact=True).fill(visitor.city.monday.isoformat())
    page.get_by_label("时间", exact=True).fill("12:15")
    page.get_by_label("只看开门的网点").check()
    search(page, "zh")
    expect(entries(page).locator(".tag.ok")).to_have_count(5)
    page.get_by_label("时间", exact=True).fill("03:00")
    search(page, "zh")
    expect(entries(page)).to_have_count(0)
    page.get_by_role("link", name="也看不营业的网点").click()
    expect(entries(page)).to_have_count(5)


def test_by_keyboard_alone(visit: Visit) -> None:
    page = visit(DESK).open()
    page.keyboard.press("Tab")
    assert focused(page)["text"] == "跳到正文"
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    visited: list[dict[str, Any]] = []
    while (visited[-1]["text"] if visited else "") != "查找最近的网点":
        page.keyboard.press("Tab")
        visited.append(focused(page))
        assert visited[-1]["outline"] >= 2, visited[-1]
        assert len(visited) < 20, "the button that searches is out of reach"
        if visited[-1]["id"] == "q":
            page.keyboard.insert_text("崖头")
            expect(page.get_by_role("option").first).to_be_visible()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
        if visited[-1]["id"] == "service":
            page.keyboard.press("ArrowDown")
        if visited[-1]["tag"] == "input" and page.locator("[name=when]:focus").count():
            page.keyboard.press("ArrowRight")
            expect(page.get_by_label("另选时间")).to_be_checked()
    assert [each["id"] for each in visited if each["id"]][:3] == ["q", "locate", "service"]
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#found').contains(document.activeElement)")


def test_language_and_print_are_kept(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open(f"/?place={COUNTY}&service={ONLINE}")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(entries(page)).to_have_count(5)
    page.get_by_role("link", name=speech("en")("大字版")).click()
    expect(page.locator("html")).to_have_class("large")
    expect(entries(page)).to_have_count(5)
    visitor.go(page, "/services")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_class("large")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


@pytest.mark.parametrize("missing", ["**/*.js*", "**/vendor/**", "**/*.geojson*"])
def test_the_list_needs_neither_map_nor_script(visit: Visit, missing: str) -> None:
    visitor = visit()
    visitor.cut_off_from(missing)
    page = visitor.open()
    type_place(page, "zh", "荣成市")
    search(page, "zh")
    expect(entries(page)).to_have_count(5)
    entries(page).first.locator("summary").click()
    expect(entries(page).first.locator(".finder-way a")).to_have_count(3)
    expect(page.locator(".finder-map")).to_be_visible(visible="geojson" in missing)
    visitor.go(page, f"/network/{COUNTY}")
    expect(page.locator("#sites .entry").first).to_be_visible()


def test_suggestions_that_do_not_come_do_not_stand_in_the_way(visit: Visit) -> None:
    visitor = visit()
    visitor.cut_off_from("**/suggest*")
    page = visitor.open()
    with page.expect_event("requestfailed"):
        page.get_by_label("您在哪里？").fill("荣成市")
    page.get_by_label("您在哪里？").press("Enter")
    expect(page.locator("#found")).to_be_focused()
    settled(page)
    expect(entries(page)).to_have_count(5)
