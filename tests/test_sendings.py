"""The same form, sent by several processes at once: what it asks for is there once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask.testing import FlaskClient

from core.accounts.models import Account, ApiToken
from core.accounts.rules import Role
from core.audit.models import AuditEvent
from core.clock import now, today
from core.config import Config
from core.db import Base, db, writing
from core.jobs.models import Job
from core.proposals.models import Proposal
from core.sendings import actions
from core.sendings.models import Sending
from core.sendings.pages import FIELD
from core.sites.models import Closure, Site
from core.staff.models import Member
from network.imports.models import ImportRun
from network.lineage.models import RegionChangeSet
from standards.inspections.models import Inspection
from standards.inspections.planning.models import InspectionPlan
from standards.models import StandardDraft
from stations.coverage.grids.models import PopulationGrid
from stations.coverage.runs.models import CoverageRun
from tests import races
from tests.core.accounts.made import (
    CITIES,
    CITY,
    World,
    browser_of,
    give_authenticator,
    make_person,
    make_world,
    signed_in,
)
from tests.network.editing.form import Form

PROCESSES: Final = 4
SITES: Final = "名称,类型,区划代码\n东荣成卫生室,村卫生室,371082001001\n".encode()
REGIONS: Final = CITIES[0].replace("花园社区", "花园新区").encode()
GRID: Final = b"lat,lon,people\n37.1,122.4,5\n37.1,122.401,6\n"


@dataclass(frozen=True)
class Case:
    """A form: where it stands, what is filled in, and of what there has to be one more."""

    path: str
    fills: dict[str, str]
    makes: type[Base]
    file: bytes = b""
    role: Role = Role.CITY_ADMIN
    more: tuple[type[Base], ...] = field(default=())


TODAY: Final = today().isoformat()
CASES: Final = {
    "a member": Case("/staff/new", {"name": "王小明", "region": CITY}, Member),
    "a site": Case(
        "/sites/new?region=371082001001",
        {"name": "新村卫生室", "kind": "village_clinic", "region": "371082001001", "sure": "1"},
        Site,
    ),
    "a closure": Case(
        "/sites/{own}/closures/new",
        {"words": "设备检修", "last": TODAY, "step": "publish"},
        Closure,
    ),
    "a draft of a standard": Case("/standards/drafts", {}, StandardDraft),
    "a visit": Case("/inspections/new", {"site": "{own}"}, Inspection, role=Role.INSPECTOR),
    "a plan": Case(
        "/inspections/plans/new",
        {"title": "全年检查", "visits": "3", "region": CITY},
        InspectionPlan,
    ),
    "a run": Case("/coverage/runs/new", {"region": CITY}, CoverageRun, more=(Job,)),
    "sites to import": Case("/imports/new", {"way": "correction"}, ImportRun, SITES, more=(Job,)),
    "a list of regions": Case(
        "/regions/changes/new", {"on": TODAY, "source": "文件"}, RegionChangeSet, REGIONS
    ),
    "a grid of people": Case(
        "/coverage/grids/new",
        {"region": CITY, "year": "2020", "source": "普查", "datum": "wgs84"},
        PopulationGrid,
        GRID,
        more=(Job,),
    ),
}


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


def count(model: type[Base], *conditions: sa.ColumnElement[bool]) -> int:
    db.session.rollback()
    counted = sa.select(sa.func.count()).select_from(model).where(*conditions)
    return db.session.scalar(counted) or 0


def filled(client: FlaskClient, path: str, fills: dict[str, str]) -> dict[str, str]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    held = Form(answer.text).fields
    assert held[FIELD]
    return held | fills


def send(client: FlaskClient, path: str, data: dict[str, str], file: bytes = b"") -> Any:
    sent: dict[str, Any] = dict(data)
    if file:
        sent["file"] = (BytesIO(file), "sent.csv")
    return client.post(path, data=sent)


def at_once(config: Config, client: FlaskClient, ask: Callable[[FlaskClient], bool]) -> int:
    """How many of PROCESSES, each with the browser's sign-in, were told what *ask* expects."""
    cookie = client.get_cookie("session")
    assert cookie is not None

    def work() -> bool:
        other = current_app.test_client()
        other.set_cookie("session", cookie.value)
        return ask(other)

    return sum(races.at_once(config, [work] * PROCESSES))


