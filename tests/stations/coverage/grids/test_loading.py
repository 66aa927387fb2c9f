"""A grid from the file to the numbers: read, compared, let count, asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from geographiclib.geodesic import Geodesic

from core.access import Permission
from core.audit.models import AuditEvent
from core.catalogue.queries import catalogue
from core.clock import CITY_TIME, today
from core.db import db, writing
from core.errors import BadInput, Conflict, NotFound
from core.files import actions as files
from core.files import store
from core.files.models import File
from core.geo import Datum
from core.regions.queries import tree
from core.sheets.container import Unreadable
from stations.coverage.grids import actions, jobs, queries
from stations.coverage.grids.actions import Sent
from stations.coverage.grids.models import PopulationGrid
from stations.coverage.grids.rules import Container, State
from stations.coverage.models import PopulationSet
from stations.coverage.population import Terms
from stations.coverage.queries import cover, demand
from stations.coverage.rules import Question, Rule
from tests.stations.coverage.grids.made import BORDER, FRAME, loaded, outlined, people, sent, table
from tests.stations.coverage.made import ACTOR, CITY, COUNTY, OTHER, VILLAGE
from tests.stations.coverage.town import EAST, HALLS, MIDDLE, Town


def found(uuid: str) -> PopulationGrid:
    db.session.rollback()
    return queries.find(uuid)


def ask(**more: Any) -> Question:
    return replace(Question(tree(today()).by_code[CITY], today()), **more)


def answer(uuid: str, **more: object) -> queries.Coverage:
    grid = found(uuid)
    node = queries.node_of(grid)
    assert node is not None
    return queries.coverage(grid, node, ask(**more))


def covered(radius: float, *sites: tuple[float, float]) -> np.ndarray:
    """Which cells are, by the geodesic one by one."""
    cells = np.zeros(FRAME.shape, bool)
    for row, lat in enumerate(FRAME.lat):
        for col, lon in enumerate(FRAME.lon):
            arcs = [Geodesic.WGS84.Inverse(lat, lon, *site)["s12"] for site in sites]
            cells[row, col] = min(arcs) <= radius
    return cells


def test_a_file_is_read_waits_and_counts_only_once_somebody_says_so(town: Town) -> None:
    uuid = sent(table())
    assert found(uuid).state == State.READING
    jobs.read(ACTOR, uuid)
    grid = found(uuid)
    assert (grid.state, grid.rows, grid.cols) == (State.READY, 31, 31)
    assert grid.people == pytest.approx(people().sum())
    assert grid.populated == np.count_nonzero(people())
    assert queries.latest(town.regions[CITY]) is None
    with writing():
        actions.apply(ACTOR, uuid)
    assert found(uuid).state == State.APPLIED
    mine = queries.latest(town.regions[CITY])
    assert mine is not None
    assert mine.uuid == uuid
    with pytest.raises(Conflict), writing():
        actions.apply(ACTOR, uuid)
    told = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id.desc()).limit(9))
    assert {"population_grid.sent", "population.taken"} <= set(told)


def test_settlements_count_as_before_beside_a_grid(town: Town) -> None:
    before = demand(today()).people.sum()
    loaded()
    assert demand(today()).people.sum() == before
    assert len(cover(ask()).demand) == 7
    in_use = sa.select(PopulationSet.kind).where(PopulationSet.replaced_at.is_(None))
    assert sorted(db.session.scalars(in_use)) == ["grid", "points"]


def test_a_newer_file_of_the_same_year_takes_the_place_of_the_one_before(town: Town) -> None:
    first, second = loaded(), loaded(table(people() * 2))
    other_year = loaded(year=2010)
    latest = queries.latest(town.regions[CITY])
    assert latest is not None
    assert latest.uuid == second
    reach = ACTOR.reach(Permission.REGISTER_READ)
    assert {one.grid.uuid: one.in_use for one in queries.listed(reach)} == {
        first: False,
        second: True,
        other_year: True,
    }


@pytest.mark.parametrize("radius", [300.0, 1000.0, 2500.0])
def test_who_is_covered_is_what_the_geodesic_says_cell_by_cell(town: Town, radius: float) -> None:
    told = answer(loaded(), rule=Rule(radius))
    cells = covered(radius, MIDDLE, EAST)
    assert told.total.people == pytest.approx(people().sum())
    assert told.total.people_covered == pytest.approx(people()[cells].sum())
    assert told.total.cells_covered == np.count_nonzero(people()[cells])
    assert told.lines == []
    assert told.sites == 2
    assert sum(spot.people for spot in told.spots) == pytest.approx(people()[~cells].sum())


def test_the_service_the_hour_and_the_factor_are_part_of_the_question(town: Town) -> None:
    uuid = loaded()
    halls = answer(uuid, service=catalogue(today()).by_code[HALLS])
    assert halls.sites == 1
    assert halls.total.people_covered == pytest.approx(people()[covered(1000, MIDDLE)].sum())
    night = answer(uuid, at=datetime.combine(today(), time(23), CITY_TIME))
    assert night.total.people_covered == pytest.approx(people()[covered(1000, EAST)].sum())
    walk = answer(uuid, rule=Rule(1000.0, 2.0))
    assert walk.total.people_covered == pytest.approx(people()[covered(500, MIDDLE, EAST)].sum())


def test_with_outlines_each_county_has_its_sum_and_what_lies_beyond_does_not_count(
    town: Town,
) -> None:
    outlined()
    uuid = loaded()
    grid = found(uuid)
    lat, lon = np.meshgrid(FRAME.lat, FRAME.lon, indexing="ij")
    inside = (lat > 37.45) & (lat < 37.6)
    east, west = inside & (lon > BORDER), inside & (lon < BORDER)
    assert grid.outside == pytest.approx(people()[~inside].sum())
    told = answer(uuid)
    cells = covered(1000, MIDDLE, EAST)
    assert {line.node.code: line.people for line in told.lines} == pytest.approx(
        {COUNTY: people()[east].sum(), OTHER: people()[west].sum()}
    )
    assert {line.node.code: line.people_covered for line in told.lines} == pytest.approx(
        {COUNTY: people()[east & cells].sum(), OTHER: people()[west & cells].sum()}
    )
    assert told.total.people == pytest.approx(people()[inside].sum())
    node = queries.node_of(grid)
    assert node is not None
    sums = {one.node.code: one.sum.people for one in queries.compared(grid, node)}
    assert sums[COUNTY] == pytest.approx(people()[east].sum())
    assert sums[CITY] == pytest.approx(people()[inside].sum())


def test_a_file_that_cannot_be_read_says_why_in_both_languages_and_can_be_dropped(
    town: Town,
) -> None:
    uuid = sent("lat,lon,people\n37,122,1\n37,122.01,many\n")
    with pytest.raises(Unreadable):
        jobs.read(ACTOR, uuid)
    grid = found(uuid)
    assert grid.state == State.FAILED
    assert "第 3 行" in grid.fault
    assert grid.fault_en.startswith("Line 3")
    with pytest.raises(Conflict), writing():
        actions.apply(ACTOR, uuid)
    with writing():
        actions.drop(uuid)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PopulationGrid)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(File)) == 0


def test_what_counts_cannot_be_dropped_and_the_sweep_leaves_its_cells(town: Town) -> None:
    uuid = loaded()
    with pytest.raises(Conflict), writing():
        actions.drop(uuid)
    swept = files.sweep(mend=False)
    assert (swept.missing, swept.orphans) == ((), ())


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_a_grid_in_a_shifted_datum_is_refused_with_what_to_do(town: Town, datum: Datum) -> None:
    content = store.put_bytes(table().encode())
    terms = Terms(town.regions[CITY], 2020, "x", datum)
    with pytest.raises(BadInput, match="不再等间距") as refused, writing():
        actions.send(ACTOR, Sent(content, "a.csv", Container.CSV, terms))
    assert refused.value.field == "datum"


def test_what_nobody_lets_count_is_forgotten_after_a_while(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded()
    old = sent(table(), year=2010)
    jobs.read(ACTOR, old)
    jobs.forget_old()
    assert found(old).state == State.READY
    monkeypatch.setattr(jobs, "KEPT", timedelta())
    jobs.forget_old()
    assert db.session.scalars(sa.select(PopulationGrid.year)).all() == [2020]


def test_reading_twice_changes_nothing(town: Town) -> None:
    uuid = sent(table())
    jobs.read(ACTOR, uuid)
    before = found(uuid).cells_id
    jobs.read(ACTOR, uuid)
    assert found(uuid).cells_id == before


def test_where_there_is_no_grid_nothing_is_found(town: Town) -> None:
    assert queries.latest(town.regions[VILLAGE]) is None
    with pytest.raises(NotFound):
        queries.find("no-such-grid")
