"""Two sites become one, and are taken apart again; earlier days stay what they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import Actor, Held, Permission, Reach
from core.audit import queries as audit
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, Conflict, NotFound
from core.geo import Datum
from core.sites import actions, changes, closures, merging
from core.sites.changes import Position
from core.sites.closures import Notice
from core.sites.models import Closure, Offering, Site, SiteHours, SitePeriod
from core.sites.queries import heirs, network
from core.sites.rules import Fact, Mode, Status, Taken
from tests.core.sites.made import ACTOR, SINCE, WEEK, entry

THERE = Position(37.17, 122.49, Datum.GCJ02, verified=True)
YESTERDAY = today() - timedelta(days=1)
TOMORROW = today() + timedelta(days=1)


@pytest.fixture
def two(village: int, services: list[int]) -> tuple[int, int]:
    """The ids of two sites that are one place."""
    with writing():
        first = actions.enter(ACTOR, entry(village, "东关村卫生室"), SINCE)
        second = actions.enter(ACTOR, entry(village, "东关村卫生所", THERE), SINCE)
        second.phone = "0631 7777777"
        actions.offer(ACTOR, first.id, {services[0]: Mode.DIRECT, services[1]: Mode.DIRECT}, SINCE)
        others = {services[1]: Mode.ASSISTED, services[2]: Mode.ASSISTED}
        actions.offer(ACTOR, second.id, others, SINCE)
        actions.set_hours(ACTOR, second.id, WEEK, SINCE)
        return first.id, second.id


def merge(two: tuple[int, int], taken: Taken | None = None) -> None:
    with writing():
        merging.merge(ACTOR, *two, (None, None), taken or Taken())


def site(site_id: int) -> Site:
    return db.session.get_one(Site, site_id)


def period(site_id: int) -> SitePeriod:
    statement = sa.select(SitePeriod).where(SitePeriod.site_id == site_id)
    return db.session.scalars(statement.order_by(SitePeriod.since.desc()).limit(1)).one()


def modes(site_id: int) -> dict[int, str]:
    rows = db.session.scalars(
        sa.select(Offering).where(Offering.site_id == site_id, Offering.until.is_(None))
    )
    return {row.service_id: row.mode for row in rows}


def test_what_is_not_chosen_stays_the_survivors(two: tuple[int, int], services: list[int]) -> None:
    merge(two)
    kept = site(two[0])
    assert (kept.name, kept.phone) == ("东关村卫生室", "")
    assert period(kept.id).since == SINCE
    assert modes(kept.id) == {
        services[0]: Mode.DIRECT,
        services[1]: Mode.DIRECT,
        services[2]: Mode.ASSISTED,
    }
    hours = db.session.scalars(sa.select(SiteHours.site_id)).all()
    assert list(hours) == [two[1]]


def test_what_is_chosen_is_taken_over_from_today_on(
    two: tuple[int, int], services: list[int]
) -> None:
    merge(two, Taken(frozenset(Fact), frozenset({services[1]})))
    kept = site(two[0])
    assert (kept.name, kept.phone) == ("东关村卫生所", "0631 7777777")
    now_held = period(kept.id)
    assert (now_held.since, now_held.given_lat, now_held.datum) == (today(), 37.17, Datum.GCJ02)
    assert modes(kept.id)[services[1]] == Mode.ASSISTED
    hours = db.session.scalars(sa.select(SiteHours).where(SiteHours.site_id == kept.id)).one()
    assert hours.since == today()


def test_the_other_is_given_up_and_its_code_leads_to_the_survivor(two: tuple[int, int]) -> None:
    kept, other = (site(one).code for one in two)
    merge(two)
    gone = site(two[1])
    assert (gone.merged_into_id, gone.merged_on) == (two[0], today())
    assert period(gone.id).status == Status.CLOSED
    assert heirs(today()) == {other: kept}
    assert heirs(YESTERDAY) == {}
    held = db.session.scalars(sa.select(SitePeriod).where(SitePeriod.site_id == gone.id))
    assert [(row.status, row.until) for row in held] == [("active", today()), ("closed", None)]


def test_earlier_days_stay_what_they_were(two: tuple[int, int]) -> None:
    def active(days: int) -> int:
        found = network(today() - timedelta(days=days))
        return int((found.rows.statuses == 1).sum())

    before = [active(days) for days in range(1, 20)]
    merge(two, Taken(frozenset(Fact)))
    assert [active(days) for days in range(1, 20)] == before == [2] * 19
    assert active(0) == 1


def test_both_versions_must_have_been_seen(two: tuple[int, int]) -> None:
    seen = site(two[0]).version, site(two[1]).version
    with writing():
        actions.do(ACTOR, two[1], None, changes.described(phone="1"))
    with pytest.raises(Conflict), writing():
        merging.merge(ACTOR, *two, seen, Taken())
    assert heirs(today()) == {}
    with writing():
        merging.merge(ACTOR, *two, (seen[0], seen[1] + 1), Taken())
    assert len(heirs(today())) == 1


def test_each_has_its_own_event(two: tuple[int, int]) -> None:
    kept, other = (site(one).code for one in two)
    merge(two, Taken(frozenset({Fact.PHONE})))
    merged, away = (audit.story("site", code, 1)[0] for code in (kept, other))
    assert (merged.action, away.action) == ("site.merged", "site.merged_away")
    assert merged.changes["merged"] == (None, other)
    assert merged.changes["phone"] == ("", "0631 7777777")
    assert away.changes["merged_into"] == (None, kept)
    assert away.changes["status"] == ("active", "closed")
    assert merged.lines
    assert away.lines
    assert all((*merged.lines, *away.lines))
    # What was done before is still told of each.
    assert len(audit.story("site", other, 50)) > 1


def test_chains_lead_to_the_last_and_cycles_cannot_be(two: tuple[int, int], village: int) -> None:
    with writing():
        third = actions.enter(ACTOR, entry(village, "第三"), SINCE).id
    a, b, c = (site(one).code for one in (two[1], two[0], third))
    merge(two)
    with pytest.raises(Conflict):  # what is merged is merged once
        merge((third, two[1]))
    with pytest.raises(Conflict):  # and nothing is merged into it
        merge((two[1], third))
    merge((third, two[0]))
    assert heirs(today()) == {a: c, b: c}
    with pytest.raises(Conflict):
        merge((two[0], third))
    with pytest.raises(BadInput):
        merge((third, third))


def test_what_is_merged_is_not_written_any_more(two: tuple[int, int]) -> None:
    merge(two)
    with pytest.raises(Conflict) as told, writing():
        actions.do(ACTOR, two[1], None, changes.opened(today()))
    assert site(two[0]).code in str(told.value)


def test_a_site_that_serves_is_not_given_up_for_one_that_does_not(two: tuple[int, int]) -> None:
    with writing():
        actions.do(ACTOR, two[0], None, changes.closed(today()))
    with pytest.raises(BadInput):
        merge(two)
    merge((two[1], two[0]))
    assert period(two[1]).status == Status.ACTIVE


def test_what_was_planned_for_the_other_is_planned_no_longer(two: tuple[int, int]) -> None:
    with writing():
        actions.do(ACTOR, two[1], None, changes.closed(today() + timedelta(days=10)))
        actions.do(ACTOR, two[1], None, changes.opened(today() + timedelta(days=20)))
    merge(two)
    assert {period.status for period in _from_today(two[1])} == {"closed"}


def _from_today(site_id: int) -> list[SitePeriod]:
    later = SitePeriod.site_id == site_id, SitePeriod.since >= today()
    return list(db.session.scalars(sa.select(SitePeriod).where(*later)))


def test_announced_closures_come_along_once(two: tuple[int, int]) -> None:
    with writing():
        for site_id in two:
            closures.announce(ACTOR, Notice(TOMORROW, None, "都说过", site_id=site_id))
        for since, until in ((YESTERDAY, TOMORROW), (SINCE, YESTERDAY)):
            closures.announce(ACTOR, Notice(since, until, "装修", site_id=two[1]))
    merge(two)
    own = db.session.scalars(
        sa.select(Closure).where(Closure.site_id == two[0]).order_by(Closure.id)
    )
    assert [(row.since, row.until, row.words) for row in own] == [
        (TOMORROW, None, "都说过"),
        (today(), TOMORROW, "装修"),
    ]


def test_taken_apart_it_is_what_it_was(two: tuple[int, int], services: list[int]) -> None:
    merge(two, Taken(frozenset({Fact.PHONE})))
    with pytest.raises(Conflict), writing():
        merging.take_apart(ACTOR, two[1], site(two[1]).version + 1)
    with writing():
        merging.take_apart(ACTOR, two[1], site(two[1]).version)
    back = site(two[1])
    assert (back.merged_into_id, back.merged_on) == (None, None)
    assert period(back.id).status == Status.ACTIVE
    assert heirs(today()) == {}
    assert modes(back.id) == {services[1]: Mode.ASSISTED, services[2]: Mode.ASSISTED}
    assert site(two[0]).phone == "0631 7777777"  # is the survivor's now
    assert audit.story("site", back.code, 1)[0].action == "site.taken_apart"
    assert audit.story("site", site(two[0]).code, 1)[0].action == "site.part_left"
    with pytest.raises(Conflict), writing():
        merging.take_apart(ACTOR, two[1], back.version)
    merge(two)
    assert len(heirs(today())) == 1


def test_a_site_that_was_closed_before_is_closed_when_taken_apart(two: tuple[int, int]) -> None:
    with writing():
        actions.do(ACTOR, two[1], None, changes.closed(YESTERDAY))
    merge(two)
    with writing():
        merging.take_apart(ACTOR, two[1], site(two[1]).version)
    assert period(two[1]).status == Status.CLOSED


def test_both_must_be_within_reach(app: Flask, two: tuple[int, int]) -> None:
    for reach in (Reach(sites=frozenset({two[0]})), Reach(sites=frozenset({two[1]}))):
        held = Held("county_admin", frozenset({Permission.REGISTER_WRITE}), reach)
        with pytest.raises(NotFound), writing():
            merging.merge(Actor("somebody", (held,)), *two, (None, None), Taken())
    assert heirs(today()) == {}
    assert not merging.across_counties(*two)
