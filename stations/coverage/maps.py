"""The map of a coverage: who is covered and who is not, from where, and each region's share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np
from flask import current_app, url_for
from flask_babel import gettext as _

from core import map_data
from core import maps as ground
from core.geo import Datum, Floats, Point
from core.i18n import named
from core.map_data import MOST_RINGS, MOST_SPOTS, Area, Layer, Look, Spot
from core.maps import Bounds, CompiledMap
from core.regions import boundaries
from core.regions.rules import Level
from core.regions.tree import Node
from core.sites.network import Place
from core.web import settings
from core.words import metres
from stations.coverage import listing, rules, spots
from stations.coverage.forms import query
from stations.coverage.positions import Places
from stations.coverage.scene import Scene
from stations.coverage.words import count, share_words

Geometries: TypeAlias = Mapping[int, Mapping[str, Any]]

#: The page on which it is asked what if a site closes.
WHATIF: Final = "coverage_whatif.show"
#: Degrees left free around what a map shows, at least: some hundred metres.
_MARGIN: Final = 0.004
#: Levels whose regions a map may shade.
_SHADED: Final = (Level.COUNTY, Level.TOWN)


@dataclass(frozen=True, slots=True)
class Left:
    """What a map leaves out because no browser would draw it: settlements, circles."""

    spots: int
    rings: int

    def __bool__(self) -> bool:
        return bool(self.spots or self.rings)


def left_out(asked: Scene) -> Left:
    """How many settlements and circles the map of the region does not show."""
    return Left(
        max(0, asked.tally.settlements - MOST_SPOTS),
        len(asked.around) if len(asked.around) > MOST_RINGS else 0,
    )


def bounds(asked: Scene) -> Bounds | None:
    """The corners of what the map shows: settlements and sites; None where there is nothing."""
    demand, rows = asked.demand, asked.net.rows
    sites = asked.net.ranked & asked.net.below(asked.region)
    lat = np.concatenate((demand.lat[asked.inside], rows.lat[sites]))
    lon = np.concatenate((demand.lon[asked.inside], rows.lon[sites]))
    if not len(lat):
        return None
    (south, north), (west, east) = _widened(lat), _widened(lon)
    return Point(south, west), Point(north, east)


def _widened(degrees: Floats) -> tuple[float, float]:
    low, high = float(degrees.min()), float(degrees.max())
    margin = max(_MARGIN, (high - low) / 50)
    return low - margin, high + margin


def compiled(corners: Bounds | None, address: str) -> CompiledMap | None:
    """A map that asks the *address* for its layers; None where there is nothing to show."""
    if corners is None:
        return None
    made = ground.base_map(settings().tiles, corners)
    map_data.CoverLayer(address).add_to(made)
    return ground.compile(made)


def layers(asked: Scene, datum: Datum) -> list[Layer]:
    """All that the map of a coverage shows, in the *datum* of its tiles."""
    drawn = shown(asked)
    covered = drawn[asked.cover.covered[drawn]]
    missing = drawn[~asked.cover.covered[drawn]]
    return [
        *regions(asked, datum),
        reach(asked, datum),
        map_data.spots("covered", _("已覆盖的村居"), Look.COVERED, settled(asked, covered), datum),
        map_data.spots(
            "uncovered", _("未覆盖的村居"), Look.UNCOVERED, settled(asked, missing), datum
        ),
        *_idle(asked, datum),
        map_data.spots("sites", _("计入的网点"), Look.SITE, counted(asked, asked.around), datum),
    ]


def shown(asked: Scene) -> Places:
    """The settlements of the region that a map draws: all, else those with most people."""
    inside = np.flatnonzero(asked.inside)
    if len(inside) <= MOST_SPOTS:
        return inside
    return inside[np.argsort(-asked.demand.people[inside], kind="stable")[:MOST_SPOTS]]


def reach(asked: Scene, datum: Datum) -> Layer:
    """The circles of the straight line that covers, around each site that counts here."""
    around = asked.around if len(asked.around) <= MOST_RINGS else asked.around[:0]
    rule, at = asked.question.rule, asked.cover.sites.positions
    centres = [Point(float(at.lat[one]), float(at.lon[one])) for one in around.tolist()]
    title = _("%(metres)s 米范围", metres=f"{rule.straight:g}")
    return map_data.rings("reach", title, centres, rule.straight, datum)


def settled(asked: Scene, chosen: Places) -> Iterable[Spot]:
    """Settlements with their people and what is nearest to them."""
    # Looked up once: a city has thousands of settlements.
    people, nobody = _("%(number)s 人"), _("附近没有计入的网点")
    nearest = _("最近：%(site)s，%(metres)s")
    for number in chosen.tolist():
        line = listing.settlement_line(asked, number)
        near = nobody
        if line.nearest is not None and line.distance is not None:
            site = named(line.nearest.name, line.nearest.name_en)
            near = nearest % {"site": site, "metres": metres(line.distance)}
        notes = (people % {"number": count(line.people)}, near)
        yield Spot(Point(line.lat, line.lon), line.name or line.code or "—", line.people, notes)


def counted(asked: Scene, numbers: Places) -> list[Spot]:
    """Sites that count, by their numbers among all that do, with the people they reach."""
    found = asked.cover
    return [
        replace(
            site_spot(
                asked.site(number),
                _("范围内 %(number)s 人", number=count(float(found.reached[number]))),
                _("其中只靠它 %(number)s 人", number=count(float(found.dependent[number]))),
            ),
            ways=_ways(asked, asked.site(number)),
        )
        for number in numbers.tolist()
    ]


def _ways(asked: Scene, place: Place) -> tuple[tuple[str, str], ...]:
    """From a site of the region on the map to the question what if it closes."""
    if WHATIF not in current_app.view_functions:
        return ()
    kept = query(asked.question)
    url = url_for(WHATIF, code=asked.region.code, close=place.code, **kept)
    return ((_("如果这个网点停办"), url),)


def site_spot(place: Place, *notes: str) -> Spot:
    """A site on the map, with a way to its page. It must have a position."""
    if place.point is None:
        raise ValueError(f"{place.code} has no position")
    name, url = named(place.name, place.name_en), url_for("network.site", code=place.code)
    return Spot(place.point, name, None, (str(place.kind.label), *notes), url)


def _idle(asked: Scene, datum: Datum) -> list[Layer]:
    """Sites of the region that are not counted: other services, other hours, shut."""
    if not asked.idle:
        return []
    found = [site_spot(place, _("此条件下不计入")) for place in asked.idle]
    return [map_data.spots("idle", _("不计入的网点"), Look.GONE, found, datum)]


# -- Regions ------------------------------------------------------------------------------------


def regions(asked: Scene, datum: Datum) -> list[Layer]:
    """The regions one level below, or the one looked at; then shares where outlines are known."""
    living, here = asked.tree, asked.region
    below = living.descendants(here.id)
    wanted = [here.id, *(node.id for node in below if node.level in _SHADED)]
    known = {one.region_id: one.geometry for one in boundaries.outlines(wanted, asked.net.on)}
    named_ones = [_area(node, known) for node in living.children(here.id) or (here,)]
    placed = [one for one in named_ones if one.geometry is not None or one.point is not None]
    shaded = [
        (level, [node for node in below if node.level is level and node.id in known])
        for level in _SHADED
    ]
    return [
        map_data.areas("regions", _("区划"), placed, datum),
        *(_shares(asked, level, nodes, known, datum) for level, nodes in shaded if nodes),
    ]


def _area(node: Node, known: Geometries) -> Area:
    return Area(named(node.name, node.name_en), known.get(node.id), node.point)


def _shares(
    asked: Scene, level: Level, nodes: Sequence[Node], known: Geometries, datum: Datum
) -> Layer:
    """The share of people in each of the regions, as a shade and in words."""
    found, place = rules.shares(asked.cover, asked.ranks), asked.ranks.place
    areas = []
    for node in nodes:
        share = found.at(place[node.id]).people_share
        areas.append(replace(_area(node, known), share=share, words=share_words(share)))
    title = (
        _("各县居民覆盖率（每两成深一级）")
        if level is Level.COUNTY
        else _("各镇居民覆盖率（每两成深一级）")
    )
    return map_data.areas(f"shares-{level}", title, areas, datum, on=False)


# -- Blind spots --------------------------------------------------------------------------------


def blind_spots(asked: Scene, datum: Datum) -> list[Layer]:
    """Who is not covered, and where in each blind spot one more site would do most."""
    missing = spots.uncovered(asked.cover, asked.inside)[:MOST_SPOTS]
    named_ones, *_rest = regions(asked, datum)
    places = asked.blind_spots[:MOST_RINGS]
    at = [Point(float(asked.demand.lat[s.place]), float(asked.demand.lon[s.place])) for s in places]
    notes = [_("建议点位：可多覆盖 %(number)s 人", number=count(one.won)) for one in places]
    shown = [
        Spot(point, _("盲区 %(number)s", number=number), None, (note,))
        for number, (point, note) in enumerate(zip(at, notes, strict=True), 1)
    ]
    rule = asked.question.rule
    return [
        named_ones,
        reach(asked, datum),
        map_data.rings(
            "would", _("建议点位的范围"), at, rule.straight, datum, look=Look.ADDED, on=False
        ),
        map_data.spots(
            "uncovered", _("未覆盖的村居"), Look.UNCOVERED, settled(asked, missing), datum
        ),
        map_data.spots("sites", _("计入的网点"), Look.SITE, counted(asked, asked.around), datum),
        map_data.spots("places", _("建议点位"), Look.ADDED, shown, datum, on=len(shown) <= 50),
    ]
