"""The map of a proposal: who is within reach now, who would be, and from where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from flask import url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from core import map_data
from core import maps as ground
from core.geo import Datum, Floats, Point
from core.i18n import named
from core.map_data import MOST_RINGS, MOST_SPOTS, Layer, Look, Spot, When
from core.maps import Bounds, CompiledMap
from core.web import settings
from core.words import metres
from stations.coverage.positions import Places
from stations.coverage.siting.answer import Answer
from stations.coverage.siting.setting import Setting

#: Degrees left free around what the map shows, at least: some hundred metres.
_MARGIN: Final = 0.02


def bounds(answer: Answer) -> Bounds | None:
    """The corners of what is chosen and won; None where there is nothing."""
    if not answer.chosen:
        return None
    places = [(one.lat, one.lon) for one in answer.chosen]
    places += [(one.lat, one.lon) for one in answer.won]
    lat, lon = [lat for lat, _lon in places], [lon for _lat, lon in places]
    return (
        Point(min(lat) - _MARGIN, min(lon) - _MARGIN),
        Point(max(lat) + _MARGIN, max(lon) + _MARGIN),
    )


def compiled(answer: Answer, address: str) -> CompiledMap | None:
    """A map that asks the *address* for its layers; None where there is nothing to show."""
    corners = bounds(answer)
    if corners is None:
        return None
    made = ground.base_map(settings().tiles, corners)
    map_data.CoverLayer(address).add_to(made)
    return ground.compile(made)


def layers(setting: Setting, answer: Answer, datum: Datum) -> list[Layer]:
    """What is before and after; the settlements that nothing changes for are those of today."""
    straight = setting.ask.rule.straight
    at = [Point(one.lat, one.lon) for one in answer.chosen]
    title = _("%(metres)s 米范围", metres=f"{straight:g}")
    lacking = setting.lacking
    won = {(one.lat, one.lon) for one in answer.won}
    inside = _largest(setting, np.flatnonzero(setting.inside))
    covered, missing = inside[lacking[inside] == 0], inside[lacking[inside] > 0]
    stay = np.array([one for one in missing.tolist() if _at(setting, one) not in won], np.int64)
    missed, reached = _("未覆盖的村居"), _("已覆盖的村居")
    return [
        map_data.rings("reach", title, _standing(setting), straight, datum, on=False),
        map_data.rings(
            "new-reach",
            _("新站 %(metres)s 米范围", metres=f"{straight:g}"),
            at[:MOST_RINGS],
            straight,
            datum,
            look=Look.ADDED,
            when=When.AFTER,
        ),
        map_data.spots("covered", reached, Look.COVERED, _settled(setting, covered), datum),
        map_data.spots(
            *("open", missed, Look.UNCOVERED, _settled(setting, missing), datum), when=When.BEFORE
        ),
        map_data.spots(
            *("left", missed, Look.UNCOVERED, _settled(setting, stay), datum), when=When.AFTER
        ),
        map_data.spots(*("won", _("新覆盖的村居"), Look.WON, _won(answer), datum), when=When.AFTER),
        map_data.spots("sites", _("计入的网点"), Look.SITE, _sites(setting), datum),
        map_data.spots("new", _("新站"), Look.ADDED, _stations(answer), datum, when=When.AFTER),
    ]


def _largest(setting: Setting, numbers: Places) -> Places:
    if len(numbers) <= MOST_SPOTS:
        return numbers
    order = np.argsort(-setting.demand.people[numbers], kind="stable")
    return numbers[order[:MOST_SPOTS]]


def _at(setting: Setting, number: int) -> tuple[float, float]:
    return float(setting.demand.lat[number]), float(setting.demand.lon[number])


def _settled(setting: Setting, numbers: Places) -> Iterator[Spot]:
    found = setting.demand
    for number in numbers.tolist():
        people = float(found.people[number])
        name = found.names[number] or found.codes[number] or "—"
        yield Spot(Point(*_at(setting, number)), name, people, (_people(people),))


def _won(answer: Answer) -> Iterable[Spot]:
    for one in answer.won[:MOST_SPOTS]:
        near = _(
            "到 %(number)s 号新站 %(metres)s", number=one.station + 1, metres=metres(one.metres)
        )
        yield Spot(
            Point(one.lat, one.lon),
            one.name or one.code or "—",
            one.people,
            (_people(one.people), near),
        )


def _stations(answer: Answer) -> Iterable[Spot]:
    for number, one in enumerate(answer.chosen, 1):
        note = _("新覆盖 %(people)s", people=_people(one.people))
        name = _("%(number)s 号新站：%(near)s", number=number, near=one.near)
        yield Spot(Point(one.lat, one.lon), name, None, (note,))


def _counting(setting: Setting) -> list[tuple[float, float, int]]:
    """The sites that count for any of the services, once each, and not far from the region."""
    lat, lon = setting.demand.lat[setting.inside], setting.demand.lon[setting.inside]
    if not len(lat):
        return []
    margin = setting.ask.rule.straight / 80_000
    found: dict[int, tuple[float, float, int]] = {}
    for cover in setting.covers:
        at = cover.sites.positions
        near = _between(at.lat, lat, margin) & _between(at.lon, lon, margin)
        for number in np.flatnonzero(near).tolist():
            index = int(cover.sites.indexes[number])
            found[index] = float(at.lat[number]), float(at.lon[number]), index
    return [found[index] for index in sorted(found)]


def _between(values: Floats, among: Floats, margin: float) -> Places:
    inside: Places = (values >= among.min() - margin) & (values <= among.max() + margin)
    return inside


def _standing(setting: Setting) -> list[Point]:
    found = _counting(setting)
    return [Point(lat, lon) for lat, lon, _index in found] if len(found) <= MOST_RINGS else []


def _sites(setting: Setting) -> Iterable[Spot]:
    for lat, lon, index in _counting(setting)[:MOST_SPOTS]:
        place = setting.net.place(index)
        address = url_for("network.site", code=place.code)
        name = named(place.name, place.name_en)
        yield Spot(Point(lat, lon), name, None, (str(place.kind.label),), address)


def _people(people: float) -> str:
    return str(_("%(number)s 人", number=format_decimal(round(people))))
