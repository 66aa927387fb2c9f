"""A graph of roads from the file to the page, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask

from core.accounts.rules import Role
from core.db import db
from core.geo import Datum, Point, from_wgs84
from core.sheets.container import Unreadable
from stations.coverage.roads import reading
from stations.coverage.roads.models import RoadGraph
from tests.core.accounts.made import browser_of
from tests.stations.coverage.made import CITY, COUNTY, OTHER
from tests.stations.coverage.points import at
from tests.stations.coverage.town import EAST, MIDDLE, NORTH, Town

#: From the hall a bent way of 1,600 m to 乙, and on; 丙 and the clinic; an island with 丁.
SECOND = at(MIDDLE, 750, 90)


def row(a: tuple[float, float], b: tuple[float, float], metres: float | None = None) -> str:
    return f"{a[0]!r},{a[1]!r},{b[0]!r},{b[1]!r},{'' if metres is None else metres}"


HEAD = "from_lat,from_lon,to_lat,to_lon,length_m"
ROADS = "\n".join(
    (
        HEAD,
        row(MIDDLE, SECOND, 1600),
        row(SECOND, EAST, 1500),
        row(NORTH, at(NORTH, 300, 90)),
    )
)


def write(folder: Path, text: str, name: str = "roads.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def load(app: Flask, path: Path, *more: str) -> str:
    args = ["coverage", "roads", "load", str(path), "--region", CITY, "--datum", "wgs84"]
    return app.test_cli_runner().invoke(args=[*args, "--source", "a map", *more]).output


def test_the_command_loads_and_both_it_and_the_page_tell_whom_the_roads_reach(
    app: Flask, town: Town, tmp_path: Path
) -> None:
    path = write(tmp_path, ROADS)
    tried = load(app, path, "--dry-run")
    assert "3 roads between 5 crossings, 3.4 km, in 2 parts" in tried
    assert "1 without a length" in tried
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RoadGraph)) == 0
    assert "loaded" in load(app, path)
    told = app.test_cli_runner().invoke(args=["coverage", "roads", "run"]).output
    # 甲 stands on the hall, 丙 on the clinic; 乙 has 1,600 m to walk, 己 no road.
    assert "500 of 790 people (63.29%), 2 of 7 settlements" in told, told
    # 戊 is 500 m from the island's road, 己 900 m from any.
    assert "2 settlements have no road within 200 m, 2 stand on roads that lead to no site" in told
    wider = app.test_cli_runner().invoke(args=["coverage", "roads", "run", "--radius", "1600"])
    assert "700 of 790 people" in wider.output
    client = browser_of(app, Role.CITY_ADMIN, CITY, "admin")
    page = client.get(f"/coverage/{CITY}/roads").text
    assert "63.3%" in page
    assert "89.9%" in page  # by the straight line, which is another rule
    assert "这是路网步行，不是直线距离，两种结果不能相比" in page
    assert "村里的小路" in page
    assert "接不上路的村居" in page
    assert "走不到任何网点的村居" in page
    assert "88.6%" in client.get(f"/coverage/{CITY}/roads?radius=1600&factor=1.4").text
    assert f'href="/coverage/{CITY}/roads"' in client.get(f"/coverage/{CITY}").text
    assert "半径应在" in client.get(f"/coverage/{CITY}/roads?radius=0").text


def test_a_region_without_roads_says_what_to_do_and_one_within_another_has_its_roads(
    app: Flask, town: Town, tmp_path: Path
) -> None:
    client = browser_of(app, Role.COUNTY_ADMIN, COUNTY, "admin")
    assert "还没有载入路网" in client.get(f"/coverage/{COUNTY}/roads").text
    none = app.test_cli_runner().invoke(args=["coverage", "roads", "run", "--region", COUNTY])
    assert none.exit_code == 1
    load(app, write(tmp_path, ROADS))
    assert "沿路网步行到最近网点不超过 1000.0 米" in client.get(f"/coverage/{COUNTY}/roads").text
    assert client.get(f"/coverage/{OTHER}/roads").status_code == 404


def test_a_newer_graph_takes_the_place_of_the_one_before(
    app: Flask, town: Town, tmp_path: Path
) -> None:
    load(app, write(tmp_path, ROADS))
    load(app, write(tmp_path, f"{HEAD}\n{row(MIDDLE, EAST)}\n"), "--snap", "50")
    rows = db.session.execute(
        sa.select(RoadGraph.snap, RoadGraph.replaced_at.is_(None)).order_by(RoadGraph.id)
    )
    assert [tuple(one) for one in rows] == [(200, False), (50, True)]


@pytest.mark.parametrize("more", [("--snap", "0"), ("--snap", "9000"), ("--source", " ")])
def test_what_is_said_wrongly_is_refused(
    app: Flask, town: Town, tmp_path: Path, more: tuple[str, str]
) -> None:
    assert "Error" in load(app, write(tmp_path, ROADS), *more)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RoadGraph)) == 0


# -- Reading ---------------------------------------------------------------------------------------


def fault(path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        reading.read(path, Datum.WGS84)
    return str(refused.value.message)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("from_lat,from_lon,to_lat\n", "to_lon"),
        (f"{HEAD}\n", "没有一条路"),
        (f"{HEAD}\n37,122,37.1,122.1,5000\n37,122,x,122.1,5\n", "第 3 行"),
        (f"{HEAD}\n37,122,nan,122.1,5\n", "第 2 行的坐标"),
        (f"{HEAD}\n37,122,37.1,122.1,-5\n", "第 2 行的长度"),
        (f"{HEAD}\n37,122,37.1,122.1,inf\n", "第 2 行的长度"),
        (f"{HEAD}\n7,22,7.1,22.1,5\n", "经度应在"),
        ("<graphml><node id='a'/></graphml>", "a 没有坐标"),
        ("<graphml><graph><edge source='a' target='b'/></graph></graphml>", "a 没有列出"),
        ("<graphml><graph>", "GraphML 不完整"),
        ("<!DOCTYPE g [<!ENTITY a 'aaaa'>]><graphml>&a;</graphml>", "GraphML 不完整"),
    ],
)
def test_a_file_that_is_no_graph_is_refused_with_where_and_why(
    tmp_path: Path, text: str, words: str
) -> None:
    assert words in fault(write(tmp_path, text))


GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="node" attr.name="y" attr.type="string"/>
<key id="d1" for="node" attr.name="x" attr.type="string"/>
<key id="d2" for="edge" attr.name="length" attr.type="string"/>
<graph edgedefault="directed">
<node id="10"><data key="d0">37.50</data><data key="d1">122.10</data></node>
<node id="11"><data key="d0">37.51</data><data key="d1">122.10</data></node>
<node id="12"><data key="d0">37.51</data><data key="d1">122.11</data></node>
<edge source="10" target="11"><data key="d2">1500.5</data></edge>
<edge source="11" target="10"><data key="d2">1400.5</data></edge>
<edge source="11" target="12"/>
<edge source="12" target="12"><data key="d2">30</data></edge>
</graph></graphml>"""


