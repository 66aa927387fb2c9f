"""What administrators may do to whom, and what a program may do for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from core import clock
from core.access import (
    ANONYMOUS,
    Actor,
    Permission,
    current_actor,
    fresh,
    require_reach,
    requires,
)
from core.accounts import actions, places, queries, tokens
from core.accounts.actions import Held
from core.accounts.models import Account, ApiToken, Grant
from core.accounts.passwords import OneTime
from core.accounts.rules import ROLES, Role, reach_of
from core.audit.models import AuditEvent
from core.db import db, writing
from core.errors import BadInput, Forbidden, NotFound
from core.regions.queries import tree
from tests.core.accounts.made import (
    ACTOR,
    CHEAP,
    World,
    give_authenticator,
    make_person,
    post,
    signed_in,
)

CITY, COUNTY, SIBLING, OTHER = "371000000000", "371082000000", "371002000000", "370302000000"
P = Permission
PAST = "1999-01-01"


def as_actor(account_id: int) -> Actor:
    with db.engine.connect() as connection:
        held = queries.held(connection, account_id, clock.today())
    return Actor("somebody", held, account_id, fresh=True)


def held(role: Role, place: str = "", until: date | None = None) -> Held:
    return Held(role, places.find_place(place), clock.today(), until)


def county_admin() -> Actor:
    return as_actor(make_person("county", Role.COUNTY_ADMIN, COUNTY))


def city_admin() -> Actor:
    return as_actor(make_person("city", Role.CITY_ADMIN, CITY))


def one_time() -> OneTime:
    return OneTime("x", CHEAP.hash("x"))


# -- Granting -----------------------------------------------------------------------------------


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


# -- Tokens -------------------------------------------------------------------------------------

trial = Blueprint("trial", __name__)


@trial.post("/api/v1/trial/read")
@requires(P.REGISTER_READ)
def may_read() -> str:
    return current_actor().name


@trial.post("/api/v1/trial/import")
@requires(P.REGISTER_IMPORT)
def may_import() -> str:
    return "done"


@trial.post("/api/v1/trial/grave")
@requires(P.REGISTER_READ)
@fresh
def grave() -> str:
    return "done"


@pytest.fixture
def trial_client(app: Flask, world: World) -> FlaskClient:
    app.register_blueprint(trial)
    return app.test_client()


def token_for(actor: Actor, *permissions: Permission, days: int = 30) -> str:
    with writing():
        day = clock.today() + timedelta(days=days)
        return tokens.make(actor, "每日导出", permissions, day)[1]


def status(client: FlaskClient, path: str, token: str, scheme: str = "Bearer") -> int:
    headers = {"Authorization": f"{scheme} {token}"}
    return client.post(f"/api/v1/trial/{path}", headers=headers).status_code


def test_a_program_does_what_its_token_says_and_no_more(trial_client: FlaskClient) -> None:
    token = token_for(city_admin(), P.REGISTER_READ)
    assert status(trial_client, "read", token) == 200
    assert status(trial_client, "read", token, "bearer") == 200
    assert status(trial_client, "import", token) == 403
    assert status(trial_client, "grave", token) == 403
    headers = {"Authorization": f"Bearer {token}"}
    assert trial_client.get("/me", headers=headers).status_code == 403
    assert trial_client.get("/people", headers=headers).status_code == 403


def test_a_token_is_worth_nothing_once_it_should_not_be(
    trial_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = city_admin()
    token = token_for(actor, P.REGISTER_READ)
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    for worthless in (altered, "", "onekm_", "x" * 10_000, token + "x", "nul\x00"):
        with_header = status(trial_client, "read", worthless.replace("\x00", "0"))
        assert with_header == 401
    assert trial_client.post(f"/api/v1/trial/read?token={token}").status_code == 400
    with writing():
        actions.disable(ACTOR, queries.person(ACTOR, "city"))
    assert status(trial_client, "read", token) == 401
    with writing():
        actions.enable(ACTOR, queries.person(ACTOR, "city"))
    assert status(trial_client, "read", token) == 200
    with writing():
        whom = queries.person(ACTOR, "city")
        actions.revoke(ACTOR, whom, whom.grants[0].id)
    assert status(trial_client, "read", token) == 403
    moment = clock.now() + timedelta(days=31)
    monkeypatch.setattr(tokens, "now", lambda: moment)
    assert status(trial_client, "read", token) == 401


def test_a_token_is_taken_back(app: Flask, trial_client: FlaskClient) -> None:
    actor = city_admin()
    token = token_for(actor, P.REGISTER_READ)
    prefix = db.session.scalars(sa.select(ApiToken.prefix)).one()
    assert token.split("_")[1] == prefix
    other = make_person("other-city", Role.CITY_ADMIN, "370300000000")
    with pytest.raises(NotFound):
        queries.person(as_actor(other), "city")
    with pytest.raises(NotFound), writing():
        tokens.revoke(as_actor(other), queries.own(other), prefix)
    give_authenticator(other)
    system = make_person("sys", Role.SYSTEM_ADMIN)
    give_authenticator(system)
    browser = signed_in(app, system)
    assert post(browser, f"/people/city/tokens/{prefix}/revoke").status_code == 303
    assert status(trial_client, "read", token) == 401


@pytest.mark.parametrize(
    ("permissions", "days", "label"),
    [
        ({P.REGISTER_WRITE}, 30, "x"),
        ({P.ACCOUNTS_READ}, 30, "x"),
        (set(), 30, "x"),
        ({P.REGISTER_READ}, 366, "x"),
        ({P.REGISTER_READ}, -1, "x"),
        ({P.REGISTER_READ}, 30, ""),
        ({P.REGISTER_READ}, 30, "x" * 41),
        ({P.REGISTER_READ}, 30, "a\x00"),
    ],
)
def test_a_county_makes_no_other_tokens(
    world: World, permissions: set[Permission], days: int, label: str
) -> None:
    actor = county_admin()
    day = clock.today() + timedelta(days=days)
    with pytest.raises(BadInput), writing():
        tokens.make(actor, label, permissions, day)


def test_who_may_make_none_is_refused(world: World) -> None:
    for actor in (ANONYMOUS, as_actor(make_person("inspector", Role.INSPECTOR, COUNTY))):
        with pytest.raises(Forbidden), writing():
            tokens.make(actor, "x", {P.REGISTER_READ}, clock.today())


def test_no_secret_of_a_token_is_kept(world: World) -> None:
    token = token_for(city_admin(), P.REGISTER_READ)
    kept = db.session.execute(sa.select(*ApiToken.__table__.c)).one()
    assert token.split("_", 2)[2] not in repr(kept)


# -- Pages --------------------------------------------------------------------------------------


def browser_of(app: Flask, role: Role, place: str = "") -> FlaskClient:
    account_id = make_person(role.value.replace("_", "-"), role, place)
    give_authenticator(account_id)
    return signed_in(app, account_id)


def test_an_administrators_day(app: Flask, world: World) -> None:
    browser = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    made = post(
        browser,
        "/people/new",
        username="Li.Na",
        name="李娜",
        role="station_manager",
        place=world.own,
    )
    assert made.status_code == 200
    assert "一次性密码" in made.text
    assert "李娜" in browser.get("/people?q=lina").text
    page = browser.get("/people/li.na").text
    assert "站点负责人" in page
    assert "授予角色" in page
    refused = post(browser, "/people/li.na/grants", role="inspector", place=OTHER)
    assert refused.status_code == 422
    assert "没有这个代码" in refused.text
    above = post(browser, "/people/li.na/grants", role="city_admin", place=CITY)
    assert above.status_code == 422
    granted = post(browser, "/people/li.na/grants", role="inspector", place=COUNTY)
    assert granted.status_code == 303
    numbers = [grant.id for grant in queries.person(ACTOR, "li.na").grants]
    assert len(numbers) == 2
    assert post(browser, "/people/li.na/revoke", grant=str(numbers[0])).status_code == 303
    assert post(browser, "/people/li.na/revoke", grant=str(numbers[0])).status_code == 404
    assert post(browser, "/people/li.na/revoke", grant="x").status_code == 400
    assert "一次性密码" in post(browser, "/people/li.na/password").text
    for act in ("disable", "enable", "unlock", "authenticator"):
        assert post(browser, f"/people/li.na/{act}").status_code == 303
    assert post(browser, "/people/county-admin/disable").status_code == 403


def test_what_a_form_did_not_ask_for_is_not_taken(app: Flask, world: World) -> None:
    browser = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    extra = {"office": "audit", "password_hash": "x", "id": "1", "disabled_at": "x", "since": "x"}
    post(browser, "/people/new", username="li", name="李", role="inspector", place=COUNTY, **extra)
    account = db.session.scalars(sa.select(Account).where(Account.username == "li")).one()
    assert account.office == "business"
    assert account.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(
    "data",
    [
        {"username": "nul\x00", "name": "李", "role": "inspector", "place": COUNTY},
        {"username": "x" * 10_000, "name": "李", "role": "inspector", "place": COUNTY},
        {"username": "li", "name": "x" * 10_000, "role": "inspector", "place": COUNTY},
        {"username": "li", "name": "李\x00", "role": "inspector", "place": COUNTY},
        {"username": "li", "name": "李", "role": "nobody", "place": COUNTY},
        {"username": "li", "name": "李", "role": "inspector", "place": "x" * 10_000},
        {"username": "li", "name": "李", "role": "inspector", "place": "3710\x00"},
        {"username": "li", "name": "李", "role": "inspector", "place": COUNTY, "until": "31.2."},
        {
            "username": "li",
            "name": "李",
            "role": "inspector",
            "place": COUNTY,
            "until": "1999-01-01",
        },
        {},
    ],
)
def test_bad_input_is_told_beside_its_field(app: Flask, world: World, data: dict[str, str]) -> None:
    browser = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    answer = post(browser, "/people/new", **data)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1


@pytest.mark.parametrize("query", ["page=0", "page=x", "q=" + "x" * 101, "page=1000001"])
def test_a_list_is_asked_for_sensibly(app: Flask, world: World, query: str) -> None:
    browser = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
    assert browser.get(f"/people?{query}").status_code == 400
    assert browser.get("/people?q=%25").status_code == 200


def test_a_token_is_made_on_its_page(app: Flask, world: World) -> None:
    browser = browser_of(app, Role.CITY_ADMIN, CITY)
    day = (clock.today() + timedelta(days=9)).isoformat()
    made = post(browser, "/me/tokens/new", label="导出", permissions="register.read", expires=day)
    assert "onekm_" in made.text
    assert "onekm_" not in browser.get("/me").text
    for data in (
        {"label": "导出", "permissions": "system.run", "expires": day},
        {"label": "导出", "permissions": "register.read", "expires": "x"},
        {"label": "导出", "expires": day},
    ):
        assert post(browser, "/me/tokens/new", **data).status_code == 422
    prefix = db.session.scalars(sa.select(ApiToken.prefix)).one()
    assert post(browser, f"/me/tokens/{prefix}/revoke").status_code == 303
    assert post(browser, f"/me/tokens/{prefix}/revoke").status_code == 404


def test_roles_are_data(world: World) -> None:
    """What a role permits is in one place: an actor has neither more nor less."""
    places = {Role.CITY_ADMIN: CITY, Role.HOTLINE_AGENT: CITY, Role.WINDOW_CLERK: world.own}
    places |= {Role.STATION_MANAGER: world.own, Role.INSPECTOR: COUNTY, Role.COUNTY_ADMIN: COUNTY}
    for role in Role:
        actor = as_actor(make_person(role.value.replace("_", "-"), role, places.get(role, "")))
        assert {permission for permission in P if actor.may(permission)} == ROLES[role]
