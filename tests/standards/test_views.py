"""The pages: public what standards say, for staff how sites stand, nothing beyond one's reach."""

from __future__ import annotations

import csv
import hashlib
import re
from datetime import date, timedelta
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts.rules import Role
from core.clock import today
from core.db import db, writing
from core.sites.models import Site
from core.sites.rules import Kind
from standards import actions, queries, verdicts
from standards.actions import Recorded, Said
from standards.rules import Result
from tests.core.accounts.made import browser_of
from tests.standards.made import ACTOR, changed, make_city, make_site, publish

SECOND = changed('text = "有咨询台"', 'text = "有咨询台和投诉台"')
CITY, COUNTY = "371000000000", "371002000000"


def code_of(site_id: int) -> str:
    return db.session.get_one(Site, site_id).code


def said(site_id: int, note: str = "看过", **results: str) -> None:
    found = verdicts.verdicts().of("sample")
    assert found is not None
    shown = verdicts.told(found[0], site_id, today())
    answers = {code: Said(Result(one), note) for code, one in results.items()}
    with writing():
        source = Recorded("inspection", f"{site_id}-{','.join(results)}")
        actions.observe(ACTOR, site_id, found[0], answers, source, today(), shown)


@pytest.fixture
def city(app: Flask) -> dict[str, int]:
    """Sites of two counties, in every state."""
    make_city()
    publish()
    found = {
        "hall": make_site("环翠大厅", Kind.HALL),
        "met": make_site("花园站"),
        "failed": make_site("青山站"),
        "elsewhere": make_site("崖头站", village="371082001001"),
    }
    said(found["met"], guide="pass", hours="pass")
    said(found["failed"], guide="fail", note="门口没有人")
    return found


class TestForEverybody:
    def test_what_there_is(self, client: FlaskClient, city: dict[str, int]) -> None:
        page = client.get("/standards").text
        assert "样本" in page
        assert "文章明列 1 条" in page
        assert "拟定 3 条" in page
        assert "达标率" not in page
        assert "起草和发布" not in page

    def test_none_at_all(self, client: FlaskClient) -> None:
        assert "flask standards seed" in client.get("/standards").text

    def test_a_version_says_where_each_criterion_comes_from(
        self, client: FlaskClient, city: dict[str, int]
    ) -> None:
        page = client.get("/standards/sample/versions/1").text
        assert queries.version("sample", 1).digest in page
        assert page.count("拟定") >= 3
        assert "营业时间" in page
        assert "一票否决" in page
        assert "不是官方名单" in page

    def test_the_file_is_as_it_was_published(
        self, client: FlaskClient, city: dict[str, int]
    ) -> None:
        sent = client.get("/standards/sample/versions/1/file")
        assert hashlib.sha256(sent.data).hexdigest() == queries.version("sample", 1).digest
        assert 'filename="sample-1.toml"' in sent.headers["Content-Disposition"]

    def test_versions_side_by_side(self, client: FlaskClient, city: dict[str, int]) -> None:
        assert "只有一个版本" in client.get("/standards/sample/versions").text
        publish(SECOND, today() + timedelta(3))
        page = client.get("/standards/sample/versions").text
        assert "有咨询台和投诉台" in page
        assert "要重新查看" in page
        assert "有引导员" not in page
        same = client.get("/standards/sample/versions?from=1&to=1").text
        assert "内容相同" in same
        assert client.get("/standards/sample/versions?from=7").status_code == 400

    @pytest.mark.parametrize(
        "path",
        [
            "/standards/other/versions",
            "/standards/sample/versions/2",
            "/standards/x/versions/1/file",
        ],
    )
    def test_what_is_not_there(self, client: FlaskClient, city: dict[str, int], path: str) -> None:
        assert client.get(path).status_code == 404

    def test_verdicts_are_for_staff(self, client: FlaskClient, city: dict[str, int]) -> None:
        code = code_of(city["met"])
        for path in ("/standards/sample", f"/standards/sample/sites/{code}"):
            assert client.get(path).location.startswith("/signin")
        assert "达标情况" not in client.get(f"/sites/{code}").text

    def test_programs_read_criteria_with_their_sources(
        self, client: FlaskClient, city: dict[str, int]
    ) -> None:
        publish(SECOND, today())
        listed = client.get("/api/v1/standards").get_json()
        assert [(one["code"], one["version"]) for one in listed["data"]] == [("sample", 2)]
        told = client.get("/api/v1/standards/sample").get_json()["data"]
        assert [one["version"] for one in told["versions"]] == [2, 1]
        assert [one["holds"] for one in told["versions"]] == [True, False]
        guide, hours = told["versions"][0]["criteria"][:2]
        assert guide["source"]["kind"] == "article"
        assert guide["source"]["documents"][0]["title"] == "报道"
        assert hours["source"] == {
            "kind": "proposed",
            "documents": [],
            "note": "测试",
            "note_en": "",
        }
        assert hours["check"] == {
            "figure": "hours.missing",
            "comparison": "equals",
            "value": 0,
        }
        assert client.get("/api/v1/standards/other").status_code == 404


