"""Which sites are taken for one, and why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.clock import today
from core.db import writing
from core.geo import Datum
from core.sites import actions, changes
from core.sites.changes import Position
from core.sites.queries import network
from core.sites.rules import Kind
from network.duplicates import rules
from network.duplicates.rules import LEAST, Pair, Sign, pairs
from network.names import Alike, Reason
from tests.core.accounts.made import ACTOR
from tests.network.duplicates.conftest import ACROSS, AT, AWAY, EAST, WEST, Pairs, enter, id_of


def found(least: float = LEAST) -> dict[tuple[str, str], Pair]:
    return {(pair.a, pair.b): pair for pair in pairs(network()) if pair.score >= least}


def test_two_writings_in_one_village_are_found_with_reasons(made: Pairs) -> None:
    pair = found()[made.clinic, made.again]
    assert pair.score == 1
    assert pair.names == (Reason.WRITTEN_OTHERWISE,)
    assert pair.signs == (Sign.SAME_PHONE,)
    assert pair.metres is None


def test_neighbours_are_not_found(made: Pairs) -> None:
    assert (made.clinic, made.west) not in found()
    told = found(0.0).get((made.clinic, made.west))
    assert told is None or Reason.NEIGHBOURS in told.names


def test_a_name_that_recurs_in_another_town_is_not_found(regions: None) -> None:
    here = enter(EAST, "东关村卫生室", AT)
    far = enter(AWAY, "东关村卫生室", Position(37.25, 122.58, Datum.WGS84, verified=True))
    nowhere = enter(AWAY, "东关卫生所")  # nobody has said where that is
    ringing = enter(AWAY, "东关村诊所", phone="0631 7560001")
    assert not {(here, far), (here, nowhere)} & found().keys()
    assert (here, nowhere) in found(0.3)
    with writing():
        actions.do(ACTOR, id_of(here), None, changes.described(phone="0631-7560001"))
    assert (here, ringing) in found()


@pytest.mark.parametrize(
    ("name", "phone", "signs"),
    [
        ("东关卫生室", "0631-7560001", {Sign.SAME_PHONE, Sign.OTHER_COUNTY, Sign.SAME_DOOR}),
        ("东关卫生室", "", {Sign.OTHER_COUNTY, Sign.SAME_DOOR}),
    ],
)
def test_across_a_border_it_takes_more(
    regions: None, name: str, phone: str, signs: set[Sign]
) -> None:
    here = enter(EAST, "东关村卫生室", AT, phone="0631 7560001")
    there = enter(ACROSS, name, AT, phone=phone)
    pair = found(0.0)[here, there]
    assert set(pair.signs) == signs
    assert (pair.score >= LEAST) is bool(phone) or pair.score < 0.7


def test_near_sites_of_other_names_are_not_candidates(regions: None) -> None:
    enter(EAST, "东关村卫生室", AT)
    enter(EAST, "同禾大药房", AT, kind=Kind.DESIGNATED_PROVIDER)
    assert found(0.0) == {}


def test_a_switchboard_is_no_evidence(regions: None) -> None:
    names = ("桃园", "柳林", "石桥", "青山", "白沙", "红旗", "金星")
    for name in names[:5]:
        enter(EAST, f"{name}村卫生室", phone="0631-12393-1")
    five = sum(1 for pair in found(0.3).values() if Sign.SAME_PHONE in pair.signs)
    assert five == 10
    for name in names[5:]:
        enter(EAST, f"{name}村卫生室", phone="0631-12393-1")
    assert found(0.3) == {}


def test_a_code_that_somebody_wrote_down_counts(regions: None) -> None:
    here = enter(EAST, "东关村卫生室")
    there = enter(WEST, "便民点", address=f"原编号 {here}")
    pair = found(0.3)[here, there]
    assert Sign.NAMES_CODE in pair.signs


def test_only_pairs_of_the_region_asked_for(made: Pairs) -> None:
    net = network()
    everything = pairs(net)
    county = net.tree.by_code["371082000000"]
    inside = net.below(county)
    within = pairs(net, inside)
    ids = set(np.array(net.rows.ids)[inside].tolist())
    assert within == [pair for pair in everything if ids.intersection(pair.ids)]
    assert any(set(pair.ids) - ids for pair in within)  # one of the two may be outside


def test_what_is_given_up_is_no_candidate(made: Pairs) -> None:
    net = network()
    rows = replace(net.rows, statuses=np.full(len(net), 2, np.int8))
    assert pairs(type(net)(today(), net.tree, net.calendar, rows)) == []


def test_scores_stay_in_bounds_and_what_is_against_counts() -> None:
    same = Alike(1.0, (Reason.SAME,))
    for signs in ((), (Sign.OTHER_KIND,), (Sign.OTHER_COUNTY, Sign.FAR), tuple(Sign)):
        assert 0 <= rules.score(same, signs, 9000.0) <= 1
    assert rules.score(same, (Sign.FAR,), 2000.0) > rules.score(same, (Sign.FAR,), 9000.0)
    neighbours = Alike(0.4, (Reason.NEIGHBOURS,))
    assert rules.score(neighbours, (Sign.SAME_PHONE, Sign.SAME_DOOR), 1.0) < LEAST
