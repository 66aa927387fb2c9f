"""What cells say, against asking each site and each line of the plan one by one."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.clock import today
from core.db import writing
from core.figures import queries as figures
from core.figures.queries import Scope
from core.regions.queries import tree
from core.sites import actions, plans
from core.sites.rules import Kind, Mode
from network.matrix import queries, rules
from network.matrix.queries import Choice
from network.matrix.rules import Matrix, Sign, Sum, Wanted
from tests.network.conftest import ACTOR, ENROLMENT, RESIDENTS, SINCE, Made, catalogue_ids
from tests.network.matrix.conftest import COUNTY


def county(**more: Any) -> Matrix:
    where = Scope(tree(today()).by_code[COUNTY])
    return queries.matrix(Choice(where, **({"on": today()} | more)))


def signs(matrix: Matrix) -> dict[tuple[str, str], Sign]:
    codes = matrix.ask.network.rows.codes
    return {
        (codes[index], service.code): matrix.sign(row, column)
        for row, index in enumerate(matrix.indexes.tolist())
        for column, service in enumerate(matrix.services)
    }


def test_each_sign_of_plan_against_fact(planned: Made) -> None:
    told = signs(county())
    assert told[planned.hall, ENROLMENT] is Sign.DIRECT
    assert told[planned.hall, RESIDENTS] is Sign.ASSISTED
    assert told[planned.clinic, ENROLMENT] is Sign.ASSISTED
    assert told[planned.clinic, RESIDENTS] is Sign.GAP
    rest = {key: sign for key, sign in told.items() if key[1] not in (ENROLMENT, RESIDENTS)}
    assert set(rest.values()) == {Sign.NONE}
    assert len(told) == 2 * 21  # the closed site is no row


def test_what_nobody_planned_is_beyond(made: Made) -> None:
    told = signs(county())
    assert told[made.hall, ENROLMENT] is Sign.BEYOND
    assert county().total == Sum(2, 0, 0, 0, 3)


def test_another_day_has_its_own_plan_and_its_own_fact(planned: Made) -> None:
    later = today() + timedelta(20)
    ids = catalogue_ids()
    net = figures.day(today()).ask.network
    clinic = net.by_code(planned.clinic)
    assert clinic is not None
    with writing():
        actions.offer(ACTOR, clinic.id, {ids[RESIDENTS]: Mode.DIRECT}, later)
        county_id = planned.regions[COUNTY]
        plans.set_plan(ACTOR, county_id, {(Kind.HALL, ids[ENROLMENT]): False}, later)
    assert signs(county())[planned.clinic, RESIDENTS] is Sign.GAP
    told = signs(county(on=later))
    assert told[planned.clinic, RESIDENTS] is Sign.DIRECT
    assert told[planned.hall, ENROLMENT] is Sign.BEYOND
    assert signs(county(on=SINCE))[planned.clinic, RESIDENTS] is Sign.GAP


def test_gaps_come_first_and_may_be_all_that_is_shown(planned: Made) -> None:
    codes = county().ask.network.rows.codes
    assert [codes[index] for index in county().indexes] == [planned.clinic, planned.hall]
    assert [codes[index] for index in county(gaps=True).indexes] == [planned.clinic]
    assert len(county(kind=Kind.COMMUNITY)) == 0


def test_totals_and_groups_add_up(planned: Made) -> None:
    found = county()
    assert found.total == Sum(2, 1, 2, 1, 0)
    assert (found.total.planned, found.total.kept) == (4, 3)
    assert sum(one.gaps for one in found.rows) == sum(one.gaps for one in found.columns) == 1
    for keys in (rules.town_keys(found), rules.kind_keys(found)):
        groups = found.grouped(keys)
        assert len(groups) == 2
        cells = [cell for sums in groups.values() for cell in sums]
        assert sum(cell.gaps for cell in cells) == 1
        assert sum(cell.planned for cell in cells) == 4
    ranks = found.ask.ranks
    names = {ranks.nodes[key].code for key in rules.town_keys(found).tolist()}
    assert names == {"371082001000", COUNTY}  # the hall stands above the towns


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (Sum(3, 2, 0, 1, 0), Sign.GAP),
        (Sum(3, 2, 1, 0, 0), Sign.ASSISTED),
        (Sum(3, 3, 0, 0, 1), Sign.DIRECT),
        (Sum(3, 0, 0, 0, 1), Sign.BEYOND),
        (Sum(3, 0, 0, 0, 0), Sign.NONE),
    ],
)
def test_many_cells_have_one_sign(cells: Sum, sign: Sign) -> None:
    assert cells.sign is sign


def test_which_cells_would_be_different(planned: Made) -> None:
    ids = catalogue_ids()
    both = frozenset({ids[ENROLMENT], ids[RESIDENTS]})
    found = county()

    def would(mode: Mode | None, only_gaps: bool) -> set[tuple[str, str]]:
        told = rules.differences(found, Wanted(mode, both, only_gaps))
        return {(code, service) for code, service, *_modes in told}

    clinic, hall = planned.clinic, planned.hall
    assert would(Mode.DIRECT, True) == {(clinic, RESIDENTS)}
    assert would(Mode.DIRECT, False) == {
        (clinic, ENROLMENT),
        (clinic, RESIDENTS),
        (hall, RESIDENTS),
    }
    assert would(Mode.ASSISTED, False) == {(clinic, RESIDENTS), (hall, ENROLMENT)}
    assert would(None, False) == {(clinic, ENROLMENT), (hall, ENROLMENT), (hall, RESIDENTS)}
    assert would(None, True) == set()


def test_which_services_no_site_of_a_town_offers(planned: Made) -> None:
    ask = figures.day(today()).ask
    ((town, missing),) = queries.nowhere(ask, tree(today()).by_code[COUNTY])
    assert town.code == "371082001000"
    assert len(missing) == 20  # the clinic offers one, the hall stands in the county
    assert ENROLMENT not in {service.code for service in missing}


def test_the_columns_are_those_of_the_second_word_too() -> None:
    """Bits beyond the first sixty-four, without a database."""

    net: Any = SimpleNamespace(bit={number: number for number in range(100)})
    services: list[Any] = [SimpleNamespace(id=number) for number in (6, 70, 500)]
    plane = np.zeros((1, 2), np.uint64)
    plane[0, 1] = np.uint64(1 << 6)
    found = rules.unpack(plane, net, services)
    assert found.tolist() == [[False, True, False]]
