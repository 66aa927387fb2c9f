"""What administrators may do to whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from core import clock
from core.access import Actor, Permission, require_reach
from core.accounts import actions, places, queries
from core.accounts.actions import Held
from core.accounts.models import Account, Grant
from core.accounts.passwords import OneTime
from core.accounts.rules import ROLES, Role, reach_of
from core.audit.models import AuditEvent
from core.db import db, writing
from core.errors import BadInput, Forbidden, NotFound
from core.regions.queries import tree
from tests.core.accounts.made import (
    ACTOR,
    CHEAP,
    CITY,
    COUNTY,
    World,
    as_actor,
    city_admin,
    county_admin,
    make_person,
)

SIBLING, OTHER = "371002000000", "370302000000"


def held(role: Role, place: str = "", until: date | None = None) -> Held:
    return Held(role, places.find_place(place), clock.today(), until)


def one_time() -> OneTime:
    return OneTime("x", CHEAP.hash("x"))


@pytest.mark.parametrize(
    "role", [Role.COUNTY_ADMIN, Role.CITY_ADMIN, Role.AUDITOR, Role.SYSTEM_ADMIN]
)
def test_nobody_makes_her_own_like(world: World, role: Role) -> None:
    actor = county_admin()
    place = {Role.COUNTY_ADMIN: COUNTY, Role.CITY_ADMIN: CITY}.get(role, "")
    with pytest.raises(Forbidden), writing():
        actions.create(actor, "new", "李娜", one_time(), held(role, place))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1


@pytest.mark.parametrize("place", [SIBLING, OTHER, "999999999999", "what", "nul\x00"])
def test_what_is_out_of_reach_is_as_if_it_were_not_there(world: World, place: str) -> None:
    actor = county_admin()
    with pytest.raises(BadInput) as told, writing():
        actions.create(actor, "new", "李娜", one_time(), held(Role.INSPECTOR, place))
    assert "没有这个代码" in str(told.value)


def test_a_county_grants_within_itself(world: World) -> None:
    actor = county_admin()
    with writing():
        actions.create(actor, "new", "李娜", one_time(), held(Role.STATION_MANAGER, world.own))
    with pytest.raises(BadInput), writing():
        actions.grant(
            actor, queries.person(actor, "new"), held(Role.STATION_MANAGER, world.sibling)
        )
    with pytest.raises(BadInput, match="已有"), writing():
        actions.grant(actor, queries.person(actor, "new"), held(Role.STATION_MANAGER, world.own))


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.CITY_ADMIN, COUNTY),
        (Role.COUNTY_ADMIN, CITY),
        (Role.COUNTY_ADMIN, ""),
        (Role.STATION_MANAGER, CITY),
        (Role.HOTLINE_AGENT, COUNTY),
        (Role.AUDITOR, CITY),
    ],
)
def test_a_role_has_its_places(world: World, role: Role, place: str) -> None:
    with pytest.raises(BadInput), writing():
        actions.create(ACTOR, "new", "李娜", one_time(), held(role, place))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Role.AUDITOR, Role.SYSTEM_ADMIN),
        (Role.SYSTEM_ADMIN, Role.AUDITOR),
        (Role.CITY_ADMIN, Role.AUDITOR),
        (Role.CITY_ADMIN, Role.SYSTEM_ADMIN),
        (Role.AUDITOR, Role.INSPECTOR),
    ],
)
def test_nobody_holds_two_offices(world: World, first: Role, second: Role) -> None:
    places = {Role.CITY_ADMIN: CITY, Role.INSPECTOR: CITY}
    account_id = make_person("two", first, places.get(first, ""))
    with pytest.raises(BadInput, match="兼任"), writing():
        actions.grant(ACTOR, queries.person(ACTOR, "two"), held(second, places.get(second, "")))
    # Nor does the database let in what goes past the rules.
    for office in ("business", "system", "audit"):
        with pytest.raises(sa.exc.IntegrityError), writing():
            db.session.add(
                Grant(
                    account_id=account_id,
                    office=office,
                    role=second,
                    since=clock.today(),
                    granted_by="",
                )
            )


def test_a_system_administrator_makes_accounts_and_grants_nothing(world: World) -> None:
    actor = as_actor(make_person("sys", Role.SYSTEM_ADMIN))
    with writing():
        actions.create(actor, "new", "李娜", one_time())
    with pytest.raises(Forbidden), writing():
        actions.grant(actor, queries.person(actor, "new"), held(Role.INSPECTOR, COUNTY))
    with pytest.raises(Forbidden), writing():
        actions.reset_password(actor, queries.person(actor, "new"), one_time())
    with pytest.raises(BadInput), writing():
        actions.create(county_admin(), "other", "李娜", one_time())


def test_nobody_grants_herself_anything(world: World) -> None:
    actor = city_admin()
    with pytest.raises(Forbidden), writing():
        actions.grant(actor, queries.person(actor, "city"), held(Role.INSPECTOR, COUNTY))
    whom = queries.person(actor, "city")
    with pytest.raises(Forbidden), writing():
        actions.revoke(actor, whom, whom.grants[0].id)


def test_the_same_name_is_taken_once_however_it_is_written(world: World) -> None:
    make_person("wang", Role.INSPECTOR, COUNTY)
    with pytest.raises(BadInput, match="已经有人"), writing():
        actions.create(ACTOR, "ＷＡＮＧ", "王", one_time(), held(Role.INSPECTOR, COUNTY))


@pytest.mark.parametrize(
    "act", [actions.disable, actions.enable, actions.unlock, actions.reset_factor]
)
def test_only_those_below_are_managed(
    world: World, act: Callable[[Actor, queries.Person], None]
) -> None:
    city, county = city_admin(), county_admin()
    make_person("peer", Role.COUNTY_ADMIN, COUNTY)
    make_person("wide", Role.INSPECTOR, COUNTY)
    with writing():
        actions.grant(ACTOR, queries.person(ACTOR, "wide"), held(Role.INSPECTOR, SIBLING))
    for name in ("county", "peer", "wide"):
        with pytest.raises(Forbidden), writing():
            act(county, queries.person(county, name))
    with pytest.raises(NotFound):
        queries.person(county, "city")
    for name in ("county", "peer", "wide"):
        with writing():
            act(city, queries.person(city, name))


def test_one_sees_those_within_reach_and_those_who_left_it_for_nothing(world: World) -> None:
    actor = county_admin()
    for name, role, place in (
        ("own", Role.INSPECTOR, COUNTY),
        ("manager", Role.STATION_MANAGER, world.own),
        ("sibling", Role.INSPECTOR, SIBLING),
        ("other", Role.STATION_MANAGER, world.other),
        ("agent", Role.HOTLINE_AGENT, CITY),
        ("left", Role.INSPECTOR, COUNTY),
        ("moved", Role.INSPECTOR, COUNTY),
    ):
        make_person(name, role, place)
    with writing():
        for name in ("left", "moved"):
            whom = queries.person(actor, name)
            actions.revoke(actor, whom, whom.grants[0].id)
        actions.grant(ACTOR, queries.person(ACTOR, "moved"), held(Role.INSPECTOR, SIBLING))
    seen = [whom.username for whom in queries.people(actor, "", 1).people]
    assert seen == ["county", "left", "manager", "own"]
    found = queries.people(ACTOR, "agent", 1)
    assert [whom.username for whom in found.people] == ["agent"]
    assert queries.people(ACTOR, "wangfang", 1).total == 8
    with pytest.raises(NotFound):
        queries.person(actor, "moved")


def test_a_role_ends_on_its_day(world: World) -> None:
    day = clock.today() + timedelta(days=1)
    with writing():
        until = held(Role.INSPECTOR, COUNTY, day)
        account = actions.create(ACTOR, "short", "王", one_time(), until).id
    with db.engine.connect() as connection:
        assert queries.held(connection, account, day - timedelta(days=1))
        assert queries.held(connection, account, day) == ()
    with pytest.raises(BadInput), writing():
        actions.create(ACTOR, "past", "王", one_time(), held(Role.INSPECTOR, COUNTY, clock.today()))


def test_what_was_done_is_told(world: World) -> None:
    actor = county_admin()
    make_person("own", Role.INSPECTOR, COUNTY)
    with writing():
        whom = queries.person(actor, "own")
        actions.reset_password(actor, whom, one_time())
        actions.revoke(actor, whom, whom.grants[0].id)
    events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(2)).all()
    region = tree(clock.today()).by_code[COUNTY].id
    assert [event.action for event in events] == ["account.revoked", "account.password_reset"]
    assert {(event.subject_code, event.region_id) for event in events} == {("own", region)}
    assert "argon2" not in events[0].changes + events[1].changes


# -- Reach --------------------------------------------------------------------------------------


def test_a_reach_goes_down_and_never_up_or_aside(world: World) -> None:
    living = tree(clock.today())
    ids = {code: node.id for code, node in living.by_code.items()}
    reach = reach_of(places.find_place(COUNTY))
    inside = {code for code in ids if reach.region(living, ids[code])}
    assert inside == {COUNTY, "371082001000", "371082001001"}
    assert reach.region_ids(living) == {ids[code] for code in inside}
    assert not reach.region(living, 10**9)
    own, sibling = places.find_place(world.own), places.find_place(world.sibling)
    alone = reach_of(own)
    village = ids["371082001001"]
    assert [places.covers(reach, place) for place in (own, sibling)] == [True, False]
    assert [places.covers(alone, place) for place in (own, sibling)] == [True, False]
    assert not alone.region(living, village)
    with pytest.raises(NotFound):
        require_reach(alone.region(living, village))
    conditions = {
        "region": (reach.condition(living, Grant.region_id, Grant.site_id), ["county", "town"]),
        "site": (alone.condition(living, Grant.region_id, Grant.site_id), ["station"]),
    }
    make_person("county", Role.COUNTY_ADMIN, COUNTY)
    make_person("town", Role.INSPECTOR, "371082001000")
    make_person("station", Role.STATION_MANAGER, world.own)
    make_person("sibling", Role.COUNTY_ADMIN, SIBLING)
    for condition, names in conditions.values():
        found = sa.select(Account.username).join(Grant, Grant.account_id == Account.id)
        assert sorted(db.session.scalars(found.where(condition))) == names


def test_roles_are_data(world: World) -> None:
    """What a role permits is in one place: an actor has neither more nor less."""
    places = {Role.CITY_ADMIN: CITY, Role.HOTLINE_AGENT: CITY, Role.WINDOW_CLERK: world.own}
    places |= {Role.STATION_MANAGER: world.own, Role.INSPECTOR: COUNTY, Role.COUNTY_ADMIN: COUNTY}
    for role in Role:
        actor = as_actor(make_person(role.value.replace("_", "-"), role, places.get(role, "")))
        assert {permission for permission in Permission if actor.may(permission)} == ROLES[role]
