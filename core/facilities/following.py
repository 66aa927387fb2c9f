"""What a site has when it is found to be part of another.

Facilities and rules are of the place, so the survivor has from the day on what either had: what
both have is one thing, of which the survivor's number and note stay, and the audit keeps both.
The other's own rows stay as they were, like its hours and services, so that it has them again when
it is taken apart; a site that is closed is counted nowhere.
"""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.facilities import story
from core.facilities.models import Fitting
from core.sites.joining import JOINED, MERGED, Merged, SiteFollower, carry, counting
from core.sites.story import SITE


def _follow(actor: Actor, merged: Merged) -> None:
    found: dict[str, tuple[Any, Any]] = {}
    for one in carry(Fitting, merged, "item"):
        code = one.given.item
        if one.own is not None:
            both = {"kept": _told(one.own), "left": _told(one.given)}
            found.setdefault(f"{JOINED}:{code}", (None, both))
        elif one.added:
            found.setdefault(f"fitting:{code}", (None, _told(one.given)))
    if found:
        told = {**found, MERGED: (None, merged.other.code), "since": (None, merged.on)}
        subject = (SITE, merged.survivor.code)
        record(actor, story.FOLLOWED, subject, told, region_id=merged.region_id)


def _told(row: Fitting) -> dict[str, Any]:
    return {"count": row.count, "note": row.note}


FITTINGS: Final = SiteFollower(
    (Fitting.__tablename__,),
    _l("设施和制度"),
    _l("两边的都归保留的网点；同一项两边都有的，保留原有的数量"),
    counting(Fitting),
    _follow,
)
