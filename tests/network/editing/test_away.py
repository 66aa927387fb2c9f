"""A station manager is out for some hours: the public is told at once, and told when it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from core import clock
from core.accounts.rules import Role
from core.clock import CITY_TIME, today
from core.db import db
from core.sites.models import Closure
from tests.core.accounts.made import post
from tests.databases import on_sqlite
from tests.network.conftest import Made
from tests.network.editing.conftest import Staff


@pytest.fixture
def ten(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """It is ten in the morning of the coming working Wednesday."""
    day = today() + timedelta(days=(2 - today().weekday()) % 7 or 7)
    moment = datetime(day.year, day.month, day.day, 10, 0, tzinfo=CITY_TIME)
    at(monkeypatch, moment)
    return moment


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Let it be *moment* for everybody who asks."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return moment.astimezone(tz)

    monkeypatch.setattr(clock, "datetime", Clock)


def minutes() -> list[tuple[int | None, int | None]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Closure.start_minute, Closure.end_minute).order_by(Closure.id)
    )
    return [(row[0], row[1]) for row in rows]


def leave(staff: Staff, made: Made, **sent: str) -> Any:
    return post(staff.manager, f"/sites/{made.clinic}/away", **{"phone": "0631-777", **sent})


@pytest.mark.parametrize(
    ("sent", "until"),
    [
        ({"choice": "hour"}, 11 * 60),
        ({"choice": "lunch"}, 13 * 60 + 30),
        ({"choice": "day"}, 24 * 60),
        ({"choice": "at", "at": "15：30"}, 15 * 60 + 30),
        ({"at": "24:00"}, 24 * 60),
    ],
)
def test_each_button_says_until_when(
    ten: datetime, staff: Staff, made: Made, sent: dict[str, str], until: int
) -> None:
    assert leave(staff, made, **sent).status_code == 303
    assert minutes() == [(600, until)]


@on_sqlite
@pytest.mark.parametrize(
    "sent",
    [
        {"choice": "at", "at": "9:59"},
        {"choice": "at", "at": "10:00"},
        {"choice": "at", "at": "later"},
        {"choice": "at", "at": ""},
        {"choice": "at", "at": "24:30"},
        {"choice": "for ever"},
        {"choice": "hour", "phone": ""},
        {"choice": "hour", "phone": "ring me"},
    ],
)
def test_what_cannot_be_is_refused(
    ten: datetime, staff: Staff, made: Made, sent: dict[str, str]
) -> None:
    answer = leave(staff, made, **sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert minutes() == []


def test_the_public_is_told_everywhere(
    ten: datetime, staff: Staff, made: Made, client: FlaskClient
) -> None:
    leave(staff, made, choice="at", at="11:00")
    page = client.get(f"/sites/{made.clinic}").text
    assert "暂时离开 · 11:00 回来" in page
    assert "有急事请打电话 0631-777" in page
    english = client.get(f"/sites/{made.clinic}?lang=en").text
    assert "Nobody is here until 11:00" in english
    found = client.get("/?lat=37.0&lon=122.5").text
    assert "暂时离开 · 11:00 回来" in found
    told = client.get(f"/api/v1/sites/{made.clinic}").get_json()["data"]
    assert told["closures"][0]["hours"] == "10:00-11:00"
    assert (told["opening"]["open"], told["opening"]["reason"]) == (False, "away")
    assert told["opening"]["opens_next"].endswith("T11:00:00+08:00")
    assert "0631-777" in client.get("/notices").text


def test_what_is_over_is_told_no_longer(
    ten: datetime,
    staff: Staff,
    made: Made,
    client: FlaskClient,
    person: Callable[[str, Role, str], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave(staff, made, choice="hour")
    at(monkeypatch, ten + timedelta(minutes=59))
    assert "0631-777" in client.get(f"/sites/{made.clinic}").text
    at(monkeypatch, ten + timedelta(minutes=60))
    page = client.get(f"/sites/{made.clinic}").text
    assert "营业中" in page
    assert "0631-777" not in page
    assert "0631-777" not in client.get("/notices").text
    deputy = person("deputy", Role.STATION_MANAGER, made.clinic)
    assert "我回来了" not in deputy.get("/my-sites").text


def test_it_is_taken_back_in_one_tap(
    ten: datetime, staff: Staff, made: Made, client: FlaskClient
) -> None:
    leave(staff, made, choice="day")
    assert "我回来了" in staff.manager.get("/my-sites").text
    answer = post(staff.manager, f"/sites/{made.clinic}/back", **{"from": "mine"})
    assert answer.status_code == 303
    assert (answer.location or "").startswith("/my-sites?done=back")
    assert minutes() == []
    assert "营业中" in client.get(f"/sites/{made.clinic}").text


def test_another_time_takes_the_place_of_the_first(ten: datetime, staff: Staff, made: Made) -> None:
    leave(staff, made, choice="hour")
    leave(staff, made, choice="day")
    assert minutes() == [(600, 1440)]


def test_what_is_shut_for_days_is_not_taken_back_with_it(
    ten: datetime, staff: Staff, made: Made
) -> None:
    sent = {"since": today().isoformat(), "last": today().isoformat(), "words": "停电。"}
    new = f"/sites/{made.clinic}/closures/new"
    assert post(staff.county, new, step="publish", **sent).status_code == 303
    leave(staff, made, choice="hour")
    post(staff.manager, f"/sites/{made.clinic}/back")
    assert minutes() == [(None, None)]


def test_a_neighbour_cannot_say_it(ten: datetime, staff: Staff, made: Made) -> None:
    for path in ("away", "back", "confirm"):
        sent = {"choice": "hour", "phone": "0631-777", "version": "1"}
        answer = post(staff.colleague, f"/sites/{made.clinic}/{path}", **sent)
        assert answer.status_code == 404
    assert minutes() == []
