"""Which sites of a day may be one place, and how likely: pure functions on the network in memory.

No pair is compared with every other.  Candidates come from blocks: sites of one town whose names
are spelled or sound alike, of one county whose names are the same, within NEAR metres, with one
telephone, or one naming the other's code.  Each is then scored; what is held against it counts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import scipy
from flask_babel import lazy_gettext as _l
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from core.geo import Floats, Point, distance, earth_centred
from core.labels import Labelled
from core.regions.rules import Level
from core.sites.network import STATUSES, Network, Wanted
from core.sites.rules import Status, is_site_code
from network.names import Alike, Name, Reason, read, similar

#: Metres within which two verified positions make sites candidates.
NEAR: Final = 300.0
#: Metres within which two positions are the same door, and from which they are another village.
DOOR: Final = 60.0
FAR: Final = 1000.0
VERY_FAR: Final = 5000.0

#: A telephone that more sites share than this is a switchboard, and says nothing.
MOST_SHARING: Final = 5
#: Names of one county that more sites bear than this are no names: 村卫生室.
MOST_NAMESAKES: Final = 50
#: Towns of more sites than this are compared only where names are the same or sound the same.
MOST_IN_TOWN: Final = 2000

#: The least score that is shown, unless less is asked for.
LEAST: Final = 0.6
LOWEST: Final = 0.3
#: The most that is shown, in percent: that two are one is for a person to say.
MOST_PERCENT: Final = 99

#: A network of more sites than this is searched county by county.
LARGE: Final = 5_000

#: Degrees that are more than NEAR anywhere in China, of longitude as well.
_MARGIN: Final = 0.01

_ALIKE: Final = 60.0
_ALIKE_NEAR: Final = 40.0
_CODE: Final = re.compile(r"(?<!\d)\d{7}(?!\d)", re.ASCII)
_NOT_DIGITS: Final = re.compile(r"\D+")


class Sign(Labelled):
    """What besides the names speaks for or against a pair."""

    SAME_PHONE = "same_phone", _l("电话相同")
    SAME_DOOR = "same_door", _l("位置几乎重合")
    NEAR = "near", _l("位置相距不到 300 米")
    NAMES_CODE = "names_code", _l("一个的名称或地址写着另一个的编号")
    OTHER_TOWN = "other_town", _l("不在同一个镇街")
    OTHER_COUNTY = "other_county", _l("不在同一个区县")
    OTHER_KIND = "other_kind", _l("网点类型不同")
    FAR = "far", _l("位置相距较远")

    @property
    def against(self) -> bool:
        return self in _AGAINST


_AGAINST: Final = frozenset({Sign.OTHER_TOWN, Sign.OTHER_COUNTY, Sign.OTHER_KIND, Sign.FAR})

#: How much of what is still in doubt a sign takes away.
_FOR: Final = {Sign.SAME_PHONE: 0.6, Sign.SAME_DOOR: 0.4, Sign.NEAR: 0.15, Sign.NAMES_CODE: 0.8}
#: What it leaves of the score.
_LEAVES: Final = {Sign.OTHER_TOWN: 0.55, Sign.OTHER_COUNTY: 0.4, Sign.OTHER_KIND: 0.85}
_FAR_LEAVES: Final = 0.7
_VERY_FAR_LEAVES: Final = 0.4
#: Names that tell neighbours apart keep a pair below this, whatever else speaks for it.
_MOST_FOR_NEIGHBOURS: Final = 0.5
_HARD: Final = frozenset({Reason.OTHER_NUMBER, Reason.NEIGHBOURS})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sites (by code, the earlier entered first) that may be one, and why.

    ``metres`` is None unless both positions are verified.
    """

    a: str
    b: str
    ids: tuple[int, int]
    regions: tuple[int, int]
    score: float
    names: tuple[Reason, ...]
    signs: tuple[Sign, ...]
    metres: float | None

    @property
    def percent(self) -> int:
        return min(MOST_PERCENT, int(self.score * 100))


class _Where(NamedTuple):
    """The town and the county of a region; itself where it is no village."""

    town: int
    county: int
    above: tuple[str, ...]