@pytest.mark.parametrize("what", CASES)
def test_one_form_makes_one_thing_however_often_it_is_sent(
    app: Flask, world: World, config: Config, what: str
) -> None:
    case = CASES[what]
    place = CITY if case.role is Role.CITY_ADMIN else "371082000000"
    client = browser_of(app, case.role, place)
    path = case.path.format(own=world.own)
    fills = {name: text.format(own=world.own) for name, text in case.fills.items()}
    data = filled(client, path, fills)
    before = {model: count(model) for model in (case.makes, *case.more)}
    led = at_once(
        config, client, lambda other: send(other, path, data, case.file).status_code == 303
    )
    assert led == PROCESSES
    after = {model: count(model) for model in before}
    assert after == {model: number + 1 for model, number in before.items()}
    # All are led to the same place, and later ones, too; another form makes another thing.
    places_led = {send(client, path, data, case.file).location for _ in range(2)}
    assert places_led == {db.session.scalars(sa.select(Sending.led_to)).one()}
    assert count(case.makes) == after[case.makes]
    again = filled(client, path, fills)
    assert send(client, path, again, case.file).status_code == 303
    assert count(case.makes) == after[case.makes] + 1


def test_a_form_that_was_refused_can_be_sent_again(app: Flask, world: World) -> None:
    client = browser_of(app, Role.CITY_ADMIN, CITY)
    data = filled(client, "/staff/new", {"name": "", "region": CITY})
    assert client.post("/staff/new", data=data).status_code == 422
    assert client.post("/staff/new", data=data | {"region": "370302000000"}).status_code == 422
    assert client.post("/staff/new", data=data | {"name": "王小明"}).status_code == 303
    assert count(Member) == 1


