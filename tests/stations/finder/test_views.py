"""The page as a resident without JavaScript walks through it."""

from __future__ import annotations

import gzip
import html
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from geopy.distance import geodesic

from core.catalogue.queries import catalogue
from core.clock import today
from core.geo import Point
from core.regions.queries import tree
from stations.finder import geocoder
from stations.finder.rules import walking_minutes
from tests.stations.finder.conftest import (
    CENTRE,
    COMMON,
    HOSTILE,
    LEANING,
    LOST,
    NOBODY,
    PLACED,
    TOWN,
    City,
    shut,
)


class Page(HTMLParser):
    """What a browser without JavaScript makes of an answer."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.fields: dict[str, str] = {}
        self.tags: list[str] = []
        self._open: tuple[str, list[str]] | None = None
        self.source = text
        self.feed(text)
        plain = re.sub(r"<[^>]*>", " ", text[text.index("<main") :])
        self.text = " ".join(html.unescape(plain).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "a":
            self._open = (given.get("href") or "", [])
        if tag == "input" and given.get("type") in ("text", "hidden", "date", "time"):
            self.fields[given["name"] or ""] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.links["".join(self._open[1]).strip()] = self._open[0]
            self._open = None

    @property
    def places(self) -> list[str]:
        found = re.findall(r'<h3><a href="[^"]*">(.*?)</a>', self.source, re.DOTALL)
        return [html.unescape(re.sub(r"<[^>]*>", "", name)) for name in found]


def get(client: FlaskClient, address: str = "/", status: Any = 200, **query: object) -> Page:
    answer = client.get(address, query_string=query or None)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


def test_first_visit(client: FlaskClient, city: City) -> None:
    page = get(client)
    assert {"q", "day", "hour"} <= page.fields.keys()
    assert 'method="get"' in page.source
    assert page.links["环翠区"].startswith("/?pick=371002000000")
    assert "最近的" in page.text
    assert "on" + "click=" not in page.source
    assert "<style" not in page.source
    assert not re.search(r"\sstyle=", page.source)
    assert client.post("/").status_code == 405
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_an_ambiguous_text_asks_which_and_leads_on(client: FlaskClient, city: City) -> None:
    page = get(client, q="河东", service=COMMON)
    named = [name for name in page.links if "河东" in name]
    assert named == [
        "环翠区环翠楼街道河东社区居委会",
        "荣成市崖头街道河东社区居委会",
        "荣成市桃园街道河东村委会",
    ]
    result = get(client, page.links["荣成市崖头街道河东社区居委会"])
    assert result.places[0] == HOSTILE
    assert result.fields["q"] == "荣成市崖头街道河东社区居委会"
    # The form of the result, sent off again as it is, finds the same.
    assert get(client, **result.fields, service=COMMON).places == result.places


@pytest.mark.parametrize(
    "text",
    ["荣成市崖头街道河东社区居委会", "崖头街道河东社区居委会", "崖头 河东", "yatou hedong", PLACED],
)
def test_a_text_that_means_one_place(client: FlaskClient, city: City, text: str) -> None:
    assert get(client, q=text).fields["place"] == PLACED


def test_names_by_characters_pinyin_and_initials(client: FlaskClient, city: City) -> None:
    for text in ("崖头", "yatou", "ytjd", "YaTou", "ｙａｔｏｕ"):
        assert get(client, q=text).fields.get("place") == TOWN, text


def test_another_text_means_another_place(client: FlaskClient, city: City) -> None:
    """What was picked holds only as long as the field says the text that stood for it."""
    there = {"lat": "37.2", "lon": "122.5", "spot": "我的位置"}
    assert get(client, q="我的位置", **there).places[0].startswith("同处")
    assert get(client, **there).places[0].startswith("同处")
    assert get(client, q="崖头", **there).fields["place"] == TOWN
    assert get(client, q="崖头", place=PLACED, spot="河东").fields["place"] == TOWN


def test_region_picker(client: FlaskClient, city: City) -> None:
    page = get(client, pick="371000000000", service=COMMON)
    for name in ("荣成市", "崖头街道"):
        page = get(client, page.links[name])
    result = get(client, page.links["河东社区居委会"])
    assert result.fields["place"] == PLACED
    assert f'value="{COMMON}" selected' in result.source
    assert get(client, page.links["就在 崖头街道 查找".replace(" ", "")]).fields["place"] == TOWN


def test_a_region_without_a_point_leans_on_the_one_above(client: FlaskClient, city: City) -> None:
    page = get(client, place=LEANING)
    assert "距离以 崖头街道 的位置为准" in page.text
    assert page.places == get(client, place=TOWN).places
    assert "的位置为准" not in get(client, place=PLACED).text
    assert "还没有登记位置" in get(client, place=LOST).text


def test_a_site_by_name_is_where_it_is_and_comes_first(client: FlaskClient, city: City) -> None:
    for name in ("同处丙", "同处甲", "第3网点"):
        page = get(client, q=name)
        assert page.places[0] == name
        assert page.fields["place"] == city.named(name).code
    first = city.sites[0]
    assert get(client, q=first.code).places[0] == first.name
    # Its own position is not for the public: the village it stands in serves.
    page = get(client, q="待核实网点")
    assert page.places == get(client, place=PLACED).places


def test_a_picked_site_that_does_not_answer_is_told(client: FlaskClient, city: City) -> None:
    site = next(site for site in city.sites if COMMON not in site.services)
    page = get(client, place=site.code, service=COMMON)
    assert site.name not in page.places
    assert "不在下列结果中" in page.text


def test_what_a_place_says(client: FlaskClient, city: City) -> None:
    page = get(client, lat="37.1655", lon="122.4869", service=COMMON, show=1)
    item = page.source[page.source.index("<ol") : page.source.index("</ol>")]
    assert "营业中" in item
    assert "可直接办理" in item
    assert "10 米" in item
    assert "步行约 1 分钟" in item
    assert 'href="tel:06317560000"' in item
    assert item.count("https://uri.amap.com/marker") == 1
    assert f'href="/services/{COMMON}"' in item
    assert "距离为直线距离" in page.text


def test_more_up_to_twenty(client: FlaskClient, city: City) -> None:
    page = get(client, place=PLACED)
    for count in (5, 10, 15, 20):
        assert len(page.places) == count
        more = page.links.get("再看 5 个")
        if more is not None:
            page = get(client, more)
    assert more is None


def test_heading_counts_who_is_within_a_kilometre(client: FlaskClient, city: City) -> None:
    here = (CENTRE.lat, CENTRE.lon)
    near = sum(geodesic(here, (site.point.lat, site.point.lon)).m <= 1000 for site in city.sites)
    assert 5 < near < 20
    assert f"最近的 20 个，其中 {near} 个在 1 公里内" in get(client, place=PLACED, show=20).text
    assert "最近的 5 个，都在 1 公里内" in get(client, place=PLACED).text
    far = {"lat": "36.1", "lon": "120"}
    assert "最近的 5 个，都在 1 公里以外" in get(client, **far).text


def test_another_time(client: FlaskClient, city: City) -> None:
    saturday = today() + timedelta(days=(5 - today().weekday()) % 7)
    then = {"when": "then", "day": str(saturday), "hour": "10:00", "place": PLACED}
    page = get(client, **then, open=1)
    assert len(page.places) == 5
    assert "届时营业 · 至 11:30" in get(client, **then, open=1, show=20).text
    assert page.fields["day"] == str(saturday)
    assert "10:00" in page.text
    # Without an answer to "when", a day and an hour are meant.
    assert get(client, place=PLACED, day=str(saturday), hour="10:00").text.count("届时") > 0
    # "Now" overrules what is still in the other fields.
    assert "届时" not in get(client, **(then | {"when": "now"})).text


def test_nothing_open(client: FlaskClient, city: City) -> None:
    shut(tree(today()).by_code[TOWN].id)
    page = get(client, place=PLACED, open=1, service=COMMON)
    assert page.places == []
    assert "没有网点营业" in page.text
    assert "0631-12393" in page.text
    assert get(client, page.links["也看不营业的网点"]).places


def test_nobody_offers_it(client: FlaskClient, city: City) -> None:
    page = get(client, place=PLACED, service=NOBODY)
    assert page.places == []
    assert "没有网点办理这件事" in page.text
    assert get(client, page.links["查看所有网点"]).places


def test_what_needs_no_visit_comes_first(client: FlaskClient, city: City) -> None:
    services = catalogue(today()).services
    online = catalogue(today()).by_code[COMMON]
    page = get(client, place=PLACED, service=COMMON)
    way = online.facts.online[0].how
    assert page.text.index(way) < page.text.index("最近的 5 个")
    source = online.source("online")
    assert source is not None
    assert str(source.kind.label) in page.text
    offline = next(service for service in services if not service.facts.online)
    assert "不用跑" not in get(client, place=PLACED, service=offline.code).text


def test_sites_without_a_position_are_listed_apart(client: FlaskClient, city: City) -> None:
    page = get(client, place=TOWN)
    assert {"待核实网点", "无位置网点"} <= set(page.links)
    assert not {"待核实网点", "无位置网点", "筹建网点", "撤销网点"} & set(page.places)
    assert "筹建网点" not in page.text
    assert "位置待核实" in page.text
    assert "待核实网点" not in get(client, place="371002000000").text
    assert "待核实网点" not in get(client, place=TOWN, service=COMMON).text


def test_names_are_text(client: FlaskClient, city: City) -> None:
    page = get(client, place=PLACED)
    assert page.places[0] == HOSTILE
    assert "alert(1)" not in page.source.replace("&lt;script&gt;alert(1)&lt;/script&gt;", "")
    typed = '"><script>alert(2)</script>'
    page = get(client, q=typed)
    assert "<script>alert" not in page.source
    assert page.fields["q"] == typed
    assert "没有找到" in page.text


def test_percent_and_underscore_are_literal(client: FlaskClient, city: City) -> None:
    for text in ("%", "_", "河%东", "河_村", "\\"):
        answer = client.get("/suggest", query_string={"q": text})
        expected = 8 if text in ("%", "_") else 0
        assert len(answer.get_json()) == expected, text
    assert "没有找到" in get(client, q="河_村").text


HERE = {"lat": str(CENTRE.lat), "lon": str(CENTRE.lon)}
BAD: list[tuple[dict[str, str], int]] = [
    ({"q": "河" * 50_000}, 400),
    ({"q": "a" * 101}, 400),
    ({"lat": "122.4", "lon": "37.1"}, 400),
    ({"lat": "0", "lon": "0"}, 400),
    ({"lat": "48.8", "lon": "2.3"}, 400),
    ({"lat": "NaN", "lon": "122"}, 400),
    ({"lat": "37", "lon": "inf"}, 400),
    ({"lat": "1e400", "lon": "122"}, 400),
    ({"lat": "37.1"}, 400),
    ({"lon": "122.1"}, 400),
    (HERE | {"service": "999"}, 400),
    (HERE | {"show": "1000000000"}, 400),
    (HERE | {"show": "-1"}, 400),
    (HERE | {"show": "2.5"}, 400),
    (HERE | {"open": "maybe"}, 400),
    (HERE | {"when": "someday"}, 400),
    (HERE | {"when": "then"}, 400),
    (HERE | {"when": "then", "day": "2026-02-30", "hour": "10:00"}, 400),
    (HERE | {"when": "then", "day": "tomorrow", "hour": "10:00"}, 400),
    (HERE | {"when": "then", "day": "2025-03-03", "hour": "25:00"}, 400),
    (HERE | {"when": "then", "day": "2025-03-03"}, 400),
    (HERE | {"when": "then", "day": "2020-12-31", "hour": "10:00"}, 400),
    (HERE | {"when": "then", "day": "9999-12-31", "hour": "10:00"}, 400),
    ({"place": "371099999999"}, 404),
    ({"place": "0000000"}, 404),
    ({"place": "<b>"}, 404),
    ({"pick": "1"}, 404),
]


def test_bad_input_gets_the_form_again(client: FlaskClient, city: City) -> None:
    for given, status in BAD:
        page = get(client, status=status, **given)
        assert "q" in page.fields, given
        assert page.places == []
        assert status == 404 or "请改正" in page.text, given
        # However long it was, it is not said over and over again.
        assert len(page.source[page.source.index("<main") :]) < 20_000


def test_what_was_right_outlives_what_was_wrong(client: FlaskClient, city: City) -> None:
    page = get(client, status=400, q="河东", spot="河东", place=PLACED, service=COMMON, show="x")
    assert page.fields["place"] == PLACED
    assert page.fields["q"] == "河东"
    assert f'value="{COMMON}" selected' in page.source


def test_as_people_write_days_and_hours(client: FlaskClient, city: City) -> None:
    day = today() + timedelta(days=1)
    then = {"place": PLACED, "when": "then"}
    for written in (f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y.%m.%d}"):
        for hour in ("9:30", "09：30", "9点30分", "09:30:00"):
            assert get(client, **then, day=written, hour=hour).places, (written, hour)


def test_english(client: FlaskClient, city: City) -> None:
    client.set_cookie("lang", "en")
    page = get(client, place=PLACED)
    assert '<html lang="en"' in page.source
    assert '<bdi lang="zh-CN">' in page.source
    assert get(client, status=400, show="x").source.count('<html lang="en"') == 1


def suggest(client: FlaskClient, text: str) -> list[dict[str, Any]]:
    answer = client.get("/suggest", query_string={"q": text})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()
    return found


def test_suggestions(client: FlaskClient, city: City) -> None:
    assert suggest(client, "rc")[0]["label"] == "荣成市"
    mixed = suggest(client, "d")
    assert len(mixed) == 8
    assert {len(each["params"]["place"]) for each in mixed} == {7, 12}
    for each in suggest(client, "河东"):
        page = get(client, q=each["label"], spot=each["label"], **each["params"])
        assert page.fields["place"] == each["params"]["place"]
    assert suggest(client, "") == suggest(client, "  ") == []
    for name in city.others:
        listed = name in ("待核实网点", "无位置网点")
        assert [each["label"] for each in suggest(client, name)] == [name] * listed
    too_long = client.get("/suggest", query_string={"q": "河" * 101})
    assert (too_long.status_code, too_long.get_json()) == (400, [])


# -- The geocoder ---------------------------------------------------------------------------------


def test_an_address_goes_to_the_geocoder(
    client: FlaskClient, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def locate(text: str, config: object) -> Point:
        asked.append(text)
        return Point(37.2, 122.5)

    monkeypatch.setattr(geocoder, "locate", locate)
    suggest(client, "无名路 99 号")
    get(client, q="崖头")
    get(client, q="河东")
    assert asked == []
    page = get(client, q="无名路 99 号")
    assert asked == ["无名路 99 号"]
    assert page.places[0].startswith("同处")
    assert "地址查询服务" in page.text
    # What comes after it carries the position, and nobody is asked again.
    assert get(client, **page.fields).places == page.places
    more = get(client, page.links["再看 5 个"])
    assert more.places[:5] == page.places
    assert len(asked) == 1


def test_without_a_geocoder_the_picker_is_offered(client: FlaskClient, city: City) -> None:
    page = get(client, q="无名路 99 号")
    assert "没有找到“ 无名路 99 号 ”" in page.text
    assert "荣成市" in page.links


# -- Weight ---------------------------------------------------------------------------------------


def test_weight_without_the_map(client: FlaskClient, app: Flask, city: City) -> None:
    """HTML, style and script of the fullest page, compressed, are below 120 KB."""
    page = get(client, place=PLACED, service=COMMON, show=20)
    folder = Path(app.static_folder or "")
    parts = [page.source.encode()] + [
        (folder / name).read_bytes() for name in ("onekm.css", "finder.js", "finder-map.js")
    ]
    assert sum(len(gzip.compress(part)) for part in parts) < 60_000


def test_walking_is_estimated() -> None:
    assert [walking_minutes(metres) for metres in (0, 53, 54, 1000)] == [1, 1, 2, 19]
