"""Making one of two sites, with all that hangs on either."""

from __future__ import annotations

from core.access import Actor
from core.sites import merging
from core.sites.rules import Taken
from network.photos.actions import hand_over


def join(
    actor: Actor, survivor_id: int, other_id: int, seen: tuple[int | None, int | None], taken: Taken
) -> None:
    """Merge the other into the survivor, both seen at these versions; its photos come along.

    Raises as :func:`core.sites.merging.merge`.
    """
    merging.merge(actor, survivor_id, other_id, seen, taken)
    hand_over(actor, other_id, survivor_id)
