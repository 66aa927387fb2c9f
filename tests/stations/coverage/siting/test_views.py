"""The pages of siting: who asks, what they are told, and what may be done with the answer."""

from __future__ import annotations

import csv
import json
import re
from datetime import timedelta
from io import StringIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.clock import today
from core.db import db, writing
from core.jobs import worker
from core.regions.queries import tree
from core.sites import actions as sites
from core.sites import changes
from core.sites.models import Site, SitePeriod
from core.sites.rules import Status
from stations.coverage.models import Settlement
from stations.coverage.siting import jobs, queries
from stations.coverage.siting.models import SitingProposal
from tests.core.accounts.made import browser_of, post
from tests.databases import on_sqlite
from tests.stations.coverage.made import ACTOR, CITY, COUNTY, OTHER
from tests.stations.coverage.siting.made import proposed, question
from tests.stations.coverage.town import COMMON, HALLS, Town


@pytest.fixture
def admin(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.CITY_ADMIN, CITY)


@pytest.fixture
def reader(app: Flask, town: Town) -> FlaskClient:
    return browser_of(app, Role.HOTLINE_AGENT, CITY)


def asked(client: FlaskClient, **more: str) -> str:
    """The address of the draft that a question leads to."""
    answer = post(client, f"/coverage/{CITY}/siting", most="1", **more)
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_question_is_answered_at_once_with_its_proof(admin: FlaskClient) -> None:
    page = admin.get(f"/coverage/{CITY}/siting").text
    assert "这里还没有方案" in page
    told = admin.get(asked(admin)).text
    assert "已证明最优" in told
    assert re.search(r'id="people-won">80<', told)
    assert "89.9%" in told  # 710 of 790 people before
    assert '<b id="people-after">100' in told
    assert "57.1%" in told  # 4 of 7 settlements before
    assert "正好 1000.0 米算覆盖" in told
    assert "环翠楼街道" in told
    assert "另一种方法逐点重新量算" in told
    assert "求最优解" not in told  # it is the best already
    assert "2020 年" in told
    assert "人口普查" in told


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("most", "0", "就是现状"),
        ("most", "-1", "1 到 1000"),
        ("most", "x", "整数"),
        ("most", "9" * 20, "这个数太大了"),
        ("factor", "1000000000", "步行系数应在 1 到 3 之间"),
        ("radius", "0", "50 米到 50000 米"),
        ("radius", "100000000", "50 米到 50000 米"),
        ("radius", "1000000000", "50 米到 50000 米"),
        ("at", "25:00", "09:30"),
        ("on", "2020-13-01", "日期写法"),
        ("on", "2010-01-01", "还没有这个区划"),
        ("factor", "9", "1 到 3"),
        ("aim", "x", "应为 most、everybody 之一"),
        ("candidates", "x", "应为 "),
        ("candidates", "clinics", "请先选事项"),
        ("capacity", "0", "1 以上"),
        ("must", "没有村", "没有村居"),
        ("service", "999", "没有这个事项"),
    ],
)
def test_what_is_asked_wrongly_is_told_beside_the_field(
    admin: FlaskClient, field: str, value: str, words: str
) -> None:
    data = {"most": "1", field: value}
    answer = post(admin, f"/coverage/{CITY}/siting", **data)
    assert answer.status_code == 400
    assert words in answer.text
    assert 'role="alert"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SitingProposal)) == 0


def test_a_grid_is_bounded_on_both_sides(admin: FlaskClient) -> None:
    for metres in ("1", "99999"):
        data = {"most": "1", "candidates": "grid", "grid": metres}
        answer = post(admin, f"/coverage/{CITY}/siting", **data)
        assert answer.status_code == 400
        assert 'id="grid-error"' in answer.text


def test_that_nothing_is_to_be_done_is_said_in_words(admin: FlaskClient) -> None:
    answer = post(admin, f"/coverage/{OTHER}/siting", most="1")
    assert answer.status_code == 400
    assert "已经全部覆盖" in answer.text


