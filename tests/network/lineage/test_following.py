"""What stands in a region that ends is with its heirs from that day on, and was not before."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import Permission
from core.accounts.models import Account, Grant
from core.accounts.rules import Role
from core.audit.models import AuditEvent, AuditMember
from core.catalogue.models import Service
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, Conflict
from core.proposals import queries as proposals
from core.regions import cli, queries
from core.regions.heirs import Heirs
from core.regions.importer import text_of
from core.regions.models import RegionChange, RegionPeriod
from core.sites import actions, changes, closures, plans
from core.sites.closures import Notice
from core.sites.models import Closure, OfferingPlan, Site, SitePeriod
from core.sites.queries import network
from core.sites.rules import Kind, Status
from tests.core.accounts.made import ACTOR, World, make_person
from tests.core.proposals.made import actor_of, ask
from tests.network.lineage.made import (
    EAST,
    FIRST,
    HEIRS,
    SECOND,
    SINCE,
    THIRD,
    WEST,
    later,
    make_site,
    region,
    row,
    sent,
    stands,
    take,
)

pytestmark = pytest.mark.usefixtures("town")
YESTERDAY = today() - timedelta(days=1)
SOON = today() + timedelta(days=10)


def site_id(code: str) -> int:
    return db.session.scalars(sa.select(Site.id).where(Site.code == code)).one()


def test_sites_are_with_the_heirs_from_the_day_on_and_not_before() -> None:
    old = {code: region(code) for code in (FIRST, SECOND, THIRD)}
    first, second, third = make_site(FIRST), make_site(SECOND), make_site(THIRD)
    version = network().by_code(first) and db.session.get_one(Site, site_id(first)).version
    take(heirs=sent(third, WEST))
    assert [stands(code, YESTERDAY) for code in (first, second, third)] == list(old.values())
    assert stands(first, today()) == stands(second, today()) == old[SECOND]
    assert stands(third, today()) == region(WEST)
    assert db.session.get_one(Site, site_id(first)).version == (version or 0) + 1
    outlived = (
        sa.select(sa.func.count())
        .select_from(SitePeriod)
        .join(RegionPeriod, RegionPeriod.region_id == SitePeriod.region_id)
        .where(RegionPeriod.until.is_not(None), SitePeriod.until.is_(None))
    )
    assert db.session.scalar(outlived) == 0
    assert {place.code for place in network(today()).places(network(today()).ranked)} == {
        first,
        second,
        third,
    }


def test_what_was_to_come_to_a_site_comes_there() -> None:
    site = make_site(FIRST)
    with writing():
        actions.do(ACTOR, site_id(site), None, changes.closed(SOON))
    take()
    assert stands(site, SOON) == region(SECOND)
    rows = db.session.execute(
        sa.select(SitePeriod.since, SitePeriod.status).order_by(SitePeriod.since)
    )
    assert [tuple(row) for row in rows] == [
        (SINCE, Status.ACTIVE),
        (today(), Status.ACTIVE),
        (SOON, Status.CLOSED),
    ]


def test_a_split_has_to_say_where_each_site_goes() -> None:
    site = make_site(THIRD)
    with pytest.raises(Conflict) as refused:
        take()
    assert site in str(refused.value)
    assert stands(site, today()) == region(THIRD)


def test_a_region_in_use_does_not_end_without_an_heir_and_the_counts_are_told() -> None:
    make_site(FIRST)
    make_site(FIRST, "药房")
    with pytest.raises(Conflict) as refused:
        take(heirs={THIRD: HEIRS[THIRD]})
    assert refused.value.status == 409
    assert FIRST in str(refused.value)
    assert "网点 2" in str(refused.value)
    assert FIRST in queries.load(today()).by_code


def test_an_empty_region_ends_without_an_heir() -> None:
    take(heirs={})
    assert FIRST not in queries.load(today()).by_code


@pytest.mark.parametrize(
    "heirs",
    [
        {FIRST: Heirs((THIRD,))},
        {FIRST: Heirs((FIRST,))},
        {FIRST: Heirs(("371082001000",))},
        {FIRST: Heirs(("371082001299",))},
        {FIRST: Heirs((SECOND,)), SECOND: Heirs((EAST,))},
        {"371082009999": Heirs((SECOND,))},
    ],
    ids=["ends too", "itself", "another level", "unknown", "of a living one", "of an unknown one"],
)
def test_what_can_be_no_heir_is_refused(heirs: dict[str, Heirs]) -> None:
    with pytest.raises(BadInput):
        take(heirs=heirs)
    assert FIRST in queries.load(today()).by_code


def test_who_came_after_is_found_by_the_old_code() -> None:
    gone = region(FIRST)
    take()
    found = queries.find_code(FIRST, today())
    assert (found.node.code, found.succeeded) == (SECOND, True)
    assert queries.find_code(THIRD, today()).node.code == EAST
    assert not queries.find_code(FIRST, YESTERDAY).succeeded
    kinds = db.session.scalars(
        sa.select(RegionChange.kind).where(RegionChange.from_region_id == gone)
    )
    assert sorted(kinds) == ["abolished", "merged"]


def test_a_code_that_is_given_away_again_is_its_bearers_of_the_day() -> None:
    take(on=date(2026, 1, 1))
    reused = [*later(), row(FIRST, "新村委会")]
    take(reused, {}, on=date(2026, 6, 1))
    assert queries.find_code(FIRST, date(2025, 12, 31)).node.name == "甲子村委会"
    between = queries.find_code(FIRST, date(2026, 3, 1))
    assert (between.node.code, between.succeeded) == (SECOND, True)
    assert queries.find_code(FIRST, today()).node.name == "新村委会"


# -- Plans and closures -------------------------------------------------------------------------


@pytest.fixture
def services(app: Flask) -> list[int]:
    with writing():
        made = [Service(code=f"{number:012}") for number in range(2)]
        db.session.add_all(made)
        db.session.flush()
        return [service.id for service in made]


def plan(code: str, service: int, on: date) -> None:
    with writing():
        plans.set_plan(ACTOR, region(code), {(Kind.VILLAGE_CLINIC, service): True}, on)


def planned(code: str) -> list[tuple[int, date, date | None]]:
    rows = db.session.execute(
        sa.select(OfferingPlan.service_id, OfferingPlan.since, OfferingPlan.until)
        .where(OfferingPlan.region_id == region(code))
        .order_by(OfferingPlan.service_id, OfferingPlan.since)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def test_plans_go_over_but_where_there_is_one_already(services: list[int]) -> None:
    one, two = services
    gone = region(FIRST)
    plan(FIRST, one, SINCE)
    plan(FIRST, two, SOON)
    plan(SECOND, one, date(2025, 1, 1))
    plan(THIRD, one, SINCE)
    take()
    assert planned(SECOND) == [(one, date(2025, 1, 1), None), (two, SOON, None)]
    assert planned(EAST) == planned(WEST) == [(one, today(), None)]
    left = sa.select(OfferingPlan.until).where(OfferingPlan.region_id == gone)
    assert db.session.scalars(left).all() == [today()]


def shut(code: str, since: date, until: date | None = None) -> None:
    with writing():
        closures.announce(ACTOR, Notice(since, until, "停电", region_id=region(code)))


def test_a_closure_goes_with_the_sites_not_to_those_who_were_there_before() -> None:
    joined, resident = make_site(FIRST), make_site(SECOND)
    gone = region(FIRST)
    shut(FIRST, YESTERDAY, SOON)
    take()
    found = db.session.scalars(sa.select(Closure).order_by(Closure.id)).all()
    assert [(one.region_id, one.site_id, one.since, one.until) for one in found] == [
        (gone, None, YESTERDAY, today()),
        (None, site_id(joined), today(), SOON),
    ]
    db.session.rollback()
    net = network()
    shown = [net.by_code(code) for code in (joined, resident)]
    assert [len(one.closures) for one in shown if one is not None] == [1, 0]


def test_a_closure_of_what_was_split_is_one_of_each_part() -> None:
    shut(THIRD, SOON)
    take()
    found = db.session.execute(sa.select(Closure.region_id, Closure.since, Closure.until)).all()
    assert sorted(tuple(row) for row in found) == sorted(
        [(region(EAST), SOON, None), (region(WEST), SOON, None)]
    )


# -- Roles and what waits -----------------------------------------------------------------------


def test_roles_go_over_and_reach_what_they_reached() -> None:
    site = make_site(FIRST)
    manager = make_person("manager", Role.STATION_MANAGER, FIRST)
    heirs = make_person("heirs", Role.STATION_MANAGER, THIRD)
    take()
    tree = queries.tree(today())
    reach = actor_of(manager).reach(Permission.REGISTER_PROPOSE)
    assert reach.site(tree, site_id(site), region(SECOND))
    reach = actor_of(heirs).reach(Permission.REGISTER_PROPOSE)
    assert reach.regions == {region(EAST), region(WEST)}


def test_roles_that_are_not_to_go_over_end_with_the_region() -> None:
    manager = make_person("manager", Role.STATION_MANAGER, FIRST)
    take(heirs={**HEIRS, FIRST: Heirs((SECOND,), grants=False)}, on=SOON)
    assert actor_of(manager).reach(Permission.REGISTER_PROPOSE)
    until = db.session.scalars(sa.select(Grant.until).where(Grant.account_id == manager)).all()
    assert until == [SOON]


def test_a_role_that_was_taken_back_holds_nobody_up() -> None:
    manager = make_person("manager", Role.STATION_MANAGER, FIRST)
    with writing():
        db.session.execute(
            sa.update(Grant).values(
                revoked_at=sa.select(Account.created_at).limit(1).scalar_subquery()
            )
        )
    take(heirs={})
    assert len(db.session.scalars(sa.select(Grant).where(Grant.account_id == manager)).all()) == 1


def test_what_waits_is_decided_by_who_decides_there_now() -> None:
    site = make_site(FIRST)
    admin = make_person("admin", Role.COUNTY_ADMIN, "371082000000")
    uuid = ask(World(site, "", ""), site)
    take()
    assert proposals.may_decide(actor_of(admin), proposals.find(ACTOR, uuid))


# -- The record, the command --------------------------------------------------------------------


def test_it_is_one_event_with_members_for_the_regions_and_one_for_the_sites() -> None:
    site = make_site(FIRST)
    before = db.session.scalar(sa.select(sa.func.max(AuditEvent.id))) or 0
    take()
    actions_done = db.session.scalars(
        sa.select(AuditEvent.action).where(AuditEvent.id > before).order_by(AuditEvent.id)
    ).all()
    assert actions_done == ["site.moved", "region.list.applied"]
    told = db.session.scalars(
        sa.select(AuditMember.changes).where(
            AuditMember.subject_kind == "site", AuditMember.event_id > before
        )
    ).one()
    assert f'"region":["{FIRST}","{SECOND}"]' in told
    assert site


def test_the_command_goes_through_with_the_heirs_given(app: Flask, tmp_path: Path) -> None:
    first, third = make_site(FIRST), make_site(THIRD)
    file, heirs = tmp_path / "list.csv", tmp_path / "heirs.csv"
    file.write_text(text_of(later()))
    words = ["import", str(file), "--on", today().isoformat(), "--source", "a document"]
    run = app.test_cli_runner().invoke
    refused = run(cli.commands, words)
    assert refused.exit_code == 1
    assert "Sites 1" in refused.output
    heirs.write_text(f"old,new\n{FIRST},{SECOND}\n{THIRD},{EAST}\n{THIRD},{WEST},{third}\n")
    words += ["--heirs", str(heirs)]
    tried = run(cli.commands, [*words, "--dry-run"])
    assert tried.exit_code == 0, tried.output
    assert stands(first, today()) == region(FIRST)
    done = run(cli.commands, words)
    assert done.exit_code == 0, done.output
    assert stands(first, today()) == region(SECOND)
    assert stands(third, today()) == region(WEST)
