"""How a share has moved, and between which runs that can be said."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa

from core.catalogue.queries import catalogue
from core.clock import CITY_TIME, today
from core.db import db, writing
from core.sites import actions as sites
from core.sites import changes
from stations.coverage.models import PopulationSet
from stations.coverage.rules import Rule
from stations.coverage.runs import queries, sheet
from tests.stations.coverage.made import (
    ACTOR,
    CITY,
    COUNTY,
    ELSEWHERE,
    VILLAGE,
    population_set,
    settle,
)
from tests.stations.coverage.runs.made import HALF, finished, found
from tests.stations.coverage.town import COMMON, MIDDLE, NORTH, Town


def test_the_move_of_a_share_is_told_between_runs_that_may_be_compared(town: Town) -> None:
    first, second, third = (today() - timedelta(days=days) for days in (60, 30, 0))
    with writing():
        sites.do(ACTOR, town.clinic_id, None, changes.closed(second))
    runs = [finished(on=day) for day in (third, first, second)]
    (stretch,) = queries.stretches(queries.over_time(found(runs[0])))
    assert [point.run.on for point in stretch.points] == [first, second, third]
    assert [point.moved for point in stretch.points] == [
        None,
        pytest.approx((310 - 710) / 790),
        pytest.approx(0),
    ]
    assert [sheet.points_words(point.moved) for point in stretch.points] == ["", "−50.6", "持平"]


def test_another_rule_or_other_people_cut_the_line_and_say_so(town: Town) -> None:
    days = [today() - timedelta(days=days) for days in (90, 60, 30, 0)]
    finished(on=days[0])
    finished(on=days[1], rule=HALF)
    finished(on=days[2], rule=HALF)
    with writing():
        db.session.execute(sa.delete(PopulationSet))
        later = population_set(town.regions[CITY], 2021, source="后来的普查")
        settle(later, town.regions[VILLAGE], ("甲", *MIDDLE, 120.0))
        settle(later, town.regions[ELSEWHERE], ("己", *NORTH, 10.0))
    last = finished(on=days[3], rule=HALF)
    told = queries.stretches(queries.over_time(found(last)))
    assert [[point.run.on for point in one.points] for one in told] == [
        [days[0]],
        [days[1], days[2]],
        [days[3]],
    ]
    assert [list(map(str, one.apart)) for one in told] == [[], ["覆盖规则不同"], ["人口数据不同"]]
    assert [one.points[0].moved for one in told] == [None, None, None]


def test_an_hour_of_a_day_off_is_not_compared_with_one_of_a_working_day(town: Town) -> None:
    saturday = today() - timedelta(days=7 + (today().weekday() - 5) % 7)
    for day in (saturday - timedelta(days=1), saturday):
        last = finished(on=day, at=datetime.combine(day, time(10), CITY_TIME))
    told = queries.stretches(queries.over_time(found(last)))
    assert [list(map(str, one.apart)) for one in told] == [[], ["工作日与休息日之别"]]


def test_other_questions_are_not_in_the_line_and_of_one_day_the_newest_is(town: Town) -> None:
    mine = finished()
    finished(service=catalogue(today()).by_code[COMMON])
    finished(COUNTY)
    finished(at=datetime.combine(today(), time(10), CITY_TIME))
    assert [run.uuid for run in queries.over_time(found(mine))] == [mine]
    again = finished()
    assert [run.uuid for run in queries.over_time(found(mine))] == [again]


def test_the_same_people_entered_again_are_the_same_people(town: Town) -> None:
    def entered(year: int, third: float) -> str:
        with writing():
            db.session.execute(sa.delete(PopulationSet))
            some = population_set(town.regions[CITY], year)
            places = [("甲", MIDDLE, 100.0), ("丁", NORTH, third)]
            for code, place, people in places if year == 2019 else reversed(places):
                settle(some, town.regions[VILLAGE], (code, *place, people))
        return found(finished()).people_key

    assert entered(2019, 50.0) == entered(2020, 50.0) != entered(2020, 51.0)


def test_what_is_not_all_looks_so(town: Town) -> None:
    assert sheet.points_words(0.00001) == "+0.0"
    assert sheet.points_words(-0.00001) == "−0.0"
    assert sheet.rule_words(found(finished(rule=Rule(1000.0, 1.4)))).endswith(
        "步行估计（直线 × 1.4）"
    )
