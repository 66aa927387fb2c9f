"""Recording what a site has on its page: by whom, from when, against whom, for whom to see."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from core.clock import today
from core.db import db
from core.facilities import queries
from core.facilities.rules import Fit, Group
from core.proposals.models import Proposal
from core.sites.models import Site
from tests.databases import on_sqlite
from tests.halls.made import fields, form_of, send, told
from tests.network.conftest import HOSTILE, Made
from tests.network.editing.conftest import Staff


def path(code: str) -> str:
    return f"/sites/{code}/facilities"


def held(code: str) -> queries.Held:
    db.session.rollback()
    return queries.held(db.session.scalars(sa.select(Site.id).where(Site.code == code)).one())


def words(client: FlaskClient, code: str) -> str:
    return told(client.get(f"/sites/{code}").text)


def test_it_is_recorded_from_the_day_that_was_said(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    form = form_of(staff.county, path(made.clinic))
    typed = {"n-seats": "１２", "w-seats": "候诊区", "n-nursing_room": "1", "on": "2026-03-01"}
    answer = send(staff.county, path(made.clinic), form, **typed)
    assert answer.status_code == 303, told(answer.text)
    found = held(made.clinic)
    assert found.fits == {"seats": Fit(12, "候诊区"), "nursing_room": Fit()}
    assert found.groups == {Group.CONVENIENCE}
    assert "休息座椅 × 12 候诊区" in words(client, made.clinic)
    assert "母婴室" in words(client, made.clinic)
    form = form_of(staff.county, path(made.clinic))
    assert (form["n-seats"], form["n-nursing_room"]) == ("12", "1")


def test_the_public_is_told_what_helps_and_staff_everything(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    form = form_of(staff.county, path(made.clinic))
    things = {"n-computer": "3", "n-first_contact": "1", "n-step_free": "1"}
    send(staff.county, path(made.clinic), form, **things)
    public = words(client, made.clinic)
    assert "无障碍通道" in public
    assert "业务电脑" not in public
    assert "首问负责制" not in public
    assert "还没有登记过" not in public
    seen = words(staff.county, made.clinic)
    assert "业务电脑 × 3" in seen
    assert "首问负责制" in seen
    assert "还没有登记过：" in seen
    assert "登记设施和制度" not in words(staff.other, made.clinic)


def test_a_group_without_anything_is_told_apart_from_one_nobody_looked_at(
    staff: Staff, made: Made
) -> None:
    form = form_of(staff.county, path(made.clinic))
    send(staff.county, path(made.clinic), form, **{"all-sign": "1"})
    assert held(made.clinic).groups == {Group.SIGN}
    assert "登记为没有：标识公示" in words(staff.county, made.clinic)
    assert "all-sign" not in staff.county.get(path(made.clinic)).text


def test_a_correction_changes_what_was_and_a_change_does_not(staff: Staff, made: Made) -> None:
    yesterday = (today() - timedelta(1)).isoformat()
    form = form_of(staff.county, path(made.clinic))
    send(staff.county, path(made.clinic), form, **{"n-seats": "4", "on": yesterday})
    form = form_of(staff.county, path(made.clinic))
    send(staff.county, path(made.clinic), form, **{"n-seats": "6"})
    form = form_of(staff.county, path(made.clinic))
    send(staff.county, path(made.clinic), form, **{"w-seats": "门口", "how": "correction"})
    site = db.session.scalars(sa.select(Site.id).where(Site.code == made.clinic)).one()
    assert queries.held(site, today() - timedelta(1)).fits["seats"] == Fit(4)
    assert queries.held(site).fits["seats"] == Fit(6, "门口")


def test_nothing_changed_is_said_and_saved_nowhere(staff: Staff, made: Made) -> None:
    form = form_of(staff.county, path(made.clinic))
    answer = send(staff.county, path(made.clinic), form)
    assert "done=same" in answer.headers["Location"]
    assert form_of(staff.county, path(made.clinic))["version"] == form["version"]


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ({"n-seats": "many"}, "请填写一个整数"),
        ({"n-seats": "-1"}, "数量应在 1 到 999 之间"),
        ({"n-seats": "1000"}, "数量应在 1 到 999 之间"),
        ({"n-nursing_room": "2"}, "有写 1，没有写 0"),
        ({"n-seats": "1", "w-seats": "长" * 101}, "内容太长"),
        ({"n-seats": "1", "on": ""}, "请填写从哪一天起"),
        ({"n-seats": "1", "on": "31.2.2026"}, "日期写法有误"),
        ({"n-seats": "1", "reason": "长" * 301}, "内容太长"),
    ],
)
def test_what_is_wrong_is_told_beside_it_and_what_was_typed_stays(
    staff: Staff, made: Made, typed: dict[str, str], what: str
) -> None:
    form = form_of(staff.county, path(made.clinic))
    answer = send(staff.county, path(made.clinic), form, **{"n-umbrellas": "1", **typed})
    assert answer.status_code == 422
    assert what in told(answer.text)
    assert fields(answer.text)["n-umbrellas"] == "1"
    assert held(made.clinic).groups == frozenset()


def test_somebody_faster_is_shown_and_loses_nothing(staff: Staff, made: Made) -> None:
    mine = form_of(staff.county, path(made.clinic))
    theirs = form_of(staff.city, path(made.clinic))
    assert send(staff.city, path(made.clinic), theirs, **{"n-seats": "9"}).status_code == 303
    answer = send(staff.county, path(made.clinic), mine, **{"n-umbrellas": "1"})
    assert answer.status_code == 409
    assert "刚刚被别人改过" in told(answer.text)
    again = fields(answer.text)
    assert (again["n-seats"], again["n-umbrellas"]) == ("9", "1")
    assert send(staff.county, path(made.clinic), again).status_code == 303
    assert held(made.clinic).fits == {"seats": Fit(9), "umbrellas": Fit()}


def test_what_a_station_asks_for_waits_for_the_county(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    form = form_of(staff.manager, path(made.clinic))
    asked = send(staff.manager, path(made.clinic), form, **{"n-seats": "3", "reason": "新买的"})
    assert "done=asked" in asked.headers["Location"]
    assert held(made.clinic).groups == frozenset()
    assert "休息座椅" not in words(client, made.clinic)
    proposal = db.session.scalars(sa.select(Proposal)).one()
    page = staff.county.get(f"/proposals/{proposal.uuid}")
    assert "项目 休息座椅：3" in told(page.text)
    token = fields(page.text)
    seen = {"csrf_token": token["csrf_token"], "seen": token.get("seen", "")}
    answer = staff.county.post(f"/proposals/{proposal.uuid}/approve", data=seen)
    assert answer.status_code == 303, told(answer.text)
    assert held(made.clinic).fits == {"seats": Fit(3)}


def test_asking_again_takes_the_place_of_what_was_asked(staff: Staff, made: Made) -> None:
    for count in ("3", "4"):
        form = form_of(staff.manager, path(made.clinic))
        send(staff.manager, path(made.clinic), form, **{"n-seats": count})
    waiting = db.session.scalars(sa.select(Proposal).where(Proposal.state == "waiting")).all()
    assert len(waiting) == 1
    assert '"count": 4' in waiting[0].payload


def test_what_somebody_typed_is_never_more_than_text(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    form = form_of(staff.county, path(made.clinic))
    typed = {"n-drinking_water": "1", "w-drinking_water": HOSTILE}
    assert send(staff.county, path(made.clinic), form, **typed).status_code == 303
    for browser in (client, staff.county):
        page = browser.get(f"/sites/{made.clinic}").text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in held(made.clinic).fits["drinking_water"].note


@pytest.mark.parametrize("base", ["", "[]", "{", '{"seats": 1}', "null"])
def test_a_form_that_was_tampered_with_breaks_nothing(staff: Staff, made: Made, base: str) -> None:
    form = form_of(staff.county, path(made.clinic))
    answer = send(staff.county, path(made.clinic), form, **{"n-umbrellas": "1", "base": base})
    assert answer.status_code == 303
    assert held(made.clinic).fits == {"umbrellas": Fit()}
