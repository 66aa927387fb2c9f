"""The visits of a site on its page, for whoever may read them."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from core.access import Actor, current_actor
from core.sites.network import Place
from core.sites.queries import network
from core.web import fragment
from standards.inspections import access, listing

MOST: Final = 5


def of_site(place: Place) -> Markup | None:
    """The newest visits of the site."""
    actor = current_actor()
    if not actor.may(access.READ) or not _within(actor, place):
        return None
    lines = listing.of_site(place.id, MOST)
    return fragment(
        "inspections/panel.html", place=place, lines=lines, writes=actor.may(access.WRITE)
    )


def _within(actor: Actor, place: Place) -> bool:
    return actor.reach(access.READ).site(network().tree, place.id, place.region.id)
