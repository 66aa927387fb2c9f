"""What a run keeps, how it goes on, and that it stands."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa

from core.audit.models import AuditEvent
from core.catalogue.queries import catalogue
from core.clock import CITY_TIME, today
from core.db import db, writing
from core.errors import Conflict
from core.geo import Datum
from core.jobs.models import Job
from core.regions.queries import tree
from core.regions.ranks import ranks
from core.sites import actions as sites
from core.sites import changes
from core.sites.changes import Position
from stations.coverage.models import PopulationSet
from stations.coverage.queries import cover
from stations.coverage.rules import Rule, shares, tally
from stations.coverage.runs import actions, demo, jobs, queries, rules
from stations.coverage.runs.actions import Moved
from stations.coverage.runs.models import CoverageRow, CoverageRun, CoverageShard
from stations.coverage.runs.rules import Kind
from tests.stations.coverage.made import (
    ACTOR,
    CITY,
    COUNTY,
    OTHER,
    OTHER_TOWN,
    TOWN,
    VILLAGE,
    settle,
)
from tests.stations.coverage.runs.made import (
    ALL,
    HALF,
    MINE,
    OTHERS,
    asked,
    finished,
    found,
    numbers,
    question,
)
from tests.stations.coverage.town import COMMON, HALLS, MIDDLE, NORTH, Town


def move_hall(town: Town) -> None:
    """The hall was never where it was said to be: a correction, which holds of days gone by."""
    with writing():
        position = Position(*NORTH, Datum.WGS84, verified=True)
        sites.do(ACTOR, town.hall_id, None, changes.corrected(position=position))


def test_a_run_keeps_the_totals_and_every_county_and_town(town: Town) -> None:
    uuid = finished()
    run = found(uuid)
    assert queries.total_of(run) == ALL
    assert numbers(uuid) == {COUNTY: MINE, TOWN: MINE, OTHER: OTHERS, OTHER_TOWN: OTHERS}
    assert (run.sites, run.shards, run.rule_key) == (2, 2, Rule().key)
    assert [(one.code, one.year, one.source) for one in queries.sources_of(run)] == [
        (CITY, 2020, "人口普查")
    ]


@pytest.mark.parametrize("service", [None, COMMON, HALLS])
@pytest.mark.parametrize("rule", [Rule(), HALF, Rule(1000.0, 1.4)])
def test_its_numbers_are_those_of_the_pages_of_coverage(
    town: Town, service: str | None, rule: Rule
) -> None:
    one = None if service is None else catalogue(today()).by_code[service]
    uuid = finished(service=one, rule=rule)
    answer, among = cover(question(service=one, rule=rule)), ranks(today())
    assert queries.total_of(found(uuid)) == tally(answer)
    everywhere = shares(answer, among)
    told = numbers(uuid)
    assert len(told) == 4
    for code, numbers_of in told.items():
        assert numbers_of == everywhere.at(among.place[tree(today()).by_code[code].id])


def test_a_county_a_town_and_a_village_are_each_one_part(town: Town) -> None:
    county, small, least = finished(COUNTY), finished(OTHER_TOWN), finished(VILLAGE)
    assert queries.total_of(found(county)) == MINE
    assert numbers(county) == {TOWN: MINE}
    assert (queries.total_of(found(small)), numbers(small)) == (OTHERS, {})
    whole = queries.total_of(found(least))
    assert whole is not None
    assert (whole.people, whole.settlements) == (700, 3)
    assert [found(uuid).shards for uuid in (county, small, least)] == [1, 1, 1]


def test_who_lives_in_no_county_is_a_part_of_its_own(town: Town) -> None:
    with writing():
        some = db.session.scalars(sa.select(PopulationSet)).one()
        settle(some, town.regions[CITY], ("无县", *MIDDLE, 5.0))
    uuid = finished()
    whole = queries.total_of(found(uuid))
    assert whole is not None
    assert (whole.people, whole.people_covered, whole.settlements) == (795, 715, 8)
    assert found(uuid).shards == 3
    assert numbers(uuid)[COUNTY] == MINE


def test_where_nobody_is_known_to_live_there_is_no_number(town: Town) -> None:
    with writing():
        db.session.execute(sa.delete(PopulationSet))
    uuid = finished()
    whole = queries.total_of(found(uuid))
    assert whole is not None
    assert (whole.settlements, whole.people_share) == (0, None)
    assert numbers(uuid) == {}
    assert queries.lines(found(uuid))


def test_an_hour_is_kept_with_the_kind_of_its_day(town: Town) -> None:
    saturday = today() + timedelta(days=(5 - today().weekday()) % 7)
    for day, kind in ((saturday, Kind.OFF), (saturday + timedelta(days=2), Kind.WORKING)):
        at = datetime.combine(day, time(20, 30), CITY_TIME)
        run = found(finished(on=day, at=at))
        assert (run.minute, run.day_kind) == (20 * 60 + 30, kind)
        assert run.sites == 1  # the hall has closed
        assert queries.question_of(run).at == at


def test_what_is_finished_is_never_written_again(town: Town) -> None:
    uuid = finished()
    run = found(uuid)
    run_id, ground = run.id, queries.ground(queries.question_of(run))
    part = ground.parts[0]
    move_hall(town)
    with pytest.raises(Conflict), writing():
        actions.begin(run_id, ground)
    with pytest.raises(Moved), writing():
        actions.finish(ACTOR, queries.find(uuid), ground)
    with pytest.raises(Moved), writing():
        actions.keep(run_id, ground.state_key, part.id, rules.reckon(ground, part))
    assert jobs.work(ACTOR, uuid)  # a job that comes late finds nothing to do
    assert queries.total_of(found(uuid)) == ALL


def test_that_a_correction_gives_another_answer_is_told_and_the_run_stands(town: Town) -> None:
    before, never = finished(), finished(OTHER_TOWN, rule=Rule(50.0))
    assert not _differs(before)
    jobs.look_again()
    assert found(before).corrected_at is None
    move_hall(town)
    assert _differs(before)
    assert not _differs(never)
    assert found(before).corrected_at is None  # looking at it writes nothing
    jobs.look_again()
    told = found(before).corrected_at
    assert told is not None
    assert found(never).corrected_at is None
    jobs.look_again()
    assert found(before).corrected_at == told
    assert queries.total_of(found(before)) == ALL
    assert numbers(before)[COUNTY] == MINE


def _differs(uuid: str) -> bool:
    run = found(uuid)
    return queries.differs(run, queries.ground(queries.question_of(run)))


def test_what_was_done_before_the_register_changed_is_done_anew(town: Town) -> None:
    uuid = asked()
    run_id, ground = found(uuid).id, queries.ground(question())
    first = ground.parts[0]
    with writing():
        assert actions.begin(run_id, ground) == {}
    with writing():
        actions.keep(run_id, ground.state_key, first.id, rules.reckon(ground, first))
    assert queries.done(run_id).keys() == {first.id}
    move_hall(town)
    assert jobs.work(ACTOR, uuid)
    after = finished()
    assert queries.total_of(found(uuid)) == queries.total_of(found(after)) != ALL
    assert numbers(uuid) == numbers(after)


def test_whoever_goes_on_from_an_old_state_writes_nothing_more(town: Town) -> None:
    uuid = asked()
    run_id, old = found(uuid).id, queries.ground(question())
    with writing():
        actions.begin(run_id, old)
    move_hall(town)
    db.session.rollback()
    with writing():
        actions.begin(run_id, queries.ground(question()))
    part = old.parts[0]
    with pytest.raises(Moved), writing():
        actions.keep(run_id, old.state_key, part.id, rules.reckon(old, part))
    assert queries.done(run_id) == {}


def test_a_part_is_kept_once_with_its_rows(town: Town) -> None:
    uuid = asked()
    run_id, ground = found(uuid).id, queries.ground(question())
    with writing():
        actions.begin(run_id, ground)
    for _ in range(2):
        for part in ground.parts:
            with writing():
                actions.keep(run_id, ground.state_key, part.id, rules.reckon(ground, part))
    counted = [
        db.session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in (CoverageShard, CoverageRow)
    ]
    assert counted == [2, 4]
    with writing():
        actions.finish(ACTOR, queries.find(uuid), ground)
    assert queries.total_of(found(uuid)) == ALL


def test_a_run_with_a_part_undone_cannot_be_finished(town: Town) -> None:
    uuid = asked()
    run_id, ground = found(uuid).id, queries.ground(question())
    part = ground.parts[0]
    with writing():
        actions.begin(run_id, ground)
    with writing():
        actions.keep(run_id, ground.state_key, part.id, rules.reckon(ground, part))
    with pytest.raises(Moved), writing():
        actions.finish(ACTOR, queries.find(uuid), ground)
    assert found(uuid).finished_at is None


def test_every_city_with_people_has_one_run_a_month(town: Town) -> None:
    jobs.monthly()
    jobs.monthly()
    run = db.session.scalars(sa.select(CoverageRun)).one()
    assert (run.month, run.on) == (f"{today():%Y-%m}", today().replace(day=1))
    assert (run.region_id, run.service_id, run.minute) == (town.regions[CITY], None, None)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1
    uuid = run.uuid
    assert jobs.work(jobs.BY_ITSELF, uuid)
    assert queries.total_of(found(uuid)) == ALL


def test_the_demonstration_has_a_run_of_each_month_in_which_anybody_was_there(town: Town) -> None:
    for _ in range(2):
        demo.demonstrate("3710", today())
    runs = db.session.scalars(sa.select(CoverageRun).order_by(CoverageRun.on)).all()
    assert 1 <= len(runs) <= demo.MONTHS
    assert runs[-1].on == today().replace(day=1)
    assert all(run.finished_at is not None and run.on.day == 1 for run in runs)
    demo.demonstrate("9999", today())


def test_who_asked_and_what_came_out_stands_in_the_audit(town: Town) -> None:
    uuid = finished()
    told = db.session.scalars(
        sa.select(AuditEvent.action).where(AuditEvent.subject_code == uuid).order_by(AuditEvent.id)
    ).all()
    assert told == ["coverage_run.asked", "coverage_run.finished"]