class TestForStaff:
    def test_the_worst_first_by_region_and_site(self, app: Flask, city: dict[str, int]) -> None:
        page = browser_of(app, Role.CITY_ADMIN, CITY).get("/standards/sample").text
        order = [page.index(name) for name in ("青山站", "环翠大厅", "崖头站", "花园站")]
        assert order[0] < min(order[1:])
        assert order[3] == max(order)
        assert "有引导员" in page

    def test_only_within_reach(self, app: Flask, city: dict[str, int]) -> None:
        county = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
        page = county.get("/standards/sample").text
        assert "崖头站" not in page
        assert "花园站" in page
        assert county.get("/standards/sample?region=371082000000").status_code == 404
        path = f"/standards/sample/sites/{code_of(city['elsewhere'])}"
        assert county.get(path).status_code == 404

    @pytest.mark.parametrize(
        ("question", "names"),
        [
            ("state=failed", {"青山站"}),
            ("state=met", {"花园站"}),
            ("state=unknown", {"环翠大厅", "崖头站"}),
            ("criterion=guide", {"青山站"}),
            ("criterion=guide&standing=met", {"花园站"}),
            ("criterion=guide&standing=unknown", {"环翠大厅", "崖头站"}),
            ("criterion=hours", {"环翠大厅", "青山站", "崖头站"}),
            ("kind=hall", {"环翠大厅"}),
            ("q=huayuan", {"花园站"}),
            ("region=371082000000", {"崖头站"}),
        ],
    )
    def test_narrowed_and_exported_as_shown(
        self, app: Flask, city: dict[str, int], question: str, names: set[str]
    ) -> None:
        staff = browser_of(app, Role.CITY_ADMIN, CITY)
        sent = staff.get(f"/standards/sample/sites.csv?{question}")
        rows = list(csv.reader(StringIO(sent.data.decode("utf-8-sig"))))
        assert {row[1] for row in rows[1:]} == names
        assert rows[0][-4:] == ["有引导员", "营业时间已登记", "位置已核实", "有咨询台"]
        page = staff.get(f"/standards/sample?{question}").text
        for name in ("环翠大厅", "花园站", "青山站", "崖头站"):
            assert (name in page[page.index('id="sites"') :]) == (name in names), name

    @pytest.mark.parametrize(
        "question", ["state=x", "standing=x", "criterion=x", "kind=x", "below=x", "on=x"]
    )
    def test_what_cannot_be_asked(self, app: Flask, city: dict[str, int], question: str) -> None:
        staff = browser_of(app, Role.CITY_ADMIN, CITY)
        assert staff.get(f"/standards/sample?{question}").status_code == 400

    def test_before_it_was_in_force(self, app: Flask, city: dict[str, int]) -> None:
        publish(changed('code = "sample"', 'code = "later"'), today() + timedelta(9))
        page = browser_of(app, Role.CITY_ADMIN, CITY).get("/standards/later").text
        assert "还没有判定" in page

    def test_one_site_with_every_reason(self, app: Flask, city: dict[str, int]) -> None:
        staff = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
        page = staff.get(f"/standards/sample/sites/{code_of(city['failed'])}").text
        assert "门口没有人" in page
        assert "现场查看：<b>不通过</b>" in page
        assert "/figures/hours.missing?region=371002001001" in page
        assert "有咨询台" not in page

    def test_how_old_what_was_seen_is_and_until_when_it_holds(
        self, app: Flask, city: dict[str, int]
    ) -> None:
        staff = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
        path = f"/standards/sample/sites/{code_of(city['failed'])}"
        page = staff.get(path).text
        assert re.search(r"(当天|\d+ 天前) · 没有规定有效期", page)
        publish(changed("meets = 60", "meets = 60\nmonths = 12"), today())
        page = staff.get(path).text
        told = re.search(r"(当天|\d+ 天前) · 有效到 (\d{4}-\d\d-\d\d)，此后变为待定", page)
        assert told is not None
        assert timedelta(330) < date.fromisoformat(told[2]) - today() < timedelta(366)

    def test_a_panel_on_the_page_of_the_site(self, app: Flask, city: dict[str, int]) -> None:
        staff = browser_of(app, Role.COUNTY_ADMIN, COUNTY)
        page = staff.get(f"/sites/{code_of(city['failed'])}").text
        assert "达标情况" in page
        assert "/standards/sample/sites/" in page

    def test_whoever_keeps_one_site_sees_its_verdict(
        self, app: Flask, city: dict[str, int]
    ) -> None:
        own = browser_of(app, Role.STATION_MANAGER, code_of(city["met"]))
        page = own.get("/standards/sample").text
        assert "花园站" in page
        assert "青山站" not in page

    def test_the_figure_is_the_share_of_what_is_decided(
        self, app: Flask, city: dict[str, int]
    ) -> None:
        staff = browser_of(app, Role.CITY_ADMIN, CITY)
        told = staff.get("/api/v1/figures/standards.met.sample").get_json()["data"]
        assert (told["value"], told["part"], told["base"], told["rows"]) == (0.5, 1, 2, 2)
        assert "达标率：样本" in staff.get("/figures").text
        assert staff.get("/figures/standards.met.other").status_code == 404

    def test_what_a_version_does_to_the_verdicts(self, app: Flask, city: dict[str, int]) -> None:
        publish(changed('text = "有引导员"', 'text = "有两名引导员"'), today() + timedelta(3))
        staff = browser_of(app, Role.CITY_ADMIN, CITY)
        page = staff.get("/standards/sample/versions?from=1&to=2&try=1").text
        assert page.count("1 个网点将变为待定") == 2
        assert '<td class="n">1</td><td class="n"><b>0</b></td>' in page
        assert "花园站" in page
        assert "青山站" in page
        assert "崖头站" not in page


class TestWords:
    """What an inspector writes is for those who read visits."""

    def test_staff_who_read_no_visits_see_the_verdict_alone(
        self, app: Flask, city: dict[str, int]
    ) -> None:
        path = f"/standards/sample/sites/{code_of(city['failed'])}"
        hotline = browser_of(app, Role.HOTLINE_AGENT, CITY).get(path)
        assert hotline.status_code == 200
        assert "未达标" in hotline.text
        assert "门口没有人" not in hotline.text
        assert ACTOR.name not in hotline.text.split("<main", 1)[1]
        inspector = browser_of(app, Role.INSPECTOR, COUNTY).get(path).text
        assert inspector.count("门口没有人") == 2
