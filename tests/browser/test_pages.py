"""Every public page in both languages, on a phone, on a desk, in large print and on paper."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import COUNTY, ONLINE, TOWN, VILLAGE
from tests.browser.visitor import (
    DESK,
    PHONE,
    Visit,
    chinese_in_english,
    serious_findings,
    settled,
    too_wide,
)

NARROWEST: Final = (320, 640)

AT_TEN: Final = f"service={ONLINE}&when=then&day={{monday}}&hour=10:00"

#: Every page by what is special about it; ``{…}`` is a code or a day of the city (city.py).
PAGES: Final = {
    "home": "/",
    "picker": f"/?pick={TOWN}",
    "results": f"/?place={COUNTY}&spot=x",
    "results for a service": f"/?place={COUNTY}&{AT_TEN}",
    "results by position": "/?lat=37.1653&lon=122.4867&spot=x",
    "nothing open": f"/?place={COUNTY}&when=then&day={{monday}}&hour=03:00&open=1",
    "unplaced": "/?place=371003001211",
    "matches": "/?q=河东",
    "nobody of that name": "/?q=nowhere+at+all",
    "faulty form": "/?q=荣成&service=1&when=then&day=x&hour=9",
    "services": "/services",
    "no such service": "/services?q=zzzz",
    "service": f"/services/{ONLINE}",
    "site": "/sites/{hall}",
    "clinic": "/sites/{clinic}",
    "suspended": "/sites/{suspended}",
    "closed": "/sites/{closed}",
    "planned": "/sites/{planned}",
    "unverified": "/sites/{unverified}",
    "placeless": "/sites/{placeless}",
    "hostile": "/sites/{hostile}",
    "notices": "/notices",
    "no notices": f"/notices?region={COUNTY}",
    "network": "/network",
    "county": f"/network/{COUNTY}",
    "town": f"/network/{TOWN}",
    "village": f"/network/{VILLAGE}",
    "another day": f"/network/{COUNTY}?on=2021-06-01",
    "missing": "/nothing-here",
    "refused": "/network?page=0",
}
#: What axe looks at: every page at both sizes and in both languages, but not each with each.
EXAMINED: Final = {"zh": PHONE, "en": DESK}
STATUS: Final = {"faulty form": 400, "missing": 404, "refused": 400}


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("name", PAGES)
def test_page(visit: Visit, language: str, name: str) -> None:
    visitor = visit(PHONE, language)
    page = visitor.context.new_page()
    answer = page.goto(visitor.city.address + visitor.city.path(PAGES[name]))
    assert answer is not None
    assert answer.status == STATUS.get(name, 200)
    settled(page)

    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert page.title().strip(" ·")
    expect(page.locator("h1")).to_have_count(1)
    if language == "en":
        assert chinese_in_english(page) == []

    for size in (NARROWEST, DESK, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert too_wide(page) == []
        if size == EXAMINED[language]:
            assert serious_findings(page) == []


@pytest.mark.parametrize(
    "name",
    ["home", "results for a service", "matches", "service", "suspended", "notices", "county"],
)
def test_large_print_fits_on_a_phone(visit: Visit, language: str, name: str) -> None:
    visitor = visit(PHONE, language, large=True)
    page = visitor.open(visitor.city.path(PAGES[name]))
    settled(page)
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 20
    assert too_wide(page) == []
    assert serious_findings(page) == []


@pytest.mark.parametrize(
    ("language", "name"),
    [
        *(
            ("zh", name)
            for name in ("hall", "clinic", "suspended", "planned", "placeless", "hostile")
        ),
        *(("en", name) for name in ("hall", "suspended")),
    ],
)
def test_a_site_is_printed_on_one_sheet(visit: Visit, language: str, name: str) -> None:
    visitor = visit(DESK, language)
    page = visitor.open(visitor.city.path(f"/sites/{{{name}}}"))
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".scan img")).to_be_visible()
    assert page.evaluate("document.querySelector('.scan img').naturalWidth > 0")
    for hidden in page.locator("nav, .noprint, footer").all():
        expect(hidden).to_be_hidden()
    assert _sheets(page) == 1


def test_a_long_page_takes_more_sheets(visit: Visit) -> None:
    visitor = visit(DESK)
    assert _sheets(visitor.open(f"/services/{ONLINE}")) > 1


def _sheets(page: Page) -> int:
    drawn = page.pdf(prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", drawn))
