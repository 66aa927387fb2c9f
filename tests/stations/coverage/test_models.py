"""What the database itself keeps of demand."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core.clock import now
from core.db import db, revision, table_of, writing
from stations.coverage.models import DEMAND, PopulationSet, Settlement
from tests.stations.coverage.made import CITY, COUNTY, VILLAGE, population_set, regions, settle

WAS: dict[str, int] = {}


@pytest.fixture(autouse=True)
def city(app: Flask) -> None:
    with writing():
        WAS.update(regions())


def test_one_set_of_a_region_and_a_year_is_in_use_and_those_before_are_kept() -> None:
    with writing():
        population_set(WAS[CITY])
    with pytest.raises(sa.exc.IntegrityError), writing():
        population_set(WAS[CITY])
    with writing():
        first = db.session.scalars(sa.select(PopulationSet)).one()
        first.replaced_at = now()
        db.session.flush()
        population_set(WAS[CITY])
        population_set(WAS[CITY], 2021)
        population_set(WAS[COUNTY])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PopulationSet)) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        *({"kind": "heads"}, {"year": 20200}, {"datum": "sogou"}, {"source": ""}),
        *({"people": -1.0}, {"people": 2e10}, {"places": -1}),
    ],
)
def test_a_set_that_can_be_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(sa.exc.IntegrityError), writing():
        population_set(WAS[CITY], **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"people": -1.0}, {"people": 1e8}, {"lat": 60.0}, {"lat": 122.1, "lon": 37.5}),
        *({"lon": 200.0}, {"region_id": 0}, {"set_id": 0}),
    ],
)
def test_a_settlement_that_can_be_none_is_refused(wrong: dict[str, Any]) -> None:
    with writing():
        row = population_set(WAS[CITY])
        right = {"set_id": row.id, "region_id": WAS[VILLAGE], "code": "", "name": "甲"}
        right |= {"lat": 37.5, "lon": 122.1, "people": 0.0}
        db.session.execute(sa.insert(table_of(Settlement)), [right, right])
    with pytest.raises(sa.exc.IntegrityError), writing():
        db.session.execute(sa.insert(table_of(Settlement)), [right | wrong])


def test_people_that_are_no_number_are_not_stored() -> None:
    with pytest.raises(sa.exc.StatementError), writing():
        settle(population_set(WAS[CITY]), WAS[VILLAGE], ("", 37.5, 122.1, float("nan")))


def test_a_code_stands_once_in_a_set() -> None:
    with writing():
        settle(population_set(WAS[CITY]), WAS[VILLAGE], (VILLAGE, 37.5, 122.1, 3.0))
        settle(population_set(WAS[COUNTY]), WAS[VILLAGE], (VILLAGE, 37.5, 122.1, 3.0))
    again = ((VILLAGE, 37.5, 122.1, 3.0), (VILLAGE, 37.6, 122.1, 3.0))
    with writing():
        later = population_set(WAS[CITY], 2021)
        db.session.expunge(later)
    with pytest.raises(sa.exc.IntegrityError), writing():
        settle(later, WAS[VILLAGE], *again)


def test_what_is_written_of_demand_raises_its_revision_and_no_other() -> None:
    before = revision(DEMAND), revision("network")
    with writing():
        population_set(WAS[CITY])
    assert (revision(DEMAND), revision("network")) == (before[0] + 1, before[1])