class _Field:
    """What is needed of every site that is compared, by its index in the network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._where: dict[int, _Where] = {}
        self._names: dict[int, Name] = {}
        # The public is not told of it, but that it is given up is known: it is no candidate.
        self.living: Wanted = network.rows.statuses != STATUSES.index(Status.CLOSED)

    def where(self, index: int) -> _Where:
        region = int(self.network.rows.region_ids[index])
        if region not in self._where:
            path = self.network.tree.path(region)
            upper = [node for node in path if node.level is not Level.VILLAGE]
            county = [node.id for node in path if node.level in (Level.CITY, Level.COUNTY)][-1]
            self._where[region] = _Where(upper[-1].id, county, tuple(node.name for node in upper))
        return self._where[region]

    def name(self, index: int) -> Name:
        if index not in self._names:
            text = self.network.rows.names[index]
            self._names[index] = read(text, self.where(index).above)
        return self._names[index]

    def phone(self, index: int) -> str:
        return _NOT_DIGITS.sub("", self.network.rows.phones[index])

    def point(self, index: int) -> Point | None:
        lat, lon = float(self.network.rows.lat[index]), float(self.network.rows.lon[index])
        return None if lat != lat else Point(lat, lon)


Indexes = tuple[int, int]


def pairs(network: Network, among: Wanted | None = None) -> list[Pair]:
    """The pairs of at least LOWEST, the likeliest first; at least one of *among*, if given."""
    field = _Field(network)
    wanted = field.living if among is None else field.living & among
    indexes = np.flatnonzero(wanted).tolist()
    found: set[Indexes] = set()
    for block in (_by_town, _by_name, _by_phone, _by_code, _by_distance):
        found.update(block(field, indexes))
    scored = (_scored(field, *pair) for pair in sorted(found))
    kept = [pair for pair in scored if pair.score >= LOWEST]
    return sorted(kept, key=lambda pair: (-pair.score, pair.a, pair.b))


# -- Blocks -------------------------------------------------------------------------------------


def _ordered(a: int, b: int) -> Indexes:
    return (a, b) if a < b else (b, a)


def _within(members: Sequence[int]) -> Iterator[Indexes]:
    for place, a in enumerate(members):
        for b in members[place + 1 :]:
            yield _ordered(a, b)


def _grouped(keyed: Iterable[tuple[object, int]], most: int) -> Iterator[list[int]]:
    groups: dict[object, list[int]] = defaultdict(list)
    for key, index in keyed:
        groups[key].append(index)
    return (members for members in groups.values() if 1 < len(members) <= most)


def _by_town(field: _Field, indexes: Sequence[int]) -> Iterator[Indexes]:
    """Names of one town that are spelled or sound alike."""
    towns = ((field.where(index).town, index) for index in indexes)
    for members in _grouped(towns, MOST_IN_TOWN):
        cores = [field.name(index).core for index in members]
        alike = process.cdist(
            cores, cores, scorer=fuzz.ratio, score_cutoff=_ALIKE, dtype=np.float32
        )
        for a, b in np.argwhere(np.triu(alike >= _ALIKE, 1)).tolist():
            yield _ordered(members[a], members[b])
        sounds = ((field.name(index).sound, index) for index in members)
        for same in _grouped(sounds, MOST_NAMESAKES):
            yield from _within(same)


def _by_name(field: _Field, indexes: Sequence[int]) -> Iterator[Indexes]:
    keys = ((_key(field, index), index) for index in indexes)
    for members in _grouped(keys, MOST_NAMESAKES):
        yield from _within(members)


def _key(field: _Field, index: int) -> tuple[int, str, str]:
    """The county and the name but for its rank and sort, which many leave out."""
    name = field.name(index)
    return field.where(index).county, name.core, name.number


def _by_phone(field: _Field, indexes: Sequence[int]) -> Iterator[Indexes]:
    asked = {phone for index in indexes if len(phone := field.phone(index)) >= 7}
    # Hardly anybody's ends so, as it is written: of a large network few are looked at closely.
    ends = {phone[-4:] for phone in asked}
    living = field.living.tolist()
    close = (
        index
        for index, phone in enumerate(field.network.rows.phones)
        if phone and living[index] and (not phone[-4:].isdecimal() or phone[-4:] in ends)
    )
    known = ((phone, index) for index in close if (phone := field.phone(index)) in asked)
    inside = set(indexes)
    for members in _grouped(known, MOST_SHARING):
        yield from (pair for pair in _within(members) if inside.intersection(pair))


def _by_code(field: _Field, indexes: Sequence[int]) -> Iterator[Indexes]:
    """Somebody wrote the code of one site into the name or address of another."""
    rows = field.network.rows
    for index in indexes:
        for code in _CODE.findall(f"{rows.names[index]} {rows.addresses[index]}"):
            place = field.network.by_code(code) if is_site_code(code) else None
            if place is not None and place.index != index and field.living[place.index]:
                yield _ordered(index, place.index)


def _by_distance(field: _Field, indexes: Sequence[int]) -> Iterator[Indexes]:
    """Within NEAR metres, and with names that are not wholly different."""
    rows = field.network.rows
    placed = field.living & ~np.isnan(rows.lat)
    inside = np.zeros(len(placed), bool)
    inside[list(indexes)] = True
    own = np.flatnonzero(placed & inside)
    if not len(own):
        return
    others = np.flatnonzero(
        placed & _around(rows.lat, rows.lat[own]) & _around(rows.lon, rows.lon[own])
    )
    first = scipy.spatial.cKDTree(earth_centred(rows.lat[own], rows.lon[own]))
    second = scipy.spatial.cKDTree(earth_centred(rows.lat[others], rows.lon[others]))
    close = first.sparse_distance_matrix(second, NEAR, output_type="ndarray")
    a, b = own[close["i"]], others[close["j"]]
    kept = (a < b) | (~inside[b] & (a != b))
    yield from _spelled_alike(field, a[kept], b[kept])


def _around(degrees: Floats, own: Floats) -> Wanted:
    """Which lie no further off than any of *own*, and a little more than NEAR on top."""
    around: Wanted = (degrees >= own.min() - _MARGIN) & (degrees <= own.max() + _MARGIN)
    return around


def _spelled_alike(field: _Field, a: NDArray[np.intp], b: NDArray[np.intp]) -> Iterator[Indexes]:
    first, second = a.tolist(), b.tolist()
    alike = process.cpdist(
        [field.name(index).core for index in first],
        [field.name(index).core for index in second],
        scorer=fuzz.ratio,
        score_cutoff=_ALIKE_NEAR,
    )
    for place in np.flatnonzero(alike >= _ALIKE_NEAR).tolist():
        yield _ordered(first[place], second[place])


# -- Scores -------------------------------------------------------------------------------------


def scored(network: Network, a: int, b: int) -> Pair:
    """The pair of two sites, by their indexes in the network, whatever comes of it."""
    return _scored(_Field(network), *_ordered(a, b))


def _scored(field: _Field, a: int, b: int) -> Pair:
    rows = field.network.rows
    names = similar(field.name(a), field.name(b))
    metres = _metres(field, a, b)
    signs = tuple(_signs(field, a, b, metres))
    return Pair(
        a=rows.codes[a],
        b=rows.codes[b],
        ids=(int(rows.ids[a]), int(rows.ids[b])),
        regions=(int(rows.region_ids[a]), int(rows.region_ids[b])),
        score=score(names, signs, metres),
        names=names.reasons,
        signs=signs,
        metres=metres,
    )


def _metres(field: _Field, a: int, b: int) -> float | None:
    here, there = field.point(a), field.point(b)
    return None if here is None or there is None else distance(here, there)


def _signs(field: _Field, a: int, b: int, metres: float | None) -> Iterator[Sign]:
    rows = field.network.rows
    here, there = field.where(a), field.where(b)
    phone = field.phone(a)
    if len(phone) >= 7 and phone == field.phone(b):
        yield Sign.SAME_PHONE
    if _names_code(field, a, b) or _names_code(field, b, a):
        yield Sign.NAMES_CODE
    if metres is not None and metres <= NEAR:
        yield Sign.SAME_DOOR if metres <= DOOR else Sign.NEAR
    if here.county != there.county:
        yield Sign.OTHER_COUNTY
    elif here.town != there.town:
        yield Sign.OTHER_TOWN
    if rows.kinds[a] != rows.kinds[b]:
        yield Sign.OTHER_KIND
    if metres is not None and metres > FAR:
        yield Sign.FAR


def _names_code(field: _Field, a: int, b: int) -> bool:
    rows = field.network.rows
    return rows.codes[b] in _CODE.findall(f"{rows.names[a]} {rows.addresses[a]}")


def score(names: Alike, signs: Sequence[Sign], metres: float | None) -> float:
    """From 0 to 1: what the names say, less what speaks against, then more by what speaks for."""
    found = names.score
    for sign in signs:
        found *= _LEAVES.get(sign, 1.0)
    if Sign.FAR in signs and metres is not None:
        found *= _VERY_FAR_LEAVES if metres > VERY_FAR else _FAR_LEAVES
    for sign in signs:
        found = 1 - (1 - found) * (1 - _FOR.get(sign, 0.0))
    if _HARD.intersection(names.reasons):
        found = min(found, _MOST_FOR_NEIGHBOURS)
    return round(found, 3)
