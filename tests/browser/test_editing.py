"""Those who keep the register at work: a station's manager, and the county beside her."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from core.clock import today
from tests.browser.speech import speech
from tests.browser.visitor import DESK, PHONE, Visit, Visitor, follow, tidy

COUNTY: Final = "371002000000"
#: The days of a site's form, and what is in sight of them.
SATURDAY: Final = "#h-sat"


def own_site(staff: Visit) -> str:
    """The code of the manager's station."""
    page = staff("station_manager", PHONE).open("/my-sites")
    found = page.locator("section[id^=site-]").first.get_attribute("id") or ""
    page.close()
    return found.removeprefix("site-")


def save(page: Page) -> None:
    follow(page.locator("#site-form button[value=save]").last)


def press(page: Page, name: str) -> None:
    follow(page.get_by_role("button", name=name, exact=True))


def status(page: Page) -> Locator:
    return page.locator("main [role=status]").first


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_station_s_day(staff: Visit, call: Visit, language: str) -> None:
    """She confirms, is away and back, and asks for other hours; each in one tap or one form."""
    say = speech(language)
    visitor = staff("station_manager", PHONE, language)
    page = visitor.open("/my-sites")
    tidy(page, language)
    code = (page.locator("section[id^=site-]").first.get_attribute("id") or "")[5:]
    first = page.get_by_role("button", name=say("今天核对无误"))
    if first.count():
        first.first.click()
        expect(status(page)).to_have_text(say("已确认：今天核对无误。"))
    expect(page.get_by_text(say("今天已经核对过。")).first).to_be_visible()

    press(page, say("今天不再回来"))
    expect(status(page)).to_have_text(say("已告诉公众您暂时离开。"))
    tidy(page, language)
    resident = call(PHONE, language).open(f"/sites/{code}")
    expect(resident.locator(".notice").first).to_contain_text("0631")
    tidy(resident, language)
    press(page, say("我回来了"))
    expect(status(page)).to_have_text(say("已撤回，公众看到的是照常服务。"))
    resident.reload()
    expect(resident.get_by_text("0631-", exact=False).first).to_be_visible()
    expect(resident.locator(".notice.bad")).to_have_count(0)

    follow(page.get_by_role("link", name=say("申请修改时间或事项")))
    tidy(page, language)
    page.locator(SATURDAY).fill("9:00-")
    expect(page.locator("#h-sat-error")).to_be_visible()
    page.locator(SATURDAY).fill("9:00-11:30")
    expect(page.locator("#hours-lines")).to_contain_text("9:00–11:30")
    expect(page.locator("#h-sat-error")).to_have_count(0)
    save(page)
    expect(status(page)).to_be_visible()
    tidy(page, language)
    visitor.go(page, "/my-sites")
    waiting = page.locator(".notice .tag", has_text=say("待审批"))
    expect(waiting).to_be_visible()
    tidy(page, language)
    press(page, say("撤回申请"))
    visitor.go(page, "/my-sites")
    expect(waiting).to_have_count(0)


def test_the_county_approves_and_the_public_sees_it(staff: Visit, call: Visit) -> None:
    code = own_site(staff)
    manager = staff("station_manager", PHONE).open(f"/sites/{code}/edit")
    manager.locator(SATURDAY).fill("9:00-10:30")
    manager.get_by_label("给审批人的说明（可不填）").fill("周六来的人少")
    save(manager)

    county = staff("county_admin")
    page = county.open("/proposals")
    tidy(page)
    page.locator("main a[href^='/proposals/']").first.click()
    expect(page.get_by_text("周六来的人少").first).to_be_visible()
    tidy(page)
    follow(page.locator("form[action$='/approve'] button, button[formaction$='/approve']").first)
    resident = call(PHONE).open(f"/sites/{code}")
    expect(resident.locator(".hours").first).to_contain_text("9:00–10:30")
    manager.goto(county.city.address + "/my-sites")
    expect(manager.get_by_text("已同意").first).to_be_visible()


@pytest.mark.parametrize(("language", "size"), [("zh", DESK), ("en", PHONE)])
def test_the_county_enters_a_site_on_the_map(
    staff: Visit, language: str, size: tuple[int, int]
) -> None:
    say = speech(language)
    visitor = staff("county_admin", size, language)
    page = visitor.open(f"/sites/new?region={COUNTY}")
    tidy(page, language)
    name = f"海滨服务点{language}"
    page.get_by_label(say("名称"), exact=True).fill(name)
    page.locator("#kind").select_option("community")
    spot = page.locator("#spot")
    expect(spot).to_be_visible()
    spot.scroll_into_view_if_needed()
    spot.click(position={"x": 120, "y": 200})
    expect(page.locator("#datum")).to_have_value("wgs84")
    lat = page.locator("#lat").input_value()
    pin = page.locator(".spot-pin")
    pin.focus()
    page.keyboard.press("Shift+ArrowUp")
    assert float(page.locator("#lat").input_value()) > float(lat)
    east = page.locator("#lon").input_value()
    page.keyboard.press("ArrowRight")
    assert float(page.locator("#lon").input_value()) > float(east)
    tidy(page, language)
    save(page)
    look = page.locator("button[value=save]")
    if page.locator("input[name=sure]").count():
        tidy(page, language)
        look.click()
    expect(page.locator("h1")).to_contain_text(name)
    expect(status(page)).to_have_text(say("已保存。"))
    tidy(page, language)


