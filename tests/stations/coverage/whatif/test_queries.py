"""What if, asked of the register: nothing is written, and sites of that day alone are spoken of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from core.catalogue.queries import catalogue
from core.clock import today
from core.db import writing
from core.errors import BadInput
from core.regions.queries import tree
from core.sites import closures
from core.sites.closures import Notice
from core.sites.queries import network
from core.snapshot import revision
from stations.coverage.queries import demand
from stations.coverage.rules import Question
from stations.coverage.whatif.queries import alternatives, ask
from stations.coverage.whatif.rules import Close, Lose, Suspend, WhatIf
from tests.stations.coverage.made import ACTOR, CITY, COUNTY
from tests.stations.coverage.town import COMMON, HALLS, Town


def question(code: str = CITY) -> Question:
    return Question(tree(today()).by_code[code], today())


def codes(settlements: list[int]) -> set[str]:
    return {demand(today()).codes[number] for number in settlements}


def test_closing_the_hall_drops_whom_only_it_reached(town: Town) -> None:
    before = revision("network"), revision("demand")
    told = ask(question(), WhatIf((Close(town.hall_id),)))
    assert codes([one.settlement for one in told.dropped]) == set("甲己")
    assert codes([one.settlement for one in told.poorer]) == {"乙"}
    (kept,) = told.poorer
    assert kept.lost == (town.services[HALLS],)
    assert (told.before.people_covered, told.after.people_covered) == (710.0, 600.0)
    assert told.services[town.services[HALLS]].people_lost == 310.0
    assert told.services[town.services[COMMON]].people_lost == 110.0
    clinic = network(today()).by_code(town.clinic)
    assert clinic is not None
    assert told.dropped[0].nearest == clinic.index
    assert told.dropped[0].distance == pytest.approx(1500, abs=1e-3)
    assert (revision("network"), revision("demand")) == before


def test_a_county_is_told_of_its_own(town: Town) -> None:
    told = ask(question(COUNTY), WhatIf((Close(town.hall_id),)))
    assert codes([one.settlement for one in told.dropped]) == {"甲"}
    assert told.before.people == 780.0
    assert told.beyond.people_lost == 10.0


def test_if_the_clinic_is_shut_on_friday(town: Town) -> None:
    friday = today() + timedelta(days=7)
    told = ask(replace(question(), on=friday), WhatIf((Suspend(town.clinic_id, friday),)))
    assert codes([one.settlement for one in told.dropped]) == {"丙"}
    with writing():
        closures.announce(ACTOR, Notice(friday, None, "停办", site_id=town.clinic_id))
    again = ask(replace(question(), on=friday), WhatIf((Suspend(town.clinic_id, friday),)))
    assert again.touched == ()
    assert again.idle == (town.clinic_id,)


def test_where_else_a_lost_service_is_to_be_had(town: Town) -> None:
    what = WhatIf((Lose(town.hall_id, town.services[COMMON]),))
    told = ask(question(), what)
    assert told.dropped == []
    assert codes([one.settlement for one in told.poorer]) == set("甲己")
    where = np.array([one.settlement for one in told.poorer])
    services = catalogue(today()).by_code
    nearest, metres = alternatives(question(), what, services[COMMON], where)
    assert {network(today()).rows.codes[number] for number in nearest.tolist()} == {town.clinic}
    assert sorted(metres.tolist()) == pytest.approx([1500, 2400], abs=0.01)
    what = WhatIf((Lose(town.hall_id, town.services[HALLS]),))
    nearest, metres = alternatives(question(), what, services[HALLS], where)
    assert nearest.tolist() == [-1, -1]
    assert np.isinf(metres).all()


def test_a_site_that_is_not_of_the_day_is_refused(town: Town) -> None:
    with pytest.raises(BadInput):
        ask(question(), WhatIf((Close(10**6),)))
