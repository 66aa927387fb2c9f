"""The lines of the lists behind the numbers of coverage.

Settlements may be many, so that they are chosen and put in order as numbers, and only those that
are shown become lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from flask_babel import lazy_gettext as _l

from core.catalogue.queries import catalogue
from core.errors import BadInput
from core.regions.rules import Level
from core.search import folded
from stations.coverage import queries, rules
from stations.coverage.by_service import by_service
from stations.coverage.positions import NONE, Places
from stations.coverage.scene import Scene
from stations.coverage.tables import (
    RegionLine,
    ServiceLine,
    SettlementLine,
    SiteLine,
    SpotLine,
    State,
)


def regions(asked: Scene, level: Level) -> list[RegionLine]:
    """The regions of a level below the one looked at, with their numbers."""
    found, place = rules.shares(asked.cover, asked.ranks), asked.ranks.place
    return [
        RegionLine(node, found.at(place[node.id]))
        for node in asked.tree.descendants(asked.region.id)
        if node.level is level
    ]


def services(asked: Scene) -> list[ServiceLine]:
    """Every devolved service of the day, as if it were the one asked about."""
    known = [one for one in catalogue(asked.question.on).services if one.devolved]
    whole = replace(asked.question, service=None)
    found = queries.cover_of(asked.net, asked.demand, whole)
    told = by_service(found, asked.net, asked.ranks, [one.id for one in known])
    place = asked.ranks.place[asked.region.id]
    counted = np.zeros(len(asked.net), bool)
    counted[found.sites.indexes] = True
    counted &= asked.net.below(asked.region)
    return [
        ServiceLine(
            one,
            told.at(one.id, place),
            int(np.count_nonzero(asked.net.offering(one.id) & counted)),
        )
        for one in known
    ]


def sites(asked: Scene) -> list[SiteLine]:
    """The sites of the region that count, with whom they reach in it."""
    found, count = asked.cover, len(asked.cover.sites)
    of, to = found.pairs
    of, to = of[asked.inside[of]], to[asked.inside[of]]
    alone = found.choices[of] == 1
    people = found.demand.people[of]
    reached = np.bincount(to, people, count)
    reached_alone = np.bincount(to[alone], people[alone], count)
    settlements = np.bincount(to, minlength=count)
    settlements_alone = np.bincount(to[alone], minlength=count)
    return [
        SiteLine(
            asked.site(number),
            float(reached[number]),
            float(reached_alone[number]),
            int(settlements[number]),
            int(settlements_alone[number]),
        )
        for number in asked.here.tolist()
    ]


def of_site(asked: Scene, code: str, *, alone: bool) -> Places:
    """The settlements of the region that a site reaches, or that it *alone* does. Raises BadInput
    for a site that does not count."""
    place = asked.net.by_code(code)
    numbers = (
        [] if place is None else np.flatnonzero(asked.cover.sites.indexes == place.index).tolist()
    )
    if not numbers:
        raise BadInput(_l("此条件下没有这个计入的网点。"), field="site")
    found = asked.cover
    of, to = found.pairs
    chosen = np.sort(of[to == numbers[0]])
    if alone:
        chosen = chosen[found.choices[chosen] == 1]
    inside: Places = chosen[asked.inside[chosen]]
    return inside


def in_state(asked: Scene, state: State) -> Places:
    """The settlements of the region in a state, as numbers in the demand."""
    if state is State.RIM:
        return asked.rim
    wanted = asked.inside.copy()
    if state is not State.ALL:
        wanted &= asked.cover.covered == (state is State.COVERED)
    return np.flatnonzero(wanted)


def named(asked: Scene, chosen: Places, text: str) -> Places:
    """Those that have the text in their name, in their code or in the name of where they lie."""
    wanted, demand = folded(text), asked.demand
    if not wanted:
        return chosen
    of = demand.region_ids[chosen]
    where = {one: wanted in folded(asked.tree.full_name(one)) for one in np.unique(of).tolist()}
    found = [
        where[region_id]
        or wanted in folded(demand.names[number])
        or wanted in folded(demand.codes[number])
        for number, region_id in zip(chosen.tolist(), of.tolist(), strict=True)
    ]
    kept: Places = chosen[np.array(found, bool)]
    return kept


def in_order(asked: Scene, chosen: Places, sort: str) -> Places:
    """Settlements by their people, ``distance`` or ``region``; behind a minus the other way."""
    demand = asked.demand
    ids, people = demand.ids[chosen], demand.people[chosen]
    down = not sort.startswith("-")
    match sort.lstrip("-"):
        case "distance":
            key = asked.cover.distance[chosen]
        case "region":
            key, down = demand.places(asked.ranks)[chosen].astype(np.float64), not down
        case _:
            key = people
    found: Places = chosen[np.lexsort((ids, -people, -key if down else key))]
    return found


def settlement_lines(asked: Scene, chosen: Iterable[int]) -> list[SettlementLine]:
    """The settlements as lines."""
    return [settlement_line(asked, int(number)) for number in chosen]


def settlement_line(asked: Scene, number: int) -> SettlementLine:
    """The row of the settlement of a number in the scene."""
    demand, found = asked.demand, asked.cover
    nearest = int(found.nearest[number])
    return SettlementLine(
        code=demand.codes[number],
        name=demand.names[number],
        region=asked.tree.by_id[int(demand.region_ids[number])],
        lat=float(demand.lat[number]),
        lon=float(demand.lon[number]),
        people=float(demand.people[number]),
        covered=bool(found.covered[number]),
        nearest=None if nearest == NONE else asked.net.place(nearest),
        distance=None if nearest == NONE else float(found.distance[number]),
    )


def blind_spots(asked: Scene) -> list[SpotLine]:
    """The blind spots of the region, numbered from the largest."""
    demand = asked.demand
    return [
        SpotLine(
            number,
            spot,
            demand.names[spot.place],
            asked.tree.by_id[int(demand.region_ids[spot.place])],
            None if spot.nearest == NONE else asked.net.place(spot.nearest),
        )
        for number, spot in enumerate(asked.blind_spots, 1)
    ]