@pytest.mark.parametrize(("language", "size"), [("zh", PHONE), ("en", DESK)])
def test_a_region_is_suggested_while_it_is_typed(
    staff: Visit, language: str, size: tuple[int, int]
) -> None:
    visitor = staff("county_admin", size, language)
    page = visitor.open("/sites/new")
    region = page.locator("#region")
    region.press_sequentially("huancuilou")
    options = page.locator("#region-suggestions [role=option]")
    expect(options.first).to_contain_text("环翠楼街道")
    tidy(page, language)
    region.press("ArrowDown")
    region.press("Enter")
    expect(region).to_have_value(re.compile(r"^371002\d{6} .*环翠楼街道$"))
    expect(options).to_have_count(0)
    region.fill("")
    region.press_sequentially("rongcheng")  # another county's
    expect(
        page.get_by_role("status").filter(has_text=re.compile("没有建议|No suggestions"))
    ).to_have_count(1)
    expect(options).to_have_count(0)
    tidy(page, language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_browsers_change_one_site(staff: Visit, language: str) -> None:
    """The county and the city have the same form open; whoever is later sees both versions."""
    say = speech(language)
    code = own_site(staff)
    first, second = {"zh": ("0631-5550111", "0631-5550222")}.get(
        language, ("0631-5550333", "0631-5550444")
    )
    county = staff("county_admin", PHONE, language).open(f"/sites/{code}/edit")
    city = staff("city_admin", DESK, language).open(f"/sites/{code}/edit")
    city.get_by_label(say("电话"), exact=True).fill(first)
    save(city)
    expect(status(city)).to_have_text(say("已保存。"))
    county.get_by_label(say("电话"), exact=True).fill(second)
    county.get_by_label(say("地址"), exact=True).fill(f"新路 1 号 {language}")
    save(county)
    expect(county.locator("h1")).to_have_text(say("别人刚刚也改过这个网点"))
    expect(county.get_by_text(first)).to_be_visible()
    expect(county.get_by_text(second)).to_be_visible()
    tidy(county, language)
    county.locator("input[name='pick.phone'][value=theirs]").check()
    press(county, say("按选择保存"))
    expect(county.locator("h1")).to_be_visible()
    expect(county.get_by_text(first).first).to_be_visible()
    expect(county.get_by_text(f"新路 1 号 {language}").first).to_be_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_closure_is_seen_before_it_is_published(staff: Visit, call: Visit, language: str) -> None:
    say = speech(language)
    code = own_site(staff)
    visitor = staff("county_admin", PHONE, language)
    page = visitor.open(f"/sites/{code}")
    follow(page.get_by_role("link", name=say("发布停办通知")))
    tidy(page, language)
    press(page, say("看看公众会看到什么"))
    expect(page.locator("main [role=alert]")).to_be_visible()
    tidy(page, language)
    page.locator("#words").fill("因装修停办。")
    page.locator("#words_en").fill("Closed for repairs.")
    page.locator("#since").fill((today() + timedelta(days=3)).isoformat())
    page.locator("#last").fill((today() + timedelta(days=4)).isoformat())
    press(page, say("看看公众会看到什么"))
    said = "因装修停办。" if language == "zh" else "Closed for repairs."
    expect(page.locator(".notice", has_text=said)).to_be_visible()
    tidy(page, language)
    press(page, say("发布"))
    expect(status(page)).to_have_text(say("停办通知已经发布。"))
    resident = call(PHONE, language).open(f"/sites/{code}")
    expect(resident.locator(".notice", has_text=said)).to_be_visible()
    follow(page.get_by_role("link", name=say("修改或结束这次停办")))
    tidy(page, language)
    press(page, say("撤回通知"))
    expect(status(page)).to_have_text(say("停办已经结束。"))


def test_what_is_grave_is_looked_at_twice_and_told_in_the_story(staff: Visit) -> None:
    code = own_site(staff)
    visitor = staff("county_admin", PHONE)
    page = visitor.open(f"/sites/{code}/edit")
    page.locator("#kind").select_option("designated_provider")
    page.locator("input[name=place-how][value=change]").check()
    expect(page.locator("#place-on")).to_be_visible()
    save(page)
    expect(page.locator("h1")).to_have_text("请再看一眼")
    tidy(page)
    page.locator("#reason").fill("站点搬进药店")
    press(page, "确认保存")
    expect(status(page)).to_have_text("已保存。")
    page.get_by_role("link", name="这里发生过什么").first.click()
    expect(page.get_by_text("站点搬进药店", exact=False).first).to_be_visible()
    tidy(page)
    visitor.go(page, f"/sites/{code}/close")
    tidy(page)
    visitor.go(page, f"/network/{COUNTY}/closures/new")
    tidy(page)


def test_all_of_it_works_without_a_script(staff: Visit) -> None:
    """Fields and datum instead of the map, seasons by a round to the server."""
    visitor: Visitor = staff("county_admin", DESK, "zh", script=False)
    page = visitor.open(f"/sites/new?region={COUNTY}")
    expect(page.locator("#spot")).to_be_hidden()
    page.get_by_label("名称", exact=True).first.fill("无脚本服务点")
    page.locator("#kind").select_option("community")
    page.locator("#lat").fill("122.1200, 37.5100")
    page.locator("#datum").select_option("wgs84")
    page.locator("#h-mon").fill("8:30-11:30")
    press(page, "加一个季节")
    page.locator("#s0-name").fill("夏季")
    page.locator("#s0-from").fill("6-1")
    page.locator("#s0-to").fill("8-31")
    page.locator("#s0-mon").fill("8:00-12:00")
    save(page)
    if page.locator("input[name=sure]").count():
        press(page, "确认保存")
    expect(page.locator("h1")).to_contain_text("无脚本服务点")
    expect(page.locator(".hours caption", has_text=re.compile("夏季"))).to_be_visible()
