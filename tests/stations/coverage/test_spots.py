"""Blind spots: which settlements make one, and where a new site would reach most."""

from __future__ import annotations

import random

import numpy as np
import pytest

from core.errors import BadInput
from stations.coverage.rules import Rule, cover
from stations.coverage.spots import blind_spots, uncovered, words
from tests.stations.coverage.points import apart, at, demand, sites

MIDDLE = (37.5, 122.1)
FAR = at(MIDDLE, 5000, 0)


def test_settlements_belong_together_as_far_as_a_site_would_reach() -> None:
    chain = [at(FAR, metres, 90) for metres in (0.0, 1000.0, 1900.0)]
    alone = at(FAR, 1000.1, 180)
    asked = demand([MIDDLE, *chain, alone], [1.0, 10.0, 40.0, 20.0, 30.0])
    found = cover(asked, sites([MIDDLE]), Rule())
    first, second = blind_spots(found)
    codes = [asked.codes[i] for i in first.settlements.tolist()]
    assert codes == ["S3", "S4", "S2"]  # most people first
    assert first.people == 70.0
    assert asked.codes[first.place] == "S3"
    assert first.won == 70.0
    assert len(first.winning) == 3
    assert [asked.codes[i] for i in second.settlements.tolist()] == ["S5"]


def test_a_spot_says_which_site_is_nearest_and_how_far() -> None:
    asked = demand([FAR, at(FAR, 900, 0)], [1.0, 2.0])
    stand = [MIDDLE, at(FAR, 3000, 0)]
    (spot,) = blind_spots(cover(asked, sites(stand), Rule()))
    assert asked.codes[spot.edge] == "S2"
    assert spot.nearest == 101
    assert abs(spot.distance - 2100) < 1e-3


def test_the_place_for_a_site_wins_most_people_though_few_live_there() -> None:
    asked = demand([at(FAR, 900, 270), FAR, at(FAR, 900, 90)], [50.0, 0.0, 60.0])
    (spot,) = blind_spots(cover(asked, sites([MIDDLE]), Rule()))
    assert asked.codes[spot.place] == "S2"
    assert spot.won == 110.0


def test_without_a_site_everybody_is_in_a_spot_and_infinitely_far() -> None:
    (spot,) = blind_spots(cover(demand([MIDDLE, MIDDLE], [0.0, 0.0]), sites([]), Rule()))
    assert len(spot.settlements) == 2
    assert spot.distance == np.inf
    assert spot.nearest == -1


def test_where_all_are_covered_there_is_no_spot() -> None:
    found = cover(demand([MIDDLE]), sites([MIDDLE]), Rule())
    assert blind_spots(found) == []
    assert len(uncovered(found)) == 0


def test_only_what_is_looked_at_counts() -> None:
    asked = demand([FAR, at(FAR, 500, 0)], [1.0, 2.0])
    found = cover(asked, sites([MIDDLE]), Rule())
    only = np.array([code == "S1" for code in asked.codes])
    (spot,) = blind_spots(found, only)
    assert (spot.people, spot.won) == (1.0, 1.0)


def test_spots_are_those_that_a_search_through_all_neighbours_gives() -> None:
    chance = random.Random(8)
    for _ in range(15):
        points = [at(MIDDLE, chance.uniform(0, 9000), chance.uniform(0, 360)) for _ in range(70)]
        asked = demand(points, [float(chance.randrange(5)) for _ in points])
        found = cover(asked, sites(points[:5]), Rule())
        missing = np.flatnonzero(~found.covered).tolist()
        here = {i: (float(asked.lat[i]), float(asked.lon[i])) for i in missing}
        expected, left = set(), set(missing)
        while left:
            linked, waiting = set(), [left.pop()]
            while waiting:
                one = waiting.pop()
                linked.add(one)
                near = {two for two in left if apart(here[one], here[two]) <= 1000}
                left -= near
                waiting += near
            expected.add(frozenset(linked))
        told = blind_spots(found)
        assert {frozenset(spot.settlements.tolist()) for spot in told} == expected
        assert [spot.people for spot in told] == sorted((s.people for s in told), reverse=True)
        for spot in told:
            reach = {
                i: sum(asked.people[j] for j in spot.settlements if apart(here[i], here[j]) <= 1000)
                for i in spot.settlements.tolist()
            }
            assert spot.won == max(reach.values()) == reach[spot.place]


def test_the_rule_is_said_in_words() -> None:
    assert "769.231 米" in str(words(Rule(1000.0, 1.3)))


def test_a_spot_of_very_many_links_is_found_a_part_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = [at(FAR, number / 10, 0) for number in range(300)] + [at(FAR, 3000, 0)]
    found = cover(demand(points), sites([MIDDLE]), Rule())
    monkeypatch.setattr("stations.coverage.positions.MOST_PAIRS", 5000)
    first, second = blind_spots(found)
    assert (len(first.settlements), first.won, len(second.settlements)) == (300, 300.0, 1)


def test_where_nearly_all_hang_together_there_are_no_spots_but_a_word_about_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = [at(FAR, number * 10, 0) for number in range(40)]
    found = cover(demand(points), sites([MIDDLE]), Rule())
    assert len(blind_spots(found)) == 1
    monkeypatch.setattr("stations.coverage.spots.MOST_LINKS", 500)
    with pytest.raises(BadInput, match="缩小半径") as refused:
        blind_spots(found)
    assert refused.value.field == "radius"
