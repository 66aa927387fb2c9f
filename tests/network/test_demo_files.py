"""The shipped files of the demonstration: what was drawn holds together."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from scipy.spatial import cKDTree

from core.geo import Datum, Point, check, distance, earth_centred
from core.regions import importer
from core.regions.rules import Level, Row
from core.sites.rules import Kind, Status
from core.textfile import read_text
from network.demo import rows
from network.demo.places import county_of
from network.demo.rows import Drawn, SiteRow
from network.demo.rules import CITIES, FIRST_DAY, HOURS, POINT_SOURCES, Event, Sort
from network.demo.stations import residents_committee, village_committee

LEVELS = {
    Sort.CITY_HALL: Level.CITY,
    Sort.COUNTY_HALL: Level.COUNTY,
    Sort.CENTRE: Level.TOWN,
    Sort.HOSPITAL: Level.TOWN,
    Sort.PHARMACY: Level.TOWN,
    Sort.CLINIC: Level.VILLAGE,
    Sort.COMMUNITY: Level.VILLAGE,
}


@pytest.fixture(scope="module", params=sorted(CITIES))
def city(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def drawn(city: str) -> Drawn:
    return rows.read(read_text(rows.shipped(city)))


@pytest.fixture(scope="module")
def regions(city: str) -> dict[str, Row]:
    return {row.code: row for row in importer.read(importer.shipped_text(city))}


@pytest.fixture(scope="module")
def points(drawn: Drawn) -> dict[str, Point]:
    return {row.region: Point(row.lat, row.lon) for row in drawn.regions}


def serving(drawn: Drawn) -> list[SiteRow]:
    return [site for site in drawn.sites if site.status is Status.ACTIVE]


def test_as_many_halls_and_stations_as_are_told(city: str, drawn: Drawn) -> None:
    expected = {"3710": (5, 308), "3703": (9, 420)}[city]
    halls = [site for site in serving(drawn) if site.sort.kind is Kind.HALL]

    assert (len(halls), len(serving(drawn)) - len(halls)) == expected
    assert {site.sort.kind for site in serving(drawn)} == set(Kind)


def test_every_town_has_a_convenience_centre(drawn: Drawn, regions: dict[str, Row]) -> None:
    served = Counter(site.region for site in serving(drawn) if site.sort is Sort.CENTRE)

    assert served == Counter(code for code, row in regions.items() if row.level is Level.TOWN)


def test_the_halls_of_weihai_are_those_of_its_article() -> None:
    drawn = rows.read(read_text(rows.shipped("3710")))

    assert [site.name for site in drawn.sites if site.sort.kind is Kind.HALL] == [
        "威海市医疗保障服务大厅",
        "环翠区医疗保障服务大厅",
        "文登区医疗保障服务大厅",
        "荣成市医疗保障服务大厅",
        "乳山市医疗保障服务大厅",
    ]


def test_every_site_stands_in_a_region_that_fits_its_sort(
    drawn: Drawn, regions: dict[str, Row]
) -> None:
    for site in drawn.sites:
        region = regions[site.region]
        assert region.level is LEVELS[site.sort], site
        if site.sort is Sort.CLINIC:
            assert village_committee(region), site
        if site.sort is Sort.COMMUNITY:
            assert residents_committee(region), site


def test_every_region_has_a_point_in_china_from_a_known_source(
    drawn: Drawn, regions: dict[str, Row]
) -> None:
    assert [row.region for row in drawn.regions] == list(regions)
    assert {row.source for row in drawn.regions} == set(POINT_SOURCES)
    for row in drawn.regions:
        assert check(row.lat, row.lon, Datum.WGS84) == Point(row.lat, row.lon)


def test_villages_keep_three_hundred_metres_apart_and_stay_near_their_town(
    regions: dict[str, Row], points: dict[str, Point]
) -> None:
    villages = [code for code, row in regions.items() if row.level is Level.VILLAGE]
    positions = earth_centred(
        np.array([points[code].lat for code in villages]),
        np.array([points[code].lon for code in villages]),
    )

    assert not cKDTree(positions).query_pairs(300)
    for code in villages:
        assert distance(points[code], points[regions[code].parent]) < 9_000, code


def test_towns_lie_within_their_county_s_reach(
    regions: dict[str, Row], points: dict[str, Point]
) -> None:
    for code, row in regions.items():
        if row.level is Level.TOWN:
            assert distance(points[code], points[row.parent]) < 40_000, row
        if row.level is Level.COUNTY:
            assert distance(points[code], points[row.parent]) < 90_000, row


def test_sites_stand_beside_the_point_of_their_region(
    drawn: Drawn, points: dict[str, Point]
) -> None:
    for site in drawn.sites:
        if site.lat is not None and site.lon is not None:
            far = distance(Point(site.lat, site.lon), points[site.region])
            assert far < (200 if LEVELS[site.sort] is Level.VILLAGE else 1_200), site


def test_a_few_positions_are_unsure_and_a_few_stations_do_not_serve(drawn: Drawn) -> None:
    unverified = [site for site in serving(drawn) if site.lat is not None and not site.verified]
    nowhere = [site for site in serving(drawn) if site.lat is None]

    assert (len(unverified), len(nowhere)) == (2, 1)
    assert Counter(site.status for site in drawn.sites if site.status is not Status.ACTIVE) == {
        Status.PLANNED: 2,
        Status.CLOSED: 1,
    }
    events = [row.event for row in drawn.regions] + [site.event for site in drawn.sites]
    assert Counter(filter(None, events)) == dict.fromkeys(Event, 1)


def test_hours_are_of_several_kinds_and_sometimes_unknown(drawn: Drawn) -> None:
    known = Counter(site.hours for site in serving(drawn))

    assert known.pop("") > 0
    assert known.keys() == HOURS.keys()
    assert all(site.hours == "hall" for site in drawn.sites if site.sort.kind is Kind.HALL)


def test_every_site_entered_the_register_in_time(drawn: Drawn) -> None:
    for site in drawn.sites:
        if site.status is Status.PLANNED:
            assert site.since == ""
        else:
            assert "2021-01-01" <= site.since < FIRST_DAY.isoformat()


def test_words_are_there_in_both_languages(city: str, drawn: Drawn) -> None:
    area = CITIES[city].area_code
    for site in drawn.sites:
        assert re.search(r"[一-鿿]", site.name)
        assert site.name.endswith(("医保工作站", "医疗保障服务大厅"))
        assert re.fullmatch(r"[A-Z][A-Za-z' -]+( – Medical Insurance Station)?", site.name_en), site
        assert "Medical Insurance" in site.name_en
        assert 5 < len(site.address) < 60
        assert re.fullmatch(rf"({area}-5550\d{{3}})?", site.phone)
    phones = [site.phone for site in drawn.sites if site.phone]
    assert len(phones) == len(set(phones)) > 0.9 * len(drawn.sites)


def test_the_address_names_the_county_and_the_town(drawn: Drawn, regions: dict[str, Row]) -> None:
    for site in drawn.sites:
        if LEVELS[site.sort] in (Level.TOWN, Level.VILLAGE):
            county = regions[f"{county_of(site.region)}000000"]
            town = regions[f"{site.region[:9]}000"]
            assert site.address.startswith(county.name + town.name)


def test_providers_bear_names_of_their_own(drawn: Drawn) -> None:
    names = [site.name for site in drawn.sites if site.sort in (Sort.HOSPITAL, Sort.PHARMACY)]

    assert len(names) == len(set(names))


def test_what_is_written_is_read_back(city: str, drawn: Drawn) -> None:
    assert rows.write(drawn) == read_text(rows.shipped(city))
