"""From a file that was tried to people who count: in one step, once, within reach."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core.access import Actor, Held, Permission, Reach
from core.audit import queries as audit
from core.clock import today
from core.db import db, revision, writing
from core.errors import BadInput, Conflict, NotFound
from core.geo import Datum
from core.imports.actions import forget_old, staged
from core.imports.rules import State
from core.sheets.container import Container
from core.sheets.reading import SheetRow, opened
from stations.coverage import sets
from stations.coverage.demand import actions, queries
from stations.coverage.demand.jobs import WORKS
from stations.coverage.demand.models import PopulationImport, PopulationImportRow
from stations.coverage.models import DEMAND, PopulationSet, Settlement
from stations.coverage.queries import demand
from tests.core.sheets.made import csv_file
from tests.stations.coverage.demand.made import GOOD, HEADINGS, city, of_rows, region, sent, tried
from tests.stations.coverage.made import ACTOR, CITY, COUNTY, OTHER, VILLAGE

MORE = (*GOOD[0][:4], "1300")


@pytest.fixture(autouse=True)
def _city(app: Flask) -> None:
    city()


def county_admin(code: str) -> Actor:
    held = Held(
        "county_admin",
        frozenset({Permission.REGISTER_IMPORT, Permission.REGISTER_READ}),
        Reach(regions=frozenset({region(code)})),
    )
    return Actor("县管理员", (held,))


def counted() -> list[tuple[str, bool, float]]:
    """The sets: source, whether it is in use, and its people; oldest first."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(PopulationSet).order_by(PopulationSet.id))
    return [(row.source, row.replaced_at is None, row.people) for row in rows]


def test_what_was_approved_counts(tmp_path: Path) -> None:
    before = revision(DEMAND)
    file = of_rows(tmp_path, *GOOD)
    assert revision(DEMAND) == before  # nothing counts yet
    actions.apply(ACTOR, file.uuid, file.digest)
    assert revision(DEMAND) == before + 1
    assert counted() == [("年报", True, 2000.0)]
    db.session.rollback()
    found = demand(today())
    assert sorted(zip(found.codes, found.people.tolist(), strict=True)) == [
        (row[0], float(row[4])) for row in GOOD
    ]
    assert (found.sets[0].year, found.sets[0].source, found.sets[0].made) == (2020, "年报", False)
    after = queries.find(ACTOR, file.uuid)
    assert after.state is State.APPLIED
    told = audit.story("population_set", after.set_uuid, 9)
    assert told[0].changes["people"] == (None, 2000.0)
    assert told[0].changes["sha256"] == (None, file.sha256)


def test_the_same_again_changes_nothing_in_whatever_order(tmp_path: Path) -> None:
    file = of_rows(tmp_path, *GOOD)
    actions.apply(ACTOR, file.uuid, file.digest)
    again = of_rows(tmp_path, *reversed(GOOD))
    assert again.content == queries.find(ACTOR, file.uuid).content
    with pytest.raises(BadInput, match="完全一致"):
        actions.apply(ACTOR, again.uuid, again.digest)
    assert counted() == [("年报", True, 2000.0)]


@pytest.mark.parametrize("differs", ["people", "source", "datum"])
def test_another_takes_the_place_of_the_one_before_which_is_kept(
    tmp_path: Path, differs: str
) -> None:
    first = of_rows(tmp_path, *GOOD)
    actions.apply(ACTOR, first.uuid, first.digest)
    said: dict[str, dict[str, Any]] = {"source": {"source": "普查"}}
    more = (said | {"datum": {"datum": Datum.CGCS2000}}).get(differs, {})
    rows = (MORE, *GOOD[1:]) if differs == "people" else GOOD
    second = of_rows(tmp_path, *rows, **more)
    actions.apply(ACTOR, second.uuid, second.digest)
    assert [in_use for _source, in_use, _people in counted()] == [False, True]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Settlement)) == 6
    db.session.rollback()
    assert len(demand(today())) == 3
    held = audit.story("population_set", queries.find(ACTOR, second.uuid).set_uuid, 1)[0]
    assert held.changes["replaces"] == (None, queries.find(ACTOR, first.uuid).set_uuid)


def test_of_two_who_saw_the_same_only_one_replaces_it(tmp_path: Path) -> None:
    one, other = of_rows(tmp_path, *GOOD), of_rows(tmp_path, MORE, *GOOD[1:])
    actions.apply(ACTOR, one.uuid, one.digest)
    with pytest.raises(Conflict):
        actions.apply(ACTOR, other.uuid, other.digest)
    assert counted() == [("年报", True, 2000.0)]
    WORKS.read_and_try(ACTOR, other.uuid, lambda *_: None, lambda *_: None, read=False)
    again = queries.find(ACTOR, other.uuid)
    actions.apply(ACTOR, other.uuid, again.digest)
    assert counted() == [("年报", False, 2000.0), ("年报", True, 2100.0)]


def test_what_fails_at_the_end_leaves_everything_as_it_was(tmp_path: Path) -> None:
    first = of_rows(tmp_path, *GOOD)
    actions.apply(ACTOR, first.uuid, first.digest)
    second = of_rows(tmp_path, MORE, *GOOD[1:])

    def fail() -> None:
        raise RuntimeError("the worker died")

    with pytest.raises(RuntimeError):
        actions.apply(ACTOR, second.uuid, second.digest, fail)
    assert counted() == [("年报", True, 2000.0)]
    assert queries.find(ACTOR, second.uuid).state is State.READY
    db.session.rollback()
    actions.apply(ACTOR, second.uuid, second.digest)
    assert counted()[-1] == ("年报", True, 2100.0)


