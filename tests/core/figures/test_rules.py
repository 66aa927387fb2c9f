"""How rows become numbers: nothing is never 0, and a region has the number of its own rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from statistics import median
from typing import Final

import numpy as np
import pytest

from core.figures import rules
from core.figures.register import ACTIVE, GAPS, KEPT, VERIFIED
from core.figures.rules import Figure, Reduce, Rows, Worse, in_order, roll, value
from core.regions.ranks import NONE, Ranks
from core.regions.rules import Level
from core.regions.tree import Node, Tree
from tests.core.sites.test_network import ON, region

MIDDLE: Final = replace(VERIFIED, code="middle", reduce=Reduce.MEDIAN)


def nodes() -> Iterator[Node]:
    """A city of three counties, each of three towns, each of three villages; one town has none."""
    yield region(1, Level.CITY, None)
    for county in (10, 20, 30):
        yield region(county, Level.COUNTY, 1)
        for town in range(county * 10, county * 10 + 3):
            yield region(town, Level.TOWN, county)
            if town != 302:
                for village in range(town * 10, town * 10 + 3):
                    yield region(village, Level.VILLAGE, town)


RANKS: Final = Ranks(Tree.of(ON, nodes()))


def rows(count: int = 400) -> Rows:
    random = Random(count)
    places = random.choices(range(len(RANKS)), k=count)
    part = [float(random.randrange(7)) for _ in range(count)]
    base = [one + random.randrange(3) for one in part]
    return Rows(np.arange(count), np.array(places, np.int64), np.array(part), np.array(base))


@pytest.mark.parametrize("figure", [GAPS, KEPT, MIDDLE], ids=lambda figure: figure.code)
def test_all_regions_at_once_are_each_region_alone(figure: Figure) -> None:
    made = rows()
    rolled = roll(figure, made, RANKS)
    for place, node in enumerate(RANKS.nodes):
        inside = np.array([node in RANKS.tree.path(RANKS.nodes[each].id) for each in made.places])
        told, alone = rolled.at(place), value(figure, made.only(inside))
        assert told.rows == alone.rows
        assert told.number == (None if alone.number is None else pytest.approx(alone.number))
        if figure is MIDDLE and alone.rows:
            assert told.number == median(made.part[inside].tolist())


def test_no_base_gives_nothing_and_never_zero() -> None:
    none = rows(0)
    for figure in (GAPS, KEPT, MIDDLE):
        assert value(figure, none).number is None
        assert roll(figure, none, RANKS).at(0).number is None
    baseless = Rows(np.array([0]), np.array([3]), np.array([0.0]), np.array([0.0]))
    assert value(KEPT, baseless).number is None
    assert roll(KEPT, baseless, RANKS).at(0).number is None
    assert value(ACTIVE, none).number == 0  # that there is not one site is a number


def test_what_stands_nowhere_counts_nowhere() -> None:
    astray = Rows(np.array([0]), np.array([NONE]), np.array([5.0]), np.array([5.0]))
    assert roll(GAPS, astray, RANKS).rows.sum() == 0


def test_what_wants_looking_at_comes_first() -> None:
    made = rows(50)
    gaps = in_order(GAPS, made)
    assert gaps.part.tolist() == sorted(made.part.tolist(), reverse=True)
    kept = in_order(KEPT, made)
    shares = [p / b if b else 1.0 for p, b in zip(kept.part, kept.base, strict=True)]
    assert shares == sorted(shares)
    assert in_order(replace(GAPS, worse=None), made) is made
    assert GAPS.worse is Worse.HIGH


def test_a_code_is_defined_once() -> None:
    with pytest.raises(ValueError, match=r"plan\.gaps"):
        rules.define(GAPS)
