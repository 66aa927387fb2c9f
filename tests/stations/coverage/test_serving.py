"""Which sites count: the same as asking each of them by itself."""

from __future__ import annotations

import json
import random
from datetime import date, datetime, time, timedelta

import numpy as np
import pytest

from core.calendar.rules import Calendar, DayKind, Shut, SpecialDay
from core.clock import CITY_TIME
from core.sites.network import STATUSES, Announced, Network, Rows
from core.sites.rules import Status
from stations.coverage.serving import serving, sites_of
from tests.stations.coverage.test_rules import TREE

FRIDAY = date(2026, 6, 5)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DOCUMENTS = [
    {"week": {day: ["08:30-11:30", "13:30-17:00"] for day in DAYS[:5]}},
    {"week": {day: ["00:00-24:00"] for day in DAYS}, "holiday": ["00:00-24:00"]},
    {"week": {"fri": ["09:00-12:00"], "sat": ["09:00-12:00"]}, "holiday": ["10:00-11:00"]},
    {"week": {}},
    {
        "week": {"fri": ["08:00-17:00"]},
        "seasons": [
            {"name": "夏", "from": "06-01", "to": "09-30", "week": {"fri": ["14:00-20:00"]}}
        ],
    },
]
CALENDAR = Calendar(
    {
        date(2026, 6, 19): SpecialDay(DayKind.HOLIDAY, "端午节"),
        date(2026, 6, 14): SpecialDay(DayKind.MAKEUP, "端午节"),
    },
    frozenset({2026}),
)


def announced(shut: Shut, site_id: int | None = None, region_id: int | None = None) -> Announced:
    then = datetime(2026, 6, 1, tzinfo=CITY_TIME)
    return Announced("u", shut, "", "", site_id, region_id, then)


def network(on: date, chance: random.Random, closures: int) -> Network:
    count = 60
    texts = [json.dumps(document) for document in DOCUMENTS]
    ids = np.arange(1, count + 1) * 3
    shuts = []
    for _ in range(closures):
        since = on + timedelta(days=chance.choice([-3, -1, 0, 1]))
        until = chance.choice([None, on, on + timedelta(days=1), on + timedelta(days=5)])
        minutes = chance.choice([None, (9 * 60, 10 * 60), (0, 24 * 60)])
        if until is not None and until <= since:
            until = None
        where = chance.random() < 0.8
        shuts.append(
            announced(
                Shut(since, until, minutes),
                int(chance.choice(ids)) if where else None,
                None if where else chance.choice([3, 4, 5]),
            )
        )
    return Network(
        on,
        TREE,
        CALENDAR,
        Rows(
            ids=ids,
            region_ids=np.array([chance.choice([2, 3, 4, 5]) for _ in ids]),
            kinds=np.zeros(count, np.int8),
            statuses=np.array(
                [STATUSES.index(chance.choice(list(Status) + [Status.ACTIVE] * 5)) for _ in ids],
                np.int8,
            ),
            lat=np.array([chance.choice([37.5, 37.5, 37.5, np.nan]) for _ in ids]),
            lon=np.full(count, 122.1),
            codes=[f"{number:07d}" for number in ids.tolist()],
            names=["点"] * count,
            names_en=[""] * count,
            addresses=[""] * count,
            phones=[""] * count,
            made=[False] * count,
            hours={int(number): chance.choice(texts) for number in ids if chance.random() < 0.9},
            closures=tuple(shuts),
            services=(7, 9),
            direct=np.array([[chance.choice([0, 1])] for _ in ids], np.uint64),
            assisted=np.array([[chance.choice([0, 2])] for _ in ids], np.uint64),
        ),
    )


def test_sites_open_at_an_hour_are_those_that_are_open_each_by_itself() -> None:
    chance = random.Random(4)
    asked = wrong = opened = 0
    for number in range(60):
        on = FRIDAY + timedelta(days=chance.choice([0, 1, 2, 9, 14]))
        net = network(on, chance, number % 7)
        clock = time(chance.choice([0, 8, 9, 11, 12, 15, 17, 19, 23]), chance.choice([0, 30, 59]))
        at = datetime.combine(on, clock, CITY_TIME)
        service = chance.choice([None, 7, 9])
        found = serving(net, service, at)
        for index in range(len(net)):
            place = net.place(index)
            counts = (
                place.status is Status.ACTIVE
                and place.point is not None
                and (service is None or net.mode(place, service) is not None)
                and net.opening(place, at).open
            )
            asked, opened = asked + 1, opened + counts
            wrong += bool(found[index]) != counts
    assert wrong == 0
    assert asked == 3600
    assert 200 < opened < 3000


def test_without_an_hour_only_what_shuts_the_whole_day_counts() -> None:
    chance = random.Random(5)
    shut = 0
    for number in range(40):
        net = network(FRIDAY, chance, 3 + number % 5)
        found = serving(net)
        for index in range(len(net)):
            place = net.place(index)
            whole = any(one.shut.covers(FRIDAY) for one in place.closures)
            shut += whole
            assert found[index] == (net.ranked[index] and not whole)
    assert shut > 50


def test_a_service_that_nobody_offers_is_served_by_nobody() -> None:
    assert not serving(network(FRIDAY, random.Random(1), 0), 8).any()


def test_at_night_nobody_is_open_who_is_not_open_always() -> None:
    net = network(FRIDAY, random.Random(2), 0)
    found = serving(net, None, datetime(2026, 6, 5, 3, 0, tzinfo=CITY_TIME))
    always = json.dumps(DOCUMENTS[1])
    assert found.any()
    assert {net.rows.hours[int(one)] for one in net.rows.ids[found]} == {always}


def test_an_hour_of_another_day_is_refused() -> None:
    net = network(FRIDAY, random.Random(2), 0)
    with pytest.raises(ValueError, match="2026-06-05"):
        serving(net, None, datetime(2026, 6, 6, 9, 0, tzinfo=CITY_TIME))


def test_sites_keep_their_numbers_in_the_network() -> None:
    net = network(FRIDAY, random.Random(3), 2)
    wanted = serving(net, 7)
    found = sites_of(net, wanted)
    assert found.indexes.tolist() == np.flatnonzero(wanted).tolist()
    assert not np.isnan(found.positions.lat).any()
