"""The map of a what-if: before and after, and who drops out of reach between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from flask import url_for
from flask_babel import gettext as _

from core import map_data
from core.geo import Datum, Point
from core.i18n import named
from core.map_data import MOST_RINGS, Layer, Look, Spot, When
from core.maps import Bounds
from core.sites.network import Place
from stations.coverage import maps
from stations.coverage.forms import query
from stations.coverage.positions import Places
from stations.coverage.scene import Scene
from stations.coverage.whatif.reckoning import Outcome, Reckoning, Side, Touched

#: Degrees around what changes: some three kilometres.
_AROUND: Final = 0.03


@dataclass(frozen=True, eq=False)
class Answered:
    """A what-if that has been answered, with what it was asked of."""

    scene: Scene
    reckoning: Reckoning
    outcome: Outcome
    #: The changes as the address has them.
    texts: tuple[str, ...]

    def place(self, number: int) -> Place:
        """One of the sites that something happens to, as it is before."""
        return self.scene.net.place(int(self.reckoning.indexes[number]))


def bounds(asked: Answered) -> Bounds | None:
    """The corners around all that changes; of the region where nothing has a place."""
    sides = (asked.reckoning.before, asked.reckoning.after)
    numbers = [one.settlement for one in asked.outcome.touched]
    demand = asked.scene.demand
    lat = [demand.lat[numbers], *(side.positions.lat[side.open] for side in sides)]
    lon = [demand.lon[numbers], *(side.positions.lon[side.open] for side in sides)]
    south_north, west_east = np.concatenate(lat), np.concatenate(lon)
    if not len(south_north):
        return maps.bounds(asked.scene)
    return (
        Point(float(south_north.min()) - _AROUND, float(west_east.min()) - _AROUND),
        Point(float(south_north.max()) + _AROUND, float(west_east.max()) + _AROUND),
    )


def layers(asked: Answered, datum: Datum) -> list[Layer]:
    """What stays as it is, then what was and what would be."""
    found, outcome, fates = asked.scene, asked.outcome, _fates(asked)
    lost = [one for one in outcome.touched if one.before and not one.after]
    won = [one for one in outcome.touched if one.after and not one.before]
    moving = [one.settlement for one in (*lost, *won)]
    still = maps.shown(found)[~np.isin(maps.shown(found), moving)]
    covered = found.cover.covered[still]
    named_ones, *_shares = maps.regions(found, datum)
    others = _others(asked)
    return [
        named_ones,
        *_rings(asked, fates, [spot.point for spot in others], datum),
        _spots(
            "covered", _("已覆盖的村居"), Look.COVERED, maps.settled(found, still[covered]), datum
        ),
        _spots(
            "uncovered",
            _("未覆盖的村居"),
            Look.UNCOVERED,
            maps.settled(found, still[~covered]),
            datum,
        ),
        *_changed(asked, lost, won, datum),
        _spots("sites", _("计入的网点"), Look.SITE, others, datum),
        *_sites(fates, datum),
    ]


def _spots(
    key: str, title: str, look: Look, shown: Iterable[Spot], datum: Datum, when: When | None = None
) -> Layer:
    return map_data.spots(key, title, look, shown, datum, when=when)


def _changed(
    asked: Answered, lost: list[Touched], won: list[Touched], datum: Datum
) -> Iterable[Layer]:
    """Who drops out or is won: before as they are, after as what becomes of them."""
    for key, some, was, becomes, title in (
        ("lost", lost, Look.COVERED, Look.LOST, _("失去覆盖的村居")),
        ("won", won, Look.UNCOVERED, Look.WON, _("新覆盖的村居")),
    ):
        if some:
            drawn = list(maps.settled(asked.scene, _numbers(some)))
            yield _spots(f"{key}-before", title, was, drawn, datum, When.BEFORE)
            yield _spots(f"{key}-after", title, becomes, drawn, datum, When.AFTER)


def _numbers(some: list[Touched]) -> Places:
    return np.array([one.settlement for one in some], np.int64)


def _others(asked: Answered) -> list[Spot]:
    """The sites that nothing happens to, each with the way to ask about it too."""
    found = asked.scene
    around = found.around[
        ~np.isin(found.cover.sites.indexes[found.around], asked.reckoning.indexes)
    ]
    if found.only is not None:  # whom the others reach is not his to see
        return [maps.site_spot(found.site(number)) for number in around.tolist()]
    return [
        replace(spot, ways=((_("假设它也关停"), _also(asked, found.site(number))),))
        for number, spot in zip(around.tolist(), maps.counted(found, around), strict=True)
    ]


def _also(asked: Answered, place: Place) -> str:
    kept = query(asked.scene.question)
    changes = [*asked.texts, f"close:{place.code}"]
    return url_for("coverage_whatif.show", code=asked.scene.region.code, change=changes, **kept)


# -- What becomes of the sites ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fates:
    """The sites that something happens to, by what becomes of them: where they count before, where
    no longer, where as before, where newly."""

    before: list[Spot]
    gone: list[Spot]
    kept: list[Spot]
    added: list[Spot]


def _fates(asked: Answered) -> _Fates:
    """A site that moves goes from one place and comes to another."""
    told, after = _Fates([], [], [], []), asked.reckoning.after
    for number, counted in enumerate(asked.reckoning.before.counts.tolist()):
        place = asked.place(number)
        was = maps.site_spot(place) if counted else None
        there = _at(after, number)
        if was is not None:
            told.before.append(was)
        if there is not None:
            same = was is not None and was.point == there
            spot = replace(_named(place), point=there)
            (told.kept if same else told.added).append(spot)
        if was is not None and was.point != there:
            told.gone.append(was)
    return told


def _at(side: Side, number: int) -> Point | None:
    """Where the site counts on a side of the question, if it does."""
    if not side.counts[number]:
        return None
    return Point(float(side.positions.lat[number]), float(side.positions.lon[number]))


def _named(place: Place) -> Spot:
    name, url = named(place.name, place.name_en), url_for("network.site", code=place.code)
    return Spot(place.point or Point(0, 0), name, None, (str(place.kind.label),), url)


def _sites(fates: _Fates, datum: Datum) -> Iterable[Layer]:
    title = _("受影响的网点")
    yield _spots("was", title, Look.SITE, fates.before, datum, When.BEFORE)
    for key, look, some in (
        ("gone", Look.GONE, fates.gone),
        ("kept", Look.SITE, fates.kept),
        ("added", Look.ADDED, fates.added),
    ):
        if some:
            yield _spots(key, title, look, some, datum, When.AFTER)


def _rings(asked: Answered, fates: _Fates, still: Sequence[Point], datum: Datum) -> Iterable[Layer]:
    """The circles of sites that nothing happens to, where they are not too many, then those of
    the others before and after."""
    radius = asked.scene.question.rule.straight
    title = _("%(metres)s 米范围", metres=f"{radius:g}")
    drawn = still if len(still) <= MOST_RINGS else ()
    yield map_data.rings("reach", title, drawn, radius, datum)
    for key, some, look, when in (
        ("was-reach", fates.before, Look.SITE, When.BEFORE),
        ("kept-reach", fates.kept, Look.SITE, When.AFTER),
        ("gone-reach", fates.gone, Look.GONE, When.AFTER),
        ("added-reach", fates.added, Look.ADDED, When.AFTER),
    ):
        if some:
            points = [spot.point for spot in some]
            yield map_data.rings(key, title, points, radius, datum, look=look, when=when)
