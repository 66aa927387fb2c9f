"""Somebody at a browser, and what must hold of every page that she sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Response,
    Route,
)

from tests.browser.city import City

PHONE: Final = (360, 740)
DESK: Final = (1366, 900)

Visit: TypeAlias = "Callable[..., Visitor]"


@dataclass
class Visitor:
    """Somebody at a browser, with an eye on what the pages do behind their back."""

    context: BrowserContext
    city: City
    outside: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    cut_off: bool = False

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: self._requested(request.url))
        self.context.on("response", self._answered)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self._failed(str(error.error)))
        self.context.on("page", self._opened)

    def open(self, path: str = "/") -> Page:
        page = self.context.new_page()
        page.goto(self.city.address + path)
        return page

    def go(self, page: Page, path: str) -> None:
        page.goto(self.city.address + path)

    def cut_off_from(self, address: str | re.Pattern[str]) -> None:
        """Let every request to *address* (a glob or a pattern) fail from now on."""
        self.cut_off = True

        def fail(route: Route) -> None:
            route.abort()

        self.context.route(address, fail)

    def check(self) -> None:
        seen = [*self.outside, *self.violations, *self.failures]
        assert not seen, "\n".join(seen)

    def _opened(self, page: Page) -> None:
        def dismiss(dialog: Dialog) -> None:
            self.failures.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismiss)

    def _requested(self, url: str) -> None:
        if not url.startswith((self.city.address, "data:", "blob:")):
            self.outside.append(url)

    def _answered(self, response: Response) -> None:
        # A page may say that something is wrong; what it is made of has to be there.
        if response.status >= 400 and response.request.resource_type != "document":
            self.failures.append(f"{response.status} {response.url}")

    def _failed(self, text: str) -> None:
        # Whoever is cut off from a script lacks what it defines.
        if not (self.cut_off and text.endswith(" is not defined")):
            self.failures.append(text)

    def _said(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.violations.append(message.text)
        elif message.type == "error" and not self._expected(message.text):
            self.failures.append(message.text)

    def _expected(self, text: str) -> bool:
        told_by_answer = "the server responded with a status of 4" in text
        return told_by_answer or (self.cut_off and "net::ERR_FAILED" in text)


def follow(target: Locator) -> None:
    """Click what leads to another page, and wait for that: a busy browser sets out late."""
    with target.page.expect_navigation():
        target.click()


def serious_findings(page: Page) -> list[str]:
    """What axe finds serious or critical on the page, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_SERIOUS)
    return found


def tidy(page: Page, language: str = "zh") -> None:
    """What must hold of a page for staff as of any other."""
    assert serious_findings(page) == []
    assert too_wide(page) == []
    if language == "en":
        assert chinese_in_english(page) == []


def tidy_map(page: Page, language: str = "zh") -> None:
    """The same once its maps are drawn."""
    settled(page)
    tidy(page, language)


def settled(page: Page) -> None:
    """Wait until the maps of the page, if it has any, have drawn what they show."""
    page.wait_for_function(_SETTLED)


def too_wide(page: Page) -> list[str]:
    """What makes the page wider than the screen, a line each; empty where it fits."""
    found: list[str] = page.evaluate(_TOO_WIDE)
    return found


def chinese_in_english(page: Page) -> list[str]:
    """Chinese that an English reader meets though no name and nothing marked as Chinese."""
    found: list[str] = page.evaluate(_CHINESE)
    return found


def focused(page: Page) -> dict[str, Any]:
    """What has the keyboard: its ``id``, ``tag`` and ``text``, and how wide its ``outline`` is."""
    found: dict[str, Any] = page.evaluate(_FOCUSED)
    return found


# Places that lie close together cover one another on a map: the list beside it says the same, so
# that the sizes of its marks are no barrier.
_SERIOUS = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const found = await axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
  const onMap = (node) => document.querySelector(node.target[0]).closest('.leaflet-container');
  return found.violations
    .filter((each) => ['serious', 'critical'].includes(each.impact))
    .flatMap((each) => each.nodes
      .filter((node) => each.id !== 'target-size' || !onMap(node))
      .map((node) => `${each.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
}"""

_SETTLED = """() => {
  const maps = document.querySelectorAll('.folium-map:not(.cover-map)').length;
  const asked = performance.getEntriesByType('resource').map((each) => new URL(each.name).pathname);
  return asked.filter((path) => path.endsWith('.geojson')).length >= 2 * maps
    && [...document.querySelectorAll('.cover-map')].every((map) => map.dataset.drawn)
    && [...document.querySelectorAll('.finder-map')].every((map) => !map.hidden);
}"""

_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll('*')].filter(
    (each) => each.getBoundingClientRect().right > width + 1);
  return ['page', ...wide.map((each) => each.outerHTML.slice(0, 120))];
}"""

# Names and words of the register stand in bdi, and a name without an English one is the title of
# its page and of its mark on a map; what is quoted is an example of what to type.
_CHINESE = r"""() => {
  const han = /\p{Script=Han}/u;
  const plain = (text) => text.replace(/["“][^"”]*["”]/g, '');
  const headline = document.querySelector('h1 bdi')?.textContent ?? '\n';
  const found = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data;
    const parent = walker.currentNode.parentElement;
    if (!han.test(plain(text)) || ['SCRIPT', 'STYLE'].includes(parent.tagName)) continue;
    if (parent.tagName === 'TITLE' && text.startsWith(headline)) continue;
    if (parent.closest('bdi') || parent.closest('[lang]').lang.startsWith('zh')) continue;
    found.push(`${parent.tagName}: ${text.trim()}`);
  }
  for (const name of ['placeholder', 'aria-label', 'title', 'alt']) {
    for (const each of document.querySelectorAll(`[${name}]`)) {
      if (each.closest('.leaflet-container')) continue;
      const text = each.getAttribute(name);
      if (han.test(plain(text))) found.push(`${name}: ${text}`);
    }
  }
  return found;
}"""

_FOCUSED = """() => {
  const each = document.activeElement;
  const style = getComputedStyle(each);
  return {
    id: each.id,
    tag: each.tagName.toLowerCase(),
    text: each.textContent.trim(),
    outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
  };
}"""
