"""Recording what a site has: from a day on, as a correction, never twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.audit.models import AuditEvent
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, Conflict
from core.facilities import queries
from core.facilities.changes import fitted
from core.facilities.models import Fitting
from core.facilities.rules import Fit, Group
from core.sites import actions
from core.sites.models import Site
from tests.core.sites.made import ACTOR, ON, SINCE, entry


def do(site: int, *args: Any, seen: int | None = None) -> None:
    with writing():
        actions.do(ACTOR, site, seen, fitted(*args))


def test_what_is_recorded_from_a_day_on_holds_from_that_day(site: int) -> None:
    do(site, {"seats": Fit(12), "drinking_water": Fit(note="大厅东侧")}, ON)
    assert queries.held(site, ON - timedelta(1)).fits == {}
    found = queries.held(site, ON)
    assert found.fits == {"seats": Fit(12), "drinking_water": Fit(1, "大厅东侧")}
    assert found.groups == {Group.CONVENIENCE}
    assert [item.code for item, _fit in found.of(Group.CONVENIENCE)] == ["seats", "drinking_water"]


def test_a_change_leaves_the_days_before_as_they_were(site: int) -> None:
    do(site, {"seats": Fit(12)}, SINCE)
    do(site, {"seats": Fit(20)}, ON)
    assert queries.held(site, ON - timedelta(1)).fits["seats"] == Fit(12)
    assert queries.held(site, ON).fits["seats"] == Fit(20)
    do(site, {"seats": None}, ON + timedelta(9))
    assert queries.held(site, ON + timedelta(8)).fits["seats"] == Fit(20)
    assert "seats" not in queries.held(site, ON + timedelta(9)).fits


def test_a_correction_says_that_it_was_so_all_along(site: int) -> None:
    do(site, {"seats": Fit(12)}, SINCE)
    do(site, {"seats": Fit(21)}, None)
    assert queries.held(site, SINCE).fits == {"seats": Fit(21)}
    do(site, {"seats": None}, None)
    assert queries.held(site, SINCE).fits == {}
    assert db.session.scalars(sa.select(Fitting)).all() == []
    assert queries.held(site, SINCE).groups == {Group.CONVENIENCE}


def test_nothing_at_all_can_be_recorded_too(site: int) -> None:
    do(site, {}, ON, [Group.ZONE])
    assert queries.held(site, ON - timedelta(1)).groups == frozenset()
    assert queries.held(site, ON).groups == {Group.ZONE}


def test_an_earlier_day_is_known_once_something_of_it_is(site: int) -> None:
    do(site, {"seats": Fit(2)}, ON)
    do(site, {"umbrellas": Fit()}, SINCE)
    assert queries.held(site, SINCE).groups == {Group.CONVENIENCE}


def test_what_is_so_already_is_no_change_and_no_event(site: int) -> None:
    do(site, {"seats": Fit(12)}, ON)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent))
    do(site, {"seats": Fit(12)}, ON)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == before


@pytest.mark.parametrize(
    "wanted",
    [
        {"throne": Fit()},
        {"seats": Fit(0)},
        {"seats": Fit(1000)},
        {"nursing_room": Fit(2)},
        {"seats": Fit(1, "长" * 101)},
    ],
)
def test_what_cannot_be_is_refused(site: int, wanted: dict[str, Fit]) -> None:
    with pytest.raises(BadInput):
        do(site, wanted, ON)
    assert queries.held(site, ON).groups == frozenset()


def test_somebody_faster_is_noticed(site: int) -> None:
    seen = db.session.get_one(Site, site).version
    do(site, {"seats": Fit(1)}, ON, seen=seen)
    with pytest.raises(Conflict):
        do(site, {"seats": Fit(2)}, ON, seen=seen)
    assert queries.held(site, ON).fits == {"seats": Fit(1)}


def test_many_sites_at_once_are_as_if_done_one_by_one(village: int, site: int) -> None:
    with writing():
        ids = [site, *(actions.enter(ACTOR, entry(village, f"{n}"), SINCE).id for n in range(5))]
    do(ids[1], {"nursing_room": Fit(note="二楼")}, SINCE)
    with writing():
        done = actions.do_to_all(ACTOR, ids, fitted({"nursing_room": Fit()}, ON))
    assert done == 6
    for number, one in enumerate(ids):
        assert queries.held(one, ON).fits == {"nursing_room": Fit()}
        before = queries.held(one, ON - timedelta(1)).fits
        assert before == ({"nursing_room": Fit(1, "二楼")} if number == 1 else {})
    event = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert event.action == "site.facilities.set"


def test_a_trial_writes_nothing(site: int) -> None:
    outcome = actions.tried(ACTOR, [site], fitted({"seats": Fit(3)}, today()))
    assert len(outcome.changed) == 1
    assert queries.held(site).groups == frozenset()
