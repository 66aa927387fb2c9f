"""Figures of what is recorded of sites: unknown is not nothing, and no number is ever old."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from flask import Flask

from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.catalogue.queries import catalogue
from core.db import writing
from core.facilities.changes import fitted
from core.facilities.rules import Fit, Group
from core.figures import queries, rules
from core.regions.queries import tree
from core.sites import actions, changes
from core.sites.actions import enter
from core.sites.changes import Change
from core.sites.rules import Mode
from core.staff.actions import Described
from core.staff.actions import enter as enter_member
from core.staff.changes import posted
from core.staff.rules import Duty
from halls.windows.changes import windowed
from halls.windows.rules import Lane, Opened, WindowKind
from tests.core.sites.conftest import village as village
from tests.core.sites.made import ACTOR, ON, SINCE, entry

CODES = (
    *("staff.guides", "staff.comprehensive", "staff.agents", "staff.posted"),
    *("windows.all", "windows.comprehensive", "windows.lanes"),
    *("facilities.zones", "facilities.equipment", "facilities.conveniences", "facilities.signs"),
    *("facilities.networks", "facilities.rules", "facilities.rating_channels"),
)


@pytest.fixture
def pair(village: int) -> tuple[int, int]:
    """Two sites, of which nothing is recorded."""
    with writing():
        first, second = (enter(ACTOR, entry(village, name), SINCE).id for name in "一二")
        return first, second


def do(site: int, change: Change) -> None:
    with writing():
        actions.do(ACTOR, site, None, change)


def number(code: str, site: int) -> float | None:
    """The number of one site."""
    found, figure = queries.day(ON), queries.find(code)
    place = found.ask.network.rows.ids.tolist().index(site)
    every = float(queries.numbers(found, figure)[place])
    return None if np.isnan(every) else every


def of_city(code: str) -> float | None:
    found, figure = queries.day(ON), queries.find(code)
    where = queries.Scope(tree(ON).by_code["371000000000"])
    return queries.value(found, figure, where).number


@pytest.mark.parametrize("code", CODES)
def test_nobody_knows_what_nobody_recorded(pair: tuple[int, int], code: str) -> None:
    assert number(code, pair[0]) is None
    assert of_city(code) is None


def test_recorded_as_nothing_is_nothing(pair: tuple[int, int]) -> None:
    do(pair[0], fitted({}, ON, list(Group)))
    do(pair[0], windowed({}, ON))
    do(pair[0], posted({}, ON))
    for code in CODES:
        assert number(code, pair[0]) == 0
        assert number(code, pair[1]) is None
        assert of_city(code) == 0


def test_what_is_recorded_is_counted(pair: tuple[int, int]) -> None:
    first, second = pair
    things = {"waiting_zone": Fit(), "consultation_desk": Fit(), "seats": Fit(30)}
    do(first, fitted(things, ON))
    do(second, fitted({"seats": Fit(2), "umbrellas": Fit(), "first_contact": Fit()}, ON))
    assert (number("facilities.zones", first), number("facilities.zones", second)) == (2, None)
    assert number("facilities.consultation_desks", first) == 1
    assert of_city("facilities.conveniences") == 3
    assert number("facilities.rules", second) == 1
    lanes = frozenset({Lane.ELDERLY, Lane.WEEKEND})
    one, two = Opened(WindowKind.COMPREHENSIVE, lanes), Opened(WindowKind.SPECIAL, lanes)
    do(first, windowed({"1": one, "2": two}, ON))
    found = [number(f"windows.{code}", first) for code in ("all", "comprehensive", "lanes")]
    assert found == [2, 1, 2]


def test_a_page_already_shown_does_not_keep_an_old_number(pair: tuple[int, int]) -> None:
    do(pair[0], fitted({"seats": Fit()}, SINCE))
    assert of_city("facilities.conveniences") == 1
    do(pair[0], fitted({"umbrellas": Fit()}, SINCE))
    assert of_city("facilities.conveniences") == 2
    do(pair[0], changes.closed(ON - timedelta(1)))
    assert of_city("facilities.conveniences") is None


def test_a_day_is_another_once_anything_was_recorded(pair: tuple[int, int]) -> None:
    before = queries.day(ON)
    assert queries.day(ON) is before
    active = before.rows(queries.find("sites.active"))
    do(pair[0], fitted({"seats": Fit()}, SINCE))
    after = queries.day(ON)
    assert after is not before
    assert after.ask is before.ask
    assert after.rows(queries.find("sites.active")) is active


def test_people_on_duty(pair: tuple[int, int], village: int) -> None:
    with writing():
        code = enter_member(ACTOR, Described("于淑华", village)).code
    do(pair[0], posted({code: [Duty.GUIDE, Duty.AGENT]}, ON))
    told = [number(f"staff.{code}", pair[0]) for code in ("guides", "agents", "comprehensive")]
    assert told == [1, 1, 0]
    assert number("staff.posted", pair[0]) == 1


def test_services_with_limits_and_devolved_ones(pair: tuple[int, int]) -> None:
    with writing():
        entries = catalogue_importer.read().entries
        catalogue_actions.take_over(ACTOR, entries, SINCE)
    known = catalogue(ON).services
    unlimited = [one for one in known if one.facts.statutory == one.facts.promised == "unknown"]
    limited = [one for one in known if one not in unlimited]
    some = [*unlimited[:1], *limited[:3]]
    do(pair[0], changes.offering({one.id: Mode.ASSISTED for one in some}, ON))
    devolved = [one for one in some if one.devolved]
    assert number("offerings.devolved", pair[0]) == len(devolved)
    assert number("offerings.devolved", pair[1]) == 0
    share = number("services.time_limits", pair[0])
    assert share == pytest.approx(3 / len(some))
    assert number("services.time_limits", pair[1]) is None
    whole = sum(one.devolved for one in known)
    assert number("services.agents", pair[0]) == pytest.approx(len(devolved) / whole)


def test_every_figure_says_what_it_is(app: Flask) -> None:
    for code in (*CODES, "services.time_limits", "services.agents", "offerings.devolved"):
        figure = rules.find(code)
        assert figure is not None, code
        assert len(str(figure.rule)) > 20
