"""What a role may be held over: a region, a site or everywhere, found by code, named, in reach."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Reach
from core.accounts.models import Grant
from core.accounts.rules import Place
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import BadInput
from core.forms import plain
from core.i18n import named
from core.regions import past
from core.regions.past import Gone
from core.regions.queries import tree
from core.regions.tree import Tree
from core.sites.models import Site, SitePeriod
from core.sites.rules import is_site_code


def place_of(living: Tree, ended: Gone | None, grant: Grant, site_region: int | None) -> Place:
    """What a grant is over; *ended* is its region where that is no more."""
    if grant.site_id is not None:
        return Place("site", site_region, grant.site_id)
    if grant.region_id is None:
        return Place(None)
    node = ended or living.by_id.get(grant.region_id)
    return Place(None if node is None else node.level, grant.region_id)


def place_name(living: Tree, place: Place, ended: Gone | None = None) -> str:
    """What a region is called in full; a site is named by its own name."""
    if place.region_id is None:
        return str(_("全部"))
    if ended is not None:
        return named(ended.name, ended.name_en)
    if place.region_id not in living.by_id:
        return str(_("已撤销的区划"))
    return living.full_name(place.region_id)


def find_place(text: str) -> Place:
    """The region or site with the code *text*; everywhere if it is empty. Raises BadInput."""
    code = plain(text)
    if not code:
        return Place(None)
    living = tree(today())
    if code in living.by_code:
        node = living.by_code[code]
        return Place(node.level, node.id)
    if not is_site_code(code):
        raise no_such_place()
    found = db.session.execute(
        sa.select(Site.id, SitePeriod.region_id)
        .join(SitePeriod, sa.and_(SitePeriod.site_id == Site.id, on_day(SitePeriod, today())))
        .where(Site.code == code)
    ).one_or_none()
    if found is None:
        raise no_such_place()
    return Place("site", found.region_id, found.id)


def no_such_place() -> BadInput:
    return BadInput(_l("没有这个代码的区划或网点。"), field="place")


def covers(reach: Reach, place: Place) -> bool:
    """Whether *place* is wholly within *reach* today, or was before it ended."""
    if place.site_id is not None and place.region_id is not None:
        return reach.site(tree(today()), place.site_id, place.region_id)
    if place.region_id is not None:
        day = today()
        if reach.everywhere or reach.region(tree(day), place.region_id):
            return True
        return place.region_id in past.gone(day) and place.region_id in past.within(reach, day)
    return reach.everywhere or place.site_id in reach.sites
