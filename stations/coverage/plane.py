"""China on a plane that keeps shapes: Lambert's conformal conic, on the WGS-84 ellipsoid.

Two parallels are true, 25° and 47° N, as on the country's own maps.  At every place lengths are
stretched alike in all directions, by a scale that depends on the latitude alone.  So two places s
metres apart lie between the least scale × s and the greatest × s apart on the plane, over all
latitudes between them: what is too near or too far to matter can be told by two coordinates
instead of three.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from core.geo import Floats

_A: Final = 6378137.0
_FLATTENING: Final = 1 / 298.257223563
_E: Final = (_FLATTENING * (2 - _FLATTENING)) ** 0.5
_TRUE: Final = np.radians((25.0, 47.0))
_MIDDLE: Final = 105.0

#: At how many latitudes the scale is looked at, and how far it may be off between two of them.
_LOOKED: Final = 1001
_OFF: Final = 1e-7


def _isometric(lat: Floats) -> Floats:
    """The latitude (radians) stretched so that the map keeps shapes."""
    sine = np.sin(lat)
    found: Floats = np.arctanh(sine) - _E * np.arctanh(_E * sine)
    return found


def _parallel(lat: Floats) -> Floats:
    """The radius of the parallel at a latitude (radians), as a part of the equator's."""
    found: Floats = np.cos(lat) / np.sqrt(1 - (_E * np.sin(lat)) ** 2)
    return found


_first, _second = _parallel(_TRUE), _isometric(_TRUE)
_CONE: Final = float(np.log(_first[0] / _first[1]) / (_second[1] - _second[0]))
_SIZE: Final = float(_first[0] * np.exp(_CONE * _second[0]) / _CONE)


def project(lat: Floats, lon: Floats) -> Floats:
    """The places (degrees) on the plane: metres east and north of the cone's top, shape (n, 2)."""
    away = _A * _SIZE * np.exp(-_CONE * _isometric(np.radians(lat)))
    turned = _CONE * np.radians(lon - _MIDDLE)
    found: Floats = np.column_stack((away * np.sin(turned), -away * np.cos(turned)))
    return found


def scale(lat: Floats) -> Floats:
    """By how much lengths are stretched at latitudes (degrees)."""
    angle = np.radians(lat)
    found: Floats = _CONE * _SIZE * np.exp(-_CONE * _isometric(angle)) / _parallel(angle)
    return found


def scales(south: float, north: float) -> tuple[float, float]:
    """The least and the greatest scale between two latitudes (degrees), to be sure of."""
    found = scale(np.linspace(south, north, _LOOKED))
    return float(found.min()) * (1 - _OFF), float(found.max()) * (1 + _OFF)