def test_who_is_out_of_reach_of_all_candidates_is_listed(admin: FlaskClient) -> None:
    data = {"aim": "everybody", "candidates": "clinics", "service": HALLS}
    answer = post(admin, f"/coverage/{CITY}/siting", **data)
    assert answer.status_code == 400
    assert "有 2 个要覆盖的村居" in answer.text
    assert 'id="unreached"' in answer.text
    for name in ("丁", "戊"):
        assert f'<bdi lang="zh-CN">{name}</bdi>' in answer.text


def test_more_stations_than_candidates_are_said_to_be_more_than_enough(admin: FlaskClient) -> None:
    answer = post(admin, f"/coverage/{CITY}/siting", most="50")
    told = admin.get(answer.location).text
    assert "候选点一共只有 7 个，不到 50 个" in told
    assert "选了 1 个就够" in told


def test_what_was_asked_can_be_asked_again_from_the_answer(admin: FlaskClient) -> None:
    data = {"most": "1", "service": HALLS, "must": "丙", "candidates": "grid", "grid": "400"}
    page = admin.get(post(admin, f"/coverage/{CITY}/siting", **data).location).text
    found = re.search(r'href="(/coverage/\d+/siting\?[^"]+)"', page)
    assert found is not None
    again = admin.get(found[1].replace("&amp;", "&")).text
    assert 'value="grid" selected' in again
    assert f'value="{HALLS}" checked' in again
    assert ">丙</textarea>" in again


def test_a_proposal_is_saved_under_a_name_and_stands_in_the_list(admin: FlaskClient) -> None:
    where = asked(admin)
    assert post(admin, f"{where}/save", name="  ").status_code == 400
    assert post(admin, f"{where}/save", name="x" * 101).status_code == 400
    assert post(admin, f"{where}/save", name=" 北部 <b> ").status_code == 303
    page = admin.get(f"/coverage/{CITY}/siting?q=北部").text
    assert "北部 &lt;b&gt;" in page
    assert "没有名称含" in admin.get(f"/coverage/{CITY}/siting?q=南部").text
    assert admin.get(f"/coverage/{CITY}/siting?sort=x").status_code == 400
    answer = post(admin, f"{where}/delete")
    assert answer.status_code == 409
    rows = table(admin.get(f"/coverage/{CITY}/siting/list.csv").text)
    assert [row["名称"] for row in rows] == ["北部 <b>"]


def test_a_draft_is_ones_own_in_the_list_and_can_be_deleted(app: Flask, admin: FlaskClient) -> None:
    where = asked(admin)
    assert where in admin.get(f"/coverage/{CITY}/siting").text
    other = browser_of(app, Role.HOTLINE_AGENT, CITY)
    assert where not in other.get(f"/coverage/{CITY}/siting").text
    assert post(other, f"{where}/delete").status_code in (403, 404)
    assert post(admin, f"{where}/delete").status_code == 303
    assert admin.get(where).status_code == 404


def test_who_only_reads_may_ask_and_not_save(reader: FlaskClient) -> None:
    where = asked(reader)
    page = reader.get(where).text
    assert f"{where}/save" not in page
    assert post(reader, f"{where}/save", name="北部").status_code == 403
    assert post(reader, f"{where}/plan", kind="community").status_code == 403
    assert post(reader, f"{where}/delete").status_code == 303


def test_what_is_elsewhere_is_not_found(app: Flask, town: Town) -> None:
    uuid = proposed(question(CITY), name="北部")
    county = browser_of(app, Role.COUNTY_ADMIN, OTHER)
    for path in ("", "/proposal.geojson", "/points.csv", "/map.json", "/map.js", "/map.html"):
        assert county.get(f"/coverage/siting/{uuid}{path}").status_code == 404
    assert county.get(f"/coverage/{COUNTY}/siting").status_code == 404
    assert post(county, f"/coverage/{COUNTY}/siting", most="1").status_code == 404
    other = proposed(question(COUNTY), name="另一个")
    assert (
        county.get(f"/coverage/siting/compare?proposal={uuid}&proposal={other}").status_code == 404
    )


