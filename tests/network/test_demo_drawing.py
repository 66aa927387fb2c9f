"""The drawing: over a small made country, by the seed alone."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from core.geo import Point, distance
from core.regions.rules import Level, Row
from core.sites.rules import Status
from network.demo import rows, wording
from network.demo.drawing import Given, draw, read_outlines, read_towns
from network.demo.ground import Crowd, Plane, Territory
from network.demo.rows import Drawn
from network.demo.rules import CITIES, City, Sort

ROOT = Path(__file__).parents[2]

#: Two counties side by side, some 20 km wide, the first with a rock in the sea; and a zone in it.
ROCK = shapely.box(122.20, 37.30, 122.201, 37.301)
WEST = shapely.MultiPolygon([ROCK, shapely.box(122.0, 37.0, 122.2, 37.2)])
EAST = shapely.box(122.2, 37.0, 122.4, 37.2)
KNOWN = {"371002100000": (37.1, 122.05), "371071100000": (37.15, 122.15)}

SMALL: City = replace(
    CITIES["3710"],
    stations={
        Sort.CENTRE: 5,
        Sort.HOSPITAL: 3,
        Sort.PHARMACY: 3,
        Sort.CLINIC: 12,
        Sort.COMMUNITY: 9,
    },
    hall_seats=("371000", "371002"),
    seats={"371000": (37.12, 122.12), "371002": (37.11, 122.1)},
)


def regions() -> list[Row]:
    found = [Row("371000000000", "威海市", Level.CITY, "", True, "Weihai City")]
    counties = (("371002", "环翠区"), ("371071", "高新区"), ("371082", "荣成市"))
    found += [
        Row(f"{code}000000", name, Level.COUNTY, "371000000000", True, name)
        for code, name in counties
    ]
    towns = ("371002001", "371002100", "371071100", "371071101", "371082100")
    for code in towns:
        name = "鲸园街道" if code.endswith("001") else f"第{code[4:]}镇"
        found.append(Row(f"{code}000", name, Level.TOWN, f"{code[:6]}000000", True))
    for town in towns:
        for number in range(1, 19):
            name = f"{'甲乙丙'[number % 3]}{number}村村委会" if number % 2 else f"海{number}居委会"
            found.append(Row(f"{town}{number:03d}", name, Level.VILLAGE, f"{town}000", True))
    return found


GIVEN = Given(regions(), {"371002": WEST, "371082": EAST}, KNOWN)


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw(SMALL, GIVEN)


def test_the_same_seed_draws_the_same_file(drawn: Drawn) -> None:
    assert rows.write(draw(SMALL, GIVEN)) == rows.write(drawn)
    assert rows.write(draw(SMALL, GIVEN, seed=1)) != rows.write(drawn)


def test_the_drawing_does_not_hang_on_the_order_of_sets() -> None:
    program = (
        "import runpy; from network.demo import rows; "
        f"made = runpy.run_path({str(Path(__file__))!r}); "
        "print(rows.write(made['draw'](made['SMALL'], made['GIVEN'])))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(told) == 1
    assert len(told.pop()) > 5_000


def test_everything_lies_on_the_land_of_its_county(drawn: Drawn) -> None:
    land = {"371000": WEST, "371002": WEST, "371071": WEST, "371082": EAST}
    places = [(row.region, row.lat, row.lon) for row in drawn.regions]
    places += [(row.region, row.lat, row.lon) for row in drawn.sites if row.lat and row.lon]

    assert len(places) > 120
    for region, lat, lon in places:
        spot = shapely.Point(lon, lat)
        assert land[region[:6]].contains(spot), region
        assert not ROCK.contains(spot)


def test_known_towns_stay_where_they_are(drawn: Drawn) -> None:
    points = {row.region: row for row in drawn.regions}

    for code, (lat, lon) in KNOWN.items():
        assert (points[code].lat, points[code].lon) == (lat, lon)
        assert points[code].source == "geonames"
    assert points["371082100000"].source == "made"


def test_villages_keep_apart(drawn: Drawn) -> None:
    villages = [Point(row.lat, row.lon) for row in drawn.regions if row.region[9:] != "000"]

    assert len(villages) == 90
    closest = min(
        distance(one, other)
        for place, one in enumerate(villages)
        for other in villages[place + 1 :]
    )
    assert closest >= 300


def test_as_many_sites_as_asked_for(drawn: Drawn) -> None:
    serving = [site for site in drawn.sites if site.status is Status.ACTIVE]

    assert len(serving) == 2 + sum(SMALL.stations.values())
    assert len(drawn.sites) == len(serving) + 3


def test_outlines_are_read_by_county_and_towns_by_code() -> None:
    def feature(code: str) -> str:
        return f'{{"properties": {{"code12": "{code}"}}, "geometry": {shapely.to_geojson(EAST)}}}'

    text = f'{{"features": [{feature("371000000000")}, {feature("371082000000")}]}}'
    table = "town_code12,wgs_lng,wgs_lat\n371002100000,122.05,37.1\n,122.9,37.9\n"

    assert read_outlines(text) == {"371082": EAST}
    assert read_towns(table) == {"371002100000": (37.1, 122.05)}


def test_the_plane_agrees_with_the_ground() -> None:
    plane = Plane(37.2, 122.1)
    east, north = plane.metres(37.25, 122.2)

    assert plane.degrees((east, north)) == (37.25, 122.2)
    truth = distance(Point(37.2, 122.1), Point(37.25, 122.2))
    assert abs((east**2 + north**2) ** 0.5 / truth - 1) < 0.004


def test_a_territory_is_its_largest_part_without_the_margin() -> None:
    plane = Plane(37.1, 122.1)
    land = Territory(plane.flat(WEST))

    assert land.holds(plane.metres(37.1, 122.1))
    assert not land.holds(plane.metres(37.3005, 122.2005))
    assert not land.holds(plane.metres(37.1, 122.001))
    assert land.from_edge(plane.metres(37.1, 122.001)) == pytest.approx(89, abs=2)


def test_a_crowd_knows_who_is_near_across_its_cells() -> None:
    crowd = Crowd()
    crowd.add((399.0, 0.0))

    assert not crowd.clear((401.0, 0.0), 3)
    assert crowd.clear((401.0, 0.0), 2)
    assert not crowd.clear((-500.0, 0.0), 900)
    assert crowd.clear((-500.0, 0.0), 890)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("荣成", "Rongcheng"), ("长安", "Chang'an"), ("北竹岛", "Beizhudao"), ("埠柳", "Buliu")],
)
def test_pinyin_is_one_word(text: str, expected: str) -> None:
    assert wording.pinyin(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("崖头街道", "Yatou Subdistrict"),
        ("羊亭镇", "Yangting Town"),
        ("开发区办事处", "Development Zone Office"),
    ],
)
def test_towns_in_english(name: str, expected: str) -> None:
    assert wording.town_en(Row("371082007000", name, Level.TOWN, "371082000000", True)) == expected


def test_the_office_above_is_left_out_of_a_village_s_name() -> None:
    village = Row("371082010001", "崂山街道办事处大学城居委会", Level.VILLAGE, "371082010000", True)

    assert wording.bare(village) == "大学城"
