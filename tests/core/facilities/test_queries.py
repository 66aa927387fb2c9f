"""The numbers in memory: what they say, and that only what was written is read again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import sqlalchemy as sa

from core.db import db, revision, writing
from core.errors import BadInput
from core.facilities import queries
from core.facilities.changes import fitted
from core.facilities.models import Fitting
from core.facilities.rules import GROUPS, Fit, Group, items
from core.sites import actions, facts
from core.sites.queries import network
from tests.core.sites.made import ACTOR, ON, SINCE, entry


def do(site: int, *args: Any) -> None:
    with writing():
        actions.do(ACTOR, site, None, fitted(*args))


def number(site: int, code: str) -> float:
    return float(queries.fittings(ON).of_site(site)[items().find(code).place])


def test_what_nobody_recorded_is_not_nothing(site: int) -> None:
    assert np.isnan(number(site, "seats"))
    do(site, {"umbrellas": Fit()}, ON)
    assert number(site, "umbrellas") == 1
    assert number(site, "seats") == 0
    assert np.isnan(number(site, "computer"))
    assert np.isnan(queries.fittings(ON - timedelta(1)).of_site(site)).all()


def test_groups_count_kinds_of_things(site: int) -> None:
    do(site, {"umbrellas": Fit(), "seats": Fit(40), "computer": Fit(3)}, ON, [Group.ZONE])
    row = queries.fittings(ON).of(np.array([site, site + 99]))
    assert queries.kinds_of(row, Group.CONVENIENCE)[0] == 2
    assert queries.kinds_of(row, Group.EQUIPMENT)[0] == 1
    assert queries.kinds_of(row, Group.ZONE)[0] == 0
    assert np.isnan(queries.kinds_of(row, Group.RULE)[0])
    assert np.isnan(queries.kinds_of(row, Group.ZONE)[1])


def test_the_network_is_not_read_again_when_facts_are_written(site: int) -> None:
    held, before = network(), revision("network")
    do(site, {"seats": Fit(1)}, ON)
    assert revision("network") == before
    assert network() is held


def test_only_sites_that_were_written_are_read_again(
    village: int, site: int, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with writing():
        other = actions.enter(ACTOR, entry(village, "另一个"), SINCE).id
    do(site, {"seats": Fit(1)}, ON)
    do(other, {"seats": Fit(5)}, ON)
    assert (number(site, "seats"), number(other, "seats")) == (1, 5)
    # Past the actions, so that no version tells of it: whoever reads all again would see it.
    with writing():
        db.session.execute(sa.update(Fitting).where(Fitting.site_id == other).values(count=6))
    assert (number(site, "seats"), number(other, "seats")) == (1, 5)
    do(site, {"seats": Fit(2)}, None)
    assert (number(site, "seats"), number(other, "seats")) == (2, 5)
    do(other, {"umbrellas": Fit()}, ON)
    assert number(other, "seats") == 6


def test_renewing_gives_what_reading_all_gives(village: int, site: int) -> None:
    random = Random(4)
    with writing():
        ids = [site, *(actions.enter(ACTOR, entry(village, f"{n}"), SINCE).id for n in range(7))]
    codes = [item.code for item in items().all]
    for _turn in range(30):
        wanted = {code: random.choice([None, Fit()]) for code in random.sample(codes, 6)}
        on = random.choice([None, SINCE, ON - timedelta(1), ON, ON + timedelta(1)])
        with suppress(BadInput):  # a change that begins outside what it changes is refused
            do(random.choice(ids), wanted, on, random.sample(GROUPS, 1))
        for day in (SINCE, ON, ON + timedelta(5)):
            renewed = queries.fittings(day)
            whole = facts.read(None, day, _counted())
            assert np.array_equal(renewed.numbers, whole.numbers, equal_nan=True)
    assert np.nansum(renewed.numbers) > 20


def _counted() -> facts.Counted:
    about = {group.value: items().places(group) for group in GROUPS}
    return facts.Counted(about, len(items().all), queries._counts)
