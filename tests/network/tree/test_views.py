"""The tree for staff: opened level by level, within reach, each number leading to its rows."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from tests.core.accounts.made import browser_of
from tests.network.conftest import Made

CITY, COUNTY, TOWN, VILLAGE = "371000000000", "371082000000", "371082001000", "371082001201"


def nodes(page: str) -> list[str]:
    return re.findall(r'id="r(\d{12})"', page)


def test_it_opens_level_by_level(app: Flask, made: Made) -> None:
    city = browser_of(app, Role.CITY_ADMIN, CITY)
    counties = [CITY, "371002000000", "371071000000", COUNTY]
    assert nodes(city.get("/network/tree").text) == counties
    assert nodes(city.get(f"/network/tree?open={COUNTY}").text) == [*counties, TOWN]
    page = city.get(f"/network/tree?open={TOWN}").text
    assert nodes(page)[-2:] == [VILLAGE, "371082001202"]
    assert f"open={CITY}" in page  # an open node closes: what is above it stays open
    assert f"/figures/sites.active?region={VILLAGE}" in page
    assert f"/figures/positions.verified?region={TOWN}" in page


def test_one_sees_what_is_within_reach(app: Flask, made: Made) -> None:
    county = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    assert nodes(county.get("/network/tree").text) == [COUNTY, TOWN]
    assert county.get(f"/network/tree?open={CITY}").status_code == 404
    assert county.get("/network/tree?open=371002000000").status_code == 404
    assert county.get("/network/tree?open=1").status_code == 400


def test_who_keeps_one_station_is_led_on(app: Flask, made: Made) -> None:
    manager = browser_of(app, Role.STATION_MANAGER, made.clinic)
    page = manager.get("/network/tree").text
    assert nodes(page) == []
    assert 'href="/figures"' in page


@pytest.mark.parametrize("code", [COUNTY, TOWN])
def test_staff_see_numbers_on_the_page_of_a_region(
    app: Flask, client: FlaskClient, made: Made, code: str
) -> None:
    assert "下沉与数据质量" not in client.get(f"/network/{code}").text
    county = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    page = county.get(f"/network/{code}").text
    assert "下沉与数据质量" in page
    assert f"/matrix?region={code}" in page
    assert "下沉与数据质量" not in county.get("/network/371002000000").text


def test_a_day_before_the_regions_has_none(app: Flask, made: Made) -> None:
    city = browser_of(app, Role.CITY_ADMIN, CITY)
    assert nodes(city.get("/network/tree?on=2020-01-01").text) == []
