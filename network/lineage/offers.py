"""Which sites of regions that live on are likely to go to a new region beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import shapely
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from shapely.geometry.base import BaseGeometry

from core.geo import Point
from core.regions.heirs import places_of_sites
from core.regions.importer import Plan
from core.regions.rules import Row
from network.lineage.rules import Holder, Offer, OfferedSite, Origin, Said

INSIDE: Final = _l("位置在新区划的轮廓内")
NAMED: Final = _l("名称或地址说在那里")


@dataclass(frozen=True, slots=True)
class Standing:
    """A site that stands in a region on the day."""

    region: str
    code: str
    name: str
    address: str
    point: Point | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the regions that live on, by their old codes; outlines by their new ones."""

    sites: Mapping[str, Sequence[Standing]]
    holders: Mapping[str, Sequence[Holder]]
    outlines: Mapping[str, BaseGeometry]


class Neighbours:
    """Which regions that live on a new one may have come out of."""

    def __init__(self, plan: Plan) -> None:
        before = {row.code: row for row in plan.before}
        after = {row.code: row for row in plan.after}
        changed = {one.before.code: one.after for one in plan.changed if one.before is not None}
        self.now: dict[str, Row] = {}
        for code in before:
            became = changed.get(code, after.get(code))
            if became is not None:
                self.now[code] = became
        self.begun = [one.after for one in plan.changed if one.before is None and one.after]
        new = {row.code for row in self.begun}
        self._lost: dict[str, set[str]] = {}
        self.below: dict[str, list[Row]] = {}
        for code, row in self.now.items():
            self.below.setdefault(row.parent, []).append(row)
            if row.parent in new:
                self._lost.setdefault(row.parent, set()).add(before[code].parent)
        self._beside: dict[str, list[str]] = {}
        for code, row in self.now.items():
            self._beside.setdefault(row.parent, []).append(code)

    def origins(self, new: Row) -> list[str]:
        """The old codes of the regions beside a new one, and of those that gave it a child."""
        lost = {code for code in self._lost.get(new.code, ()) if code in self.now}
        beside = self._beside.get(new.parent, []) if new.parent else []
        return sorted(code for code in {*beside, *lost} if self.now[code].level is new.level)

    def all_origins(self) -> set[str]:
        return {code for new in self.begun for code in self.origins(new)}


def offers(
    near: Neighbours, known: Known, said: Mapping[str, Said], comes: Mapping[str, int]
) -> dict[str, Offer]:
    """What each new region may take over: as somebody *said*, else as is likely.

    *comes* counts the sites that come to it from regions that end.
    """
    taken = {site for one in said.values() for site in one.sites}
    found: dict[str, Offer] = {}
    for new in near.begun:
        origins = near.origins(new)
        standing = [site for code in origins for site in known.sites.get(code, ())]
        if not standing:
            continue
        why = _told(said[new.code]) if new.code in said else _likely(near, known, new, standing)
        sites = tuple(
            _offered(site, why, taken if new.code not in said else ()) for site in standing
        )
        taken |= {site.code for site in sites if site.chosen}
        found[new.code] = Offer(
            sites=sites,
            origins=tuple(_origin(near, code, sites) for code in origins if known.sites.get(code)),
            holders=_holders(known, {site.origin for site in sites if site.chosen}),
            grants=said[new.code].grants if new.code in said else True,
            comes=comes.get(new.code, 0),
        )
    return found


_Why = Callable[[Standing], tuple[bool, LazyString | None]]


def _told(said: Said) -> _Why:
    return lambda site: (site.code in said.sites, None)


def _offered(site: Standing, why: _Why, taken: Collection[str]) -> OfferedSite:
    chosen, reason = why(site)
    offered = OfferedSite(site.code, site.name, site.address, site.region, chosen, reason)
    return replace(offered, chosen=False, why=None) if site.code in taken else offered


def _origin(near: Neighbours, code: str, sites: Sequence[OfferedSite]) -> Origin:
    here = [site for site in sites if site.origin == code]
    return Origin(code, near.now[code].name, len(here), sum(site.chosen for site in here))


def _holders(known: Known, origins: Collection[str]) -> tuple[Holder, ...]:
    return tuple(one for code in sorted(origins) for one in known.holders.get(code, ()))


def _likely(near: Neighbours, known: Known, new: Row, standing: Sequence[Standing]) -> _Why:
    """By the outlines of what will lie in the new region, where they are known; else by name."""
    children = near.below.get(new.code, [])
    shapes = [known.outlines[row.code] for row in children if row.code in known.outlines]
    own = {new.code: new.name, **{row.code: row.name for row in children}}
    others = {
        row.code: row.name
        for code in near.origins(new)
        for row in (near.now[code], *near.below.get(near.now[code].code, ()))
    }
    texts = {site.code: site.name + site.address for site in standing}
    named = {
        site for site, code in places_of_sites(texts, {**others, **own}).items() if code in own
    }

    def why(site: Standing) -> tuple[bool, LazyString | None]:
        if shapes and site.point is not None:
            point = site.point
            there = any(shapely.intersects_xy(shape, point.lon, point.lat) for shape in shapes)
            return there, INSIDE if there else None
        return site.code in named, NAMED if site.code in named else None

    return why
