"""Records of members of staff go to the heirs of a region that ends; no table is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from flask import Flask

from core.audit import queries as audit
from core.clock import today
from core.db import Base, db, writing
from core.regions.following import followers, held
from core.sites import actions as sites
from core.sites.models import Site
from core.staff import actions
from core.staff.actions import Described
from core.staff.changes import posted
from core.staff.following import MEMBERS
from core.staff.models import Member
from core.staff.rules import Duty
from tests.core.accounts.made import ACTOR
from tests.network.lineage.made import (
    FIRST,
    SECOND,
    SINCE,
    THIRD,
    WEST,
    make_site,
    region,
    sent,
    take,
)

pytestmark = pytest.mark.usefixtures("town")

#: Tables that name a region and that no room lets go over, each with the reason.
STAY: Final = {
    "region_period": "what a change of the regions writes",
    "region_change": "which region came after which: history",
    "region_change_set": "what a later list changes, which is of the region that it is about",
    "population_set": "who lived where in a year: its readers find what came after the region",
    "settlement": "the same",
    "population_grid": "the same",
    "road_graph": "roads of the region as it was; for what comes after they are loaded again",
    "siting_proposal": "what was proposed for the region as it was; its page says what came after",
    "coverage_run": "what coverage was on a day, by the regions of that day: history",
    "coverage_row": "the same",
    "coverage_shard": "the same",
    "population_import": "what became of a file on the day that it was brought",
    "import_run": "what became of a file on the day that it was brought",
    "job": "work that is done, or will be before the day; forgotten after a while",
}


def member(village: str, *, site: str | None = None) -> str:
    with writing():
        code = actions.enter(ACTOR, Described("赵敏", region(village))).code
    if site is not None:
        found = db.session.scalars(sa.select(Site.id).where(Site.code == site)).one()
        with writing():
            sites.do(ACTOR, found, None, posted({code: [Duty.GUIDE]}, SINCE))
    return code


def record_of(code: str) -> Member:
    db.session.rollback()
    return db.session.scalars(sa.select(Member).where(Member.code == code)).one()


def test_a_record_is_kept_where_the_site_stands_or_with_the_only_heir() -> None:
    site = make_site(THIRD)
    plain, split, works = member(FIRST), member(THIRD), member(THIRD, site=site)
    gone = member(FIRST)
    with writing():
        actions.leave(ACTOR, gone, 1, today())
    counted = held([region(FIRST), region(THIRD)], today())
    for village, number in ((FIRST, 2), (THIRD, 2)):
        found = [one for follower, one in counted[region(village)] if follower is MEMBERS]
        assert found == [number]
    take(heirs=sent(site, WEST))
    assert record_of(plain).region_id == record_of(gone).region_id == region(SECOND)
    assert record_of(split).region_id == region("371082001000")
    assert record_of(works).region_id == region(WEST)
    assert record_of(works).version == 2
    event = audit.story("staff", works, 1)[0]
    assert (event.action, event.changes["region"]) == ("staff.followed", (THIRD, WEST))


def test_until_the_heirs_begin_the_record_lies_one_level_above() -> None:
    plain = member(THIRD)
    take(on=today() + timedelta(days=10))
    assert record_of(plain).region_id == region("371082001000")


def test_every_table_that_names_a_region_goes_over_or_has_a_reason_not_to(app: Flask) -> None:
    naming = {
        name
        for name, table in Base.metadata.tables.items()
        if "region.id" in {key.target_fullname for key in table.foreign_keys}
    }
    followed = {follower.table for follower in followers()}
    assert naming == followed | STAY.keys()
