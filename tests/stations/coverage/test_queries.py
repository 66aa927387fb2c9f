"""Who lives where on a day, and whom the network reaches, on both databases."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from core.catalogue.queries import catalogue
from core.clock import CITY_TIME, now, today
from core.db import db, writing
from core.regions import importer
from core.regions.heirs import NOBODY, Heirs
from core.regions.queries import tree
from core.regions.ranks import ranks
from core.sites import closures
from core.sites.closures import Notice
from core.sites.queries import network
from stations.coverage.by_service import by_service
from stations.coverage.models import PopulationSet
from stations.coverage.queries import cover, demand
from stations.coverage.rules import Question, Rule, shares, tally
from stations.coverage.settled import Demand
from tests.conftest import Once
from tests.stations.coverage.made import (
    ACTOR,
    CITY,
    COUNTY,
    LIST,
    OTHER,
    SECOND,
    TOWN,
    VILLAGE,
    population_set,
    regions,
    settle,
)
from tests.stations.coverage.town import (
    COMMON,
    HALLS,
    MIDDLE,
    NOBODYS,
    Town,
    make_empty_town,
)

KILOMETRE = Rule()


def ask(service: str | None = None, hour: int | None = None, rule: Rule = KILOMETRE) -> Question:
    at = None if hour is None else datetime.combine(today(), time(hour), CITY_TIME)
    found = None if service is None else catalogue(today()).by_code[service]
    return Question(None, today(), found, at, rule)


def reached(question: Question) -> set[str]:
    found = cover(question)
    return {found.demand.codes[i] for i in np.flatnonzero(found.covered).tolist()}


# -- Who lives where ----------------------------------------------------------------------------


def codes(found: Demand) -> set[str]:
    return set(found.codes)


def test_without_a_set_nobody_is_known(app: object) -> None:
    with writing():
        regions()
    assert len(demand(today())) == 0
    assert tally(cover(ask())).people_share is None


def test_settlements_come_as_they_were_given(town: Town) -> None:
    found = demand(today())
    assert codes(found) == set("甲乙丙丁戊己庚")
    here = found.codes.index("甲")
    assert (found.lat[here], found.lon[here], found.people[here]) == (*MIDDLE, 100.0)
    assert found.region_ids[here] == town.regions[VILLAGE]
    assert found.sets[0].source == "人口普查"
    assert not found.made


def test_the_latest_set_up_to_the_year_counts_else_the_earliest(app: object) -> None:
    with writing():
        ids = regions()
        for year in (2015, 2020, 2025):
            found = population_set(ids[CITY], year)
            settle(found, ids[VILLAGE], (f"of{year}", 37.5, 122.1, 1.0))
    assert codes(demand(today().replace(year=2026))) == {"of2025"}
    assert codes(demand(today().replace(year=2024))) == {"of2020"}
    with writing():
        db.session.execute(
            sa.update(PopulationSet).where(PopulationSet.year < 2025).values(replaced_at=now())
        )
    assert codes(demand(today().replace(year=2024))) == {"of2025"}


def test_a_countys_own_set_goes_before_its_citys_of_the_same_year(app: object) -> None:
    with writing():
        ids = regions()
        citys, own = population_set(ids[CITY], 2020), population_set(ids[COUNTY], 2020)
        settle(citys, ids[VILLAGE], ("citys", 37.5, 122.1, 1.0))
        settle(citys, ids[OTHER], ("elsewhere", 37.1, 122.4, 2.0))
        settle(citys, ids[CITY], ("nowhere", 37.2, 122.3, 4.0))
        settle(own, ids[SECOND], ("own", 37.5, 122.1, 8.0))
    assert codes(demand(today())) == {"own", "elsewhere", "nowhere"}
    with writing():
        newer = population_set(ids[CITY], 2023)
        settle(newer, ids[VILLAGE], ("newer", 37.5, 122.1, 1.0))
    assert codes(demand(today())) == {"newer"}


def test_what_is_held_is_the_same_until_somebody_writes(town: Town) -> None:
    first, answered = demand(today()), cover(ask())
    assert demand(today()) is first
    assert cover(ask()) is answered
    with writing():
        closures.announce(ACTOR, Notice(today(), None, "停办", site_id=town.hall_id))
    assert demand(today()) is first  # nobody has moved
    assert cover(ask()) is not answered
    with writing():
        settle(population_set(town.regions[CITY], 2021), town.regions[VILLAGE],
               ("新", *MIDDLE, 7.0))  # fmt: skip
    assert codes(demand(today())) == {"新"}
    assert tally(cover(ask())).people == 7.0


# -- Whom the network reaches -------------------------------------------------------------------


def test_whoever_has_a_site_within_a_kilometre_is_reached_over_the_border_too(town: Town) -> None:
    assert reached(ask()) == set("甲乙丙己")
    told = tally(cover(ask()))
    assert (told.people_covered, told.people) == (710.0, 790.0)
    assert (told.settlements_covered, told.settlements) == (4, 7)


def test_only_sites_that_offer_the_service_reach(town: Town) -> None:
    assert reached(ask(HALLS)) == set("甲乙己")
    assert reached(ask(COMMON)) == set("甲乙丙己")
    assert reached(ask(NOBODYS)) == set()


def test_at_night_only_who_is_open_reaches(town: Town) -> None:
    assert reached(ask(hour=9)) == set("甲乙丙己")
    assert reached(ask(hour=3)) == set("乙丙")
    assert reached(ask(HALLS, hour=3)) == set()


def test_a_closure_takes_the_site_out_of_the_day(town: Town) -> None:
    with writing():
        closures.announce(ACTOR, Notice(today(), None, "停办", region_id=town.regions[VILLAGE]))
    assert reached(ask()) == set()
    found = cover(ask())
    assert not np.isfinite(found.distance).any()


def test_a_wider_radius_reaches_farther_and_a_walk_less_far(town: Town) -> None:
    assert reached(ask(rule=Rule(5000.0))) == set("甲乙丙丁己庚")
    assert reached(ask(rule=Rule(1000.0, 1.3))) == set("甲乙丙")


def test_regions_have_their_own_shares(town: Town) -> None:
    found, among = shares(cover(ask()), ranks(today())), ranks(today())
    told = {code: found.at(among.place[town.regions[code]]) for code in (CITY, COUNTY, SECOND)}
    assert told[CITY].people_share == pytest.approx(710 / 790)
    assert told[COUNTY].people_share == pytest.approx(700 / 780)
    assert told[SECOND].people_share == 0.0
    assert told[SECOND].settlements == 3
    assert tally(cover(ask()), demand(today()).inside(among, tree(today()).by_code[OTHER])) == (
        found.at(among.place[town.regions[OTHER]])
    )


def test_all_services_at_once_say_what_each_says_by_itself(town: Town) -> None:
    among, services = ranks(today()), [town.services[one] for one in (COMMON, HALLS, NOBODYS)]
    together = by_service(cover(ask()), network(today()), among, services)
    for code in (COMMON, HALLS, NOBODYS):
        alone = shares(cover(ask(code)), among)
        for place in range(len(among)):
            assert together.at(town.services[code], place) == alone.at(place)


def test_before_anybody_lives_there_it_is_all_the_same(once: Once) -> None:
    once(make_empty_town)
    among = ranks(today())
    together = by_service(cover(ask()), network(today()), among, [1, 2])
    assert together.at(1, 0).people_share is None


def test_whoever_lived_in_a_region_that_is_no_more_lives_in_its_heir(town: Town) -> None:
    merged = "\n".join(line for line in LIST.splitlines() if not line.startswith(SECOND))
    before = codes(demand(today()))
    with writing():
        later = importer.plan(merged, today(), "a notice")
        importer.apply(ACTOR, later, {SECOND: Heirs((VILLAGE,))})
    found, among = demand(today()), ranks(today())
    assert codes(found) == before
    told = shares(cover(ask()), among).at(among.place[town.regions[VILLAGE]])
    assert (told.settlements, told.people) == (6, 780.0)
    yesterday = today() - timedelta(days=1)
    assert (
        demand(yesterday).region_ids[demand(yesterday).codes.index("丁")] == (town.regions[SECOND])
    )


def test_whoever_lived_in_a_region_that_ended_without_an_heir_lives_in_what_it_lay_in(
    town: Town,
) -> None:
    ended = "\n".join(line for line in LIST.splitlines() if not line.startswith(SECOND))
    with writing():
        importer.apply(ACTOR, importer.plan(ended, today(), "a notice"), {SECOND: NOBODY})
    found = demand(today())
    assert found.region_ids[found.codes.index("丁")] == town.regions[TOWN]
    assert tally(cover(ask())).people == 790.0
