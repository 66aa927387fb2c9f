"""A new region beside regions that live on takes sites over from them, dated, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.access import Permission
from core.accounts.models import Grant
from core.accounts.rules import Role
from core.audit import queries as audit
from core.catalogue.models import Service
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, Conflict, NotFound
from core.geo import Datum, Point
from core.proposals import queries as proposals
from core.regions import boundaries, cli, importer
from core.regions import queries as regions
from core.regions.boundaries import Origin
from core.regions.heirs import Share
from core.regions.importer import text_of
from core.regions.rules import Row
from core.sites import actions, changes, closures, plans
from core.sites.changes import Position
from core.sites.closures import Notice
from core.sites.models import Closure, OfferingPlan, Site
from core.sites.queries import network
from core.sites.rules import Kind
from network.lineage.queries import history, reviewed
from tests.core.accounts.made import ACTOR, World, make_person, post
from tests.core.proposals.made import actor_of, ask
from tests.core.regions.test_boundaries import feature, file
from tests.network.lineage.made import (
    FIRST,
    LIST,
    SECOND,
    make_site,
    region,
    row,
    stands,
)
from tests.network.lineage.test_views import approve, browser, propose, upload

pytestmark = pytest.mark.usefixtures("town")
YESTERDAY, SOON = today() - timedelta(days=1), today() + timedelta(days=10)
#: A new village beside those that live on; a new town that two of them go to.
NEW, TOWN = "371082001209", "371082002000"
OLD_TOWN = "371082001000"


def with_new() -> list[Row]:
    """The list with a new village called 新甲."""
    return [*importer.read(LIST), row(NEW, "新甲村委会")]


def with_town() -> list[Row]:
    """The list with a new town, to which 甲子 goes over under another code."""
    rows = [one for one in importer.read(LIST) if one.code != FIRST]
    return [*rows, row(TOWN, "东宁津街道"), row("371082002201", "甲子村委会")]


def take(shares: dict[str, Share], on: date | None = None, rows: list[Row] | None = None) -> None:
    with writing():
        plan = importer.plan_rows(rows or with_new(), on or today(), "a document")
        importer.apply(ACTOR, plan, {}, shares)


def site_id(code: str) -> int:
    return db.session.scalars(sa.select(Site.id).where(Site.code == code)).one()


def enter(place: str, name: str, position: Position | None = None) -> str:
    with writing():
        made = actions.Entry(name, Kind.HALL, region(place), position)
        return actions.enter(ACTOR, made, date(2022, 1, 1)).code


# -- What goes over -----------------------------------------------------------------------------


def test_the_sites_that_are_named_go_over_and_the_others_stay() -> None:
    goes, stays = make_site(FIRST), make_site(FIRST, "药房")
    old = region(FIRST)
    with writing():
        actions.do(ACTOR, site_id(goes), None, changes.closed(SOON))
    take({NEW: Share({goes: FIRST})})
    assert [stands(code, YESTERDAY) for code in (goes, stays)] == [old, old]
    assert [stands(code, today()) for code in (goes, stays)] == [region(NEW), old]
    assert stands(goes, SOON) == region(NEW)
    event = audit.story("site", goes, 1)[0]
    assert event.action == "site.moved"
    assert event.changes["region"] == (FIRST, NEW)
    past, kin = history(region(NEW))
    assert len(past) == 1
    assert ("split", FIRST) in [(one.kind, one.other.code) for one in kin if one.other]


def test_without_a_word_nothing_goes_over() -> None:
    site = make_site(FIRST, "新甲工作站")
    take({})
    assert stands(site, today()) == region(FIRST)


def test_what_gave_a_part_away_is_not_succeeded_by_it() -> None:
    take({NEW: Share({make_site(FIRST): FIRST})}, date(2024, 1, 1))
    take({}, date(2025, 1, 1), [one for one in with_new() if one.code != FIRST])
    assert regions.find_code(FIRST, date(2024, 6, 1)).node.name == "甲子村委会"
    with pytest.raises(NotFound):
        regions.find_code(FIRST, today())


@pytest.mark.parametrize(
    ("code", "origin"),
    [(SECOND, FIRST), ("371082009999", FIRST), (NEW, OLD_TOWN), (NEW, "371082009999")],
    ids=["lives already", "unknown", "of another level", "out of nowhere"],
)
def test_what_cannot_be_is_refused(code: str, origin: str) -> None:
    site = make_site(FIRST)
    with pytest.raises(BadInput):
        take({code: Share({site: origin})})
    assert NEW not in regions.load(today()).by_code


def test_a_site_that_is_elsewhere_by_now_is_refused() -> None:
    site = make_site(SECOND)
    with pytest.raises(Conflict):
        take({NEW: Share({site: FIRST})})
    assert stands(site, today()) == region(SECOND)


def test_what_is_planned_and_shut_goes_along_and_stays(app: Flask) -> None:
    goes, stays = make_site(FIRST), make_site(FIRST, "药房")
    with writing():
        db.session.add(Service(code="000000000001"))
        db.session.flush()
        service = db.session.scalars(sa.select(Service.id)).one()
        cell = {(Kind.VILLAGE_CLINIC, service): True}
        plans.set_plan(ACTOR, region(FIRST), cell, date(2022, 1, 1))
        closures.announce(ACTOR, Notice(YESTERDAY, SOON, "停电", region_id=region(FIRST)))
    take({NEW: Share({goes: FIRST})})
    planned = db.session.scalars(
        sa.select(OfferingPlan.region_id).where(OfferingPlan.until.is_(None))
    )
    assert sorted(planned) == sorted([region(FIRST), region(NEW)])
    shut = db.session.scalars(sa.select(Closure).order_by(Closure.id)).all()
    assert [(one.region_id, one.site_id, one.until) for one in shut] == [
        (region(FIRST), None, SOON),
        (None, site_id(goes), SOON),
    ]
    db.session.rollback()
    net = network()
    counts = [len(place.closures) for code in (goes, stays) if (place := net.by_code(code))]
    assert counts == [1, 1]


@pytest.mark.parametrize("grants", [True, False])
def test_roles_hold_over_the_new_one_as_well_unless_somebody_says_no(grants: bool) -> None:
    manager = make_person("manager", Role.STATION_MANAGER, FIRST)
    take({NEW: Share({make_site(FIRST): FIRST}, grants)})
    reach = actor_of(manager).reach(Permission.REGISTER_PROPOSE).regions
    assert reach == ({region(FIRST), region(NEW)} if grants else {region(FIRST)})
    assert db.session.scalars(sa.select(Grant.until)).all() == [None] * len(reach)


def test_what_waits_about_a_site_waits_where_it_stands_now() -> None:
    site = make_site(FIRST)
    uuid = ask(World(site, "", ""), site)
    take({NEW: Share({site: FIRST})})
    db.session.rollback()
    assert proposals.find(ACTOR, uuid).region_id == region(NEW)


def test_the_command_takes_them_from_the_file(app: Flask, tmp_path: Path) -> None:
    goes, stays = make_site(FIRST), make_site(SECOND)
    listed, heirs = tmp_path / "list.csv", tmp_path / "heirs.csv"
    listed.write_text(text_of(with_new()))
    heirs.write_text(f"old,new,site\n{FIRST},{NEW},{goes}\n")
    words = ["import", str(listed), "--on", today().isoformat(), "--source", "a document"]
    done = app.test_cli_runner().invoke(cli.commands, [*words, "--heirs", str(heirs)])
    assert done.exit_code == 0, done.output
    assert [stands(code, today()) for code in (goes, stays)] == [region(NEW), region(SECOND)]


# -- What is likely -----------------------------------------------------------------------------


def chosen(rows: list[Row], code: str) -> dict[str, Any]:
    plan = importer.plan_rows(rows, today(), "a document")
    review = reviewed(plan, {})
    offers = {entry.code: entry.offer for entry in review.entries if entry.offer is not None}
    db.session.rollback()
    found = offers[code]
    return {site.code: str(site.why) for site in found.sites if site.chosen}


def test_a_site_that_says_it_is_there_is_chosen_beforehand() -> None:
    named, other = make_site(FIRST, "新甲村工作站"), make_site(FIRST, "甲子村药房")
    assert chosen(with_new(), NEW) == {named: "名称或地址说在那里"}
    assert other


def test_a_hall_in_what_goes_to_a_new_town_is_chosen_by_the_outlines() -> None:
    square = [[122.0, 37.0], [122.5, 37.0], [122.5, 37.5], [122.0, 37.5], [122.0, 37.0]]
    with writing():
        text = file(feature([square], adcode=FIRST))
        boundaries.load(ACTOR, text, Origin(Datum.WGS84, "a survey"))
    inside = enter(OLD_TOWN, "便民服务中心", Position(37.2, 122.2, Datum.WGS84, verified=True))
    outside = enter(OLD_TOWN, "甲子村服务点", Position(37.2, 122.7, Datum.WGS84, verified=True))
    unknown = enter(OLD_TOWN, "甲子村第二服务点")
    assert chosen(with_town(), TOWN) == {
        inside: "位置在新区划的轮廓内",
        unknown: "名称或地址说在那里",
    }
    assert outside
    assert boundaries.inside(region(FIRST), Point(37.2, 122.2)) is True


# -- The page -----------------------------------------------------------------------------------


@pytest.fixture
def admin(app: Flask, town: None) -> FlaskClient:
    return browser(app, "first")


def begun(admin: FlaskClient) -> str:
    return str(upload(admin, text_of(with_new()).encode()).location)


def test_it_is_chosen_on_the_page_told_approved_and_holds(app: Flask, admin: FlaskClient) -> None:
    goes, stays = make_site(FIRST, "工作站"), make_site(FIRST, "药房")
    make_person("manager", Role.STATION_MANAGER, FIRST, "赵敏")
    page = begun(admin)
    text = admin.get(page).text
    assert "已选 0 个，可选 2 个" in text
    assert "调整前" not in text
    answer = post(
        admin,
        f"{page}/heirs",
        **{"seen": "1", "begun": NEW, f"takes:{NEW}": goes},
        **{f"shares-grants:{NEW}": "1"},
    )
    assert answer.status_code == 303
    text = admin.get(page).text
    assert "已选 1 个，可选 2 个" in text
    assert 'data-label="调整前">2</td><td class="num" data-label="调整后">1</td>' in text
    assert 'data-label="调整前">0</td><td class="num" data-label="调整后">1</td>' in text
    assert "赵敏" in text
    address = str(propose(admin, page, "2").location)
    second = browser(app, "second")
    assert f"甲子村委会（{FIRST}）1 个网点 → 新甲村委会（{NEW}）" in second.get(address).text
    assert approve(second, address).status_code == 303
    assert [stands(code, today()) for code in (goes, stays)] == [region(NEW), region(FIRST)]


def test_what_moved_after_it_was_proposed_is_not_approved(app: Flask, admin: FlaskClient) -> None:
    site = make_site(FIRST, "新甲工作站")
    page = begun(admin)
    address = str(propose(admin, page).location)
    with writing():
        actions.do(ACTOR, site_id(site), None, changes.moved(today(), region_id=region(SECOND)))
    second = browser(app, "second")
    assert approve(second, address).status_code == 409
    assert NEW not in regions.load(today()).by_code


@pytest.mark.parametrize(("begins", "site"), [(SECOND, "0000017"), (NEW, "9999999"), (NEW, "x")])
def test_bad_choices_are_told(admin: FlaskClient, begins: str, site: str) -> None:
    make_site(FIRST)
    page = begun(admin)
    sent = {"seen": "1", "begun": begins, f"takes:{begins}": site}
    answer = post(admin, f"{page}/heirs", **sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
