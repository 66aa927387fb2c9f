"""What programs are told of coverage: as JSON, and as the features of GeoJSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from core.geo import Floats
from core.maps import feature_collection
from core.regions.queries import tree
from core.regions.tree import Node
from core.sites.network import Network
from stations.coverage.positions import NONE, Places
from stations.coverage.rules import Cover, Question, Tally
from stations.coverage.spots import Spot

Told = dict[str, Any]

#: How many settlements of a blind spot are named.
MOST_NAMED: Final = 100


@dataclass(frozen=True, slots=True, eq=False)
class Telling:
    """An answer with the network that it is of."""

    question: Question
    net: Network
    found: Cover

    def meta(self) -> Told:
        """What was asked, by which rule, and where the numbers of people are from."""
        question, rule, demand = self.question, self.question.rule, self.found.demand
        return {
            "region": None if question.region is None else question.region.code,
            "service": None if question.service is None else question.service.code,
            "on": question.on.isoformat(),
            "at": None if question.at is None else f"{question.at:%H:%M}",
            "rule": {
                "radius_m": rule.radius,
                "factor": rule.factor,
                "straight_m": rule.straight,
                "inclusive": True,
                "walking": rule.walking,
                "key": rule.key,
                "words": str(rule.words()),
                "sites_words": str(question.sites_words()),
            },
            "sites": len(self.found.sites),
            "population": self._sources(),
            "made": demand.made or self.net.made,
        }

    def _sources(self) -> list[Told]:
        living = tree(self.question.on).by_id
        return [
            {
                "region": living[one.region_id].code if one.region_id in living else None,
                "year": one.year,
                "source": one.source,
                "made": one.made,
                "uuid": one.uuid,
            }
            for one in self.found.demand.sets
        ]

    def site(self, index: int) -> dict[str, str] | None:
        """A site by its index; null for none."""
        if index == NONE:
            return None
        return {"code": self.net.rows.codes[index], "name": self.net.rows.names[index]}

    def place(self, number: int) -> Told:
        """A settlement: who it is, where, and how many live there."""
        demand = self.found.demand
        return {
            "code": demand.codes[number],
            "name": demand.names[number],
            "lat": float(demand.lat[number]),
            "lon": float(demand.lon[number]),
            "people": float(demand.people[number]),
        }

    def settlement(self, number: int) -> Told:
        """The same with whether it is covered, its nearest site and the metres to it."""
        return self.place(number) | {
            "covered": bool(self.found.covered[number]),
            "nearest": self.site(int(self.found.nearest[number])),
            "distance_m": metres(float(self.found.distance[number])),
        }

    def spot(self, spot: Spot) -> Told:
        """A blind spot; ``largest`` are at most MOST_NAMED of its settlements."""
        return {
            "people": spot.people,
            "settlements": len(spot.settlements),
            "nearest": self.site(spot.nearest),
            "distance_m": metres(spot.distance),
            "place": self.place(spot.place)
            | {"people_won": spot.won, "settlements_won": len(spot.winning)},
            "largest": [self.place(one) for one in spot.settlements[:MOST_NAMED].tolist()],
        }

    # -- GeoJSON --------------------------------------------------------------------------------

    def collection(self, features: list[Told]) -> Told:
        """A collection with what was asked beside it, which readers of GeoJSON pass over."""
        return feature_collection(features) | {"meta": self.meta()}

    def features(self, settlements: Places) -> list[Told]:
        """The settlements as points."""
        return [point(self.settlement(one)) for one in settlements.tolist()]

    def spot_features(self, number: int, spot: Spot) -> list[Told]:
        """The settlements of a blind spot as one feature, and the place for a site as another."""
        lat, lon = self.found.demand.lat, self.found.demand.lon
        told = self.spot(spot)
        place = told.pop("place")
        told.pop("largest")
        where = coordinates(lat[spot.settlements], lon[spot.settlements])
        return [
            {
                "type": "Feature",
                "geometry": {"type": "MultiPoint", "coordinates": where},
                "properties": {"what": "blind spot", "spot": number} | told,
            },
            point({"what": "place for a site", "spot": number} | place),
        ]


def tallied(told: Tally) -> Told:
    """Shares are between 0 and 1, and null where there is nobody, or no settlement."""
    return {
        "people": told.people,
        "people_covered": told.people_covered,
        "people_share": told.people_share,
        "settlements": told.settlements,
        "settlements_covered": told.settlements_covered,
        "settlement_share": told.settlement_share,
    }


def of_region(node: Node) -> Told:
    return {"code": node.code, "name": node.name, "level": node.level}


def metres(value: float) -> float | None:
    """Metres to a tenth of a millimetre; null for infinitely many."""
    return round(value, 4) if math.isfinite(value) else None


def point(told: Told) -> Told:
    """A feature at the ``lat`` and ``lon`` of what is told, with all of it."""
    where = [told["lon"], told["lat"]]
    geometry = {"type": "Point", "coordinates": where}
    return {"type": "Feature", "geometry": geometry, "properties": told}


def coordinates(lat: Floats, lon: Floats) -> list[list[float]]:
    """Pairs of longitude and latitude in degrees, as GeoJSON has them."""
    return [list(pair) for pair in zip(lon.tolist(), lat.tolist(), strict=True)]
