"""The watch that the other journeys rely on does see what it is there to see."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Browser, expect

from tests.browser.visitor import PHONE, Visit, chinese_in_english, serious_findings, too_wide

BAD_PAGE: Final = """<!doctype html><html lang="en"><title>Bad</title><body>
<main><h1>Bad</h1><img src="data:,"><input type="text"><p style="color:#ccc">faint</p>
<p>您好 <bdi>威海</bdi> <span lang="zh-CN">荣成</span></p>
<div style="width:600px">wide</div></main>"""


def test_the_examination_finds_what_is_wrong(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    page.set_content(BAD_PAGE)
    found = " ".join(serious_findings(page))
    assert all(rule in found for rule in ("image-alt", "label", "color-contrast"))
    assert any("600px" in line for line in too_wide(page))
    assert chinese_in_english(page) == ["P: 您好"]
    context.close()


def test_the_watch_sees_what_a_page_does_behind_her_back(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open("/services")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"/nothing.png\" alt>')")
    page.evaluate("fetch('http://elsewhere.invalid/').catch(() => 0)")
    page.evaluate("setTimeout(() => { throw new Error('broken'); })")
    page.evaluate("setTimeout(() => alert('hello'))")
    expect(page.locator("p", has_text="x").last).to_be_attached()
    page.wait_for_function("() => document.images[document.images.length - 1].complete")
    page.evaluate("1")
    assert [text for text in visitor.violations if "style" in text]
    assert [text for text in visitor.violations if "elsewhere.invalid" in text]
    assert [text for text in visitor.failures if "nothing.png" in text]
    assert [text for text in visitor.failures if "broken" in text]
    assert "hello" in visitor.failures
    for told in (visitor.outside, visitor.violations, visitor.failures):
        told.clear()


def test_the_watch_sees_who_leaves_the_machine(visit: Visit) -> None:
    visitor = visit(bypass_csp=True)
    page = visitor.open("/services")
    page.evaluate("fetch('http://elsewhere.invalid/').catch(() => 0)")
    assert visitor.outside == ["http://elsewhere.invalid/"]
    for told in (visitor.outside, visitor.violations, visitor.failures):
        told.clear()
