"""Where stations go in the small town, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.clock import today
from core.errors import BadInput
from core.regions.queries import tree
from stations.coverage.rules import Rule, Tally
from stations.coverage.siting import queries, reckoning, recount
from stations.coverage.siting.answer import restored
from stations.coverage.siting.assigning import Shares
from stations.coverage.siting.problem import Solution
from stations.coverage.siting.rules import (
    Aim,
    Candidates,
    CannotBe,
    Miscount,
    NothingToDo,
)
from tests.stations.coverage.made import CITY, COUNTY, OTHER, SECOND
from tests.stations.coverage.siting.made import at_once, best, question
from tests.stations.coverage.town import COMMON, HALLS, NOBODYS, Town

WIDE = Rule(50_000.0)


def test_one_station_wins_the_whole_north(town: Town) -> None:
    for found in (at_once(question()), best(question())):
        assert (found.value, found.bound, found.proved) == (80.0, 80.0, True)
        assert found.before == Tally(790.0, 710.0, 7, 4)
        assert found.after == Tally(790.0, 790.0, 7, 7)
        (station,) = found.chosen
        assert station.near in {"丁", "戊", "庚"}
        assert (station.people, station.settlements, station.served) == (80.0, 3, None)
        assert tree(today()).by_id[station.region_id].code == SECOND
        assert [(one.code, one.people) for one in found.won] == [
            ("丁", 50.0),
            ("戊", 30.0),
            ("庚", 0.0),
        ]


def test_more_stations_than_are_of_use_are_not_chosen(town: Town) -> None:
    found = best(question(most=9))
    assert (len(found.chosen), found.candidates, found.useful) == (1, 7, 3)


def test_of_a_bundle_people_count_once_for_each_service_that_they_lack(town: Town) -> None:
    found = best(question(CITY, COMMON, HALLS, most=1))
    # Common: 丁 戊 庚 lack it. The hall's: those and 丙.
    assert found.lacking_before == 80 * 2 + 400
    assert found.value == 400.0
    assert found.chosen[0].near in {"乙", "丙"}
    assert [(one.code, one.lacking) for one in found.won] == [("丙", 1)]
    assert found.before.people_covered == 310.0
    assert found.after.people_covered == 710.0
    assert found.lacking_after == 160.0


def test_a_village_that_must_be_served_comes_before_a_larger_one(town: Town) -> None:
    found = best(question(CITY, HALLS, must=("丁",)))
    assert found.value == 80.0
    with pytest.raises(CannotBe, match="2"):
        best(question(CITY, HALLS, must=("丁", "丙")))
    with pytest.raises(BadInput) as told:
        best(question(CITY, HALLS, must=("没有",)))
    assert told.value.field == "must"


def test_of_a_county_only_its_people_count_though_sites_beyond_serve_them(town: Town) -> None:
    with pytest.raises(NothingToDo):
        at_once(question(OTHER))
    assert at_once(question(COUNTY)).before == Tally(780.0, 700.0, 6, 3)


def test_a_station_with_room_for_some_takes_in_no_more(town: Town) -> None:
    found = best(question(capacity=60.0))
    assert (found.value, found.served, found.people_won) == (60.0, 60.0, 80.0)
    assert sum(one.served or 0 for one in found.won) == 60.0
    two = best(question(capacity=60.0, most=2))
    assert (two.value, len(two.chosen)) == (80.0, 2)


def test_the_smallest_number_for_everybody(town: Town) -> None:
    found = best(question(CITY, HALLS, aim=Aim.EVERYBODY))
    assert (found.value, found.bound, found.proved, len(found.chosen)) == (2.0, 2.0, True, 2)
    assert found.after.people_covered == 790.0
    roomy = best(question(CITY, HALLS, aim=Aim.EVERYBODY, capacity=200.0))
    # 400 people about 丙, where two candidates are, and 80 in the north.
    assert (len(roomy.chosen), roomy.served, roomy.proved) == (3, 480.0, True)


def test_that_all_candidates_have_too_little_room_is_told(town: Town) -> None:
    with pytest.raises(CannotBe, match="280"):
        best(question(CITY, HALLS, aim=Aim.EVERYBODY, capacity=60.0))


def test_who_is_out_of_every_candidates_reach_is_named(town: Town) -> None:
    ask = question(CITY, HALLS, aim=Aim.EVERYBODY, candidates=Candidates.CLINICS)
    with pytest.raises(CannotBe) as told:
        best(ask)
    names = [queries.setting(ask).demand.names[one] for one in told.value.settlements]
    assert sorted(names) == ["丁", "戊"]


def test_clinics_that_do_not_offer_it_yet_are_candidates(town: Town) -> None:
    found = best(question(CITY, HALLS, candidates=Candidates.CLINICS))
    assert [one.site for one in found.chosen] == [town.clinic]
    assert found.value == 400.0
    with pytest.raises(NothingToDo):
        best(question(CITY, COMMON, candidates=Candidates.CLINICS))


def test_points_of_a_grid_are_candidates_where_they_reach_somebody(town: Town) -> None:
    found = best(question(candidates=Candidates.GRID, grid=250.0))
    assert found.value == 80.0
    assert found.useful == found.candidates > 20
    assert all(one.metres <= 1500 for one in found.chosen)


def test_a_grid_is_the_same_however_many_points_are_held_at_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = question(candidates=Candidates.GRID, grid=100.0)
    whole = queries.setting(fine).spots.positions
    monkeypatch.setattr("stations.coverage.siting.setting._AT_ONCE", 50)
    parts = queries.setting(fine).spots.positions
    assert len(whole.lat) > 100
    assert (parts.lat.tolist(), parts.lon.tolist()) == (whole.lat.tolist(), whole.lon.tolist())


def test_too_fine_a_grid_is_refused(town: Town) -> None:
    with pytest.raises(BadInput) as told:
        at_once(question(CITY, NOBODYS, candidates=Candidates.GRID, grid=50.0, rule=WIDE))
    assert told.value.field == "candidates"


def test_a_service_that_nobody_offers_is_brought_by_new_stations_alone(town: Town) -> None:
    found = best(question(CITY, NOBODYS, most=9))
    assert found.before.people_covered == 0
    assert found.after.people_covered == 790.0


def test_where_all_are_reached_or_nobody_lives_nothing_is_to_be_done(town: Town) -> None:
    with pytest.raises(NothingToDo):
        at_once(question(rule=Rule(50_000.0)))


def test_an_answer_is_kept_and_read_again_as_it_was(town: Town) -> None:
    for ask in (question(), question(capacity=60.0)):
        found = best(ask)
        assert restored(found.document()) == found


def test_the_same_question_has_the_same_answer(town: Town) -> None:
    ask = question(CITY, COMMON, HALLS, most=2)
    assert best(ask) == best(ask)


def test_an_answer_that_a_recount_does_not_bear_out_is_never_shown(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Solution((0,), 81.0, 81.0, True)
    monkeypatch.setattr(reckoning, "_search", lambda *_args: (wrong, None))
    with pytest.raises(Miscount):
        at_once(question())


@pytest.mark.parametrize("people", [61.0, 40.0])
def test_shares_that_cannot_be_are_never_shown(town: Town, people: float) -> None:
    setting = queries.setting(question(capacity=60.0))
    number = int(np.flatnonzero(setting.people == 50)[0])
    candidate = int(setting.reach.turned(len(setting.open)).row(number)[0])
    shares = Shares(np.array([number]), np.array([candidate]), np.array([people]))
    with pytest.raises(Miscount):
        recount.check_shares(setting, np.array([candidate]), shares, 60.0)


def test_a_settlement_at_exactly_the_limit_is_won(town: Town) -> None:
    # 丁 and 戊 are 500 m apart.
    found = best(question(CITY, NOBODYS, candidates=Candidates.VILLAGES, rule=Rule(500.0), most=9))
    assert found.after.people_covered == 790.0
    north = [one for one in found.chosen if one.near in {"丁", "戊", "庚"}]
    assert len(north) == 1
    assert max(one.metres for one in found.won) == pytest.approx(500.0, abs=1e-6)
    short = best(question(CITY, NOBODYS, rule=Rule(499.9), most=9))
    assert len(short.chosen) == len(found.chosen) + 1
