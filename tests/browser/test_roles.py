"""Everybody who works here comes in at the door; those who run it let others in, and watch."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any, Final

import pyotp
import pytest
from playwright.sync_api import expect

from core.accounts.rules import Role
from core.clock import today
from tests.browser.city import COUNTY
from tests.browser.entrance import come_in
from tests.browser.visitor import DESK, PHONE, Visit, follow, tidy

OWN: Final = "Quiet-Harbour-47"


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_way_in_the_menu_leads_somewhere(staff: Visit, role: str) -> None:
    visitor = staff(role, PHONE, "en")
    page = visitor.open("/me")
    tidy(page, "en")
    ways = page.locator("nav.staff a")
    for address in [way.get_attribute("href") for way in ways.all()]:
        answer = page.goto(visitor.city.address + str(address))
        assert answer is not None
        assert answer.status == 200, address
        tidy(page, "en")


def test_somebody_new_makes_the_account_her_own(staff: Visit, call: Visit) -> None:
    """A county administrator lets an inspector in; she takes a password that only she knows."""
    county = staff("county_admin").open("/people")
    follow(county.get_by_role("link", name="新建账号"))
    county.get_by_label("姓名").fill("周敏")
    county.get_by_label("用户名").fill("zhou.min")
    county.get_by_label("角色").select_option("inspector")
    # Over another county, which is not hers to give.
    county.get_by_label("区划或网点代码").fill(COUNTY)
    county.get_by_role("button", name="建立").click()
    expect(county.locator("main [role=alert]")).to_be_visible()
    tidy(county)
    county.get_by_label("区划或网点代码").fill("371002000000")
    follow(county.get_by_role("button", name="建立"))
    one_time = county.locator("#secret").inner_text()
    tidy(county)

    visitor = call(PHONE, "en")
    page = visitor.open("/")
    follow(page.get_by_role("link", name="Staff sign-in"))
    page.fill("input[name=username]", "Zhou.Min")
    page.fill("input[name=password]", "not " + one_time)
    page.click("main button")
    expect(page.locator("main [role=alert]")).to_be_visible()
    tidy(page, "en")
    page.fill("input[name=password]", one_time)
    page.click("main button")
    page.fill("input[name=password]", "password")
    page.fill("input[name=repeated]", "password")
    page.click("main form.panel button")
    expect(page.locator("#password-error")).to_be_visible()
    tidy(page, "en")
    page.fill("input[name=password]", OWN)
    page.fill("input[name=repeated]", OWN)
    page.click("main form.panel button")
    expect(page.locator("header .who")).to_have_text("周敏")
    tidy(page, "en")

    # What is taken from her is taken at once.
    county.goto(visitor.city.address + "/people/zhou.min")
    county.get_by_role("button", name="停用").click()
    expect(county.get_by_text("已停用").first).to_be_visible()
    tidy(county)
    page.goto(visitor.city.address + "/me")
    expect(page).to_have_url(re.compile("/signin"))


def test_who_administers_shows_two_proofs(call: Visit, staff: Visit) -> None:
    """The city lets a county administrator in, who has to take an authenticator."""
    city = staff("city_admin").open("/people/new")
    city.get_by_label("姓名").fill("孙涛")
    city.get_by_label("用户名").fill("sun.tao")
    city.get_by_label("角色").select_option("county_admin")
    city.get_by_label("区划或网点代码").fill("371083000000")
    follow(city.get_by_role("button", name="建立"))
    one_time = city.locator("#secret").inner_text()

    visitor = call(PHONE)
    page = visitor.open("/signin")
    page.fill("input[name=username]", "sun.tao")
    page.fill("input[name=password]", one_time)
    page.click("main button")
    page.fill("input[name=password]", OWN)
    page.fill("input[name=repeated]", OWN)
    page.click("main form.panel button")
    expect(page.locator("h1")).to_have_text("绑定验证器")
    tidy(page)
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.fill("input[name=code]", "000000")
    page.click("main button")
    expect(page.locator("#code-error, main [role=alert]").first).to_be_visible()
    page.fill("input[name=code]", pyotp.TOTP(secret).now())
    page.click("main button")
    expect(page.locator("#codes li")).to_have_count(10)
    tidy(page)
    recovery = page.locator("#codes li").first.inner_text()
    page.get_by_role("link", name="继续").click()
    expect(page.locator("header .who")).to_have_text("孙涛")
    follow(page.get_by_role("button", name="退出"))

    # The telephone is at home: a code on paper does, once.
    page.goto(visitor.city.address + "/signin")
    for number in (1, 2):
        page.fill("input[name=username]", "sun.tao")
        page.fill("input[name=password]", OWN)
        page.click("main button")
        page.fill("input[name=code]", recovery)
        page.click("main button")
        if number == 1:
            expect(page.locator("header .who")).to_be_visible()
            follow(page.get_by_role("button", name="退出"))
            page.goto(visitor.city.address + "/signin")
    expect(page.locator("main [role=alert]")).to_be_visible()


def test_a_copied_cookie_is_worth_nothing_after_signing_out(call: Visit) -> None:
    visitor = call(DESK)
    page = visitor.open("/signin")
    come_in(page, visitor.city.people["inspector"])
    stolen: Any = visitor.context.cookies()
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/signin")
    visitor.context.clear_cookies()
    visitor.context.add_cookies(stolen)
    page.goto(visitor.city.address + "/me")
    expect(page).to_have_url(re.compile("/signin"))


def test_the_auditor_reads_what_was_done_and_by_whom(staff: Visit) -> None:
    visitor = staff("auditor", DESK)
    page = visitor.open("/audit")
    tidy(page)
    page.get_by_label("操作", exact=True).select_option("account.created")
    page.get_by_role("button", name="查看").click()
    expect(page.locator("main")).to_contain_text("建立了账号")
    tidy(page)
    page.goto(visitor.city.address + "/audit?action=account.created&code=inspector")
    page.get_by_role("link", name="这里发生过什么").first.click()
    expect(page.locator("h1")).to_contain_text("inspector")
    tidy(page)


def test_the_system_administrator_sees_accounts_and_no_business(staff: Visit) -> None:
    visitor = staff("system_admin", DESK)
    page = visitor.open("/people?q=city-admin")
    page.get_by_role("link", name=re.compile("市级管理员")).click()
    expect(page.get_by_role("button", name="收回")).to_have_count(0)
    tidy(page)
    answer = page.goto(visitor.city.address + "/audit")
    assert answer is not None
    assert answer.status == 403
    tidy(page)


@pytest.mark.parametrize("role", ["hotline_agent", "window_clerk", "inspector"])
def test_who_only_looks_things_up_finds_a_site_and_changes_nothing(staff: Visit, role: str) -> None:
    visitor = staff(role, PHONE)
    page = visitor.open("/register")
    page.get_by_label("名称、拼音、编号、电话").fill("hcqylbzfwdt")
    follow(page.get_by_role("button", name="查找"))
    page.get_by_role("link", name="环翠区医疗保障服务大厅").click()
    expect(page.locator("h1")).to_have_text("环翠区医疗保障服务大厅")
    tidy(page)
    expect(page.get_by_role("link", name="修改", exact=True)).to_have_count(0)
    site = page.url
    page.get_by_role("link", name="这里发生过什么").click()
    expect(page.locator("main")).to_contain_text("登记了网点")
    tidy(page)
    answer = page.goto(site + "/edit")
    assert answer is not None
    assert answer.status == 403


def test_a_program_gets_a_token_that_reads_and_no_more(staff: Visit) -> None:
    visitor = staff("county_admin", DESK)
    page = visitor.open("/me")
    follow(page.get_by_role("link", name="新建令牌"))
    tidy(page)
    page.get_by_label("用途").fill("每日导出")
    page.get_by_label("读取网点登记").check()
    page.get_by_label("有效期至").fill((today() + timedelta(days=30)).isoformat())
    follow(page.get_by_role("button", name="建立"))
    token = page.locator("#secret").inner_text()
    address = visitor.city.address

    def ask(path: str, given: str) -> int:
        request = urllib.request.Request(
            address + path, headers={"Authorization": f"Bearer {given}"}
        )
        try:
            with urllib.request.urlopen(request) as answer:
                json.load(answer)
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    assert ask("/api/v1/services", token) == 200
    assert ask("/people", token) == 403
    assert ask("/api/v1/services", token[:-1] + "x") == 401
    page.goto(address + "/me")
    follow(page.get_by_role("button", name="撤销"))
    assert ask("/api/v1/services", token) == 401