def test_a_change_that_was_sent_twice_is_no_conflict_with_oneself(app: Flask, world: World) -> None:
    client = browser_of(app, Role.CITY_ADMIN, CITY)
    path = f"/sites/{world.own}/edit"
    data = filled(client, path, {"phone": "0631-5551234", "sure": "1"})
    first, second = (client.post(path, data=data) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    # Without its key it is what it was before: a change of a site that has changed since.
    assert client.post(path, data=data | {FIELD: "", "phone": "0631-5550000"}).status_code == 409


def test_who_comes_back_to_a_form_and_fills_in_something_else_is_heard(
    app: Flask, world: World
) -> None:
    client = browser_of(app, Role.CITY_ADMIN, CITY)
    data = filled(client, "/staff/new", {"name": "王小明", "region": CITY})
    for name, members in (("王小明", 1), ("李小红", 2), ("王小明", 2), ("李小红", 2)):
        assert client.post("/staff/new", data=data | {"name": name}).status_code == 303
        assert count(Member) == members
    data = filled(client, "/imports/new", {"way": "correction"})
    for file, runs in ((SITES, 1), (SITES + b"\n", 2), (SITES, 2)):
        assert send(client, "/imports/new", data, file).status_code == 303
        assert count(ImportRun) == runs


def test_a_key_is_its_senders_own(app: Flask, world: World) -> None:
    """Who learns another's key is led nowhere by it."""
    first = browser_of(app, Role.CITY_ADMIN, CITY)
    second = signed_in(app, _person("second"))
    data = filled(first, "/staff/new", {"name": "王小明", "region": CITY})
    other = filled(second, "/staff/new", {"name": "王小明", "region": CITY})
    one = first.post("/staff/new", data=data)
    two = second.post("/staff/new", data=other | {FIELD: data[FIELD]})
    assert (one.status_code, two.status_code) == (303, 303)
    assert one.location != two.location
    assert count(Member) == 2


def _person(username: str) -> int:
    made = make_person(username, Role.CITY_ADMIN, CITY)
    give_authenticator(made)
    return made


def test_what_is_no_key_and_who_is_nobody_are_no_fault(app: Flask, world: World) -> None:
    assert FIELD not in Form(app.test_client().get("/signin").text).fields
    client = browser_of(app, Role.CITY_ADMIN, CITY)
    data = filled(client, "/staff/new", {"name": "王小明", "region": CITY})
    for key in ("", "short", "x" * 41, "\x00" * 20, "键" * 20):
        assert client.post("/staff/new", data=data | {FIELD: key}).status_code == 303
    assert count(Sending) == 0


def test_it_is_remembered_for_a_week(app: Flask, world: World) -> None:
    client = browser_of(app, Role.CITY_ADMIN, CITY)
    data = filled(client, "/staff/new", {"name": "王小明", "region": CITY})
    client.post("/staff/new", data=data)
    actions.forget_old()
    assert count(Sending) == 1
    with writing():
        db.session.execute(sa.update(Sending).values(sent_at=now() - timedelta(days=8)))
    actions.forget_old()
    assert count(Sending) == 0


# -- What is told only once ----------------------------------------------------------------------


def shown(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, page
    return found[0]


def test_of_tokens_that_one_form_made_the_last_that_was_shown_holds(
    app: Flask, world: World, config: Config
) -> None:
    client = browser_of(app, Role.CITY_ADMIN, CITY)
    path = "/me/tokens/new"
    last = (today() + timedelta(days=5)).isoformat()
    data = filled(client, path, {"label": "汇总", "expires": last, "permissions": "register.read"})
    told = at_once(config, client, lambda other: "onekm_" in other.post(path, data=data).text)
    assert told == PROCESSES
    text = shown(client.post(path, data=data).text, r"onekm_[0-9a-f]{8}_[\w-]{43}")
    assert count(ApiToken, ApiToken.revoked_at.is_(None)) == 1
    header = {"Authorization": f"Bearer {text}"}
    assert app.test_client().get("/api/v1/coverage", headers=header).status_code == 200
    # What a program uses is not taken from it because a page was loaded anew.
    assert client.post(path, data=data).status_code == 409
    assert count(ApiToken, ApiToken.revoked_at.is_(None)) == 1
    assert app.test_client().get("/api/v1/coverage", headers=header).status_code == 200


def test_of_passwords_that_one_form_made_the_last_that_was_shown_opens(
    app: Flask, world: World, config: Config
) -> None:
    client = browser_of(app, Role.CITY_ADMIN, CITY)
    path, before = "/people/new", count(Account)
    wanted = {"name": "李四", "username": "li.si", "role": "inspector", "place": "371082000000"}
    data = filled(client, path, wanted)
    told = at_once(config, client, lambda other: "li.si" in other.post(path, data=data).text)
    assert told == PROCESSES
    assert client.post(path, data=data).status_code == 200
    assert count(Account) == before + 1
    # Once she has a password of her own, a page that is loaded anew does not take it from her.
    one = Account.username == "li.si"
    with writing():
        db.session.execute(sa.update(Account).where(one).values(one_time_until=None))
    hers = db.session.scalars(sa.select(Account.password_hash).where(one)).one()
    assert client.post(path, data=data).status_code == 409
    db.session.rollback()
    assert db.session.scalars(sa.select(Account.password_hash).where(one)).one() == hers


# -- Without any key -----------------------------------------------------------------------------


def test_who_confirms_a_site_twice_a_day_has_confirmed_it_once(
    app: Flask, world: World, config: Config
) -> None:
    client = browser_of(app, Role.CITY_ADMIN, CITY)
    page = client.get(f"/sites/{world.own}").text
    version = shown(page, r'(?<=name="version" value=")\d+')
    token = shown(page, r'(?<=name="csrf_token" value=")[^"]+')
    data = {"csrf_token": token, "version": version}
    path = f"/sites/{world.own}/confirm"
    told = at_once(config, client, lambda other: other.post(path, data=data).status_code == 303)
    assert told == PROCESSES
    confirmed = AuditEvent.action == "site.confirmed"
    assert count(AuditEvent, confirmed) == 1
    # Another person's word is another event, and so is hers of what was changed since.
    second = signed_in(app, _person("second"))
    other_token = shown(second.get("/me").text, r'(?<=name="csrf_token" value=")[^"]+')
    second.post(path, data=data | {"csrf_token": other_token})
    assert count(AuditEvent, confirmed) == 2
    held = filled(client, f"/sites/{world.own}/edit", {"phone": "0631-5551234", "sure": "1"})
    assert client.post(f"/sites/{world.own}/edit", data=held).status_code == 303
    client.post(path, data=data | {"version": str(int(version) + 1)})
    assert count(AuditEvent, confirmed) == 3


def test_equal_proposals_of_one_person_wait_once(app: Flask, world: World, config: Config) -> None:
    manager = make_person("manager", Role.STATION_MANAGER, world.own)
    give_authenticator(manager)
    client = signed_in(app, manager)
    path = f"/sites/{world.own}/edit"
    data = filled(client, path, {"h-mon": "08:00-12:00", "reason": "夏季"})
    del data[FIELD]
    told = at_once(config, client, lambda other: other.post(path, data=data).status_code == 303)
    assert told == PROCESSES
    assert count(Proposal) == 1
    # Asked otherwise, it takes the place of what waited.
    client.post(path, data=data | {"reason": "冬季"})
    assert count(Proposal) == 2
    assert count(Proposal, Proposal.state == "waiting") == 1
