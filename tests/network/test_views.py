"""The public pages, as people read them."""

from __future__ import annotations

from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_babel import refresh

from core.clock import today
from core.db import db, writing
from core.regions import actions as region_actions
from core.regions import importer
from core.sites import merging
from core.sites.actions import Entry, enter
from core.sites.models import Site
from core.sites.rules import Kind, Taken, site_code
from core.words import day
from network.views import PER_PAGE
from tests.network.conftest import ACTOR, ENROLMENT, HOSTILE, REGIONS, SINCE, Announce, Made

CITY, COUNTY, TOWN, VILLAGE = "371000000000", "371082000000", "371082001000", "371082001201"


class Page(HTMLParser):
    """What a browser makes of an answer: its text, its elements."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.elements if tag == "a"]

    def count(self, tag: str) -> int:
        return sum(1 for name, _ in self.elements if name == tag)


def read(client: FlaskClient, address: str, status: int = 200, language: str = "zh") -> Page:
    client.set_cookie("lang", language)
    # The app context of the tests outlives a request, and with it the language last spoken.
    refresh()
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "text/html"
    return Page(answer.get_data(as_text=True))


# -- A site -------------------------------------------------------------------------------------


def test_a_site_that_serves(client: FlaskClient, made: Made) -> None:
    page = read(client, f"/sites/{made.hall}")
    assert "荣成大厅" in page.text
    assert "营业中" in page.text
    assert "演示数据" in page.text
    assert "tel:06317560000" in page.links
    assert f"/network/{COUNTY}" in page.links
    assert f"/services/{ENROLMENT}" in page.links
    assert {"可直接办理", "帮您代办"} <= set(page.text.split())
    maps = {urlsplit(link).netloc for link in page.links if link.startswith("https:")}
    assert maps == {"uri.amap.com", "api.map.baidu.com", "apis.map.qq.com"}


def test_a_site_in_english(client: FlaskClient, made: Made) -> None:
    page = read(client, f"/sites/{made.hall}", language="en")
    assert "The Hall" in page.text
    assert "Rongcheng City" in page.text
    chinese = read(client, f"/sites/{made.unverified}", language="en")
    assert ("bdi", {"lang": "zh-CN"}) in chinese.elements


def test_hours_show_the_lunch_break_the_season_and_the_holiday(
    client: FlaskClient, made: Made
) -> None:
    text = read(client, f"/sites/{made.clinic}").text
    assert "周一至周五" in text
    assert "8:30–11:30" in text
    assert "午休 11:30–13:30" in text
    assert "夏季 6月1日至9月30日" in text
    assert "法定节假日不开" in text
    assert "节假日安排尚未公布" not in text


def test_a_position_to_verify_is_not_given_out(client: FlaskClient, made: Made) -> None:
    page = read(client, f"/sites/{made.unverified}")
    assert "位置待核实" in page.text
    assert not [link for link in page.links if link.startswith("https:") or "lat=" in link]
    assert "营业时间未登记" in page.text


@pytest.mark.parametrize(("which", "said"), [("planned", "尚未开始服务"), ("gone", "已经撤销")])
def test_a_site_that_does_not_serve_says_so(
    client: FlaskClient, made: Made, which: str, said: str
) -> None:
    page = read(client, f"/sites/{getattr(made, which)}")
    assert said in page.text
    assert "营业" not in page.text
    assert not [link for link in page.links if link.startswith("/services/")]
    assert "看附近还有哪些网点" in page.text


def test_a_closure_is_told_with_its_last_day(
    client: FlaskClient, made: Made, announce: Announce
) -> None:
    announce("因装修停办。", 0, 3, site=made.hall)
    announce("全市停电。", 5, 1, region=CITY)
    page = read(client, f"/sites/{made.hall}")
    assert f"至 {day(today() + timedelta(days=2))} 停办" in page.text
    assert "因装修停办。" in page.text
    assert page.text.index("因装修停办。") < page.text.index("全市停电。")
    assert "停办一天" in page.text
    assert "营业中" not in page.text
    query = parse_qs(urlsplit(next(link for link in page.links if "lat=" in link)).query)
    assert query == {"lat": ["37.160000"], "lon": ["122.480000"]}


@pytest.mark.parametrize("code", ["0000010", "abc", "１２３４５６７", "0" * 500])
def test_a_wrong_code_is_told_apart_from_an_unknown_one(
    client: FlaskClient, made: Made, code: str
) -> None:
    assert "编号有误" in read(client, f"/sites/{code}", 404).text
    assert client.get(f"/sites/{code}/qr.svg").status_code == 404
    assert "没有编号为" in read(client, f"/sites/{site_code(999_999)}", 404).text


def test_the_code_to_scan_holds_the_address_of_the_page(client: FlaskClient, made: Made) -> None:
    page = read(client, f"/sites/{made.hall}")
    (image,) = [attrs for tag, attrs in page.elements if tag == "img"]
    answer = client.get(str(image["src"]), base_url="http://localhost")
    other = client.get(str(image["src"]), base_url="http://elsewhere.example")
    assert answer.mimetype == "image/svg+xml"
    assert answer.data.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
    assert b"style" not in answer.data
    assert answer.data != other.data


# -- Services -----------------------------------------------------------------------------------


def test_services_are_grouped_and_found_by_pinyin(client: FlaskClient, made: Made) -> None:
    everything = read(client, "/services")
    assert sum(link.startswith("/services/") for link in everything.links) == 21
    assert "可以不跑" in everything.text
    for text in ("职工参保", "zhigongcanbao", "zgcb", "ZGCB"):
        found = read(client, f"/services?q={text}")
        assert f"/services/{ENROLMENT}" in found.links, text
        assert "找到" in found.text
    for text in ("%", "_", "nothing-like-it"):
        nothing = read(client, "/services?q=" + text.replace("%", "%25"))
        assert not [link for link in nothing.links if link.startswith("/services/")], text
        assert "换一个词试试" in nothing.text


def test_a_search_that_is_too_long_is_refused(client: FlaskClient, made: Made) -> None:
    assert "太长" in read(client, "/services?q=" + "a" * 50_000, 400).text


def test_what_was_searched_for_stays_text(client: FlaskClient, made: Made) -> None:
    page = read(client, '/services?q="><script>alert(1)</script>')
    assert page.count("script") == 0
    (field,) = [attrs for tag, attrs in page.elements if attrs.get("id") == "q"]
    assert field["value"] == '"><script>alert(1)</script>'


def test_a_service_says_who_says_so(client: FlaskClient, made: Made) -> None:
    page = read(client, f"/services/{ENROLMENT}")
    for said in ("有效身份证件", "5 个工作日", "首问负责", "申请", "拟定", "文件所载", "可以不跑"):
        assert said in page.text, said
    # What may be done without coming is told before what to bring.
    assert page.text.index("可以不跑") < page.text.index("有效身份证件")
    assert f"/network/{COUNTY}?service={ENROLMENT}" in page.links
    assert ("input", {"type": "hidden", "name": "service", "value": ENROLMENT}) in page.elements
    assert read(client, "/services/002036999999", 404)


def test_without_services_the_page_says_what_to_do(client: FlaskClient) -> None:
    assert "flask services import" in read(client, "/services").text


# -- Notices ------------------------------------------------------------------------------------


def test_notices_tell_what_is_shut_and_what_will_be(
    client: FlaskClient, made: Made, announce: Announce
) -> None:
    assert "目前没有停办通知" in read(client, "/notices").text
    announce("后来的", 9, 2, region=COUNTY)
    announce("先来的", 3, None, site=made.hall)
    announce("现在的", -1, 2, site=made.clinic)
    announce("过去的", -9, 2, site=made.clinic)
    announce("别处的", 1, 2, site=made.unverified)
    announce("撤销的", 1, 2, site=made.gone)
    page = read(client, "/notices")
    order = [page.text.index(words) for words in ("现在的", "别处的", "先来的", "后来的")]
    assert order == sorted(order)
    assert "恢复时间另行通知" in page.text
    assert "全部 2 个网点" in page.text
    assert "过去的" not in page.text
    assert "撤销的" not in page.text
    assert f"/sites/{made.clinic}" in page.links


def test_notices_of_a_region_are_those_that_touch_it(
    client: FlaskClient, made: Made, announce: Announce
) -> None:
    announce("全县的", 1, 2, region=COUNTY)
    announce("大厅的", 1, 2, site=made.hall)
    announce("别处的", 1, 2, site=made.unverified)
    county = read(client, f"/notices?region={COUNTY}").text
    village = read(client, f"/notices?region={VILLAGE}").text
    assert "大厅的" in county
    assert "全县的" in county
    assert "别处的" not in county
    assert "全县的" in village
    assert "大厅的" not in village
    assert "12 位数字" in read(client, "/notices?region=1", 400).text
    assert read(client, "/notices?region=110000000000", 404)


# -- Regions ------------------------------------------------------------------------------------


def test_one_city_is_shown_at_once_and_none_says_what_to_do(client: FlaskClient) -> None:
    assert "flask regions import" in read(client, "/network").text


def test_the_network_level_by_level(client: FlaskClient, made: Made) -> None:
    city = read(client, "/network")
    assert "威海市" in city.text
    assert "（假定）" in city.text
    assert {f"/network/{COUNTY}", f"/sites/{made.hall}"} <= set(city.links)
    assert city.text.index("荣成大厅") < city.text.index("环翠社区")
    for absent in (made.planned, made.gone):
        assert f"/sites/{absent}" not in city.links
    county = read(client, f"/network/{COUNTY}")
    assert f"/network/{TOWN}" in county.links
    assert f"/sites/{made.unverified}" not in county.links
    village = read(client, f"/network/{VILLAGE}")
    assert f"/sites/{made.clinic}" in village.links
    assert f"/?place={VILLAGE}" in village.links
    empty = read(client, "/network/371082001202")
    assert "这里还没有网点" in empty.text


def test_a_region_of_the_statistics_is_marked(client: FlaskClient, made: Made) -> None:
    assert "统计用区划（非法定）" in read(client, "/network/371071000000").text
    assert "非法定" not in read(client, f"/network/{COUNTY}").text


def test_filters_narrow_the_list_and_are_kept(client: FlaskClient, made: Made) -> None:
    clinics = read(client, f"/network/{COUNTY}?kind=village_clinic")
    assert f"/sites/{made.clinic}" in clinics.links
    assert f"/sites/{made.hall}" not in clinics.links
    none = read(client, f"/network/{CITY}?kind=community&service={ENROLMENT}")
    assert "没有符合条件的网点" in none.text
    assert f"/network/{CITY}?kind=hall&service={ENROLMENT}#sites" in none.links


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=palace", 400),
        ("service=999", 404),
        ("on=2026-02-30", 400),
        ("on=yesterday", 400),
        ("on=1000-01-01", 400),
        ("on=9999-01-01", 400),
        ("page=0", 400),
        ("page=2", 400),
        ("page=1e3", 400),
    ],
)
def test_what_cannot_be_asked_is_refused(
    client: FlaskClient, made: Made, query: str, status: int
) -> None:
    read(client, f"/network/{CITY}?{query}", status)


@pytest.mark.parametrize(
    "code", ["1", "370000000000", "37108200000x", "999999999999", "٣٧١٠٨٢٠٠٠٠٠٠"]
)
def test_a_region_that_is_not_there(client: FlaskClient, made: Made, code: str) -> None:
    read(client, f"/network/{code}", 404)
    assert client.get(f"/network/{code}/sites.geojson").status_code == 404


def test_a_code_of_another_day_is_shown_as_it_was(client: FlaskClient, made: Made) -> None:
    then = read(client, f"/network/{COUNTY}?on=2022-05-01")
    assert "这是 2022年5月1日 的情况" in then.text
    assert "营业中" not in then.text
    assert f"/network/{TOWN}?on=2022-05-01" in then.links
    read(client, f"/network/{COUNTY}?on=2020-12-31", 404)


def test_an_old_code_leads_to_who_bears_it_no_more(client: FlaskClient, made: Made) -> None:
    changed = today() - timedelta(days=10)
    take_list(REGIONS.replace("371082001202", "371082001203"), changed)
    now = read(client, "/network/371082001202")
    assert "代码 371082001202 在" in now.text
    assert "已不再使用" in now.text
    assert "西村" in now.text
    assert "371082001203" in now.text
    then = read(client, "/network/371082001202?on=2022-05-01")
    assert "已不再使用" not in then.text
    assert "371082001203" not in then.text


def test_several_cities_are_listed(client: FlaskClient, made: Made) -> None:
    take_list("code,name,level,parent\n370300000000,淄博市,city,\n", SINCE)
    page = read(client, "/network")
    assert {"/network/370300000000", f"/network/{CITY}?kind=hall"} <= set(page.links)


def test_a_long_list_has_pages(client: FlaskClient, made: Made) -> None:
    with writing():
        for number in range(PER_PAGE):
            entry = Entry(f"网点{number}", Kind.COMMUNITY, made.regions[TOWN], None)
            enter(ACTOR, entry, SINCE)
    first = read(client, f"/network/{COUNTY}?on=2022-05-01")
    second = read(client, f"/network/{COUNTY}?on=2022-05-01&page=2")
    assert f"/network/{COUNTY}?page=2&on=2022-05-01#sites" in first.links
    shown = [
        [link for link in page.links if link.startswith("/sites/")] for page in (first, second)
    ]
    assert [len(links) for links in shown] == [PER_PAGE, 2]
    assert not set(shown[0]) & set(shown[1])


def take_list(text: str, on: date) -> None:
    with writing():
        plan = importer.plan(text, on, "the list of the tests")
        region_actions.apply(ACTOR, plan.changed, plan.on, plan.source)


# -- Everywhere ---------------------------------------------------------------------------------


def test_a_hostile_name_is_text_wherever_it_is_shown(
    client: FlaskClient, made: Made, announce: Announce
) -> None:
    announce(HOSTILE, 0, 2, site=made.clinic)
    for address in (f"/sites/{made.clinic}", f"/network/{VILLAGE}", "/notices"):
        page = read(client, address)
        assert HOSTILE in page.text, address
        scripts = [attrs for tag, attrs in page.elements if tag == "script"]
        assert all("src" in attrs for attrs in scripts), address


def test_pages_ask_the_database_for_next_to_nothing(
    client: FlaskClient, made: Made, statements: Any
) -> None:
    pages = [
        f"/sites/{made.hall}",
        "/services",
        f"/services/{ENROLMENT}",
        "/notices",
        "/network",
        f"/network/{COUNTY}?service={ENROLMENT}",
    ]
    for address in pages:
        read(client, address)
        with statements() as sent:
            read(client, address)
        # Beginning a transaction, the revision of the register; a map also asks whom to credit.
        # A site's own page asks for what it alone has: photos, facilities, windows.
        assert len(sent) <= (5 if address.startswith("/sites/") else 3), (address, sent)


def test_the_code_of_a_merged_site_leads_to_the_one_it_is_part_of(
    client: FlaskClient, made: Made
) -> None:
    ids = {site.code: site.id for site in db.session.scalars(sa.select(Site))}
    with writing():
        merging.merge(ACTOR, ids[made.hall], ids[made.unverified], (None, None), Taken())
    answer = client.get(f"/sites/{made.unverified}")
    assert answer.status_code == 302
    assert answer.location == f"/sites/{made.hall}"
    assert client.get(f"/sites/{made.unverified}/qr.svg").status_code == 200
    told = [client.get(f"/api/v1/sites/{code}").json for code in (made.unverified, made.hall)]
    assert [one and one["data"]["merged_into"] for one in told] == [made.hall, None]
