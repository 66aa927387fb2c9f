"""What made sites offer: by sort, with differences, and something that is rare."""

from __future__ import annotations

import pytest

from core.catalogue import importer
from core.sites.rules import Kind, Mode
from core.textfile import read_text
from network.demo import rows
from network.demo.offerings import Offered, offerings
from network.demo.rules import Sort, stream

SERVICES = [
    Offered(number, entry.code, entry.facts.modes)
    for number, entry in enumerate(importer.read().entries, 1)
]
IDS = {service.code: service.id for service in SERVICES}
QUERY, WITHDRAWAL, CHRONIC = IDS["002036002002"], IDS["002036002003"], IDS["002036005001"]

Offers = dict[Sort, list[dict[int, Mode]]]


@pytest.fixture(scope="module")
def offers() -> Offers:
    """The offerings of a hundred sites of each sort."""
    return {
        sort: [offerings(sort, SERVICES, stream("test", sort, number)) for number in range(100)]
        for sort in Sort
    }


@pytest.mark.parametrize("sort", [Sort.CITY_HALL, Sort.COUNTY_HALL])
def test_halls_do_everything_themselves(offers: Offers, sort: Sort) -> None:
    assert offers[sort] == [dict.fromkeys(IDS.values(), Mode.DIRECT)] * 100
    assert len(IDS) == 21


def test_stations_offer_less_the_nearer_they_are(offers: Offers) -> None:
    def usual(sort: Sort) -> float:
        return sum(map(len, offers[sort])) / 100

    assert 21 > usual(Sort.CENTRE) > usual(Sort.COMMUNITY) > usual(Sort.CLINIC) > 2
    assert usual(Sort.CENTRE) > 15
    assert usual(Sort.HOSPITAL) > usual(Sort.PHARMACY) > 1


def test_sites_of_one_sort_differ(offers: Offers) -> None:
    for sort in Sort:
        if sort.kind is not Kind.HALL:
            assert len({tuple(sorted(one.items())) for one in offers[sort]}) > 10, sort


def test_clinics_and_pharmacies_do_only_queries_themselves(offers: Offers) -> None:
    for sort in (Sort.CLINIC, Sort.PHARMACY):
        done = {service for one in offers[sort] for service in one if one[service] is Mode.DIRECT}
        assert done == {QUERY}
        assert any(set(one) - {QUERY} for one in offers[sort])


def test_hospitals_recognise_chronic_diseases_themselves(offers: Offers) -> None:
    assert all(one[CHRONIC] is Mode.DIRECT for one in offers[Sort.HOSPITAL])
    assert all(one.get(CHRONIC) is not Mode.DIRECT for one in offers[Sort.CENTRE])


def test_centres_do_what_the_catalogue_says_is_usual_or_help(offers: Offers) -> None:
    usual = {
        service.id: service.modes.of(Kind.CONVENIENCE_CENTRE)
        for service in SERVICES
        if service.modes is not None
    }
    modes = [(usual[service], mode) for one in offers[Sort.CENTRE] for service, mode in one.items()]

    assert ("assisted", Mode.DIRECT) not in modes
    helped = modes.count(("direct", Mode.ASSISTED))
    assert 0 < helped < 0.2 * modes.count(("direct", Mode.DIRECT))


def test_something_is_offered_by_few() -> None:
    for city in ("3710", "3703"):
        sites = rows.read(read_text(rows.shipped(city))).sites
        few = [
            site
            for site in sites
            if WITHDRAWAL
            in offerings(site.sort, SERVICES, stream(city, "offers", site.region, site.name))
        ]
        assert 0 < len(few) < 0.1 * len(sites)
        assert any(site.sort.kind is not Kind.HALL for site in few)


def test_a_service_that_the_demonstration_does_not_know_is_left_to_halls() -> None:
    unknown = [Offered(1, "002036099001", None)]

    assert offerings(Sort.CITY_HALL, unknown, stream("test")) == {1: Mode.DIRECT}
    assert all(not offerings(sort, unknown, stream("test")) for sort in [*Sort][2:])
