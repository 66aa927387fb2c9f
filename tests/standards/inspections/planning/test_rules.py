"""Draws: repeatable, fair enough, never to one's own county or station, told where they cannot."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from typing import Final

import pytest

from core.errors import BadInput
from standards.inspections.planning import rules
from standards.inspections.planning.rules import (
    Drawn,
    DrawnInspector,
    DrawnSite,
    Infeasible,
    Pools,
    draw,
)

COUNTIES: Final = ("371002000000", "371082000000", "371083000000", "371003000000")


def pools(chance: random.Random) -> Pools:
    """Sites of some counties, inspectors of some counties and stations, in any order."""
    sites = [
        DrawnSite(f"{number:06d}", chance.choice(COUNTIES))
        for number in range(chance.randint(1, 40))
    ]
    codes = [site.code for site in sites]
    inspectors = [
        DrawnInspector(
            f"inspector{number}",
            tuple(chance.sample(COUNTIES, chance.randint(0, 2))),
            tuple(chance.sample(codes, min(len(codes), chance.randint(0, 3)))),
        )
        for number in range(chance.randint(2, 12))
    ]
    chance.shuffle(sites)
    return Pools(tuple(sites), tuple(inspectors))


def shuffled(given: Pools, chance: random.Random) -> Pools:
    sites, inspectors = list(given.sites), list(given.inspectors)
    chance.shuffle(sites)
    chance.shuffle(inspectors)
    return Pools(tuple(sites), tuple(inspectors))


def test_a_thousand_draws_keep_to_the_exclusions_and_can_be_repeated() -> None:
    done = told = 0
    for number in range(1700):
        chance = random.Random(number)
        given = pools(chance)
        visits, together = chance.randint(1, len(given.sites)), chance.choice((1, 2))
        try:
            drawn = draw(f"seed {number}", given, visits, together)
        except Infeasible:
            told += 1
            nobody = [
                site
                for site in given.sites
                if sum(one.may_visit(site) for one in given.inspectors) < together
            ]
            assert nobody
            continue
        done += 1
        assert rules.breaks(given, drawn) == []
        assert len({one.site for one in drawn}) == visits == len(drawn)
        assert all(len(set(one.inspectors)) == together for one in drawn)
        assert draw(f"seed {number}", shuffled(given, chance), visits, together) == drawn
        assert rules.read(rules.written(given)) == Pools(
            tuple(sorted(given.sites)),
            tuple(
                DrawnInspector(
                    one.username, tuple(sorted(one.counties)), tuple(sorted(one.stations))
                )
                for one in sorted(given.inspectors)
            ),
        )
    assert done >= 1000
    assert told > 0


def test_what_breaks_an_exclusion_is_found() -> None:
    given = Pools(
        (DrawnSite("a", "c"), DrawnSite("b", "d")), (DrawnInspector("x", ("c",), ("b",)),)
    )
    assert rules.breaks(given, [Drawn("a", ("x",)), Drawn("b", ("x",))]) == ["a", "b"]


def test_anybody_finds_the_same_with_sha256_alone() -> None:
    sites = tuple(DrawnSite(f"{number:06d}", "c") for number in range(20))
    people = (DrawnInspector("li"), DrawnInspector("wang"))

    def line(*parts: str) -> str:
        return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()

    first = min(sites, key=lambda site: line("2026 第一次", "site", site.code)).code
    who = min(("li", "wang"), key=lambda one: line("2026 第一次", "pair", first, one))
    assert draw("2026 第一次", Pools(sites, people), 1) == (Drawn(first, (who,)),)


def test_visits_are_spread_evenly_and_every_site_may_be_drawn() -> None:
    sites = tuple(DrawnSite(f"{number:06d}", "c") for number in range(30))
    people = tuple(DrawnInspector(f"i{number}") for number in range(7))
    found: Counter[str] = Counter()
    for number in range(300):
        drawn = draw(f"{number}", Pools(sites, people), 10)
        load = Counter(one.inspectors[0] for one in drawn)
        assert max(load.values()) - min(load.get(one.username, 0) for one in people) <= 1
        found.update(one.site for one in drawn)
    assert len(found) == 30
    assert 60 < min(found.values()) <= max(found.values()) < 140  # a hundred each on average


def test_another_seed_draws_otherwise() -> None:
    given = Pools(
        tuple(DrawnSite(f"{number:06d}", "c") for number in range(50)), (DrawnInspector("x"),)
    )
    assert draw("one", given, 10) != draw("two", given, 10)


@pytest.mark.parametrize(
    ("visits", "together", "field"),
    [
        (0, 1, "visits"),
        (3, 1, "visits"),
        (501, 1, "visits"),
        (1, 3, "together"),
        (1, 2, "inspectors"),
    ],
)
def test_what_cannot_be_drawn_is_refused(visits: int, together: int, field: str) -> None:
    given = Pools((DrawnSite("a", "c"), DrawnSite("b", "c")), (DrawnInspector("x"),))
    with pytest.raises(BadInput) as refused:
        draw("seed", given, visits, together)
    assert refused.value.field == field


def test_sites_that_nobody_may_visit_are_named() -> None:
    given = Pools((DrawnSite("a", "c"), DrawnSite("b", "d")), (DrawnInspector("x", ("c",)),))
    with pytest.raises(Infeasible) as refused:
        draw("seed", given, 2)
    assert refused.value.code == "infeasible"
    assert refused.value.field == "inspectors"


@pytest.mark.parametrize("text", ["", "   ", "x" * 201, "a\x07b"])
def test_a_seed_is_a_line_that_can_be_read_out(text: str) -> None:
    with pytest.raises(BadInput):
        rules.seed(text)


def test_a_seed_is_kept_as_it_is_said() -> None:
    assert rules.seed("  摇号  37 08 ") == "摇号 37 08"
