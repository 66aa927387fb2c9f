"""Changing a site on its page: what is right is saved, what is wrong is named at its field."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from core.audit.queries import story
from core.clock import now, today
from core.db import db, writing
from core.regions.models import Boundary
from core.sites.models import Offering, Site, SiteHours, SitePeriod
from network.editing import queries
from tests.core.accounts.made import post
from tests.databases import on_sqlite
from tests.network.conftest import ENROLMENT, RESIDENTS, Made
from tests.network.editing.conftest import COUNTY, Staff
from tests.network.editing.form import again, fields, send

VILLAGE, TOWN = "371082001202", "371082001000"


def site(code: str) -> Site:
    db.session.rollback()  # what is read belongs to a new transaction
    return db.session.scalars(
        sa.select(Site).where(Site.code == code).execution_options(populate_existing=True)
    ).one()


def period(code: str) -> SitePeriod:
    own = sa.select(SitePeriod).where(SitePeriod.site_id == site(code).id)
    newest = own.order_by(SitePeriod.since.desc()).execution_options(populate_existing=True)
    found = db.session.scalars(newest).first()
    assert found is not None
    return found


def edit(code: str) -> str:
    return f"/sites/{code}/edit"


def test_what_is_sent_as_it_was_shown_changes_nothing(staff: Staff, made: Made) -> None:
    for code in (made.hall, made.clinic, made.unverified):
        keeper = staff.city
        before = site(code).version
        answer = send(keeper, edit(code))
        assert answer.status_code == 303
        assert "done=same" in (answer.location or "")
        assert site(code).version == before


def test_a_correction_is_saved_and_told(staff: Staff, made: Made) -> None:
    answer = send(
        staff.county, edit(made.hall), phone="０６３１－5220000 转 8", address="成山大道 8 号"
    )
    assert answer.status_code == 303, answer.text
    found = site(made.hall)
    assert (found.phone, found.address) == ("0631-5220000 转 8", "成山大道 8 号")
    assert found.version == 4
    page = staff.county.get(answer.location or "").text
    assert "已保存。" in page
    assert "0631-5220000 转 8" in page
    newest = story("site", made.hall, 1)[0]
    assert (newest.action, newest.actor) == ("site.described", "county")


@on_sqlite
@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", " \u200b ", "请填写名称。"),
        ("name", "站" * 101, "内容太长"),
        ("phone", "请找村医", "电话只能有数字"),
        ("phone", "1" * 41, "电话只能有数字"),
        ("lat", "abc", "看不懂这个坐标"),
        ("lat", "nan", "看不懂这个坐标"),
        ("lat", "1e5", "看不懂这个坐标"),
        ("lat", "", "纬度和经度要一起填写。"),
        ("lat", "122.48, 37.16, 5", "请填写一个数"),
        ("lat", "37°75′", "分和秒应小于 60。"),
        ("datum", "", "请选择坐标系"),
        ("datum", "wgs72", "请选择坐标系"),
        ("kind", "palace", "请选择网点类型。"),
        ("region", "", "请填写所在区划。"),
        ("region", "371002000000", "没有这个区划，或不在您的管辖范围内。"),
        ("region", "村" * 101, "内容太长，最多 100 个字。"),
        ("region", "没有的村", "没有这个区划，或不在您的管辖范围内。"),
        ("h-mon", "上午", "看不懂“上午”"),
        ("h-mon", "11:30-8:30", "的结束应晚于开始"),
        ("h-mon", "8:30-12:00 11:00-17:00", "时段应按先后排列，互不重叠。"),
        ("h-mon", "25:00-26:00", "看不懂"),
        ("hours-on", "2026-02-30", "日期写法有误"),
        ("hours-on", "", "请填写从哪一天起。"),
        (f"o-{ENROLMENT}", "sometimes", "请选择不办、代办或直办。"),
    ],
)
def test_what_is_wrong_is_named_at_its_field(
    staff: Staff, made: Made, field: str, typed: str, told: str
) -> None:
    before = site(made.hall).version
    answer = send(staff.county, edit(made.hall), **{field: typed})
    assert answer.status_code == 422
    assert told in answer.text
    assert 'aria-invalid="true"' in answer.text or field.startswith("o-")
    assert site(made.hall).version == before


def test_swapped_or_foreign_coordinates_are_refused(staff: Staff, made: Made) -> None:
    swapped = send(staff.county, edit(made.hall), lat="122.48", lon="37.16")
    assert swapped.status_code == 422
    assert "似乎写反了" in swapped.text
    for lat, lon in (("0", "0"), ("51.5", "0.1"), ("37.16", "200")):
        assert send(staff.county, edit(made.hall), lat=lat, lon=lon).status_code == 422


@pytest.mark.parametrize(
    "pair",
    [
        "122.4801,37.1601",
        "37.1601, 122.4801",
        "（122.4801；37.1601）",
        "３７.１６０１　１２２.４８０１",
        "37°09′36.36″ 122°28′48.36″",
        "北纬37度9分36.36秒，东经122度28分48.36秒",
    ],
)
def test_a_pasted_pair_is_understood(staff: Staff, made: Made, pair: str) -> None:
    answer = send(staff.county, edit(made.hall), lat=pair, lon="", datum="wgs84")
    assert answer.status_code == 303, answer.text
    found = period(made.hall)
    assert found.given_lat == pytest.approx(37.1601, abs=1e-6)
    assert found.given_lon == pytest.approx(122.4801, abs=1e-6)
    assert found.verified


def test_a_coarse_position_is_kept_to_verify_and_said_so(staff: Staff, made: Made) -> None:
    answer = send(staff.county, edit(made.hall), lat="37.1", lon="122.4", reason="抄表")
    assert answer.status_code == 200
    assert "误差超过百米" in answer.text
    assert period(made.hall).given_lat == 37.16
    assert again(staff.county, edit(made.hall), answer).status_code == 303
    found = period(made.hall)
    assert (found.given_lat, found.verified) == (37.1, False)


def test_a_position_outside_the_county_is_kept_to_verify_and_never_shown(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    square = [[122.4, 37.0], [122.6, 37.0], [122.6, 37.3], [122.4, 37.3], [122.4, 37.0]]
    with writing():
        db.session.add(
            Boundary(
                region_id=made.regions[COUNTY],
                since=today(),
                geometry=json.dumps({"type": "Polygon", "coordinates": [square]}),
                datum_given="wgs84",
                source="the tests",
                attribution="",
                loaded_at=now(),
            )
        )
    path = edit(made.hall)
    look = send(staff.county, path, lat="37.4567", lon="121.5432", reason="新址")
    assert look.status_code == 200
    assert "在所选区划的区县之外" in look.text
    assert again(staff.county, path, look).status_code == 303
    found = period(made.hall)
    assert (found.given_lat, found.verified) == (37.4567, False)
    page = client.get(f"/sites/{made.hall}").text
    assert "位置待核实" in page
    assert "121.54" not in page


def test_all_of_it_is_confirmed_in_one_tap(staff: Staff, made: Made, client: FlaskClient) -> None:
    for keeper in (staff.manager, staff.county):
        sent = {"version": str(site(made.clinic).version)}
        answer = post(keeper, f"/sites/{made.clinic}/confirm", **sent)
        assert "done=confirmed" in (answer.location or "")
    assert site(made.clinic).confirmed_on == today()
    assert site(made.clinic).version == int(sent["version"])
    assert "信息尚未经网点确认" not in client.get(f"/sites/{made.clinic}").text
    assert story("site", made.clinic, 1)[0].action == "site.confirmed"
    assert "今天已经核对过" in staff.manager.get("/my-sites").text
    wrong = post(staff.manager, f"/sites/{made.clinic}/confirm", version="none")
    assert wrong.status_code == 400


def test_who_is_at_the_same_spot_is_named(staff: Staff, made: Made) -> None:
    answer = send(staff.county, edit(made.hall), lat="37.00001", lon="122.50001")
    assert "同一个位置（5 米以内）" in answer.text
    assert made.clinic in answer.text


def test_a_move_is_looked_at_twice_needs_a_reason_and_holds_from_its_day(
    staff: Staff, made: Made
) -> None:
    on = today() + timedelta(days=10)
    sent: dict[str, str] = {"region": "西村", "place-how": "change", "place-on": on.isoformat()}
    look = send(staff.county, edit(made.hall), **sent)
    assert look.status_code == 200
    assert "还没有保存。" in look.text
    assert "西村" in look.text
    unsaid = again(staff.county, edit(made.hall), look)
    assert unsaid.status_code == 422
    assert "请写明原因" in unsaid.text
    back = again(staff.county, edit(made.hall), unsaid, step="back")
    assert 'value="371082001202 ' in back.text
    done = again(staff.county, edit(made.hall), unsaid, reason="新址启用")
    assert done.status_code == 303
    moved = period(made.hall)
    assert (moved.since, moved.region_id) == (on, made.regions[VILLAGE])
    lines = story("site", made.hall, 1)[0].lines
    assert any("新址启用" in line for line in lines)
    assert "迁到" in staff.county.get(f"/sites/{made.hall}").text


def test_a_region_of_several_is_chosen_from(staff: Staff, made: Made) -> None:
    answer = send(staff.county, edit(made.hall), region="村")
    assert answer.status_code == 422
    assert "有多个这样的区划" in answer.text
    assert 'name="region_pick" value="371082001201"' in answer.text


def test_hours_are_typed_as_people_write_them(staff: Staff, made: Made) -> None:
    typed = {
        "h-mon": "8：30～11：30、13:30—17:00",
        **dict.fromkeys(("h-tue", "h-wed", "h-thu", "h-fri"), "同周一"),
        "h-sat": "9点-12点",
        "h-sun": "休息",
        "h-holiday": "",
        "hours-how": "correction",
    }
    answer = send(staff.county, edit(made.hall), **typed)
    assert answer.status_code == 303, answer.text
    kept = queries.hours_of(site(made.hall).id)
    assert kept["week"]["mon"] == kept["week"]["fri"] == ["08:30-11:30", "13:30-17:00"]
    assert (kept["week"]["sat"], kept["week"]["sun"]) == (["09:00-12:00"], [])
    shown = fields(staff.county, edit(made.hall))
    assert shown["h-mon"] == "8:30-11:30 13:30-17:00"


def test_seasons_are_added_and_taken_away_without_saving(staff: Staff, made: Made) -> None:
    client, path = staff.county, edit(made.hall)
    page = send(client, path, step="add-season")
    assert page.status_code == 200
    page = again(client, path, page, step="add-season", **{"s0-name": "夏季"})
    assert 'name="s1-name"' in page.text
    page = again(client, path, page, step="drop-season-1")
    assert 'name="s1-name"' not in page.text
    season = {"s0-from": "6月1日", "s0-to": "9-30", "s0-mon": "8:00-12:00"}
    done = again(client, path, page, step="save", **season)
    assert done.status_code == 303, done.text
    kept = queries.hours_of(site(made.hall).id)
    assert [one["name"] for one in kept["seasons"]] == ["夏季"]
    assert (kept["seasons"][0]["from"], kept["seasons"][0]["to"]) == ("06-01", "09-30")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SiteHours)) == 3


def test_overlapping_seasons_are_told(staff: Staff, made: Made) -> None:
    path = edit(made.clinic)
    page = send(staff.county, path, step="add-season")
    season = {"s1-name": "秋季", "s1-from": "9-1", "s1-to": "10-31"}
    answer = again(staff.county, path, page, step="save", **season)
    assert answer.status_code == 422
    assert "的日期重叠" in answer.text


def test_the_hours_are_shown_as_the_public_will_read_them(staff: Staff, made: Made) -> None:
    held = fields(staff.county, edit(made.clinic))
    told: dict[str, Any] = staff.county.post("/sites/hours", data=held).get_json()
    assert told["faults"] == {}
    assert {"days": "周一至周五", "times": "8:30–11:30，13:30–17:00"} in told["blocks"][0]["lines"]
    assert told["blocks"][1]["name"] == "夏季"
    wrong = staff.county.post("/sites/hours", data=held | {"h-tue": "早上"}).get_json()
    assert list(wrong["faults"]) == ["h-tue"]


def test_services_are_set_one_by_one_and_taking_one_away_is_grave(staff: Staff, made: Made) -> None:
    path = edit(made.hall)
    look = send(staff.county, path, **{f"o-{RESIDENTS}": "", f"o-{ENROLMENT}": "assisted"})
    assert look.status_code == 200
    assert "不办" in look.text
    assert again(staff.county, path, look, reason="窗口撤了").status_code == 303
    held = queries.modes_of(site(made.hall).id)
    assert sorted(held.values()) == ["assisted"]
    ended = db.session.scalars(sa.select(Offering.until).where(Offering.until.is_not(None)))
    assert set(ended) == {today()}


def test_what_the_form_has_no_field_for_is_not_written(staff: Staff, made: Made) -> None:
    before = site(made.hall)
    kept = (before.serial, before.code, before.made, before.version)
    answer = send(
        staff.county,
        edit(made.hall),
        code="0000099",
        serial="99",
        made="",
        confirmed_on="2020-01-01",
        id="1",
    )
    assert "done=same" in (answer.location or "")
    after = site(made.hall)
    assert (after.serial, after.code, after.made, after.version) == kept


def test_half_a_form_leaves_the_rest_as_it_is(staff: Staff, made: Made) -> None:
    held = fields(staff.county, edit(made.hall))
    sent = {name: held[name] for name in ("csrf_token", "version", "base")}
    answer = staff.county.post(edit(made.hall), data=sent | {"phone": "0631-x"})
    assert answer.status_code == 422
    answer = staff.county.post(edit(made.hall), data=sent | {"phone": "0631-123"})
    assert answer.status_code == 303
    assert queries.hours_of(site(made.hall).id) is not None
    assert len(queries.modes_of(site(made.hall).id)) == 2


def test_a_form_of_another_page_is_refused(staff: Staff, made: Made) -> None:
    held = fields(staff.county, edit(made.hall))
    stale = {name: value for name, value in held.items() if name != "csrf_token"}
    assert staff.county.post(edit(made.hall), data=stale | {"phone": "0631-123"}).status_code == 400
    for version in ("", "x", "-", "٤" * 20):
        wrong = held | {"version": version}
        assert staff.county.post(edit(made.hall), data=wrong).status_code in (400, 409)


@pytest.mark.parametrize("code", ["0000099", "abc", "0000000", "00000170"])
def test_a_code_that_nobody_bears_is_not_found(staff: Staff, code: str) -> None:
    assert staff.county.get(edit(code)).status_code == 404


def test_who_may_not_keep_it_does_not_see_the_form(
    staff: Staff, made: Made, client: FlaskClient
) -> None:
    assert staff.other.get(edit(made.hall)).status_code == 404
    assert staff.manager.get(edit(made.hall)).status_code == 404
    assert client.get(edit(made.hall)).status_code == 303
    assert "管理" not in client.get(f"/sites/{made.hall}").text
    assert 'id="staff"' not in staff.other.get(f"/sites/{made.hall}").text
    assert 'id="staff"' in staff.county.get(f"/sites/{made.hall}").text


def test_what_does_not_show_is_kept_nowhere(staff: Staff, made: Made) -> None:
    odd = {"name": "荣成\x00大\u202e厅", "reason": "\x00抄\u200b错了", "address": "东路\n1 号"}
    assert send(staff.county, edit(made.hall), **odd).status_code == 303
    found = site(made.hall)
    assert (found.name, found.address) == ("荣成大厅", "东路 1 号")
    words = {"words": "停\x00办。\r\n请改日再来。", "since": today().isoformat()}
    shut = {**words, "last": today().isoformat(), "step": "publish", "reason": "\x00"}
    assert post(staff.county, f"/sites/{made.hall}/closures/new", **shut).status_code == 303
    page = staff.county.get(f"/sites/{made.hall}").text
    assert "停办。\n请改日再来。" in page
    asked = {"h-sat": "9:00-10:00", "reason": "\x00开\u202e会"}
    assert send(staff.manager, edit(made.clinic), **asked).status_code == 303


def test_a_base_of_unlikely_depth_is_no_base(staff: Staff, made: Made) -> None:
    held = fields(staff.county, edit(made.hall))
    send(staff.city, edit(made.hall), phone="0631-111")
    for base in ("[" * 20_000, "{", "[1]", '{"phone": 1}', ""):
        answer = send(staff.county, edit(made.hall), held, base=base, phone="0631-222")
        assert answer.status_code == 409
        assert "0631-111" in answer.text
