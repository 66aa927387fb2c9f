"""A job is watched while it goes on: by the page's own script, and without any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from core.accounts import queries as accounts
from core.accounts.rules import Role
from core.config import Config, Mode
from core.db import db, writing
from core.jobs import actions
from core.jobs.rules import Hold, State
from tests.browser.visitor import PHONE, chinese_in_english, tidy
from tests.core.accounts.made import give_authenticator, make_person, make_world, new_sign_in
from tests.core.jobs.made import COUNT
from tests.databases import migrate
from tests.serving import SECRET_KEY, serving
from wsgi import create_app


@dataclass
class House:
    """A server, and the worker that this test plays itself."""

    app: Flask
    address: str
    account_id: int

    def start(self) -> str:
        with self.app.app_context(), writing():
            actor = accounts.acting(self.account_id)
            assert actor is not None
            return actions.start(actor, COUNT, {}, title="网点 2026.xlsx").uuid

    def take(self, uuid: str) -> Hold:
        with self.app.app_context(), writing():
            begun = actions.take(uuid)
            assert begun is not None
            return begun.hold

    def note(self, hold: Hold, done: int, words: str) -> None:
        with self.app.app_context(), writing():
            actions.note(hold, done, 300, words)

    def end(self, hold: Hold, state: State, words: str = "", url: str = "") -> None:
        with self.app.app_context(), writing():
            actions.end(hold, state, words, url)

    def enter(self, page: Page) -> None:
        """Let the page's browser be signed in."""
        with self.app.test_client() as client:
            with client.session_transaction() as session, self.app.app_context():
                session["_user_id"] = new_sign_in(self.account_id)
            cookie = client.get_cookie("session")
        assert cookie is not None
        page.context.add_cookies([{"name": "session", "value": cookie.value, "url": self.address}])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("house")
    url = f"sqlite:///{home / 'onekm.sqlite3'}"
    migrate(url, home)
    app = create_app(Config(Mode.DEVELOPMENT, home, url, SECRET_KEY, "12393"))
    with app.app_context():
        make_world()
        account_id = make_person("admin", Role.COUNTY_ADMIN, "371082000000")
        give_authenticator(account_id)
        db.session.remove()
        db.engine.dispose()
    with serving(Path(home), url) as address:
        yield House(app, address, account_id)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def page(chromium: Browser, house: House) -> Iterator[Page]:
    width, height = PHONE
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    house.enter(page)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert faults == []


def test_a_job_is_watched_to_its_end(house: House, page: Page) -> None:
    uuid = house.start()
    page.goto(f"{house.address}/jobs")
    page.get_by_role("link", name="网点 2026.xlsx").click()
    expect(page.locator("main")).to_contain_text("正在排队")
    tidy(page)
    hold = house.take(uuid)
    expect(page.locator("main .tag")).to_have_text("进行中")
    page.evaluate("window.untouched = true")
    for done in (30, 170):
        house.note(hold, done, f"读第 {done} 行")
        expect(page.locator("#count")).to_have_text(f"{done} / 300")
        expect(page.locator("#words")).to_have_text(f"读第 {done} 行")
    assert page.evaluate("document.getElementById('progress').value") == 170
    assert page.evaluate("window.untouched")  # nobody's place on the page was lost
    tidy(page)
    house.end(hold, State.DONE, "登记 300 个网点", "/network")
    expect(page.get_by_role("link", name="查看结果")).to_have_attribute("href", "/network")
    expect(page.locator("main")).to_contain_text("登记 300 个网点")
    tidy(page)


def test_a_job_is_stopped(house: House, page: Page) -> None:
    uuid = house.start()
    hold = house.take(uuid)
    page.context.add_cookies([{"name": "lang", "value": "en", "url": house.address}])
    page.goto(f"{house.address}/jobs/{uuid}")
    page.get_by_role("button", name="Stop the job").click()
    expect(page.locator("main")).to_contain_text("Stopping")
    tidy(page)
    assert chinese_in_english(page) == []
    house.end(hold, State.STOPPED)
    expect(page.locator("main")).to_contain_text("stopped on request")
    assert chinese_in_english(page) == []


def test_it_comes_to_its_end_without_script_too(house: House, chromium: Browser) -> None:
    uuid = house.start()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    house.enter(page)
    page.goto(f"{house.address}/jobs/{uuid}")
    house.end(house.take(uuid), State.DONE, "登记 300 个网点")
    expect(page.locator("main")).to_contain_text("登记 300 个网点")
    context.close()
