"""The rule and the cover, against every settlement with every site."""

from __future__ import annotations

import random
from datetime import date

import numpy as np
import pytest

from core.errors import BadInput
from core.regions.ranks import NONE, Ranks
from core.regions.rules import Level
from core.regions.tree import Node, Tree
from stations.coverage.rules import Question, Rule, cover, shares, tally
from tests.stations.coverage.points import apart, at, demand, sites

ON = date(2026, 6, 1)
MIDDLE = (37.5, 122.1)


def node(number: int, level: Level, parent: int | None) -> Node:
    code = f"37{number:010d}"
    return Node(number, code, code, "", level, parent, True, None, "", ON, "")


TREE = Tree.of(
    ON,
    [
        node(1, Level.CITY, None),
        node(2, Level.COUNTY, 1),
        node(3, Level.TOWN, 2),
        node(4, Level.VILLAGE, 3),
        node(5, Level.COUNTY, 1),
    ],
)


@pytest.mark.parametrize("radius", [0.0, -1.0, 49.9, 50_000.1, 1e9, float("nan"), float("inf")])
def test_a_radius_out_of_bounds_is_refused(radius: float) -> None:
    with pytest.raises(BadInput) as refused:
        Rule.asked(radius)
    assert refused.value.field == "radius"


@pytest.mark.parametrize("factor", [0.0, 0.99, 3.01, -1.3, float("nan")])
def test_a_factor_out_of_bounds_is_refused(factor: float) -> None:
    with pytest.raises(BadInput) as refused:
        Rule.asked(1000.0, factor)
    assert refused.value.field == "factor"


def test_rules_that_differ_have_different_keys() -> None:
    rules = [Rule(), Rule(1000.1), Rule(1000.0, 1.3), Rule(769.0)]
    assert len({rule.key for rule in rules}) == len(rules)
    assert Rule.asked(1000).key == Rule().key


def test_a_walk_is_said_to_be_an_estimate() -> None:
    assert "直线" in str(Rule().words())
    assert "1000.0 米" in str(Rule().words())
    walk = str(Rule(1000.0, 1.3).words())
    assert "估计" in walk
    assert "1.3" in walk
    assert "769.231" in walk


def test_a_walk_covers_as_far_as_the_straight_line_of_its_factor() -> None:
    rule = Rule(1000.0, 1.25)
    asked = demand([at(MIDDLE, metres, 80) for metres in (800.0, 800.1)])
    found = cover(asked, sites([MIDDLE]), rule)
    by_code = dict(zip(asked.codes, found.covered.tolist(), strict=True))
    assert by_code == {"S1": True, "S2": False}


def test_every_settlement_agrees_with_the_geodesic() -> None:
    chance = random.Random(20)
    wrong = 0
    for number in range(20):
        radius = chance.choice([300.0, 1000.0, 2500.0])
        points = [
            at(MIDDLE, chance.uniform(0, 4 * radius), chance.uniform(0, 360)) for _ in range(120)
        ]
        stand = [
            at(MIDDLE, chance.uniform(0, 4 * radius), chance.uniform(0, 360)) for _ in range(12)
        ]
        points += [at(site, radius, chance.uniform(0, 360)) for site in stand]
        asked = demand(points, [float(chance.randrange(0, 900)) for _ in points])
        found = cover(asked, sites(stand), Rule(radius))
        for i in range(len(asked)):
            here = (float(asked.lat[i]), float(asked.lon[i]))
            metres = [apart(here, site) for site in stand]
            least = min(metres)
            wrong += bool(found.covered[i]) != (least <= radius + 1e-6)
            assert abs(found.distance[i] - least) < 1e-5
            assert metres[found.nearest[i] - 100] - least < 1e-5
            assert found.choices[i] == sum(one <= radius + 1e-6 for one in metres)
            assert (i in found.rim) == (abs(least - radius) <= 5.0), number
    assert wrong == 0


