"""The page as a resident without JavaScript walks through it."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from geopy.distance import geodesic

from core.catalogue.queries import catalogue
from core.clock import today
from core.regions.queries import tree
from stations.finder.rules import walking_minutes
from tests.stations.finder.conftest import (
    CENTRE,
    COMMON,
    HOSTILE,
    NOBODY,
    PLACED,
    TOWN,
    City,
    shut,
)
from tests.stations.finder.page import get


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
