"""Entering a site: all of it on one page, within one's own reach, and not twice by mistake."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from core.clock import today
from core.db import db
from core.sites.models import Site, SitePeriod
from network.editing import queries
from tests.network.conftest import ENROLMENT, Made
from tests.network.editing.conftest import Staff
from tests.network.editing.form import again, send
from tests.network.editing.test_edit import period, site

NEW = "/sites/new"
FACTS = {
    "name": "西村卫生室",
    "kind": "village_clinic",
    "region": "371082001202",
    "phone": "0631-7770001",
}


def count() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Site)) or 0


def test_a_site_enters_with_all_that_is_known(staff: Staff, made: Made) -> None:
    more = {
        "lat": "36.9950",
        "lon": "122.4950",
        "datum": "gcj02",
        "verified": "1",
        "h-mon": "8:00-12:00",
        "h-tue": "=",
        f"o-{ENROLMENT}": "direct",
        "since": "2026-03-01",
    }
    answer = send(staff.county, NEW, **FACTS, **more)
    assert answer.status_code == 303, answer.text
    code = (answer.location or "").split("/")[2].split("?")[0]
    found = period(code)
    assert (found.since, found.region_id) == (date(2026, 3, 1), made.regions["371082001202"])
    assert (found.given_lat, found.datum, found.verified) == (36.995, "gcj02", True)
    assert found.lat != found.given_lat
    assert site(code).made is False
    assert queries.hours_of(site(code).id)["week"]["tue"] == ["08:00-12:00"]
    assert list(queries.modes_of(site(code).id).values()) == ["direct"]
    page = staff.county.get(answer.location or "").text
    assert "已保存。" in page
    assert "西村卫生室" in page


def test_a_planned_site_without_a_position_is_entered(staff: Staff, made: Made) -> None:
    answer = send(staff.county, NEW, **FACTS, status="planned")
    assert answer.status_code == 303
    code = (answer.location or "").split("/")[2].split("?")[0]
    assert (period(code).status, period(code).lat) == ("planned", None)
    assert send(staff.county, NEW, **FACTS | {"status": "closed", "sure": "1"}).status_code == 303
    closed = sa.select(sa.func.count()).select_from(SitePeriod).where(SitePeriod.status == "closed")
    assert db.session.scalar(closed) == 1  # the one of the fixture


@pytest.mark.parametrize("name", ["东村卫生室", "东村卫生所", "宁津街道东村卫生室"])
def test_a_likely_twin_is_named_before_anything_is_saved(
    staff: Staff, made: Made, name: str
) -> None:
    facts = FACTS | {"region": "371082001201"}
    assert send(staff.county, NEW, **facts | {"name": "东村卫生室"}).status_code == 303
    before = count()
    look = send(staff.county, NEW, **facts | {"name": name})
    assert look.status_code == 200
    assert "名称相近的网点" in look.text
    assert count() == before
    back = again(staff.county, NEW, look, step="back")
    assert f'value="{name}"' in back.text
    assert again(staff.county, NEW, look).status_code == 303
    assert count() == before + 1


def test_others_regions_and_other_days_are_refused(staff: Staff, made: Made) -> None:
    before = count()
    outside = send(staff.county, NEW, **FACTS | {"region": "371002000000"})
    assert outside.status_code == 422
    assert "没有这个区划，或不在您的管辖范围内。" in outside.text
    tomorrow = (today() + timedelta(days=1)).isoformat()
    assert "登记日期不能晚于今天" in send(staff.county, NEW, **FACTS, since=tomorrow).text
    for day in ("", "1999-12-31", "yesterday"):
        assert send(staff.county, NEW, **FACTS, since=day).status_code == 422
    early = send(staff.county, NEW, **FACTS, since="2020-06-01")
    assert "这一天没有这个区划。" in early.text
    assert count() == before


def test_mass_assignment_is_ignored(staff: Staff, made: Made) -> None:
    sent = {"code": "9999999", "serial": "9", "version": "40", "made": "1", "id": "1"}
    answer = send(staff.county, NEW, **FACTS, **sent)
    code = (answer.location or "").split("/")[2].split("?")[0]
    found = site(code)
    assert (found.code, found.serial, found.version, found.made) == (code, 6, 1, False)
    assert code != "9999999"


def test_who_may_not_write_may_not_enter(staff: Staff) -> None:
    assert staff.manager.get(NEW).status_code == 403
