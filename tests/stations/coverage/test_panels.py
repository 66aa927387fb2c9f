"""What staff see of coverage on the page of a site, and of a region."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from tests.core.accounts.made import browser_of
from tests.stations.coverage.made import CITY, COUNTY
from tests.stations.coverage.page import text
from tests.stations.coverage.town import Town


@pytest.fixture
def client(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY)


def test_a_sites_page_tells_staff_whom_it_reaches_and_nobody_else(
    app: Flask, client: FlaskClient, town: Town
) -> None:
    said = text(client, f"/sites/{town.hall}")
    assert "1 公里内 300 人 2 个村居" in said
    assert "其中只靠它 100 人 1 个村居" in said
    manager = browser_of(app, Role.STATION_MANAGER, town.hall)
    assert "其中只靠它 100 人" in text(manager, f"/sites/{town.hall}")
    assert "只靠它" not in text(app.test_client(), f"/sites/{town.hall}")
    assert "只靠它" not in text(manager, f"/sites/{town.clinic}")


def test_a_sites_page_asks_the_database_little_though_nothing_is_in_memory(
    client: FlaskClient, town: Town, statements: Any
) -> None:
    """As the first page after a change of the register, of people and of standards does."""
    with statements() as asked:
        assert client.get(f"/sites/{town.hall}").status_code == 200
    assert len(asked) <= 30, asked


def test_a_regions_page_tells_staff_both_shares(app: Flask, client: FlaskClient) -> None:
    said = text(client, f"/network/{COUNTY}")
    assert "居民 89.7% 700 / 780 人" in said
    assert "村居 50.0% 3 / 6 个" in said
    assert "700 / 780" not in text(app.test_client(), f"/network/{COUNTY}")