def test_whom_a_site_alone_covers_depends_on_it() -> None:
    left, right = MIDDLE, at(MIDDLE, 1500, 90)
    between = at(MIDDLE, 750, 90)
    asked = demand([left, between, right, at(left, 300, 270)], [10.0, 20.0, 40.0, 0.0])
    found = cover(asked, sites([left, right]), Rule())
    assert found.reached.tolist() == [30.0, 60.0]
    assert found.dependent.tolist() == [10.0, 40.0]
    assert {asked.codes[i] for i in found.dependants(0)} == {"S1", "S4"}


def test_people_and_settlements_are_counted_apart() -> None:
    asked = demand([MIDDLE, at(MIDDLE, 5000, 0), at(MIDDLE, 5000, 0)], [30.0, 70.0, 0.0])
    told = tally(cover(asked, sites([MIDDLE]), Rule()))
    assert (told.people, told.people_covered) == (100.0, 30.0)
    assert (told.settlements, told.settlements_covered) == (3, 1)
    assert told.people_share == 0.3
    assert told.settlement_share == pytest.approx(1 / 3)


def test_without_people_there_is_no_share_and_it_is_not_nought() -> None:
    nobody = tally(cover(demand([]), sites([MIDDLE]), Rule()))
    assert nobody.people_share is None
    assert nobody.settlement_share is None
    empty = tally(cover(demand([MIDDLE], [0.0]), sites([MIDDLE]), Rule()))
    assert empty.people_share is None
    assert empty.settlement_share == 1.0


def test_without_a_site_nobody_is_covered_and_everybody_infinitely_far() -> None:
    found = cover(demand([MIDDLE], [5.0]), sites([]), Rule())
    assert tally(found).people_covered == 0
    assert found.nearest.tolist() == [NONE]
    assert found.distance.tolist() == [np.inf]
    assert len(found.rim) == len(found.pairs) == len(found.reached) == 0


def test_regions_have_the_numbers_of_all_below() -> None:
    ranks = Ranks(TREE)
    far = at(MIDDLE, 9000, 0)
    asked = demand([MIDDLE, far, MIDDLE, far], [1.0, 2.0, 4.0, 8.0], [4, 3, 5, 99])
    found = cover(asked, sites([MIDDLE]), Rule())
    told = shares(found, ranks)
    city, town, village, other = (told.at(ranks.place[number]) for number in (1, 3, 4, 5))
    assert (city.people, city.people_covered) == (7.0, 5.0)
    assert (city.settlements, city.settlements_covered) == (3, 2)
    assert (town.people, town.people_covered) == (3.0, 1.0)
    assert (village.settlements, other.settlements) == (1, 1)
    inside = asked.inside(ranks, TREE.by_id[2])
    assert {asked.codes[i] for i in np.flatnonzero(inside).tolist()} == {"S1", "S2"}
    assert asked.inside(ranks, None).sum() == 3
    assert tally(found, inside) == told.at(ranks.place[2])


def test_a_question_says_which_sites_count() -> None:
    assert "全天停办" in str(Question(None, ON).sites_words())


def test_however_it_is_found_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(22)
    points = [at(MIDDLE, chance.uniform(0, 9000), chance.uniform(0, 360)) for _ in range(400)]
    asked, stand = demand(points), sites(points[:40])
    by_pairs = cover(asked, stand, Rule())
    told = (by_pairs.covered, by_pairs.choices, by_pairs.reached, by_pairs.dependent)
    monkeypatch.setattr("stations.coverage.rules.A_FEW", 0)
    monkeypatch.setattr("stations.coverage.rules.MOST_PAIRS", 10)
    monkeypatch.setattr("stations.coverage.positions.MOST_PAIRS", 200)
    by_tree = cover(asked, stand, Rule())
    again = (by_tree.covered, by_tree.choices, by_tree.reached, by_tree.dependent)
    assert all(np.array_equal(one, other) for one, other in zip(told, again, strict=True))
    assert "pairs" not in by_tree.__dict__
    assert 0 < by_tree.covered.sum() < 400
