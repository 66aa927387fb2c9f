"""A notice: what one visit found, numbered by county and year, fixed as it was issued."""

from __future__ import annotations

from contextlib import suppress
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from core.accounts.rules import Role
from core.clock import today
from core.db import db, writing
from core.errors import Conflict, NotFound
from core.rectification import actions
from core.rectification.models import FindingNotice, FindingNoticeCount
from core.rectification.notices import actions as notices
from core.rectification.notices import queries
from core.sites import changes, merging
from core.sites.actions import do
from core.sites.rules import Taken
from tests.core.accounts.made import ACTOR, World
from tests.core.rectification.made import COUNTY, find, finding, person, site_id


class Breaking(Exception):
    """Something goes wrong after the number was taken."""


def issue(uuid: str) -> FindingNotice:
    with writing():
        return notices.issue(ACTOR, uuid)


def serials(county: str) -> list[int]:
    wanted = sa.select(FindingNotice.serial).filter_by(county=county).order_by(FindingNotice.id)
    return list(db.session.scalars(wanted))


def test_all_that_a_visit_found_is_on_one_notice(app: Flask, world: World) -> None:
    visit = str(uuid4())
    first, second = (
        find(world.own, reference=visit, criterion=f"jiuyou/{name}") for name in ("a", "b")
    )
    other = find(world.own)
    issue(first)
    row = db.session.scalars(sa.select(FindingNotice)).one()
    assert row.number == f"荣成市医保整改〔{today().year}〕1号"
    assert {finding(uuid).notice_id for uuid in (first, second)} == {row.id}
    assert finding(other).notice_id is None
    told = queries.find(ACTOR, row.uuid).document["findings"]
    assert [one["criterion"] for one in told] == ["jiuyou/a", "jiuyou/b"]
    with pytest.raises(Conflict, match="已经写进"):
        issue(second)
    third = find(world.own, reference=visit, criterion="jiuyou/c")
    issue(third)
    assert serials(COUNTY) == [1, 2]


def test_each_county_has_its_own_numbers_and_what_failed_took_none(
    app: Flask, world: World
) -> None:
    for _ in range(2):
        issue(find(world.own))
    uuid = find(world.own)
    with suppress(Breaking), writing():
        assert notices.issue(ACTOR, uuid).serial == 3
        raise Breaking
    issue(find(world.own))
    issue(find(world.sibling))
    assert serials(COUNTY) == [1, 2, 3]
    assert serials("371002000000") == [1]
    assert db.session.scalars(sa.select(FindingNoticeCount.last)).all() in ([1, 3], [3, 1])


def test_what_was_issued_stays_as_it_was(app: Flask, world: World) -> None:
    uuid = find(world.own)
    before = finding(uuid).due
    issue(uuid)
    notice = db.session.scalars(sa.select(FindingNotice.uuid)).one()
    with writing():
        do(ACTOR, site_id(world.own), None, changes.described(name="新名称"))
        actions.answer(ACTOR, uuid, 1, "好了")
    with writing():
        actions.send_back(ACTOR, uuid, 2, "不行", today())
    document = queries.find(ACTOR, notice).document
    assert document["site"]["name"] != "新名称"
    assert document["findings"][0]["due"] == before.isoformat()


def test_it_is_found_by_whoever_reads_what_is_on_it(app: Flask, world: World) -> None:
    issue(find(world.own))
    uuid = db.session.scalars(sa.select(FindingNotice.uuid)).one()
    assert queries.find(person(Role.STATION_MANAGER, world.own), uuid)
    for who in (
        person(Role.STATION_MANAGER, world.sibling, "sibling"),
        person(Role.HOTLINE_AGENT, "371000000000"),
        person(Role.WINDOW_CLERK, world.own),
    ):
        with pytest.raises(NotFound):
            queries.find(who, uuid)


def test_a_merged_site_s_findings_are_the_survivor_s_and_the_notice_stays(
    app: Flask, world: World
) -> None:
    uuid = find(world.own)
    issue(uuid)
    survivor, other = site_id(world.sibling), site_id(world.own)
    with writing():
        merging.merge(ACTOR, survivor, other, (None, None), Taken())
    assert finding(uuid).site_id == survivor
    again = finding(find(world.sibling))
    assert again.times == 2
    notice = db.session.scalars(sa.select(FindingNotice.uuid)).one()
    manager = person(Role.STATION_MANAGER, world.sibling)
    assert queries.find(manager, notice).document["site"]["code"] == world.own
    with writing():
        actions.answer(manager, uuid, 2, "好了")
