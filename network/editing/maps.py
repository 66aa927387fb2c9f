"""Where the map of a form begins, and what it draws on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from core import geo, maps
from core.access import Actor, Permission
from core.config import Tiles
from core.geo import Datum
from core.regions.tree import Node, Tree
from core.sites.queries import network
from core.web import settings
from network import rules
from network.editing.queries import Kept


@dataclass(frozen=True, slots=True)
class Spot:
    """The map: in which datum it draws, what is in sight, where the site is, the ground."""

    datum: Datum
    corners: list[tuple[float, float]]
    at: tuple[float, float] | None
    ground: str
    tiles: Tiles | None


def spot(kept: Kept | None, living: Tree, actor: Actor) -> Spot | None:
    """The map for a site, or for a new one where *actor* writes; None where nothing is known."""
    tiles = settings().tiles
    datum = maps.layer_datum(tiles)
    node = _home(living, actor) if kept is None else _county(living, kept.region_id)
    if node is None:
        return None
    corners: Any = rules.extent(network(), node)
    if corners is None:
        return None
    at = None if kept is None or kept.point is None else geo.from_wgs84(kept.point, datum)
    return Spot(
        datum=datum,
        corners=[geo.from_wgs84(corner, datum) for corner in corners],
        at=at,
        ground=url_for("network_map.outlines", code=node.code),
        tiles=tiles,
    )


def _county(living: Tree, region_id: int) -> Node:
    path = living.path(region_id)
    return path[1] if len(path) > 1 else path[0]


def _home(living: Tree, actor: Actor) -> Node | None:
    reach = actor.reach(Permission.REGISTER_WRITE)
    for region_id in sorted(reach.regions):
        if region_id in living.by_id:
            return living.by_id[region_id]
    cities = living.top()
    return cities[0] if cities else None