def test_a_saved_proposal_becomes_planned_sites_once(admin: FlaskClient) -> None:
    where = asked(admin)
    assert post(admin, f"{where}/plan", kind="community").status_code == 409
    post(admin, f"{where}/save", name="北部")
    assert post(admin, f"{where}/plan", kind="hall").status_code == 400
    assert post(admin, f"{where}/plan", kind="community").status_code == 303
    rows = db.session.execute(
        sa.select(Site.name, SitePeriod.verified, SitePeriod.kind, SitePeriod.lat)
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .where(SitePeriod.status == Status.PLANNED)
    ).all()
    assert len(rows) == 1
    name, verified, kind, lat = rows[0]
    assert name.endswith("（筹建）")
    assert (verified, kind) == (False, "community")
    assert lat == pytest.approx(37.545, abs=0.01)
    assert post(admin, f"{where}/plan", kind="community").status_code == 409
    page = admin.get(where).text
    assert "已转为筹建网点" in page
    assert re.search(rf'<a href="/sites/\d{{7}}">[^/]*{name}', page), "by its name"
    assert post(admin, f"{where}/solve").status_code == 409
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Site)) == 3


def test_a_grid_beyond_all_numbers_is_told_by_its_bounds(admin: FlaskClient) -> None:
    data = {"most": "1", "candidates": "grid", "grid": "1e9"}
    answer = post(admin, f"/coverage/{CITY}/siting", **data)
    assert "网格间距应在 50 米到 10000 米之间" in answer.text


def test_existing_sites_that_are_chosen_are_not_entered_again(admin: FlaskClient) -> None:
    where = asked(admin, candidates="clinics", service=HALLS)
    post(admin, f"{where}/save", name="卫生室")
    said = admin.get(where).text
    assert "没有要新建的" in said
    assert "个筹建网点" not in said
    answer = post(admin, f"{where}/plan", kind="community")
    assert answer.status_code == 400
    assert "没有要新建的" in answer.text


def test_what_becomes_of_an_existing_site_is_said_with_the_way_to_do_it(
    admin: FlaskClient, town: Town
) -> None:
    said = admin.get(asked(admin, candidates="clinics", service=HALLS)).text
    assert "1 个是现有网点：这里不会为它们新建网点，也不会自动开办事项" in said
    assert f'href="/sites/{town.clinic}/edit#offerings"' in said
    assert "选中了哪些网点" in said
    assert "新站建在哪里" not in said
    assert re.search(rf'href="/sites/{town.clinic}">.*?卫生室.*?</a>', said)
    assert "是现有网点" not in admin.get(asked(admin)).text


def test_that_the_network_has_changed_since_is_said(admin: FlaskClient, town: Town) -> None:
    where = asked(admin)
    assert "已有变化" not in admin.get(where).text
    with writing():
        sites.do(ACTOR, town.clinic_id, None, changes.described(phone="0631-1"))
    assert "已有变化" not in admin.get(where).text  # it reaches the same people
    with writing():
        sites.do(ACTOR, town.clinic_id, None, changes.corrected(status=Status.CLOSED))
    page = admin.get(where).text
    assert "网点（或其事项、时间）已有变化" in page
    assert "用今天的数据重新测算" in page


def test_that_the_people_have_changed_since_is_said(admin: FlaskClient) -> None:
    where = asked(admin)
    with writing():
        db.session.execute(sa.update(Settlement).where(Settlement.code == "丁").values(people=51))
    assert "人口数据已经更新" in admin.get(where).text


