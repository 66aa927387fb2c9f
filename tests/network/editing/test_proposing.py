"""A station asks for other hours and services; the county says yes, or no and why."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from flask.testing import FlaskClient

from core.clock import today
from core.db import db
from core.proposals.models import Proposal
from core.proposals.rules import State
from network.editing import queries
from tests.core.accounts.made import post
from tests.network.conftest import ENROLMENT, RESIDENTS, Made
from tests.network.editing.conftest import Staff
from tests.network.editing.form import Form, fields, send
from tests.network.editing.test_edit import edit, site


def asked(state: State | None = None) -> list[Proposal]:
    db.session.rollback()
    found = sa.select(Proposal).order_by(Proposal.id)
    if state is not None:
        found = found.where(Proposal.state == state)
    return list(db.session.scalars(found))


def ask(staff: Staff, made: Made, **changed: str) -> None:
    answer = send(staff.manager, edit(made.clinic), **{"reason": "村医开会", **changed})
    assert answer.status_code == 303, answer.text
    assert "done=asked" in (answer.location or "")


def decide(client: FlaskClient, one: Proposal, act: str, **sent: str) -> int:
    path = f"/proposals/{one.uuid}"
    held = Form(client.get(path).text).fields if client.get(path).status_code == 200 else {}
    seen = {"seen": held.get("seen", "")}
    return post(client, f"{path}/{act}", **{**seen, **sent}).status_code


def test_a_station_sees_hours_and_services_alone(staff: Staff, made: Made) -> None:
    held = fields(staff.manager, edit(made.clinic))
    assert "h-mon" in held
    assert not {"name", "lat", "region", "kind", "phone"} & held.keys()
    page = staff.manager.get(edit(made.clinic)).text
    assert "您提出的修改要等区县管理员审批" in page


def test_what_is_asked_waits_and_holds_once_approved(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    ask(staff, made, **{"h-sat": "9:00-11:00", f"o-{RESIDENTS}": "direct"})
    waiting = asked(State.WAITING)
    assert sorted(one.kind for one in waiting) == ["site.hours", "site.offerings"]
    assert site(made.clinic).version == 3
    assert "9:00–11:00" not in client.get(f"/sites/{made.clinic}").text
    mine = staff.manager.get("/my-sites").text
    assert "等区县管理员审批" in mine
    assert "村医开会" in mine
    assert "撤回申请" in mine
    for one in waiting:
        assert decide(staff.county, one, "approve") == 303
    kept = queries.hours_of(site(made.clinic).id)
    assert kept["week"]["sat"] == ["09:00-11:00"]
    assert sorted(queries.modes_of(site(made.clinic).id).values()) == ["assisted", "direct"]
    assert "9:00–11:00" in client.get(f"/sites/{made.clinic}").text
    assert "已同意" in staff.manager.get("/my-sites").text
    history = staff.county.get(f"/sites/{made.clinic}/history").text
    assert "村医开会" in history


def test_what_was_asked_together_is_shown_and_decided_together(staff: Staff, made: Made) -> None:
    ask(staff, made, **{"h-sat": "9:00-11:00", f"o-{RESIDENTS}": "direct"})
    first, second = asked(State.WAITING)
    page = staff.county.get(f"/proposals/{second.uuid}").text
    assert "同一个人对这里还申请了" in page
    assert f"/proposals/{first.uuid}" in page
    assert "9:00" in page
    answer = post(staff.county, f"/proposals/{second.uuid}/approve", seen=str(second.base_version))
    assert answer.location == f"/proposals/{first.uuid}"
    page = staff.county.get(answer.location).text
    assert "同一个人对这里还申请了" not in page
    seen = Form(page).fields["seen"]
    answer = post(staff.county, f"/proposals/{first.uuid}/approve", seen=seen)
    assert answer.location == "/proposals"


def test_a_refusal_says_why_and_changes_nothing(staff: Staff, made: Made) -> None:
    ask(staff, made, **{"h-sat": "9:00-11:00"})
    (one,) = asked(State.WAITING)
    assert decide(staff.county, one, "refuse", words="") == 422
    assert decide(staff.county, one, "refuse", words="周六要留人值班") == 303
    assert queries.hours_of(site(made.clinic).id)["week"]["sat"] == []
    mine = staff.manager.get("/my-sites").text
    assert "已退回" in mine
    assert "周六要留人值班" in mine


def test_nobody_decides_on_her_own_or_beyond_her_county(staff: Staff, made: Made) -> None:
    ask(staff, made, **{"h-sat": "9:00-11:00"})
    (one,) = asked(State.WAITING)
    assert decide(staff.manager, one, "approve") in (403, 404)
    assert decide(staff.other, one, "approve") == 404
    assert decide(staff.colleague, one, "approve") == 404
    assert asked(State.WAITING)
    assert queries.hours_of(site(made.clinic).id)["week"]["sat"] == []


def test_asking_anew_takes_the_place_of_what_waited(staff: Staff, made: Made) -> None:
    ask(staff, made, **{"h-sat": "9:00-11:00"})
    ask(staff, made, **{"h-sun": "9:00-10:00"})
    assert [one.state for one in asked()] == [State.WITHDRAWN, State.WAITING]
    ask(staff, made, **{f"o-{ENROLMENT}": "direct"})
    assert len(asked(State.WAITING)) == 2


def test_it_may_be_taken_back(staff: Staff, made: Made) -> None:
    ask(staff, made, **{"h-sat": "9:00-11:00"})
    (one,) = asked(State.WAITING)
    assert decide(staff.colleague, one, "withdraw") == 404
    assert decide(staff.manager, one, "withdraw") == 303
    assert asked()[0].state == State.WITHDRAWN


def test_what_a_station_may_not_ask_for_is_not_taken(staff: Staff, made: Made) -> None:
    name = site(made.clinic).name
    sent = {"name": "我的诊所", "region": "371082001202", "lat": "1", "phone": "1", "kind": "hall"}
    answer = send(staff.manager, edit(made.clinic), **sent)
    assert "done=same" in (answer.location or "")
    ask(staff, made, **sent, **{"h-sat": "9:00-11:00"})
    (one,) = asked()
    assert one.kind == "site.hours"
    assert site(made.clinic).name == name


def test_a_day_and_a_correction_are_kept_with_what_is_asked(staff: Staff, made: Made) -> None:
    ask(staff, made, **{"h-sat": "9:00-11:00", "hours-on": "2027-01-01"})
    (one,) = asked()
    assert '"on": "2027-01-01"' in one.payload
    page = staff.county.get(f"/proposals/{one.uuid}").text
    assert "从 2027-01-01 起。" in page
    assert decide(staff.county, one, "approve") == 303
    assert queries.hours_of(site(made.clinic).id)["week"]["sat"] == []
    assert today() < date(2027, 1, 1)


def test_a_site_changed_since_is_shown_as_it_is_now(staff: Staff, made: Made) -> None:
    ask(staff, made, **{"h-sat": "9:00-11:00"})
    (one,) = asked(State.WAITING)
    stale = Form(staff.county.get(f"/proposals/{one.uuid}").text).fields["seen"]
    send(staff.city, edit(made.clinic), phone="0631-999")
    answer = post(staff.county, f"/proposals/{one.uuid}/approve", seen=stale)
    assert answer.status_code == 409
    assert asked(State.WAITING)
    assert decide(staff.county, one, "approve") == 303
    assert site(made.clinic).phone == "0631-999"
