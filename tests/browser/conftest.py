"""The demonstration city served for real, and a real browser in front of it.

Every page of every journey is watched: nothing may leave the machine, nothing may offend the
Content-Security-Policy, no script may fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import city as cities
from tests.browser.city import City
from tests.browser.entrance import badge
from tests.browser.visitor import DESK, PHONE, Visit, Visitor
from tests.serving import SECRET_KEY

#: Milliseconds; a busy machine is slow, and only a fault waits this long.
PATIENCE = 20_000
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync", "--disable-quic"),
)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with cities.city(tmp_path_factory.mktemp("city")) as city:
        yield city


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        program = which("chromium") or which("chromium-browser") or which("google-chrome")
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city of its own for those who change it; each journey leaves the others' sites alone."""
    with cities.city(tmp_path_factory.mktemp("office"), staffed=True) as city:
        yield city


@pytest.fixture(scope="module")
def worker(office: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Somebody who does the jobs of the office's city."""
    home = next(tmp_path_factory.getbasetemp().glob("office*"))
    told = os.environ | {"ONEKM_HOME": str(home), "ONEKM_SECRET_KEY": SECRET_KEY}
    with subprocess.Popen([sys.executable, "-m", "flask", "jobs", "work"], env=told) as work:
        yield
        work.terminate()


@pytest.fixture
def visit(chromium: Browser, city: City) -> Iterator[Visit]:
    """Makes visitors: ``visit(PHONE, "en", script=False, …)``; checks on all of them at the end."""
    with _visitors(chromium, city) as make:
        yield make


@pytest.fixture
def call(chromium: Browser, office: City) -> Iterator[Visit]:
    """The same for the office's city: somebody who has not signed in there yet."""
    with _visitors(chromium, office) as make:
        yield make


@pytest.fixture
def staff(chromium: Browser, office: City) -> Iterator[Visit]:
    """Makes people at work: ``staff("county_admin", DESK, "en", …)``, signed in."""
    with _visitors(chromium, office) as make:

        def signed_in(
            role: str, size: tuple[int, int] = DESK, language: str = "zh", **more: Any
        ) -> Visitor:
            visitor = make(size, language, **more)
            visitor.context.add_cookies(badge(chromium, office, role))
            return visitor

        yield signed_in


@contextmanager
def _visitors(chromium: Browser, city: City) -> Iterator[Visit]:
    visitors: list[Visitor] = []

    def make(
        size: tuple[int, int] = PHONE,
        language: str = "zh",
        *,
        script: bool = True,
        large: bool = False,
        **more: Any,
    ) -> Visitor:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            timezone_id="Asia/Shanghai",
            locale="zh-CN" if language == "zh" else "en-GB",
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        chosen = {"lang": language} | ({"large_text": "1"} if large else {})
        context.add_cookies(
            [{"name": name, "value": value, "url": city.address} for name, value in chosen.items()]
        )
        visitors.append(Visitor(context, city))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.check()
        visitor.context.close()
