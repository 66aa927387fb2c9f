"""Making one of two sites, with all that hangs on either."""

from __future__ import annotations

from core.access import Actor, Permission
from core.accounts.following import follow_site
from core.clock import today
from core.db import db
from core.rectification import following as rectification
from core.sites import merging
from core.sites.actions import require_site
from core.sites.models import Site
from core.sites.rules import Taken
from network.photos.actions import hand_over


def join(
    actor: Actor, survivor_id: int, other_id: int, seen: tuple[int | None, int | None], taken: Taken
) -> None:
    """Merge the other into the survivor, both seen at these versions.

    Its photos come along, what is to be put right there, and the roles that are held over it
    alone. Raises as :func:`core.sites.merging.merge`.
    """
    merging.merge(actor, survivor_id, other_id, seen, taken)
    hand_over(actor, other_id, survivor_id)
    survivor, other = (db.session.get_one(Site, one) for one in (survivor_id, other_id))
    region_id = require_site(actor, survivor_id, Permission.REGISTER_WRITE)
    rectification.hand_over(actor, other_id, survivor_id, region_id)
    follow_site(actor, other, survivor, region_id, today())
