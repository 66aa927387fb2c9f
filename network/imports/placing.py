"""Where a row says that a site stands, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.geo import Datum, check
from core.regions.meant import Regions
from core.sheets.problems import Level
from core.sheets.spots import Lines, Spots, apart
from network.imports.row import Known, Row
from network.sheets.columns import Column

#: Metres between two sites below which they are told to be in one place.
TOO_NEAR: Final = 5.0
#: Decimals of a degree that are kept, and the fewest that say more than the town.
DECIMALS: Final = 7
FEWEST_DECIMALS: Final = 2


class Placer:
    """Reads positions, and remembers those of the rows before."""

    def __init__(
        self,
        columns: Mapping[str, Column],
        datum: Datum | None,
        regions: Regions,
        known: Known,
        lines: Lines,
    ) -> None:
        self._columns = columns
        self._datum = datum
        self._regions = regions
        self._known = known
        self._lines = lines
        self._places = Spots()

    def position(self, row: Row, region_id: int, held: Mapping[str, Any] | None) -> dict[str, Any]:
        """The columns of a position that is given; empty where it is the one that is known."""
        given = row.cells.given
        if "lat" not in given and "lon" not in given:
            return {}
        if not ("lat" in given and "lon" in given):
            row.fault("lat" if "lon" in given else "lon", _l("经度和纬度要么都填，要么都不填。"))
            return {}
        lat, lon = (row.read(self._columns[code]) for code in ("lat", "lon"))
        datum = row.read(self._columns["datum"]) if "datum" in given else self._datum
        if lat is None or lon is None or row.wrong:
            return {}
        if datum is None:
            row.fault("lat", _l("有坐标却没有说明坐标系。请在页面上选择，或加一列“坐标系”。"))
            return {}
        if held is not None and (lat, lon, datum) == (
            held["given_lat"],
            held["given_lon"],
            held["datum"],
        ):
            return {}
        return self._placed(row, region_id, round(lat, DECIMALS), round(lon, DECIMALS), datum)

    def _placed(
        self, row: Row, region_id: int, lat: float, lon: float, datum: Datum
    ) -> dict[str, Any]:
        try:
            point = check(lat, lon, datum)
        except BadInput as fault:
            row.fault(fault.field, fault)
            return {}
        coarse = any(
            _decimals(row.cells.given[code].text) < FEWEST_DECIMALS for code in ("lat", "lon")
        )
        if coarse:
            row.fault("lat", _l("坐标只精确到公里以上，按未核实登记。"), Level.WARNING)
        astray = self._regions.astray(region_id, lat, lon, datum)
        if astray is not None:
            row.fault("lat", astray, Level.WARNING)
        self._crowded(row, point.lat, point.lon)
        return {
            "lat": point.lat,
            "lon": point.lon,
            "given_lat": lat,
            "given_lon": lon,
            "datum": datum.value,
            "verified": False,
            "doubted": coarse or astray is not None,
        }

    def _crowded(self, row: Row, lat: float, lon: float) -> None:
        """Warn of another site in the same place, in the file or in the register."""
        own = None if row.site is None else row.site.id
        others = [
            code
            for id, code, *where in self._known.near(lat, lon)
            if id != own and apart(lat, lon, *where) < TOO_NEAR
        ]
        others += [
            self._lines.place(number)
            for number, *where in self._places.near(lat, lon)
            if apart(lat, lon, *where) < TOO_NEAR
        ]
        self._places.add(row.staged.number, lat, lon)
        if others:
            row.fault(
                "lat",
                _l("与另一个网点（%(other)s）相距不到 5 米，请核对。", other=others[0]),
                Level.WARNING,
            )


def _decimals(text: str) -> int:
    return len(text.partition(".")[2].rstrip("°"))