def test_nothing_wrong_is_taken_and_nothing_that_nobody_approved(tmp_path: Path) -> None:
    wrong = of_rows(tmp_path, (*GOOD[0][:4], "-1"), *GOOD[1:])
    with pytest.raises(BadInput, match="1 行有错"):
        actions.apply(ACTOR, wrong.uuid, wrong.digest)
    right = of_rows(tmp_path, *GOOD)
    with pytest.raises(Conflict):
        actions.apply(ACTOR, right.uuid, "0" * 64)
    actions.apply(ACTOR, right.uuid, right.digest)
    with pytest.raises(Conflict, match="已经载入"):
        actions.apply(ACTOR, right.uuid, right.digest)
    empty = of_rows(tmp_path, ("合计", "", "", "", ""))
    with pytest.raises(BadInput, match="没有一个聚落"):
        actions.apply(ACTOR, empty.uuid, empty.digest)
    assert counted() == [("年报", True, 2000.0)]


def test_a_county_loads_its_own_and_sees_what_counts_there(tmp_path: Path) -> None:
    own, other = county_admin(COUNTY), county_admin(OTHER)
    with pytest.raises(NotFound):
        of_rows(tmp_path, *GOOD, code=CITY, actor=own)
    whole = of_rows(tmp_path, *GOOD)
    actions.apply(ACTOR, whole.uuid, whole.digest)
    with pytest.raises(NotFound):
        queries.find(own, whole.uuid)
    file = of_rows(tmp_path, MORE, code=COUNTY, actor=own)
    actions.apply(own, file.uuid, file.digest)
    with pytest.raises(NotFound):
        queries.find(other, file.uuid)
    assert [one.people for one in sets.listed(own, False, 1)[0]] == [1300.0, 2000.0]
    assert [one.people for one in sets.listed(other, False, 1)[0]] == [2000.0]
    db.session.rollback()
    # The county's own counts there, the city's elsewhere.
    assert demand(today()).people.sum() == 1300 + 500


def test_the_sums_of_a_set_stand_beside_the_census(tmp_path: Path) -> None:
    file = of_rows(tmp_path, *GOOD)
    assert file.node is not None
    found = queries.compared(file.node, 2020, file.sums)
    told = [(each.node.code, each.sum, each.difference, each.share) for each in found]
    assert told == [
        (CITY, (3, 2000.0), -100.0, pytest.approx(-100 / 2100)),
        (COUNTY, (2, 1500.0), 0.0, 0.0),
        (OTHER, (1, 500.0), -100.0, pytest.approx(-1 / 6)),
    ]


@pytest.mark.parametrize("year", [0, 1948, 2101])
def test_terms_that_can_be_none_are_refused(tmp_path: Path, year: int) -> None:
    with pytest.raises(BadInput) as fault:
        of_rows(tmp_path, *GOOD, year=year)
    assert fault.value.field == "year"
    with pytest.raises(BadInput) as fault:
        of_rows(tmp_path, *GOOD, source="  ")
    assert fault.value.field == "source"
    with pytest.raises(BadInput) as fault:
        of_rows(tmp_path, *GOOD, code=VILLAGE)
    assert fault.value.field == "region"


def test_a_file_that_broke_off_goes_on_where_it_was(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", HEADINGS, *GOOD)
    uuid = sent(path)
    file = queries.find(ACTOR, uuid)
    with opened(path, Container.CSV) as rows:
        first = [row for row in rows if isinstance(row, SheetRow)][:2]
    with writing():
        kept = [staged(file.id, n, row) for n, row in enumerate(first, 1)]
        db.session.execute(sa.insert(PopulationImportRow), kept)
    WORKS.read_and_try(ACTOR, uuid, lambda *_: None, lambda *_: None)
    assert queries.find(ACTOR, uuid).counts == {"take": 3}


def test_rows_are_forgotten_and_what_counts_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied = of_rows(tmp_path, *GOOD)
    actions.apply(ACTOR, applied.uuid, applied.digest)
    waiting = of_rows(tmp_path, MORE)
    forget_old(queries.FILES)
    assert queries.find(ACTOR, waiting.uuid).state is State.READY
    monkeypatch.setattr("core.imports.rules.KEPT", timedelta(0))
    db.session.rollback()
    forget_old(queries.FILES)
    assert queries.find(ACTOR, waiting.uuid).state is State.FAILED
    assert "保存期已过" in queries.find(ACTOR, waiting.uuid).notices[0]
    assert queries.find(ACTOR, applied.uuid).state is State.APPLIED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PopulationImportRow)) == 0
    assert counted() == [("年报", True, 2000.0)]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PopulationImport)) == 2


def test_a_later_year_counts_from_its_year_on(tmp_path: Path) -> None:
    old, new = (
        of_rows(tmp_path, *GOOD),
        tried(csv_file(tmp_path / "b.csv", HEADINGS, MORE), year=today().year),
    )
    for file in (old, new):
        actions.apply(ACTOR, file.uuid, file.digest)
    assert demand(today()).people.sum() == 1300
    assert demand(date(today().year - 1, 12, 31)).people.sum() == 2000
