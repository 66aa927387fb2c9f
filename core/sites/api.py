"""A site as the programming interface gives it out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from core.calendar.rules import Opening
from core.catalogue.queries import Catalogue
from core.clock import civil
from core.sites.network import Network, Place


def describe(network: Network, catalogue: Catalogue, place: Place) -> dict[str, Any]:
    """The public facts of *place*. ``lat`` and ``lon`` are WGS-84 degrees as stored, or null."""
    return {
        "code": place.code,
        "name": place.name,
        "name_en": place.name_en,
        "kind": place.kind,
        "level": place.region.level,
        "status": place.status,
        "region": {"code": place.region.code, "name": network.tree.full_name(place.region.id)},
        "lat": None if place.point is None else place.point.lat,
        "lon": None if place.point is None else place.point.lon,
        "address": place.address,
        "phone": place.phone,
        "services": [
            {"code": catalogue.by_id[service_id].code, "mode": mode}
            for service_id, mode in network.offerings(place)
            if service_id in catalogue.by_id
        ],
        "url": url_for("network.site", code=place.code, _external=False),
    }


def describe_opening(opening: Opening) -> dict[str, Any]:
    """``opens_next`` is null while open, and where nobody knows; ``reason`` says why it is shut."""
    return {
        "open": opening.open,
        "reason": opening.reason,
        "open_until": _local(opening.until),
        "opens_next": _local(opening.opens_next),
        "calendar_known": opening.calendar_known,
    }


def _local(moment: datetime | None) -> str | None:
    return None if moment is None else civil(moment).isoformat()
