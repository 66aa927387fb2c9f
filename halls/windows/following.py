"""Windows of a site that is found to be part of another.

Two registrations of one place number the same windows, so the two lists are not put together: where
the survivor's are on record they stay as they are, else it has the other's from the day on.  The
other's rows stay as they were: nothing is lost, and it has them again when it is taken apart.
"""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.actions import record
from core.sites.joining import MERGED, Merged, SiteFollower, carry, counting
from core.sites.story import SITE
from halls.windows import story
from halls.windows.models import Window
from halls.windows.queries import opened_of, recorded
from halls.windows.rules import told as document


def _follow(actor: Actor, merged: Merged) -> None:
    if recorded(merged.survivor.id, merged.on):
        return
    found: dict[str, tuple[Any, Any]] = {}
    for one in carry(Window, merged, "number"):
        if one.added:
            found.setdefault(f"window:{one.given.number}", (None, _told(one.given)))
    if found:
        told = {**found, MERGED: (None, merged.other.code), "since": (None, merged.on)}
        subject = (SITE, merged.survivor.code)
        record(actor, story.FOLLOWED, subject, told, region_id=merged.region_id)


def _told(row: Window) -> dict[str, Any]:
    return document(opened_of(row))


WINDOWS: Final = SiteFollower(
    (Window.__tablename__,),
    _l("窗口"),
    _l("保留的网点没有登记过窗口的，归它；登记过的，保留原有的"),
    counting(Window),
    _follow,
)