def test_graphml_as_osmnx_writes_it_is_read(tmp_path: Path) -> None:
    read = reading.read(write(tmp_path, GRAPHML, "a.graphml"), Datum.WGS84)
    assert read.graph.lat.tolist() == [37.50, 37.51, 37.51]
    assert read.graph.start.tolist() == [0, 1]
    assert read.graph.length == pytest.approx([1400.5, 884], abs=1)
    assert (read.guessed, read.short) == (1, 0)


def test_roads_in_a_shifted_datum_are_put_where_they_are(tmp_path: Path) -> None:
    begin, end = (from_wgs84(Point(*place), Datum.GCJ02) for place in (MIDDLE, SECOND))
    read = reading.read(write(tmp_path, f"{HEAD}\n{row(begin, end)}\n"), Datum.GCJ02)
    found = np.column_stack((read.graph.lat, read.graph.lon))
    assert np.sort(found, axis=0) == pytest.approx(np.sort([MIDDLE, SECOND], axis=0), abs=1e-7)


def test_a_road_shorter_than_can_be_is_as_long_as_the_straight_line(tmp_path: Path) -> None:
    read = reading.read(write(tmp_path, f"{HEAD}\n{row(MIDDLE, SECOND, 600)}\n"), Datum.WGS84)
    assert read.graph.length == pytest.approx([750], abs=0.01)
    assert (read.guessed, read.short) == (0, 1)
