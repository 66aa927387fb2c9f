"""When a region ends the records of staff that it keeps go to its heir, else one level up."""

from __future__ import annotations

import sqlalchemy as sa

from core.db import db, writing
from core.regions.following import Ended
from core.regions.queries import tree
from core.staff import actions
from core.staff.actions import Described
from core.staff.following import MEMBERS
from core.staff.models import Member
from tests.core.sites.made import ACTOR, ON, SINCE


def follow(village: int, heirs: dict[str, int]) -> int:
    """The region that keeps the record afterwards."""
    town = tree(SINCE).by_code["371082001000"].id
    with writing():
        actions.enter(ACTOR, Described("于淑华", village))
        assert MEMBERS.held([village, town], ON) == {village: 1}
        ended = Ended(village, "371082001001", town, heirs)
        MEMBERS.follow(ACTOR, {village: ended}, ON)
    return db.session.scalars(sa.select(Member.region_id)).one()


def test_one_heir_keeps_them(village: int) -> None:
    county = tree(SINCE).by_code["371082000000"].id
    assert follow(village, {"371082000000": county}) == county


def test_of_several_heirs_none_is_meant(village: int) -> None:
    living = tree(SINCE)
    heirs = {code: living.by_code[code].id for code in ("371000000000", "371082000000")}
    assert follow(village, heirs) == living.by_code["371082001000"].id


def test_without_an_heir_they_go_up(village: int) -> None:
    assert follow(village, {}) == tree(SINCE).by_code["371082001000"].id
