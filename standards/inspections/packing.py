"""Today's visits as whole pages, so that a telephone has them where there is no network."""

from __future__ import annotations

from typing import Any, Final

from flask import render_template, url_for

from core.access import Actor
from core.clock import today
from core.web import static_url
from standards.inspections import listing, pages

#: With more visits than this in one day, the first of the round are taken along.
MOST_VISITS: Final = 40
#: The files that the pages are made of.
PARTS: Final = (
    "onekm.css",
    "icon.svg",
    "inspections-queue.js",
    "inspections.js",
    "inspections-device.js",
    "inspections-visit.js",
)


def pack(actor: Actor) -> dict[str, Any]:
    """``pages``: HTML by address; ``parts``: the addresses of the files that go with them."""
    day = listing.mine(actor, today())
    found = {url_for("inspections.index"): _page("index", pages.index(actor, day))}
    for one, _metres in day.due[:MOST_VISITS]:
        address = url_for("inspections.show", code=one.row.uuid)
        found[address] = _page("visit", pages.visit(one), address)
    return {"pages": found, "parts": [static_url(name) for name in PARTS]}


def _page(name: str, context: dict[str, Any], address: str = "/inspections/") -> str:
    # Links that come back must not lead to the pack; nothing of the menu is taken along.
    own = {"here": lambda: address, "menu": tuple}
    return render_template(f"inspections/{name}.html", **own, **context)
