"""Places on the ground: four datums, earth-centred coordinates, distance in metres.

Everything inside is WGS-84 in degrees.  What people and map services hand over may be in the
shifted systems GCJ-02 (400 to 560 m off) or BD-09 (1.1 to 1.4 km off), so a pair of numbers means
nothing until its datum is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from flask_babel import lazy_gettext as _l
from geographiclib.geodesic import Geodesic
from numpy.typing import NDArray

from core.errors import BadInput
from core.labels import Labelled

Floats: TypeAlias = NDArray[np.float64]
Vector: TypeAlias = tuple[float, float, float]


class Datum(Labelled):
    """The system a pair of coordinates is in; CGCS2000 is WGS-84 to within centimetres."""

    WGS84 = "wgs84", _l("WGS-84（GPS、手机定位）")
    CGCS2000 = "cgcs2000", _l("CGCS2000（天地图、测绘成果）")
    GCJ02 = "gcj02", _l("GCJ-02（高德、腾讯地图）")
    BD09 = "bd09", _l("BD-09（百度地图）")

    @property
    def symbol(self) -> str:
        """Its name alone, the same in every language."""
        return _SYMBOLS[self]

    @property
    def is_wgs84(self) -> bool:
        """Whether its degrees are those of WGS-84."""
        return self not in _SHIFTS


_SYMBOLS: Final = {
    Datum.WGS84: "WGS-84",
    Datum.CGCS2000: "CGCS2000",
    Datum.GCJ02: "GCJ-02",
    Datum.BD09: "BD-09",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A place in WGS-84 degrees."""

    lat: float
    lon: float


# -- What people give ---------------------------------------------------------------------------

# China with its seas, in whole degrees: the box in which a place of this product can lie.
SOUTH, NORTH = 3.0, 54.0
WEST, EAST = 73.0, 136.0


def check(lat: float, lon: float, datum: Datum) -> Point:
    """The place at *lat*, *lon* degrees as given in *datum*.

    Raises BadInput, naming ``lat`` or ``lon``, where this can be no place in China.
    """
    for field, value in (("lat", lat), ("lon", lon)):
        if not math.isfinite(value):
            raise BadInput(_l("经纬度必须是普通的数。"), field=field)
    if lat == 0 and lon == 0:
        raise BadInput(_l("经纬度都是 0，多半是没有取到位置。"), field="lat")
    if _in_china(lon, lat):
        raise BadInput(
            _l("纬度和经度似乎写反了：纬度应在 3–54 之间，经度应在 73–136 之间。"), field="lat"
        )
    if not SOUTH <= lat <= NORTH:
        raise BadInput(_l("位置在中国以外：纬度应在 3–54 之间。"), field="lat")
    if not WEST <= lon <= EAST:
        raise BadInput(_l("位置在中国以外：经度应在 73–136 之间。"), field="lon")
    return to_wgs84(lat, lon, datum)


def _in_china(lat: float, lon: float) -> bool:
    return SOUTH <= lat <= NORTH and WEST <= lon <= EAST


# -- Datums -------------------------------------------------------------------------------------

# The shifted systems have no official text; the constants below are the ones everybody uses, with
# which the published conversions of map services agree.
_KRASOVSKY_A = 6378245.0
_KRASOVSKY_E2 = 0.00669342162296594323
_BD_WAVE = math.pi * 3000 / 180
# Degrees; a hundredth of a millimetre.  Each step of the inverse gains a digit and a half.
_CLOSE_ENOUGH = 1e-10
_MOST_STEPS = 12

Shift: TypeAlias = Callable[[float, float], tuple[float, float]]


def to_wgs84(lat: float, lon: float, datum: Datum) -> Point:
    """The place that *datum* writes as *lat*, *lon* (degrees); exact to below a millimetre.

    Works for China; takes any finite numbers and checks nothing, see :func:`check`.
    """
    shift = _SHIFTS.get(datum)
    return Point(lat, lon) if shift is None else Point(*_undo(shift, lat, lon))


def from_wgs84(point: Point, datum: Datum) -> tuple[float, float]:
    """Latitude and longitude (degrees) by which *datum* writes *point*."""
    shift = _SHIFTS.get(datum)
    return (point.lat, point.lon) if shift is None else shift(point.lat, point.lon)


