"""What if, asked of a population grid: the cells that change are those that counting anew finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from flask import Flask

from core.accounts.rules import Role
from core.catalogue.queries import catalogue
from core.clock import today
from core.geo import Point
from core.regions.queries import tree
from core.sites.queries import network
from stations.coverage.rules import Question
from stations.coverage.whatif.on_grid import OnGrid, on_grid
from stations.coverage.whatif.rules import Change, Close, Lose, Move, WhatIf
from tests.core.accounts.made import browser_of
from tests.stations.coverage.grids.made import BORDER, FRAME, loaded, outlined, people
from tests.stations.coverage.grids.test_loading import covered
from tests.stations.coverage.made import CITY, COUNTY, OTHER
from tests.stations.coverage.town import COMMON, EAST, MIDDLE, Town

NORTH = (37.52, 122.1)


def ask(*changes: Change, region: str = CITY, **more: Any) -> OnGrid | None:
    question = replace(Question(tree(today()).by_code[region], today()), **more)
    return on_grid(question, WhatIf(changes))


def site_id(code: str) -> int:
    place = network(today()).by_code(code)
    assert place is not None
    return place.id


def numbers(before: np.ndarray, after: np.ndarray, where: np.ndarray | bool = True) -> Any:
    lost, won = before & ~after & where, after & ~before & where
    lived = people() > 0
    told = (people()[lost].sum(), (lost & lived).sum(), people()[won].sum(), (won & lived).sum())
    return pytest.approx(told)


def told(found: OnGrid | None) -> tuple[float, int, float, int]:
    assert found is not None
    return found.people_lost, found.cells_lost, found.people_won, found.cells_won


def test_what_closes_moves_or_loses_a_service_is_what_counting_anew_says(town: Town) -> None:
    loaded()
    hall, clinic = site_id(town.hall), site_id(town.clinic)
    both, east = covered(1000, MIDDLE, EAST), covered(1000, EAST)
    assert told(ask(Close(hall))) == numbers(both, east)
    assert told(ask(Close(hall)))[0] > 0
    assert told(ask(Close(hall), Close(clinic))) == numbers(both, np.zeros_like(both))
    north = Point(*NORTH)
    assert told(ask(Move(hall, north))) == numbers(both, covered(1000, NORTH, EAST))
    # One takes the place of the other: nobody notices.
    assert told(ask(Close(clinic), Move(hall, Point(*EAST)))) == numbers(both, east)
    common = catalogue(today()).by_code[COMMON]
    assert told(ask(Lose(hall, common.id), service=common)) == numbers(both, east)
    assert told(ask(Lose(hall, common.id))) == (0, 0, 0, 0)
    # Asking has changed nothing.
    assert told(ask(Close(hall))) == numbers(both, east)


def test_a_county_is_told_of_the_citys_grid_where_its_outline_is_known(town: Town) -> None:
    loaded()
    hall = site_id(town.hall)
    assert ask(Close(hall), region=COUNTY) is None, "nobody knows which cells are the county's"
    outlined()
    both, east = covered(1000, MIDDLE, EAST), covered(1000, EAST)
    beyond = np.broadcast_to(FRAME.lon < BORDER, FRAME.shape)
    assert told(ask(Close(hall), region=OTHER)) == numbers(both, east, beyond)
    assert told(ask(Close(hall), region=COUNTY)) == numbers(both, east, ~beyond)


def test_without_a_grid_nothing_is_said_of_one(app: Flask, town: Town) -> None:
    assert ask(Close(site_id(town.hall))) is None
    client = browser_of(app, Role.CITY_ADMIN, CITY)
    address = f"/coverage/{CITY}/what-if?close={town.hall}"
    assert 'id="on-grid"' not in client.get(address).text
    loaded()
    page = client.get(address).text
    found = ask(Close(site_id(town.hall)))
    assert found is not None
    assert f"逐格计算：{found.people_lost:,.0f} 人失去覆盖" in page
    keeper = browser_of(app, Role.STATION_MANAGER, town.hall)
    own = keeper.get(f"/coverage/{COUNTY}/what-if?close={town.hall}").text
    assert 'id="on-grid"' not in own
