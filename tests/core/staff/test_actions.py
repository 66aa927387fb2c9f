"""Members of staff and their postings: who, where, from when to when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from core.audit.models import AuditEvent
from core.db import db, writing
from core.errors import BadInput, Conflict
from core.sites import actions as sites
from core.staff import actions, queries
from core.staff.actions import Described
from core.staff.changes import posted
from core.staff.models import Member
from core.staff.rules import DUTIES, Duty, is_member_code, member_code
from tests.core.sites.made import ACTOR, ON, SINCE


def member(village: int, name: str = "于淑华") -> str:
    with writing():
        return actions.enter(ACTOR, Described(name, village)).code


def do(site: int, *args: Any) -> None:
    with writing():
        sites.do(ACTOR, site, None, posted(*args))


def numbers(site: int, on: date = ON) -> list[float]:
    found: list[float] = queries.postings(on).of_site(site).tolist()
    return found


def test_one_person_in_two_duties_counts_once_in_all(village: int, site: int) -> None:
    assert np.isnan(numbers(site)).all()
    first, second = member(village), member(village, "毕国强")
    do(site, {first: [Duty.GUIDE, Duty.AGENT], second: [Duty.GUIDE]}, ON)
    by_duty = dict(zip(["all", *DUTIES], numbers(site), strict=True))
    assert by_duty == {
        "all": 2,
        "guide": 2,
        "comprehensive": 0,
        "clerk": 0,
        "agent": 1,
        "manager": 0,
    }
    assert np.isnan(numbers(site, ON - timedelta(1))).all()
    assert [(at.name, len(at.duties)) for at in queries.at_site(site, ON)] == [
        ("于淑华", 2),
        ("毕国强", 1),
    ]


def test_a_duty_that_ends_was_held_until_then(village: int, site: int) -> None:
    code = member(village)
    do(site, {code: [Duty.GUIDE, Duty.AGENT]}, SINCE)
    do(site, {code: [Duty.AGENT]}, ON)
    held = queries.of_member(db.session.scalars(sa.select(Member.id)).one())
    assert [(one.duty, one.since, one.until) for one in held] == [
        (Duty.AGENT, SINCE, None),
        (Duty.GUIDE, SINCE, ON),
    ]
    assert numbers(site)[:2] == [1, 0]
    assert numbers(site, SINCE)[:2] == [1, 1]


def test_nobody_posted_is_something_to_know(site: int) -> None:
    do(site, {}, ON)
    assert numbers(site) == [0] * 6
    assert queries.recorded(site, ON)


def test_who_leaves_is_posted_nowhere_from_that_day(village: int, site: int) -> None:
    code = member(village)
    do(site, {code: [Duty.GUIDE]}, SINCE)
    with writing():
        actions.leave(ACTOR, code, 1, ON)
    assert numbers(site, ON - timedelta(1))[0] == 1
    assert numbers(site)[0] == 0
    with pytest.raises(BadInput):
        do(site, {code: [Duty.GUIDE]}, ON)
    with pytest.raises(Conflict), writing():
        actions.leave(ACTOR, code, 2, ON)


def test_somebody_faster_is_noticed(village: int) -> None:
    code = member(village)
    with writing():
        actions.describe(ACTOR, code, 1, Described("于淑花", village))
    with pytest.raises(Conflict), writing():
        actions.describe(ACTOR, code, 1, Described("于树花", village))
    assert queries.name_of(code) == "于淑花"


def test_what_somebody_is_called_is_not_in_the_audit(village: int, site: int) -> None:
    code = member(village, "绝无仅有")
    with writing():
        actions.describe(ACTOR, code, 1, Described("独一无二", village))
    do(site, {code: [Duty.GUIDE]}, ON)
    for row in db.session.execute(sa.select(AuditEvent)).scalars():
        told = " ".join(str(value) for value in vars(row).values())
        assert "绝无仅有" not in told
        assert "独一无二" not in told


@pytest.mark.parametrize("name", ["", " ", "长" * 41, "a\u202eb", "一\x00二"])
def test_what_is_no_name_is_refused(village: int, name: str) -> None:
    with pytest.raises(BadInput):
        member(village, name)


def test_unknown_people_cannot_be_posted(site: int) -> None:
    with pytest.raises(BadInput):
        do(site, {member_code(999): [Duty.GUIDE]}, ON)
    assert not queries.recorded(site, ON)


def test_codes_find_a_wrong_digit() -> None:
    code = member_code(12)
    assert is_member_code(code)
    assert not is_member_code(code[:-1] + str((int(code[-1]) + 1) % 10))
    assert not is_member_code(code[1:])
