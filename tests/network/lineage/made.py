"""A town with three villages, and what a later list makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import sqlalchemy as sa

from core.clock import today
from core.db import db, writing
from core.regions import importer
from core.regions.heirs import Heirs
from core.regions.queries import load
from core.regions.rules import Row, level_of, parent_of
from core.sites import actions
from core.sites.models import Site, SitePeriod
from tests.core.accounts.made import ACTOR
from tests.core.sites.made import entry

SINCE: Final = date(2021, 1, 1)
LIST: Final = """\
code,name,level,parent
371000000000,威海市,city,
371082000000,荣成市,county,371000000000
371082001000,宁津街道,town,371082000000
371082001201,甲子村委会,village,371082001000
371082001202,乙丑村委会,village,371082001000
371082001203,丙寅村委会,village,371082001000
"""
#: 甲子 goes into 乙丑; 丙寅 is split.
FIRST, SECOND, THIRD = "371082001201", "371082001202", "371082001203"
EAST, WEST = "371082001210", "371082001211"
HEIRS: Final = {FIRST: Heirs((SECOND,)), THIRD: Heirs((EAST, WEST))}


def later() -> list[Row]:
    """The list without 甲子 and 丙寅, with the two parts of the latter."""
    rows = [one for one in importer.read(LIST) if one.code not in HEIRS]
    parts = ((EAST, "东丙寅村委会"), (WEST, "西丙寅村委会"))
    return rows + [row(code, name) for code, name in parts]


def row(code: str, name: str) -> Row:
    level = level_of(code)
    assert level is not None
    return Row(code, name, level, parent_of(code, level), statutory=True)


def take(
    rows: list[Row] | None = None,
    heirs: dict[str, Heirs] | None = None,
    on: date | None = None,
) -> None:
    """Let the later list hold, from today on unless told."""
    with writing():
        plan = importer.plan_rows(rows or later(), on or today(), "a document")
        importer.apply(ACTOR, plan, HEIRS if heirs is None else heirs)


def sent(site: str, to: str) -> dict[str, Heirs]:
    """The heirs, with the site that stands in 丙寅 going to one of its parts."""
    return {**HEIRS, THIRD: replace(HEIRS[THIRD], sites={site: to})}


def region(code: str, on: date | None = None) -> int:
    return load(on or today()).by_code[code].id


def make_site(village: str, name: str = "工作站") -> str:
    """A site that has stood in a village from the beginning; gives its code."""
    with writing():
        return actions.enter(ACTOR, entry(region(village), name), SINCE).code


def stands(site: str, on: date) -> int:
    """The region in which a site stands on a day."""
    found = db.session.scalars(
        sa.select(SitePeriod.region_id)
        .join(Site, Site.id == SitePeriod.site_id)
        .where(Site.code == site, SitePeriod.since <= on)
        .where(sa.or_(SitePeriod.until.is_(None), SitePeriod.until > on))
    ).one()
    db.session.rollback()
    return found
