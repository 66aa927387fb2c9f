"""What if: the same as working out the whole city twice, for hundreds of made cities."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from core.clock import CITY_TIME
from core.errors import BadInput
from core.geo import Point
from core.sites.network import Network
from stations.coverage.positions import Wanted
from stations.coverage.queries import cover_of
from stations.coverage.rules import Question, Rule, tally
from stations.coverage.serving import serving, sites_of
from stations.coverage.settled import Demand
from stations.coverage.whatif.queries import reckoning
from stations.coverage.whatif.reckoning import Touched
from stations.coverage.whatif.rules import (
    Change,
    Close,
    Lose,
    Move,
    Shift,
    Suspend,
    WhatIf,
    changed,
)
from tests.stations.coverage.points import apart, at, demand, service
from tests.stations.coverage.test_serving import DOCUMENTS, FRIDAY, network

MIDDLE = (37.5, 122.1)
SERVICES = (7, 9)
AT = datetime(2026, 6, 5, 9, 30, tzinfo=CITY_TIME)


def scattered(net: Network, chance: random.Random) -> Network:
    """The same network with its sites all over the place."""
    points = [at(MIDDLE, chance.uniform(0, 5000), chance.uniform(0, 360)) for _ in range(len(net))]
    lat, lon = np.array(points).T
    known = ~np.isnan(net.rows.lat)
    rows = replace(net.rows, lat=np.where(known, lat, np.nan), lon=lon)
    return Network(net.on, net.tree, net.calendar, rows)


def changes(net: Network, chance: random.Random) -> Iterator[Change]:
    for site_id in chance.sample(net.rows.ids.tolist(), chance.choice([1, 1, 2, 6])):
        where = at(MIDDLE, chance.uniform(0, 5000), chance.uniform(0, 360))
        all_kinds: list[Change] = [
            Close(site_id),
            Suspend(site_id, FRIDAY - timedelta(days=1), FRIDAY + timedelta(days=2)),
            Move(site_id, Point(*where)),
            Lose(site_id, chance.choice(SERVICES)),
            Shift(site_id, json.dumps(chance.choice(DOCUMENTS))),
        ]
        yield chance.choice(all_kinds)


def covered(net: Network, asked: Demand, question: Question) -> Wanted:
    return cover_of(net, asked, question).covered


def test_it_is_the_same_as_working_out_everything_anew() -> None:
    chance = random.Random(31)
    wrong = dropped = won = poorer = 0
    for number in range(120):
        net = scattered(network(FRIDAY, chance, number % 4), chance)
        points = [at(MIDDLE, chance.uniform(0, 6000), chance.uniform(0, 360)) for _ in range(90)]
        asked = demand(points, [float(chance.randrange(0, 500)) for _ in points])
        what = WhatIf(tuple(changes(net, chance)))
        shifting = any(isinstance(one, Shift) for one in what.changes)
        question = Question(
            None,
            FRIDAY,
            chance.choice([None, service(7), service(9)]),
            AT if shifting else chance.choice([None, AT]),
            Rule(chance.choice([500.0, 1000.0])),
        )
        told = reckoning(net, asked, question, what).outcome(None)
        after = changed(net, what.changes)
        was, will = covered(net, asked, question), covered(after, asked, question)
        per = {
            one: (covered(net, asked, own), covered(after, asked, own))
            for one in SERVICES
            for own in (replace(question, service=service(one)),)
        }
        assert told.before == tally(cover_of(net, asked, question))
        assert told.after.people_covered == pytest.approx(
            tally(cover_of(after, asked, question)).people_covered
        )
        assert told.after.settlements_covered == will.sum()
        assert {one.settlement for one in told.dropped} == set(np.flatnonzero(was & ~will).tolist())
        assert {one.settlement for one in told.won} == set(np.flatnonzero(will & ~was).tolist())
        for one in told.touched:
            lost = {s for s, (b, a) in per.items() if b[one.settlement] and not a[one.settlement]}
            gained = {s for s, (b, a) in per.items() if a[one.settlement] and not b[one.settlement]}
            wrong += set(one.lost) != lost or set(one.won) != gained
        for service_id, (b, a) in per.items():
            balance = told.services.get(service_id)
            assert (balance is None) == (b == a).all()
            if balance is not None:
                assert balance.settlements_lost == (b & ~a).sum()
                assert balance.people_won == asked.people[a & ~b].sum()
        dropped, won = dropped + len(told.dropped), won + len(told.won)
        poorer += len(told.poorer)
        check_alternatives(told.touched[:5], asked, after, question)
    assert wrong == 0
    assert min(dropped, won, poorer) > 15


def check_alternatives(
    touched: Sequence[Touched], asked: Demand, after: Network, question: Question
) -> None:
    left = sites_of(after, serving(after, question.service_id, question.at))
    for one in touched:
        here = (float(asked.lat[one.settlement]), float(asked.lon[one.settlement]))
        metres = [
            apart(here, (float(lat), float(lon)))
            for lat, lon in zip(left.positions.lat, left.positions.lon, strict=True)
        ]
        if not metres:
            assert one.nearest == -1
            continue
        assert one.distance == pytest.approx(min(metres), abs=1e-4)
        assert metres[left.indexes.tolist().index(one.nearest)] == pytest.approx(one.distance)


def plain(stand: list[tuple[float, float]]) -> Network:
    """Sites that all offer service 7 at any time."""
    net = network(FRIDAY, random.Random(1), 0)
    count = len(stand)
    lat, lon = np.array(stand).T
    rows = replace(
        net.rows,
        ids=np.arange(1, count + 1),
        region_ids=np.ones(count, np.int64),
        kinds=np.zeros(count, np.int8),
        statuses=np.full(count, net.rows.statuses[np.flatnonzero(net.ranked)[0]]),
        lat=lat,
        lon=lon,
        hours={},
        direct=np.ones((count, 1), np.uint64),
        assisted=np.zeros((count, 1), np.uint64),
    )
    return Network(FRIDAY, net.tree, net.calendar, rows)


def test_closing_both_of_two_drops_who_either_would_have_kept() -> None:
    stand = [MIDDLE, at(MIDDLE, 1500, 90)]
    net, asked = plain(stand), demand([at(MIDDLE, 750, 90), at(MIDDLE, 300, 0)], [20.0, 7.0])
    question = Question(None, FRIDAY)
    one = reckoning(net, asked, question, WhatIf((Close(1),))).outcome(None)
    both = reckoning(net, asked, question, WhatIf((Close(1), Close(2)))).outcome(None)
    assert [asked.codes[found.settlement] for found in one.dropped] == ["S2"]
    assert [asked.codes[found.settlement] for found in both.dropped] == ["S1", "S2"]
    assert both.dropped[0].nearest == -1
    assert both.dropped[0].distance == np.inf
    assert both.after.people_share == 0.0


def test_what_happens_beyond_the_region_is_told_apart() -> None:
    net, asked = plain([MIDDLE]), demand([MIDDLE, at(MIDDLE, 10, 0)], [3.0, 5.0])
    inside = np.array([code == "S1" for code in asked.codes])
    told = reckoning(net, asked, Question(None, FRIDAY), WhatIf((Close(1),))).outcome(inside)
    assert [found.people for found in told.dropped] == [3.0]
    assert (told.before.people, told.after.people_covered) == (3.0, 0.0)
    assert (told.beyond.people_lost, told.beyond.settlements_lost) == (5.0, 1)
    assert told.services[7].people_lost == 3.0


def test_a_site_that_does_not_count_changes_nothing_and_is_named() -> None:
    net, asked = plain([MIDDLE, at(MIDDLE, 5, 0)]), demand([MIDDLE], [3.0])
    lost = reckoning(net, asked, Question(None, FRIDAY), WhatIf((Lose(1, 9),))).outcome(None)
    assert lost.touched == ()
    assert lost.idle == ()
    nobody = replace(net.rows, lat=np.array([np.nan, net.rows.lat[1]]))
    away = Network(FRIDAY, net.tree, net.calendar, nobody)
    told = reckoning(away, asked, Question(None, FRIDAY), WhatIf((Close(1), Close(2)))).outcome(
        None
    )
    assert told.idle == (1,)
    assert len(told.dropped) == 1


def test_who_moves_to_the_next_street_is_their_own_alternative() -> None:
    net, asked = plain([MIDDLE]), demand([at(MIDDLE, 900, 270)], [3.0])
    question = Question(None, FRIDAY)
    to = Point(*at(MIDDLE, 200, 90))
    told = reckoning(net, asked, question, WhatIf((Move(1, to),))).outcome(None)
    assert told.dropped[0].nearest == 0
    assert told.dropped[0].distance == pytest.approx(1100, abs=1e-3)


@pytest.mark.parametrize(
    ("question", "what", "field"),
    [
        (Question(None, FRIDAY), (), "changes"),
        (Question(None, FRIDAY), (Close(1),) * 501, "changes"),
        (Question(None, FRIDAY), (Close(99),), "changes"),
        (Question(None, FRIDAY), (Suspend(1, FRIDAY + timedelta(days=1)),), "on"),
        (Question(None, FRIDAY), (Suspend(1, FRIDAY - timedelta(days=9), FRIDAY),), "on"),
        (Question(None, FRIDAY), (Shift(1, json.dumps(DOCUMENTS[0])),), "at"),
    ],
)
def test_a_question_without_an_answer_is_refused(
    question: Question, what: tuple[Change, ...], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        reckoning(plain([MIDDLE]), demand([MIDDLE]), question, WhatIf(what))
    assert refused.value.field == field
