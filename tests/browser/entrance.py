"""Coming in at the door for staff, as people do: a password, then a code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyotp
from playwright.sync_api import Browser, Page, expect

from core.accounts.demo import Made
from tests.browser.city import City

#: What a browser was given at the door, by server and role: who has come in may come again.
_badges: dict[tuple[str, str], Sequence[Any]] = {}


def badge(chromium: Browser, office: City, role: str) -> Sequence[Any]:
    """The cookies of somebody who has come in once."""
    key = office.address, role
    if key not in _badges:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(office.address + "/signin")
        come_in(page, office.people[role])
        _badges[key] = [one for one in context.cookies() if one["name"] == "session"]
        context.close()
    return _badges[key]


def come_in(page: Page, who: Made) -> None:
    """From the page of signing in to one's own."""
    page.fill("input[name=username]", who.username)
    page.fill("input[name=password]", who.password)
    page.click("main button")
    if who.secret:
        page.fill("input[name=code]", pyotp.TOTP(who.secret).now())
        page.click("main button")
    expect(page.locator("header .who")).to_be_visible()