def _gcj02(lat: float, lon: float) -> tuple[float, float]:
    x, y = lon - 105.0, lat - 35.0
    common = 20 * math.sin(6 * math.pi * x) + 20 * math.sin(2 * math.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += 2 / 3 * (common + _waves(y, (20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30)))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += 2 / 3 * (common + _waves(x, (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30)))
    sine = math.sin(math.radians(lat))
    w2 = 1 - _KRASOVSKY_E2 * sine * sine
    meridian = _KRASOVSKY_A * (1 - _KRASOVSKY_E2) / (w2 * math.sqrt(w2))
    parallel = _KRASOVSKY_A / math.sqrt(w2) * math.cos(math.radians(lat))
    return lat + math.degrees(north / meridian), lon + math.degrees(east / parallel)


def _waves(at: float, *waves: tuple[float, float]) -> float:
    """The sum of sine waves, each of an amplitude and a frequency, at *at*."""
    return sum(height * math.sin(math.pi * frequency * at) for height, frequency in waves)


def _bd09(lat: float, lon: float) -> tuple[float, float]:
    y, x = _gcj02(lat, lon)
    radius = math.hypot(x, y) + 0.00002 * math.sin(y * _BD_WAVE)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * _BD_WAVE)
    return radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065


def _undo(shift: Shift, lat: float, lon: float) -> tuple[float, float]:
    """The pair that *shift* takes to *lat*, *lon*, by fixed-point iteration."""
    was_lat, was_lon = lat, lon
    for _ in range(_MOST_STEPS):
        now_lat, now_lon = shift(was_lat, was_lon)
        off_lat, off_lon = lat - now_lat, lon - now_lon
        was_lat, was_lon = was_lat + off_lat, was_lon + off_lon
        if abs(off_lat) < _CLOSE_ENOUGH and abs(off_lon) < _CLOSE_ENOUGH:
            break
    return was_lat, was_lon


_SHIFTS: dict[Datum, Shift] = {Datum.GCJ02: _gcj02, Datum.BD09: _bd09}


# -- Distance -----------------------------------------------------------------------------------

# The WGS-84 ellipsoid: half-axes a, b in metres, and 1 - b²/a².
_A = 6378137.0
_FLATTENING = 1 / 298.257223563
_E2 = _FLATTENING * (2 - _FLATTENING)
_A2_INVERSE = 1 / (_A * _A)
_B2_INVERSE = 1 / (_A * _A * (1 - _E2))

# Metres of chord from which the geodesic is solved for instead of being reached by correction.
NEAR = 200_000.0


def earth_centred(lat: Floats, lon: Floats) -> Floats:
    """Earth-centred x, y, z in metres, shape (n, 3), of *n* places on the ellipsoid (degrees)."""
    lat, lon = np.radians(lat), np.radians(lon)
    sine, cosine = np.sin(lat), np.cos(lat)
    normal = _A / np.sqrt(1 - _E2 * sine * sine)
    across = normal * cosine
    xyz: Floats = np.column_stack(
        (across * np.cos(lon), across * np.sin(lon), (1 - _E2) * normal * sine)
    )
    return xyz


def xyz(point: Point) -> Vector:
    """Earth-centred x, y, z of one *point* in metres; the one-place form of earth_centred."""
    lat, lon = math.radians(point.lat), math.radians(point.lon)
    sine = math.sin(lat)
    normal = _A / math.sqrt(1 - _E2 * sine * sine)
    across = normal * math.cos(lat)
    return across * math.cos(lon), across * math.sin(lon), (1 - _E2) * normal * sine


def distance(a: Point, b: Point) -> float:
    """Metres from *a* to *b* along the WGS-84 geodesic.

    Up to :data:`NEAR` by :func:`arc`, at most 0.01 mm from the geodesic; beyond by the solution of
    C. F. F. Karney, "Algorithms for geodesics" (2013), to some nanometres.
    """
    return between(a, xyz(a), b, xyz(b))


def between(a: Point, from_a: Vector, b: Point, to_b: Vector) -> float:
    """The :func:`distance` of points whose earth-centred form is known already."""
    if math.dist(from_a, to_b) <= NEAR:
        return arc(from_a, to_b)
    solved: float = Geodesic.WGS84.Inverse(a.lat, a.lon, b.lat, b.lon, Geodesic.DISTANCE)["s12"]
    return solved


