"""Where a resident without JavaScript says that she is: a text, a region, a site, an address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.geo import Point
from stations.finder import geocoder
from tests.stations.finder.conftest import (
    COMMON,
    HOSTILE,
    LEANING,
    LOST,
    PLACED,
    TOWN,
    City,
)
from tests.stations.finder.page import get


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
