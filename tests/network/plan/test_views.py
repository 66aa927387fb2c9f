"""The page of a region's plan: what it shows, what it takes, to whom."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts.rules import Role
from core.clock import today
from core.db import db
from core.sites.models import OfferingPlan
from tests.core.accounts.made import browser_of, csrf, make_person, signed_in
from tests.network.conftest import ENROLMENT, RESIDENTS, Made

COUNTY, TOWN = "371082000000", "371082001000"


@pytest.fixture
def county_admin(app: Flask, made: Made) -> FlaskClient:
    return browser_of(app, Role.COUNTY_ADMIN, COUNTY, "county")


def send(client: FlaskClient, code: str, *cells: str, **more: str) -> TestResponse:
    page = client.get(f"/network/{code}/plan").text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    told = {"seen": seen[1] if seen else "", "timing": "from", "on": today().isoformat(), **more}
    return client.post(
        f"/network/{code}/plan", data={"csrf_token": csrf(client), "cell": list(cells), **told}
    )


def lines() -> list[tuple[str, date, date | None]]:
    rows = db.session.scalars(sa.select(OfferingPlan).order_by(OfferingPlan.id)).all()
    found = [(row.kind, row.since, row.until) for row in rows]
    db.session.rollback()
    return found


def test_a_county_plans_and_its_towns_show_it(county_admin: FlaskClient) -> None:
    answer = send(county_admin, COUNTY, f"village_clinic/{ENROLMENT}", f"hall/{RESIDENTS}")
    assert answer.status_code == 303
    assert "已保存，改动 2 项" in county_admin.get(answer.location).text
    assert lines() == [("hall", today(), None), ("village_clinic", today(), None)]
    assert county_admin.get(f"/network/{TOWN}/plan").text.count("上级已要求") == 2


def test_what_was_not_touched_stays_as_it_is_planned(county_admin: FlaskClient) -> None:
    later = today() + timedelta(30)
    send(county_admin, COUNTY, f"hall/{ENROLMENT}", on=later.isoformat())
    assert "将于" in county_admin.get(f"/network/{COUNTY}/plan").text
    # Another cell, from a day on which the first holds: its box was not ticked and not touched.
    send(county_admin, COUNTY, f"hall/{RESIDENTS}", on=(later + timedelta(1)).isoformat())
    assert lines() == [("hall", later, None), ("hall", later + timedelta(1), None)]


def test_taking_a_line_out_ends_it(county_admin: FlaskClient) -> None:
    send(county_admin, COUNTY, f"hall/{ENROLMENT}", on=(today() - timedelta(5)).isoformat())
    assert send(county_admin, COUNTY).status_code == 303
    assert lines() == [("hall", today() - timedelta(5), today())]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"on": "2026-13-01"}, 400),
        ({"on": ""}, 400),
        ({"timing": "sometime"}, 400),
        ({"seen": "older"}, 409),
        ({"cell": "shop/1"}, 400),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    county_admin: FlaskClient, more: dict[str, str], status: int
) -> None:
    answer = send(county_admin, COUNTY, f"hall/{ENROLMENT}", **more)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert lines() == []
    if "cell" not in more:  # what was ticked is still ticked
        assert re.search(rf'value="hall/{ENROLMENT}"[^>]*checked', answer.text)


def test_who_only_reads_has_nothing_to_fill_in(app: Flask, made: Made) -> None:
    inspector = signed_in(app, make_person("inspector", Role.INSPECTOR, COUNTY))
    page = inspector.get(f"/network/{COUNTY}/plan").text
    assert '<button class="btn">保存计划' not in page
    assert inspector.get("/network/371002000000/plan").status_code == 404
    assert send(inspector, COUNTY, f"hall/{ENROLMENT}").status_code == 403
