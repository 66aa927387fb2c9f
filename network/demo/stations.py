"""Which sites there are, and where: each beside the region it serves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, islice, zip_longest
from random import Random
from typing import Final

from core.regions.rules import ASSUMED_SINCE, Level, Row
from core.sites.rules import Status
from network.demo import wording
from network.demo.ground import XY, Crowd, around
from network.demo.places import Places, urban
from network.demo.rows import SiteRow
from network.demo.rules import City, Event, Sort, hours_of

#: How far from the point of its region a site may be put, in metres: from, to.
REACH: Final = {
    Sort.CITY_HALL: (50.0, 500.0),
    Sort.COUNTY_HALL: (50.0, 500.0),
    Sort.CENTRE: (0.0, 300.0),
    Sort.HOSPITAL: (200.0, 900.0),
    Sort.PHARMACY: (150.0, 1100.0),
    Sort.CLINIC: (0.0, 140.0),
    Sort.COMMUNITY: (0.0, 180.0),
}
# Two sites are not put nearer to one another than this, in metres.
_APART: Final = 40.0

_FIRST_STATION: Final = date(2021, 3, 1)
_DAYS_OF_GROWTH: Final = 360

# How many stations are added that do not serve, and how many that serve lack a sure position.
_PLANNED: Final = (Sort.CLINIC, Sort.COMMUNITY)
_CLOSED: Final = Sort.CLINIC
_UNVERIFIED: Final = (Sort.CLINIC, Sort.COMMUNITY)
_NOWHERE: Final = Sort.CLINIC

_NO_VILLAGE: Final = ("公司", "厂", "矿", "大学", "学院")


class Stations:
    """Draws the sites of a city over its regions' places; ``sites`` holds them in order."""

    def __init__(self, city: City, rows: Sequence[Row], places: Places, rng: Random) -> None:
        self.city, self.places, self.rng = city, places, rng
        self.by_code = {row.code: row for row in rows}
        self.below: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            self.below[row.parent].append(row)
        self.towns = [row for row in rows if row.level is Level.TOWN]
        self.crowd = Crowd()
        self.named: set[str] = set()
        self.left: dict[Sort, Iterator[Row]] = {}
        drawn = [self._site(sort, row) for sort, row in self._chosen()]
        drawn += self._not_serving()
        drawn.sort(key=lambda site: (site.sort not in _HALLS, site.region, _SORTS.index(site.sort)))
        self.sites = self._numbered(self._marked(drawn))

    # -- Which ----------------------------------------------------------------------------------

    def _chosen(self) -> Iterator[tuple[Sort, Row]]:
        """The region of every site that serves."""
        for seat in self.city.hall_seats:
            row = self.by_code[f"{seat}000000"]
            yield (Sort.CITY_HALL if row.level is Level.CITY else Sort.COUNTY_HALL), row
        for sort, count in self.city.stations.items():
            self.left[sort] = self._dealt(self._candidates(sort))
            yield from ((sort, row) for row in islice(self.left[sort], count))

    def _candidates(self, sort: Sort) -> list[list[Row]]:
        """The regions where a site of the sort may be, town by town."""
        if sort is Sort.CENTRE:
            return [self.towns]
        if sort is Sort.HOSPITAL:
            return [[town] for town in self.towns]
        if sort is Sort.PHARMACY:
            return [[town, town] if urban(town) else [town] for town in self.towns]
        fits = village_committee if sort is Sort.CLINIC else residents_committee
        return [[row for row in self.below[town.code] if fits(row)] for town in self.towns]

    def _dealt(self, groups: Sequence[Sequence[Row]]) -> Iterator[Row]:
        """One region of each group in turn, in a drawn order."""
        shuffled = [self.rng.sample(group, len(group)) for group in groups]
        self.rng.shuffle(shuffled)
        rounds = zip_longest(*shuffled)
        return (row for row in chain.from_iterable(rounds) if row is not None)

    def _not_serving(self) -> list[SiteRow]:
        """A few stations more: planned ones, and one that was closed."""
        planned = [
            replace(
                self._site(sort, next(self.left[sort])), status=Status.PLANNED, since="", hours=""
            )
            for sort in _PLANNED
        ]
        closed = self._site(_CLOSED, next(self.left[_CLOSED]))
        return [*planned, replace(closed, status=Status.CLOSED)]

    # -- One site -------------------------------------------------------------------------------

    def _site(self, sort: Sort, region: Row) -> SiteRow:
        lat, lon = self.places.plane.degrees(self._position(sort, region))
        words = self._words(sort, region)
        since = ASSUMED_SINCE
        if sort not in _HALLS:
            since = _FIRST_STATION + timedelta(self.rng.randrange(_DAYS_OF_GROWTH))
        return SiteRow(
            region=region.code,
            sort=sort,
            name=words.name,
            name_en=words.name_en,
            address=words.address,
            phone="",
            lat=lat,
            lon=lon,
            verified=True,
            status=Status.ACTIVE,
            since=since.isoformat(),
            hours=hours_of(sort, self.rng),
        )

    def _position(self, sort: Sort, region: Row) -> XY:
        near, far = REACH[sort]
        centre, land = self.places.points[region.code], self.places.territory(region.code)
        while True:
            at = around(self.rng, centre, near, far)
            if land.holds(at) and self.crowd.clear(at, _APART):
                self.crowd.add(at)
                return at
            far *= 1.02

    def _words(self, sort: Sort, region: Row) -> wording.Words:
        """The words of the site; its name is like no other's."""
        path = self._path(region)
        while True:
            words = wording.words(sort, path, self.rng)
            if words.name not in self.named or sort not in (Sort.HOSPITAL, Sort.PHARMACY):
                self.named.add(words.name)
                return words

    def _path(self, region: Row) -> list[Row]:
        above = self._path(self.by_code[region.parent]) if region.parent else []
        return [*above, region]

    # -- All of them ----------------------------------------------------------------------------

    def _marked(self, sites: Sequence[SiteRow]) -> list[SiteRow]:
        """The sites with those marked whose position is unsure or that are closed for a while."""
        marked = list(sites)

        def mark(sort: Sort, change: Callable[[SiteRow], SiteRow]) -> None:
            plain = [number for number, site in enumerate(marked) if _plain(site, sort)]
            chosen = self.rng.choice(plain)
            marked[chosen] = change(marked[chosen])

        for sort in _UNVERIFIED:
            mark(sort, lambda site: replace(site, verified=False))
        mark(_NOWHERE, lambda site: replace(site, lat=None, lon=None, verified=False))
        mark(Sort.COMMUNITY, lambda site: replace(site, event=Event.SUSPENDED))
        mark(Sort.CLINIC, lambda site: replace(site, event=Event.AWAY))
        return marked

    def _numbered(self, sites: Sequence[SiteRow]) -> tuple[SiteRow, ...]:
        """The sites with a telephone each, but for some clinics."""
        return tuple(
            replace(site, phone=wording.phone(self.city.area_code, number))
            if site.sort is not Sort.CLINIC or self.rng.random() > 0.1
            else site
            for number, site in enumerate(sites, 1)
        )


_HALLS: Final = (Sort.CITY_HALL, Sort.COUNTY_HALL)
_SORTS: Final = tuple(Sort)


def _plain(site: SiteRow, sort: Sort) -> bool:
    """Whether nothing is special about the site yet."""
    usual = site.status is Status.ACTIVE and site.verified and site.event is None
    return usual and site.sort is sort and bool(site.hours)


def village_committee(row: Row) -> bool:
    """Whether the region is a village (not a neighbourhood), with a name that says so."""
    return "村" in row.name and not residents_committee(row) and not _is_firm(row)


def residents_committee(row: Row) -> bool:
    """Whether the region is a neighbourhood of a town."""
    return ("居" in row.name or "社区" in row.name) and not _is_firm(row)


def _is_firm(row: Row) -> bool:
    return any(word in row.name for word in _NO_VILLAGE)
