"""Recording windows and lanes on their page."""

from __future__ import annotations

import sqlalchemy as sa
from flask.testing import FlaskClient

from core.db import db
from core.proposals.models import Proposal
from core.sites.models import Site
from halls.windows import queries
from halls.windows.rules import Lane, Opened, WindowKind
from tests.halls.made import fields, form_of, send, told
from tests.network.conftest import Made
from tests.network.editing.conftest import Staff


def path(code: str) -> str:
    return f"/sites/{code}/windows"


def held(code: str) -> dict[str, Opened]:
    db.session.rollback()
    return queries.held(db.session.scalars(sa.select(Site.id).where(Site.code == code)).one())


def test_windows_are_recorded_and_the_public_told_of_lanes(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    form = form_of(staff.city, path(made.hall))
    typed = {"r0-number": "10", "r0-elderly": "1", "r1-number": "2", "r1-kind": "special"}
    answer = send(staff.city, path(made.hall), form, **typed, **{"r1-title": "生育津贴"})
    assert answer.status_code == 303, told(answer.text)
    assert held(made.hall) == {
        "2": Opened(WindowKind.SPECIAL, frozenset(), "生育津贴"),
        "10": Opened(WindowKind.COMPREHENSIVE, frozenset({Lane.ELDERLY})),
    }
    public = told(client.get(f"/sites/{made.hall}").text)
    assert "老年人优先 10 号窗口" in public
    assert "生育津贴" not in public.split("窗口和绿色通道")[1].split("扫码")[0]
    assert "专项窗口 生育津贴" in told(staff.city.get(f"/sites/{made.hall}").text)


def test_a_window_is_given_up_and_others_stay(staff: Staff, made: Made) -> None:
    form = form_of(staff.city, path(made.hall))
    send(staff.city, path(made.hall), form, **{"r0-number": "1", "r1-number": "2"})
    form = form_of(staff.city, path(made.hall))
    assert send(staff.city, path(made.hall), form, **{"r0-gone": "1"}).status_code == 303
    assert list(held(made.hall)) == ["2"]


def test_more_rows_without_losing_what_was_typed(staff: Staff, made: Made) -> None:
    form = form_of(staff.city, path(made.hall))
    answer = send(staff.city, path(made.hall), form, **{"r0-number": "7", "step": "more"})
    again = fields(answer.text)
    assert (again["r0-number"], again["rows"]) == ("7", "6")
    assert held(made.hall) == {}


def test_that_there_are_none_is_something_to_know(staff: Staff, made: Made) -> None:
    form = form_of(staff.county, path(made.clinic))
    assert "还没有登记过" in told(staff.county.get(f"/sites/{made.clinic}").text)
    send(staff.county, path(made.clinic), form, none="1")
    assert "登记为没有窗口" in told(staff.county.get(f"/sites/{made.clinic}").text)


def test_what_is_wrong_is_told_beside_it(staff: Staff, made: Made) -> None:
    form = form_of(staff.city, path(made.hall))
    for typed, what in (
        ({"r0-number": "三号"}, "窗口号只能有"),
        ({"r0-number": "1", "r1-number": "1"}, "1 号窗口写了两次"),
        ({"r0-number": "1", "r0-kind": "grand"}, "请选择综合窗口或专项窗口"),
        ({"r0-number": "1", "r0-title": "长" * 41}, "内容太长"),
        ({"r0-number": "1", "on": "x"}, "日期写法有误"),
    ):
        answer = send(staff.city, path(made.hall), form, **typed)
        assert answer.status_code == 422
        assert what in told(answer.text)
    assert send(staff.city, path(made.hall), form, rows="100000").status_code == 400
    assert send(staff.city, path(made.hall), form, rows="x").status_code == 400
    assert held(made.hall) == {}


def test_somebody_faster_is_shown_and_loses_nothing(staff: Staff, made: Made) -> None:
    mine = form_of(staff.city, path(made.clinic))
    theirs = form_of(staff.county, path(made.clinic))
    send(staff.county, path(made.clinic), theirs, **{"r0-number": "1"})
    answer = send(staff.city, path(made.clinic), mine, **{"r0-number": "2"})
    assert answer.status_code == 409
    again = fields(answer.text)
    assert {again["r0-number"], again["r1-number"]} == {"1", "2"}
    assert send(staff.city, path(made.clinic), again).status_code == 303
    assert list(held(made.clinic)) == ["1", "2"]


def test_what_a_station_asks_for_waits(staff: Staff, made: Made) -> None:
    form = form_of(staff.manager, path(made.clinic))
    send(staff.manager, path(made.clinic), form, **{"r0-number": "1", "r0-veteran": "1"})
    assert held(made.clinic) == {}
    proposal = db.session.scalars(sa.select(Proposal)).one()
    page = staff.county.get(f"/proposals/{proposal.uuid}").text
    assert "窗口 1：综合窗口、退役军人优先" in told(page)
    sent = {"csrf_token": fields(page)["csrf_token"], "seen": fields(page).get("seen", "")}
    assert staff.county.post(f"/proposals/{proposal.uuid}/approve", data=sent).status_code == 303
    lanes = frozenset({Lane.VETERAN})
    assert held(made.clinic) == {"1": Opened(WindowKind.COMPREHENSIVE, lanes)}
