"""What a site has is recorded at a desk and on a telephone, asked for by its manager, and seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.speech import speech
from tests.browser.test_editing import own_site
from tests.browser.visitor import DESK, PHONE, Visit, Visitor, follow, tidy


def done(page: Page) -> None:
    expect(page.locator("#staff [role=status]")).to_be_visible()


def enter(visitor: Visitor, name: str, language: str) -> str:
    """Enter somebody; gives the staff number."""
    say = speech(language)
    page = visitor.open("/staff/new")
    page.get_by_label(say("姓名"), exact=True).fill("")
    page.get_by_role("button", name=say("登记"), exact=True).click()
    expect(page.locator("main [role=alert]")).to_be_visible()
    tidy(page, language)
    page.get_by_label(say("姓名"), exact=True).fill(name)
    page.get_by_role("button", name=say("登记"), exact=True).click()
    expect(page.locator("main [role=status]")).to_be_visible()
    tidy(page, language)
    code = page.url.split("/staff/")[1][:8]
    page.close()
    return code


@pytest.mark.parametrize(("language", "size"), [("zh", PHONE), ("en", DESK)])
def test_the_county_records_a_site(
    staff: Visit, call: Visit, language: str, size: tuple[int, int]
) -> None:
    say = speech(language)
    code = own_site(staff)
    visitor = staff("county_admin", size, language)
    who = enter(visitor, {"zh": "宋文静", "en": "鞠永刚"}[language], language)

    page = visitor.open(f"/sites/{code}/facilities")
    tidy(page, language)
    page.locator("#n-seats").fill("many")
    page.locator("#n-step_free").check()
    page.get_by_role("button", name=say("保存"), exact=True).last.click()
    expect(page.locator("#n-seats-error")).to_be_visible()
    expect(page.locator("#n-step_free")).to_be_checked()
    tidy(page, language)
    page.locator("#n-seats").fill("8")
    follow(page.get_by_role("button", name=say("保存"), exact=True).last)
    done(page)
    tidy(page, language)

    visitor.go(page, f"/sites/{code}/windows")
    tidy(page, language)
    spare = page.locator("input[id$=-number]:not([readonly])").first
    number = {"zh": "1", "en": "2"}[language]
    row = (spare.get_attribute("id") or "").partition("-")[0]
    if page.locator(f"input[readonly][value='{number}']").count() == 0:
        spare.fill(number)
        page.locator(f"[name={row}-elderly]").check()
    follow(page.get_by_role("button", name=say("保存"), exact=True).last)
    done(page)

    visitor.go(page, f"/sites/{code}/staff")
    tidy(page, language)
    page.locator("#who").fill(who)
    page.locator("[name=new-guide]").check()
    follow(page.get_by_role("button", name=say("保存"), exact=True).last)
    done(page)
    tidy(page, language)
    visitor.go(page, f"/staff?q={who}")
    expect(page.get_by_role("row", name=re.compile(who))).to_be_visible()
    tidy(page, language)

    resident = call(PHONE, language).open(f"/sites/{code}")
    expect(resident.get_by_role("heading", name=say("设施和便民服务"))).to_be_visible()
    there = {"zh": "无障碍通道", "en": "Step-free access"}[language]
    expect(resident.locator(".fitted li", has_text=there)).to_be_visible()
    expect(resident.get_by_text(say("老年人优先")).first).to_be_visible()
    expect(resident.get_by_text(say("派驻人员"))).to_have_count(0)
    tidy(resident, language)


def test_a_manager_asks_without_scripts_and_the_county_agrees(staff: Visit) -> None:
    code = own_site(staff)
    manager = staff("station_manager", PHONE, script=False).open(f"/sites/{code}/facilities")
    manager.locator("#n-wheelchair").set_checked(not manager.locator("#n-wheelchair").is_checked())
    manager.get_by_role("button", name="提交申请").last.click()
    expect(manager.locator("#staff [role=status]")).to_contain_text("申请已经提交")

    county = staff("county_admin")
    page = county.open("/proposals")
    page.get_by_role("link", name=re.compile("变更设施和制度")).first.click()
    expect(page.get_by_text("项目 轮椅")).to_be_visible()
    tidy(page)
    page.get_by_role("button", name=re.compile("同意")).click()
    expect(page).to_have_url(re.compile("/proposals$"))
