"""Closures with the public's words, seen before they are published; given up and opened."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from core.accounts.models import SignIn
from core.audit.queries import story
from core.clock import now, today
from core.db import db, writing
from core.sites.models import Closure
from tests.core.accounts.made import post
from tests.databases import on_sqlite
from tests.network.conftest import HOSTILE, Made
from tests.network.editing.conftest import COUNTY, Staff
from tests.network.editing.form import Form, again
from tests.network.editing.test_edit import period, site


def closures() -> list[Closure]:
    db.session.rollback()
    found = sa.select(Closure).order_by(Closure.id).execution_options(populate_existing=True)
    return list(db.session.scalars(found))


def days(first: int, last: int | None) -> dict[str, str]:
    """From so many days on to so many days on, both inclusive."""
    known = {"since": (today() + timedelta(days=first)).isoformat()}
    if last is None:
        return known | {"open_end": "1"}
    return known | {"last": (today() + timedelta(days=last)).isoformat()}


def test_a_closure_is_seen_as_the_public_will_and_then_published(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    path = f"/sites/{made.hall}/closures/new"
    look = post(staff.county, path, step="preview", words=HOSTILE, **days(0, 2))
    assert look.status_code == 200
    assert "公众会看到" in look.text
    assert "<script>alert(1)" not in look.text
    assert closures() == []
    back = again(staff.county, path, look, step="back")
    assert "看看公众会看到什么" in back.text
    assert again(staff.county, path, look, step="publish").status_code == 303
    (made_one,) = closures()
    assert (made_one.since, made_one.until) == (today(), today() + timedelta(days=3))
    assert "&lt;script&gt;" in client.get(f"/sites/{made.hall}").text
    assert "修改或结束这次停办" in staff.county.get(f"/sites/{made.hall}").text
    assert "修改或结束这次停办" not in client.get(f"/sites/{made.hall}").text


@on_sqlite
@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"words": "停办。", **days(-1, 2)}, "停办不能从过去的日子开始。"),
        ({"words": "停办。", **days(3, 2)}, "最后一天不能早于第一天。"),
        ({"words": "停办。", "since": today().isoformat()}, "请填写停办的最后一天"),
        ({"words": "停办。", "since": "", "last": "2030-01-01"}, "请填写停办从哪天起。"),
        ({"words": " ", **days(0, 1)}, "请填写此项。"),
        ({"words": "长" * 501, **days(0, 1)}, "内容太长"),
        ({"words": "停办。", **days(0, None)}, "请写明原因"),
        ({"words": "停办。", **days(0, 4000)}, "日期应在"),
    ],
)
def test_what_cannot_be_is_named(staff: Staff, made: Made, sent: dict[str, str], told: str) -> None:
    for step in ("preview", "publish"):
        answer = post(staff.county, f"/sites/{made.hall}/closures/new", step=step, **sent)
        assert answer.status_code == 422
        assert told in answer.text
    assert closures() == []


def test_a_suspension_has_no_end_and_a_reason_for_the_record_alone(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    path = f"/sites/{made.hall}/closures/new"
    sent = {"words": "暂停服务，另行通知。", "reason": "整改", **days(0, None)}
    assert post(staff.county, path, step="publish", **sent).status_code == 303
    assert closures()[0].until is None
    page = client.get(f"/sites/{made.hall}").text
    assert "恢复时间另行通知" in page
    assert "整改" not in page
    assert "整改" in staff.county.get(f"/sites/{made.hall}/history").text


def test_a_whole_county_is_shut_by_who_keeps_it(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    path = f"/network/{COUNTY}/closures/new"
    unsaid = post(staff.county, path, step="publish", words="系统升级。", **days(1, 1))
    assert unsaid.status_code == 422
    sent = {"words": "系统升级。", "reason": "省里通知", **days(1, 1)}
    look = post(staff.county, path, step="preview", **sent)
    assert "2 个服务中的网点" in look.text
    assert again(staff.county, path, look, step="publish").status_code == 303
    assert closures()[0].region_id == made.regions[COUNTY]
    assert "系统升级。" in client.get(f"/sites/{made.clinic}").text
    assert post(staff.other, path, step="publish", **sent).status_code == 404
    assert staff.manager.get(path).status_code == 403


def test_an_end_is_moved_and_a_closure_is_ended_or_taken_back(staff: Staff, made: Made) -> None:
    path = f"/sites/{made.hall}/closures/new"
    post(staff.county, path, step="publish", words="停办。", **days(0, 5))
    (one,) = closures()
    address = f"/closures/{one.uuid}"
    held = Form(staff.county.get(address).text).fields
    assert held["words"] == "停办。"
    later = days(0, 9) | {"words": "还要停几天。", "words_en": "A few days more."}
    assert post(staff.county, address, **later).status_code == 303
    (one,) = closures()
    assert (one.until, one.words) == (today() + timedelta(days=10), "还要停几天。")
    assert post(staff.county, address, words="停办。", last="2000-01-02").status_code == 422
    assert post(staff.other, address, **later).status_code == 404
    assert post(staff.other, f"{address}/lift").status_code == 404
    assert post(staff.manager, f"{address}/lift").status_code == 403
    assert post(staff.county, f"{address}/lift").status_code == 303
    assert closures() == []
    assert post(staff.county, f"{address}/lift").status_code == 404


# -- Given up, opened ---------------------------------------------------------------------------


def test_a_site_is_given_up_from_a_day_with_a_reason(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    path = f"/sites/{made.hall}/close"
    version = str(site(made.hall).version)
    unsaid = post(staff.county, path, version=version, on=today().isoformat(), reason="")
    assert unsaid.status_code == 422
    stale = post(staff.county, path, version="1", on=today().isoformat(), reason="撤并")
    assert stale.status_code == 409
    assert period(made.hall).status == "active"
    done = post(staff.county, path, version=version, on=today().isoformat(), reason="撤并")
    assert done.status_code == 303
    assert period(made.hall).status == "closed"
    assert "已经撤销" in client.get(f"/sites/{made.hall}").text
    assert any("撤并" in line for line in story("site", made.hall, 1)[0].lines)
    assert "不需要这样做" in staff.county.get(path).text


def test_a_site_that_is_to_close_says_so_to_its_keepers_until_then(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    on = today() + timedelta(days=30)
    sent = {"version": str(site(made.hall).version), "on": on.isoformat(), "reason": "撤并"}
    assert post(staff.county, f"/sites/{made.hall}/close", **sent).status_code == 303
    assert "已登记：" in staff.county.get(f"/sites/{made.hall}").text
    assert "已经撤销" not in client.get(f"/sites/{made.hall}").text
    before = {"version": str(site(made.hall).version), "on": "2020-01-01", "reason": "补登"}
    assert post(staff.county, f"/sites/{made.hall}/close", **before).status_code == 422


def test_what_is_planned_opens_and_what_was_given_up_opens_again(staff: Staff, made: Made) -> None:
    for code, keeper in ((made.planned, staff.city), (made.gone, staff.county)):
        sent = {"version": str(site(code).version), "on": today().isoformat(), "reason": "开办"}
        assert post(keeper, f"/sites/{code}/open", **sent).status_code == 303
        assert period(code).status == "active"


def test_grave_acts_ask_once_more_who_it_is(staff: Staff, made: Made) -> None:
    with writing():
        db.session.execute(sa.update(SignIn).values(fresh_at=now() - timedelta(hours=1)))
    for path in (f"/sites/{made.hall}/close", f"/network/{COUNTY}/closures/new"):
        answer = staff.county.get(path)
        assert answer.status_code == 303
        assert (answer.location or "").startswith("/signin/again")
