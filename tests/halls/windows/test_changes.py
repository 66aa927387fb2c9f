"""Recording windows and their lanes, from day to day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.db import writing
from core.errors import BadInput
from core.sites import actions
from halls.windows import queries
from halls.windows.changes import windowed
from halls.windows.rules import LANES, Lane, Opened, WindowKind, in_order, number, read, told
from tests.core.sites.made import ACTOR, ON, SINCE

BOTH = Opened(WindowKind.COMPREHENSIVE, frozenset({Lane.ELDERLY, Lane.WEEKEND}))
ONE = Opened(WindowKind.SPECIAL, frozenset({Lane.ELDERLY}), "生育津贴")


def do(site: int, *args: Any) -> None:
    with writing():
        actions.do(ACTOR, site, None, windowed(*args))


def test_windows_stand_in_the_order_in_which_people_count(site: int) -> None:
    do(site, {"10": BOTH, "2": ONE, "A1": ONE}, ON)
    assert queries.held(site, ON) == {"2": ONE, "10": BOTH, "A1": ONE}
    assert list(queries.held(site, ON)) == ["2", "10", "A1"] == in_order({"A1", "10", "2"})
    assert queries.held(site, ON - timedelta(1)) == {}


def test_numbers_of_a_day(site: int) -> None:
    assert queries.windows(ON).of_site(site)[queries.ALL] != 0
    do(site, {}, SINCE)
    assert queries.windows(SINCE).of_site(site).tolist() == [0] * 6
    do(site, {"1": BOTH, "2": ONE}, ON)
    assert queries.windows(ON).of_site(site).tolist() == [2, 1, 2, 0, 0, 1]
    do(site, {"1": None}, ON + timedelta(3))
    assert queries.windows(ON + timedelta(3)).of_site(site).tolist() == [1, 0, 1, 0, 0, 0]
    assert queries.windows(ON).of_site(site).tolist() == [2, 1, 2, 0, 0, 1]


def test_a_lane_that_is_given_up_was_kept_until_then(site: int) -> None:
    do(site, {"1": BOTH}, SINCE)
    do(site, {"1": Opened(WindowKind.COMPREHENSIVE)}, ON)
    assert queries.held(site, ON - timedelta(1)) == {"1": BOTH}
    assert queries.held(site, ON) == {"1": Opened(WindowKind.COMPREHENSIVE)}
    do(site, {"1": ONE}, None)
    assert queries.held(site, ON) == {"1": ONE}
    assert queries.held(site, SINCE) == {"1": BOTH}


def test_a_window_as_a_document_is_read_back() -> None:
    for opened in (BOTH, ONE, Opened(WindowKind.SPECIAL, frozenset(LANES))):
        assert read(told(opened)) == opened


@pytest.mark.parametrize(("typed", "kept"), [("3", "3"), (" ａ12 ", "A12"), ("x-1", "X-1")])
def test_numbers_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert number(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "123456789", "三号", "1 2", "1<2", "=1"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        number(typed)
