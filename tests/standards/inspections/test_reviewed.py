"""What a second pair of eyes found: who inspects where, what a notice cites, odd days and races."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.accounts import actions as accounts
from core.accounts import places
from core.accounts import queries as accounts_read
from core.accounts.actions import Held
from core.accounts.rules import Role
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, Conflict
from core.rectification.models import Finding
from core.sites import actions as sites
from core.sites import changes
from core.sites.rules import Kind
from standards.inspections import actions, queries
from standards.inspections.models import Inspection, InspectionSignature
from standards.inspections.rules import Side
from tests.core.accounts.made import ACTOR, give_authenticator
from tests.standards.inspections.made import COUNTIES, Ground, answer, new_uuid

TOWN = "371082001000"


def test_who_answers_for_the_stations_of_a_town_inspects_none_of_them(ground: Ground) -> None:
    uuid = ground.plan()
    with writing():
        held = Held(Role.STATION_MANAGER, places.find_place(TOWN), today())
        accounts.grant(ACTOR, accounts_read.own(ground.inspector), held)
    give_authenticator(ground.inspector)
    phone = ground.phone()
    assert phone.send(uuid, ground.record()).status_code == 422
    assert phone.send(new_uuid(), ground.record()).status_code == 422
    with pytest.raises(BadInput) as told:
        ground.plan()
    assert told.value.field == "inspector"


@pytest.mark.parametrize("role", [Role.COUNTY_ADMIN, Role.STATION_MANAGER])
def test_nobody_but_an_inspector_is_sent(ground: Ground, role: Role) -> None:
    place = COUNTIES["own"] if role is Role.COUNTY_ADMIN else ground.world.sibling
    other = ground.person("zhao", role, place)
    with pytest.raises(BadInput) as told:
        ground.plan(inspector=other)
    assert told.value.field == "inspector"
    with pytest.raises(BadInput):
        ground.plan(companion_id=other)


def test_a_finding_says_where_its_clause_comes_from(ground: Ground) -> None:
    answers = [answer("guide", "fail", note="无人"), answer("hours", "fail", reason="没有贴出")]
    assert ground.phone().send(new_uuid(), ground.record(answers=answers)).status_code == 201
    told = dict(db.session.execute(sa.select(Finding.criterion, Finding.basis)).all())
    assert told["sample/guide"].endswith("；来源：《报道》")
    assert told["sample/hours"].endswith("；来源：拟定")


def test_a_kind_that_is_yet_to_come_asks_nothing_today(ground: Ground) -> None:
    with writing():
        soon = today() + timedelta(days=30)
        sites.do(ACTOR, ground.site_id(), None, changes.moved(soon, kind=Kind.HALL))
    assert ground.phone().send(ground.plan(), ground.record()).status_code == 201


def test_a_site_that_became_another_kind_meanwhile_keeps_the_visit(ground: Ground) -> None:
    with writing():
        sites.do(ACTOR, ground.site_id(), None, changes.moved(today(), kind=Kind.HALL))
    phone, record = ground.phone(), ground.record()
    hall = record | {"answers": [*record["answers"], answer("desk")]}
    assert phone.send(new_uuid(), hall).status_code == 201
    yesterday = (today() - timedelta(days=1)).isoformat() + "T10:00:00+08:00"
    before = record | {"started_at": yesterday, "finished_at": None}
    assert phone.send(new_uuid(), before).status_code == 201


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_a_moment_that_no_clock_shows_is_refused_in_words(ground: Ground, moment: str) -> None:
    phone, record = ground.phone(), ground.record(finished_at=None)
    for wrong in (
        record | {"started_at": moment},
        record | {"finished_at": moment},
        record | {"signatures": [{"side": "inspector", "name": "李", "at": moment}]},
    ):
        assert phone.send(new_uuid(), wrong).status_code == 422


def test_a_side_signs_once_though_two_sign_at_the_same_time(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuid = ground.plan()
    assert ground.phone().send(uuid, ground.record()).status_code == 201
    # The other has not been seen yet when the second one looks.
    monkeypatch.setattr(queries, "signatures", lambda _inspection_id: {})

    def sign() -> None:
        with writing():
            row = db.session.scalars(sa.select(Inspection).filter_by(uuid=uuid)).one()
            actions.sign(ACTOR, row, Side.SITE, "孙")

    sign()
    with pytest.raises(Conflict):
        sign()
    db.session.rollback()
    signed = sa.select(sa.func.count()).select_from(InspectionSignature)
    assert db.session.scalar(signed) == 1


@pytest.mark.parametrize("month", ["9999-12", "0001-01", "2026-13"])
def test_a_month_beyond_all_calendars_is_refused_in_words(ground: Ground, month: str) -> None:
    page = ground.phone().client.get(f"/inspections/calendar?month={month}")
    assert page.status_code == 422
    assert "月份写法有误" in page.text
