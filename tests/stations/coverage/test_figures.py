"""Coverage as figures: the same numbers, nothing where nothing is known, never an old one."""

from __future__ import annotations

import pytest
from flask import Flask

from core.accounts.rules import Role
from core.clock import today
from core.db import writing
from core.figures import queries, rules
from core.figures.queries import Scope
from core.figures.register import ACTIVE
from core.regions.queries import tree
from core.sites import closures
from core.sites.closures import Notice
from core.sites.queries import network
from stations.coverage import figures
from tests.conftest import Once
from tests.core.accounts.made import browser_of
from tests.stations.coverage.made import (
    ACTOR,
    CITY,
    COUNTY,
    OTHER,
    SECOND,
    VILLAGE,
    population_set,
    settle,
)
from tests.stations.coverage.town import MIDDLE, Town, make_empty_town


def value(figure: rules.Figure, code: str) -> float | None:
    where = Scope(tree(today()).by_code[code])
    return queries.value(queries.day(today()), figure, where).number


def test_they_are_known_by_their_codes(app: object) -> None:
    codes = {figure.code for figure in rules.figures()}
    assert {figure.code for figure in figures.FIGURES} <= codes


def test_regions_have_the_share_of_their_people_and_of_their_settlements(town: Town) -> None:
    assert value(figures.PEOPLE, CITY) == pytest.approx(710 / 790)
    assert value(figures.SETTLEMENTS, CITY) == pytest.approx(4 / 7)
    assert value(figures.PEOPLE, OTHER) == 1.0
    assert value(figures.PEOPLE, SECOND) == 0.0
    rows = queries.day(today()).rows(figures.PEOPLE)
    assert len(rows) == 3  # a village each
    assert rows.base.sum() == 790.0


def test_sites_have_whom_they_reach_and_who_depends_on_them(town: Town) -> None:
    found = queries.day(today())
    ids = found.ask.network.rows.ids.tolist()
    reached, alone = (
        dict(zip(ids, queries.numbers(found, figure).tolist(), strict=True))
        for figure in (figures.REACHED, figures.DEPENDENT)
    )
    assert reached == {town.hall_id: 310.0, town.clinic_id: 600.0}
    assert alone == {town.hall_id: 110.0, town.clinic_id: 400.0}
    assert value(figures.DEPENDENT, CITY) == 510.0
    assert value(figures.REACHED, VILLAGE) == 455.0  # the middle of two


def test_where_nobody_has_said_who_lives_there_is_no_number(once: Once) -> None:
    town = once(make_empty_town)
    for figure in figures.FIGURES:
        assert value(figure, CITY) is None
        assert value(figure, COUNTY) is None
    with writing():
        found = population_set(town.regions[OTHER], 2020)
        settle(found, town.regions[OTHER], ("far", 37.1, 122.4, 9.0))
    assert value(figures.PEOPLE, CITY) == 0.0
    assert value(figures.PEOPLE, COUNTY) is None
    assert value(figures.DEPENDENT, COUNTY) is None  # both sites stand there


def test_a_write_of_demand_is_seen_and_leaves_the_others_rows(town: Town) -> None:
    before, others = queries.day(today()), queries.day(today()).rows(ACTIVE)
    own = before.rows(figures.PEOPLE)
    assert queries.day(today()).rows(figures.PEOPLE) is own
    with writing():
        found = population_set(town.regions[CITY], 2021)
        settle(found, town.regions[VILLAGE], ("甲", *MIDDLE, 5.0))
    assert value(figures.PEOPLE, CITY) == 1.0
    assert queries.day(today()) is not before
    assert queries.day(today()).rows(ACTIVE) is others
    assert queries.day(today()).rows(figures.PEOPLE).base.sum() == 5.0


def test_a_closure_is_seen(town: Town) -> None:
    assert value(figures.PEOPLE, CITY) == pytest.approx(710 / 790)
    with writing():
        closures.announce(ACTOR, Notice(today(), None, "停办", site_id=town.hall_id))
    assert value(figures.PEOPLE, CITY) == pytest.approx(600 / 790)
    assert value(figures.REACHED, CITY) == 300.0


def test_who_has_counted_the_people_is_said_beside_the_number(app: Flask, town: Town) -> None:
    client = browser_of(app, Role.CITY_ADMIN, CITY, "city")
    assert "人口数据：2020 年，人口普查" in client.get("/figures/coverage.people").text
    told = client.get("/api/v1/figures/coverage.dependent").json
    assert told is not None
    assert told["data"]["sources"] == ["人口数据：2020 年，人口普查"]
    assert "人口数据" not in client.get("/figures/sites.active").text


def test_a_criterion_may_follow_from_whom_a_site_reaches(town: Town) -> None:
    told = queries.numbers(queries.day(today()), figures.REACHED)
    ids = network(today()).rows.ids.tolist()
    assert told[ids.index(town.clinic_id)] == 600.0
    assert rules.find_defined("coverage.reached") is figures.REACHED
