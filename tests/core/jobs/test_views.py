"""The pages of jobs, and what the page's script asks."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access import Actor
from core.accounts import queries as accounts
from core.accounts.rules import Role
from core.db import writing
from core.jobs import actions
from core.jobs.rules import State
from tests.core.accounts.made import World, give_authenticator, make_person, post, signed_in
from tests.core.jobs.made import COUNT, start, told

HOSTILE = '<script>alert(1)</script>"网点.xlsx'


@pytest.fixture
def admin(world: World) -> Actor:
    account_id = make_person("admin", Role.COUNTY_ADMIN, "371082000000")
    give_authenticator(account_id)
    found = accounts.acting(account_id)
    assert found is not None
    return found


@pytest.fixture
def browser(app: Flask, admin: Actor) -> FlaskClient:
    assert admin.account_id is not None
    return signed_in(app, admin.account_id)


def test_the_list_says_what_it_is_for_while_it_is_empty(browser: FlaskClient) -> None:
    page = browser.get("/jobs")
    assert page.status_code == 200
    assert "还没有任务" in page.text
    assert "没有符合条件的任务" in browser.get("/jobs?state=done").text
    assert browser.get("/jobs?state=lost").status_code == 400
    assert browser.get("/jobs?q=" + "x" * 101).status_code == 400


def test_a_job_is_watched_stopped_and_what_came_of_it_told(
    browser: FlaskClient, admin: Actor
) -> None:
    uuid = start(COUNT, {}, actor=admin, title=HOSTILE)
    assert "&lt;script&gt;alert(1)" in browser.get("/jobs").text
    with writing():
        begun = actions.take(uuid)
        assert begun is not None
        actions.note(begun.hold, 30, 113_000, "读第 1 张表")
    page = browser.get(f"/jobs/{uuid}").text
    assert '<meta http-equiv="refresh" content="3">' in page
    assert 'max="113000" value="30"' in page
    assert "读第 1 张表" in page
    answer = post(browser, f"/jobs/{uuid}/stop")
    assert (answer.status_code, answer.location) == (303, f"/jobs/{uuid}")
    assert "正在停止" in browser.get(f"/jobs/{uuid}").text
    assert post(browser, f"/jobs/{uuid}/stop").status_code == 409
    with writing():
        actions.end(begun.hold, State.STOPPED)
    page = browser.get(f"/jobs/{uuid}").text
    assert "任务按要求停止" in page
    assert "refresh" not in page


def test_what_came_of_it_is_linked(browser: FlaskClient, admin: Actor) -> None:
    uuid = start(COUNT, {}, actor=admin)
    with writing():
        begun = actions.take(uuid)
        assert begun is not None
        actions.end(begun.hold, State.DONE, "308 个网点", "/network")
    page = browser.get(f"/jobs/{uuid}").text
    assert "308 个网点" in page
    assert '<a class="btn" href="/network">' in page


def test_the_script_is_told_only_of_what_changes(browser: FlaskClient, admin: Actor) -> None:
    uuid = start(COUNT, {}, actor=admin)
    address = f"/api/v1/jobs/{uuid}"
    first = browser.get(address)
    assert first.json is not None
    assert first.json["data"]["state"] == "queued"
    tag = first.headers["ETag"]
    again = browser.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    with writing():
        actions.take(uuid)
    changed = browser.get(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.json is not None
    assert changed.json["data"]["state"] == "running"


def test_somebody_else_s_job_is_not_found(app: Flask, browser: FlaskClient, world: World) -> None:
    uuid = start(COUNT, {})
    assert browser.get(f"/jobs/{uuid}").status_code == 404
    assert browser.get(f"/api/v1/jobs/{uuid}").status_code == 404
    assert post(browser, f"/jobs/{uuid}/stop").status_code == 404
    assert told(uuid).stop_asked_at is None
    assert browser.get("/jobs/1").status_code == 404