def test_that_its_region_is_no_more_is_said_with_what_came_after(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuid = proposed(question(COUNTY), name="北部")
    heir = tree(today()).by_code[OTHER]
    monkeypatch.setattr(queries, "region_now", lambda _proposal: heir)
    page = admin.get(f"/coverage/siting/{uuid}").text
    assert "今天已不存在，现由“荣成市”承接" in page


def test_the_best_is_sought_by_a_worker(app: Flask, admin: FlaskClient) -> None:
    where = asked(admin, service=HALLS)
    assert post(admin, f"{where}/solve").status_code == 303
    waiting = admin.get(where).text
    assert 'id="job"' in waiting
    assert f"{where}/stop" in waiting
    assert post(admin, f"{where}/solve").status_code == 409
    assert post(admin, f"{where}/delete").status_code == 409
    assert worker.drain(app) >= 1
    told = admin.get(where).text
    assert "精确求解（HiGHS）" in told
    assert "已证明最优" in told
    assert 'id="job"' not in told


def test_a_search_that_waits_can_be_stopped(app: Flask, admin: FlaskClient) -> None:
    where = asked(admin)
    post(admin, f"{where}/solve")
    assert post(admin, f"{where}/stop").status_code == 303
    worker.drain(app)
    page = admin.get(where).text
    assert "按要求停止" in page
    assert "快速法" in page
    assert post(admin, f"{where}/solve").status_code == 303


def test_several_are_compared_side_by_side(admin: FlaskClient) -> None:
    first, second = proposed(question(), name="北部"), proposed(question(CITY, HALLS), name="大厅")
    page = admin.get(f"/coverage/siting/compare?proposal={first}&proposal={second}").text
    assert "北部" in page
    assert "大厅" in page
    assert "请留意各自的条件" in page
    assert page.count("已证明最优") >= 2
    for query in (
        "",
        f"proposal={first}",
        "&".join(f"proposal={first[:-1]}{n}" for n in "0123456"),
    ):
        assert admin.get(f"/coverage/siting/compare?{query}").status_code in (400, 404)


def test_a_proposal_is_taken_away_as_tables_and_as_geojson(admin: FlaskClient) -> None:
    where = asked(admin, service=COMMON)
    points = table(admin.get(f"{where}/points.csv").text)
    assert [row["新覆盖居民"] for row in points] == ["80"]
    won = table(admin.get(f"{where}/won.csv").text)
    assert [(row["村居"], row["居民"]) for row in won] == [("丁", "50"), ("戊", "30"), ("庚", "0")]
    assert admin.get(f"{where}/won.xlsx").data[:2] == b"PK"
    answer = admin.get(f"{where}/proposal.geojson")
    assert answer.mimetype == "application/geo+json"
    found = json.loads(answer.text)
    assert [one["properties"]["role"] for one in found["features"]] == ["station", *["won"] * 3]
    lon, lat = found["features"][0]["geometry"]["coordinates"]
    assert (lat, lon) == (pytest.approx(37.545, abs=0.01), pytest.approx(122.1, abs=0.01))


def test_the_map_shows_before_and_after(admin: FlaskClient) -> None:
    where = asked(admin)
    drawn = json.loads(admin.get(f"{where}/map.json").text)["layers"]
    layers = {one["key"]: one for one in drawn}
    assert {one[3] for one in layers["open"]["spots"]} == {"丁", "戊", "庚"}
    assert layers["open"]["when"] == "before"
    assert layers["left"]["spots"] == []
    assert len(layers["won"]["spots"]) == 3
    assert len(layers["new"]["spots"]) == 1
    assert "mapLayers.cover" in admin.get(f"{where}/map.js").text
    file = admin.get(f"{where}/map.html")
    assert file.status_code == 200
    assert "新站建在哪里" in file.text
    assert file.text.count("<h1") == 1


def test_drafts_go_after_a_month_and_what_is_saved_stays(
    app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, kept = proposed(), proposed(name="北部")
    jobs.forget_drafts()
    assert queries.find(draft).uuid == draft
    monkeypatch.setattr(queries, "KEPT", timedelta(days=-1))
    jobs.forget_drafts()
    left = db.session.scalars(sa.select(SitingProposal.uuid)).all()
    assert left == [kept]


def test_the_pages_speak_english(admin: FlaskClient) -> None:
    where = asked(admin)
    admin.get("/lang/en")
    assert "求最优" not in admin.get(f"/coverage/{CITY}/siting").text
    page = admin.get(where).text
    assert "newly" in page.lower()


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
