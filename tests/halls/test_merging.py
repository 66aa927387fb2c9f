"""Two sites that are one: what is recorded of either is of the one that stays."""

from __future__ import annotations

import pytest

from core.clock import today
from core.db import writing
from core.facilities import queries as facilities
from core.facilities.changes import fitted
from core.facilities.rules import Fit, Group
from core.sites import actions, merging
from core.sites.rules import Taken
from core.staff import queries as staff
from core.staff.actions import Described
from core.staff.actions import enter as enter_member
from core.staff.changes import posted
from core.staff.rules import Duty
from halls.windows import queries as windows
from halls.windows.changes import windowed
from halls.windows.rules import Lane, Opened, WindowKind
from tests.core.sites.made import ACTOR, ON, SINCE, entry

ONE = Opened(WindowKind.COMPREHENSIVE, frozenset({Lane.ELDERLY}))
TWO = Opened(WindowKind.SPECIAL)


@pytest.fixture
def pair(village: int) -> tuple[int, int]:
    with writing():
        first, second = (actions.enter(ACTOR, entry(village, name), SINCE).id for name in "一二")
        return first, second


def merge(survivor: int, other: int) -> None:
    with writing():
        merging.merge(ACTOR, survivor, other, (None, None), Taken())


def test_what_only_the_other_has_comes_along(pair: tuple[int, int]) -> None:
    first, second = pair
    with writing():
        actions.do(ACTOR, first, None, fitted({"seats": Fit(4)}, ON))
        things = {"seats": Fit(9), "umbrellas": Fit(note="门口")}
        actions.do(ACTOR, second, None, fitted(things, ON, [Group.SIGN]))
        actions.do(ACTOR, second, None, windowed({"1": ONE}, ON))
    merge(first, second)
    found = facilities.held(first)
    assert found.fits == {"seats": Fit(4), "umbrellas": Fit(1, "门口")}
    assert found.groups == {Group.CONVENIENCE, Group.SIGN}
    assert windows.held(first) == {"1": ONE}
    assert facilities.held(second).fits == things


def test_windows_of_two_registrations_are_not_put_together(pair: tuple[int, int]) -> None:
    first, second = pair
    with writing():
        actions.do(ACTOR, first, None, windowed({"1": TWO}, ON))
        actions.do(ACTOR, second, None, windowed({"1": ONE, "2": ONE}, ON))
    merge(first, second)
    assert windows.held(first) == {"1": TWO}


def test_people_go_over_with_their_duties(pair: tuple[int, int], village: int) -> None:
    first, second = pair
    with writing():
        both, alone = (enter_member(ACTOR, Described(name, village)).code for name in "甲乙")
        actions.do(ACTOR, first, None, posted({both: [Duty.GUIDE]}, ON))
        actions.do(ACTOR, second, None, posted({both: [Duty.AGENT], alone: [Duty.CLERK]}, ON))
    merge(first, second)
    found = {at.code: at.held for at in staff.at_site(first)}
    assert found == {both: {Duty.GUIDE, Duty.AGENT}, alone: {Duty.CLERK}}
    assert staff.at_site(second, today()) == []


def test_of_sites_of_which_nothing_is_recorded_nothing_is(pair: tuple[int, int]) -> None:
    merge(*pair)
    assert facilities.held(pair[0]).groups == frozenset()
    assert not windows.recorded(pair[0])
    assert not staff.recorded(pair[0])