def arc(a: Vector, b: Vector) -> float:
    """Metres along the ellipsoid between earth-centred *a* and *b*, not over :data:`NEAR` apart.

    The geodesic is taken for an arc of a circle over the chord.  The circle's curvature is that of
    the ellipsoid p·Qp = 1, Q = diag(1/a², 1/a², 1/b²), above the middle m of the chord, along the
    chord d: k = (d·Qd / d·d) / |Qp|.  As a and b lie on the ellipsoid, m·Qm = 1 - d·Qd / 4, which
    lifts m to the surface without a square root.
    """
    ax, ay, az = a
    bx, by, bz = b
    dx, dy, dz = bx - ax, by - ay, bz - az
    level, upright = dx * dx + dy * dy, dz * dz
    chord2 = level + upright
    if chord2 == 0:
        return 0.0
    mx, my, mz = (ax + bx) * _A2_INVERSE, (ay + by) * _A2_INVERSE, (az + bz) * _B2_INVERSE
    form = level * _A2_INVERSE + upright * _B2_INVERSE
    steepness2 = (mx * mx + my * my + mz * mz) / (4 - form)
    # (k · chord)², small; then arc = chord · asin(h) / h with h = k · chord / 2, as a series.
    turn = form * form / (chord2 * steepness2)
    return math.sqrt(chord2) * (1 + turn * (1 / 24 + turn * (3 / 640 + turn * (5 / 7168))))


def arcs(a: Floats, b: Floats) -> Floats:
    """The :func:`arc` of pairs of earth-centred places, one row a place, shape (n, 3)."""
    step, middle = b - a, a + b
    level, upright = step[:, 0] ** 2 + step[:, 1] ** 2, step[:, 2] ** 2
    chord2 = level + upright
    steep = middle * np.array((_A2_INVERSE, _A2_INVERSE, _B2_INVERSE))
    form = level * _A2_INVERSE + upright * _B2_INVERSE
    steepness2 = (steep * steep).sum(axis=1) / (4 - form)
    bent = chord2 * steepness2
    turn = np.divide(form * form, bent, out=np.zeros(len(a)), where=bent > 0)
    found: Floats = np.sqrt(chord2) * (1 + turn * (1 / 24 + turn * (3 / 640 + turn * (5 / 7168))))
    return found


# -- Circles ------------------------------------------------------------------------------------

#: How near to the radius the corners of a circle come, in metres.
ON_THE_CIRCLE = 1e-4
_MOST_ROUNDS = 12


def circles(lat: Floats, lon: Floats, radius: float, corners: int) -> Floats:
    """The places *radius* metres from each centre (degrees): latitude and longitude of *corners*.

    Shape (n, corners, 2), clockwise from the north.  Each corner lies on the geodesic circle to
    :data:`ON_THE_CIRCLE`; *radius* is below :data:`NEAR`.  No side is a geodesic, so that a circle
    is drawn short by radius · (1 - cos(π / corners)) between its corners.
    """
    bearing = np.arange(corners) * (2 * np.pi / corners)
    sine = np.sin(np.radians(lat))[:, None]
    normal = _A / np.sqrt(1 - _E2 * sine * sine)
    meridian = normal * (1 - _E2) / (1 - _E2 * sine * sine)
    north = np.degrees(radius * np.cos(bearing) / meridian)
    east = np.degrees(radius * np.sin(bearing) / (normal * np.sqrt(1 - sine * sine)))
    centres = earth_centred(np.repeat(lat, corners), np.repeat(lon, corners))
    reach = np.ones_like(north)
    for _round in range(_MOST_ROUNDS):
        at_lat, at_lon = lat[:, None] + north * reach, lon[:, None] + east * reach
        away = arcs(centres, earth_centred(at_lat.ravel(), at_lon.ravel())).reshape(north.shape)
        if not len(lat) or float(np.abs(away - radius).max()) < ON_THE_CIRCLE:
            break
        reach *= radius / away
    found: Floats = np.stack((at_lat, at_lon), axis=-1)
    return found
