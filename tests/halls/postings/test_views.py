"""Recording who is posted to a site, and members of staff: their names are for nobody outside."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from core.clock import today
from core.db import db, writing
from core.proposals.models import Proposal
from core.sites.models import Site
from core.staff import actions, queries
from core.staff.actions import Described
from core.staff.models import Member
from tests.halls.made import fields, form_of, send, told
from tests.network.conftest import ACTOR, Made
from tests.network.editing.conftest import COUNTY, ELSEWHERE, Staff


def path(code: str) -> str:
    return f"/sites/{code}/staff"


def member(made: Made, name: str, region: str = COUNTY) -> str:
    with writing():
        return actions.enter(ACTOR, Described(name, made.regions[region])).code


def duties(code: str) -> dict[str, list[str]]:
    db.session.rollback()
    site = db.session.scalars(sa.select(Site.id).where(Site.code == code)).one()
    return {
        at.name: [duty.value for duty, _since, _until in at.duties] for at in queries.at_site(site)
    }


def test_somebody_is_posted_by_name_and_seen_by_staff_alone(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    code = member(made, "于淑华")
    form = form_of(staff.county, path(made.clinic))
    typed = {"who": "于淑华", "new-guide": "1", "new-agent": "1"}
    assert send(staff.county, path(made.clinic), form, **typed).status_code == 303
    assert duties(made.clinic) == {"于淑华": ["agent", "guide"]}
    assert "于淑华" in staff.county.get(f"/sites/{made.clinic}").text
    assert "于淑华" in staff.manager.get(f"/sites/{made.clinic}").text
    assert "于淑华" not in client.get(f"/sites/{made.clinic}").text
    assert "于淑华" not in staff.other.get(f"/sites/{made.clinic}").text
    assert staff.other.get(f"/staff/{code}").status_code == 404
    assert client.get(f"/staff/{code}").status_code in (302, 303, 401)


def test_duties_change_and_end(staff: Staff, made: Made) -> None:
    code = member(made, "于淑华")
    form = form_of(staff.county, path(made.clinic))
    since = (today() - timedelta(5)).isoformat()
    send(staff.county, path(made.clinic), form, **{"who": code.lower(), "new-guide": "1"}, on=since)
    form = form_of(staff.county, path(made.clinic))
    ticks = {f"{code}-guide": None, f"{code}-manager": "1"}
    assert send(staff.county, path(made.clinic), form, **ticks).status_code == 303
    assert duties(made.clinic) == {"于淑华": ["manager"]}
    page = told(staff.county.get(f"/staff/{code}").text)
    assert "负责人 现在" in page
    assert "引导员" in page


def test_whom_nobody_knows_or_several_are(staff: Staff, made: Made) -> None:
    first, second = member(made, "于淑华"), member(made, "于淑华")
    member(made, "丛浩然", ELSEWHERE)
    form = form_of(staff.county, path(made.clinic))
    for who, what in (
        ("没有此人", "没有登记过这位工作人员"),
        ("丛浩然", "没有登记过这位工作人员"),
        ("于淑华", f"{first}、{second}"),
    ):
        answer = send(staff.county, path(made.clinic), form, **{"who": who, "new-guide": "1"})
        assert answer.status_code == 422
        assert what in told(answer.text)
    answer = send(staff.county, path(made.clinic), form, who=first)
    assert "请勾选这个人在这里做什么" in told(answer.text)
    assert duties(made.clinic) == {}


def test_what_a_station_asks_for_waits(staff: Staff, made: Made) -> None:
    code = member(made, "于淑华")
    form = form_of(staff.county, path(made.clinic))
    send(staff.county, path(made.clinic), form, **{"who": code, "new-guide": "1"})
    form = form_of(staff.manager, path(made.clinic))
    send(staff.manager, path(made.clinic), form, **{f"{code}-guide": None})
    assert duties(made.clinic) == {"于淑华": ["guide"]}
    proposal = db.session.scalars(sa.select(Proposal)).one()
    assert "于淑华" not in proposal.payload
    page = staff.county.get(f"/proposals/{proposal.uuid}").text
    assert "去掉派驻 于淑华" in told(page)
    sent = {"csrf_token": fields(page)["csrf_token"], "seen": fields(page).get("seen", "")}
    assert staff.county.post(f"/proposals/{proposal.uuid}/approve", data=sent).status_code == 303
    assert duties(made.clinic) == {}


def test_somebody_faster_is_shown_and_loses_nothing(staff: Staff, made: Made) -> None:
    first, second = member(made, "于淑华"), member(made, "毕国强")
    mine = form_of(staff.county, path(made.clinic))
    theirs = form_of(staff.city, path(made.clinic))
    send(staff.city, path(made.clinic), theirs, **{"who": first, "new-guide": "1"})
    answer = send(staff.county, path(made.clinic), mine, **{"who": second, "new-agent": "1"})
    assert answer.status_code == 409
    again = fields(answer.text)
    assert again[f"{first}-guide"] == "1"
    assert send(staff.county, path(made.clinic), again).status_code == 303
    assert duties(made.clinic) == {"于淑华": ["guide"], "毕国强": ["agent"]}


# -- Members ------------------------------------------------------------------------------------


def test_a_member_is_entered_found_renamed_and_leaves(staff: Staff, made: Made) -> None:
    form = form_of(staff.county, "/staff/new")
    assert form["region"] == COUNTY
    answer = send(staff.county, "/staff/new", form, name=" 于  淑华 ")
    assert answer.status_code == 303, told(answer.text)
    code = db.session.scalars(sa.select(Member.code)).one()
    assert "于 淑华" in staff.county.get("/staff?q=yushuhua").text
    assert "于 淑华" in staff.county.get(f"/staff?q={code}").text
    assert "于 淑华" not in staff.county.get("/staff?q=zhang").text
    assert "于 淑华" not in staff.other.get("/staff").text
    page = staff.county.get(f"/staff/{code}").text
    token = fields(page)["csrf_token"]
    rename = {"csrf_token": token, "version": "1", "name": "于淑花", "region": COUNTY}
    assert staff.county.post(f"/staff/{code}", data=rename).status_code == 303
    assert staff.county.post(f"/staff/{code}", data=rename).status_code == 409
    leave = {"csrf_token": token, "version": "2", "on": today().isoformat()}
    assert staff.county.post(f"/staff/{code}/leave", data=leave).status_code == 303
    assert "不再工作" in told(staff.county.get(f"/staff/{code}").text)


def test_what_is_wrong_with_a_member_is_told(staff: Staff, made: Made) -> None:
    form = form_of(staff.county, "/staff/new")
    for typed, what in (
        ({"name": ""}, "请填写姓名"),
        ({"name": "长" * 41}, "内容太长"),
        ({"name": "王", "region": ""}, "请填写所在区划"),
        ({"name": "王", "region": ELSEWHERE}, "不在您的管辖范围内"),
        ({"name": "王", "region": "12"}, "区划代码应为 12 位数字"),
        ({"name": "王", "account": "nobody"}, "没有这个账号"),
    ):
        answer = send(staff.county, "/staff/new", form, **typed)
        assert answer.status_code == 422, typed
        assert what in told(answer.text)
    assert db.session.scalars(sa.select(Member)).all() == []


def test_the_list_is_narrowed_and_taken_away_as_it_is_shown(staff: Staff, made: Made) -> None:
    guide, free = member(made, "于淑华"), member(made, "毕国强")
    form = form_of(staff.county, path(made.clinic))
    send(staff.county, path(made.clinic), form, **{"who": guide, "new-guide": "1"})
    for query, shown in (
        ("duty=guide", {guide}),
        ("duty=agent", set()),
        ("show=posted", {guide}),
        ("show=free", {free}),
        (f"region={COUNTY}", {guide, free}),
        ("order=code", {guide, free}),
    ):
        page = staff.county.get(f"/staff?{query}").text
        assert {code for code in (guide, free) if code in page} == shown, query
        file = staff.county.get(f"/staff/list.csv?{query}").text
        assert {code for code in (guide, free) if code in file} == shown, query
    for query in ("duty=king", "show=all", "order=up", "region=1", "page=2", "page=0"):
        assert staff.county.get(f"/staff?{query}").status_code == 400, query
    lines = staff.county.get("/staff/list.csv?duty=guide").text.splitlines()
    assert lines[0].endswith("工号,姓名,所在区划,网点编号,网点,职责,起始日期")
    assert lines[1].split(",")[0] == guide
    assert lines[1].endswith(f"引导员,{today().isoformat()}")
    assert staff.county.get("/staff/list.xlsx").data[:2] == b"PK"


def test_an_account_belongs_to_one_member(staff: Staff, made: Made) -> None:
    form = form_of(staff.county, "/staff/new")
    assert send(staff.county, "/staff/new", form, name="王", account="manager").status_code == 303
    answer = send(staff.county, "/staff/new", form, name="李", account="manager")
    assert answer.status_code == 422
    assert "已经属于另一位" in told(answer.text)
    code = db.session.scalars(sa.select(Member.code)).one()
    assert 'value="manager"' in staff.county.get(f"/staff/{code}").text
