"""Loading the demonstration into the register: regions, calendar, services, then the made sites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.calendar import actions as calendar_actions
from core.calendar import importer as calendar_importer
from core.calendar import queries as calendar_queries
from core.catalogue import actions as catalogue_actions
from core.catalogue import importer as catalogue_importer
from core.catalogue import queries as catalogue_queries
from core.errors import BadInput, Conflict
from core.geo import Datum, Point
from core.regions import actions as region_actions
from core.regions import census
from core.regions import importer as region_importer
from core.regions import queries as region_queries
from core.regions.rules import ASSUMED_SINCE
from core.regions.tree import Tree
from core.sites import actions as site_actions
from core.sites import changes, closures, plans
from core.sites.actions import Entry
from core.sites.changes import Position
from core.sites.closures import Notice
from core.sites.rules import Kind, Status
from core.textfile import read_text
from network.demo import queries, rows
from network.demo.offerings import Offered, offerings, planned
from network.demo.rows import Drawn, RegionRow, SiteRow
from network.demo.rules import (
    CLOSED_FOR,
    CLOSINGS,
    FIRST_DAY,
    HOURS,
    PLANNED_BY,
    PLANNED_FOR,
    PLANNED_SHARE,
    PLANNED_SHARE_BEYOND,
    POINT_SOURCES,
    City,
    Event,
    stream,
)


@dataclass(frozen=True, slots=True)
class Made:
    """What a loading made, in numbers; halls and stations are those that serve."""

    regions: int
    services: int
    halls: int
    stations: Mapping[Kind, int]
    not_serving: int
    closures: int


def load(actor: Actor, city: City, today: date) -> Made | None:
    """Load the demonstration of *city* as of *today*; None, and nothing written, if it is there.

    Regions, years and services that the register knows already are left as they are. Raises
    BadInput for a day before the demonstration's first, Conflict where the register's regions are
    not those that it was drawn for.
    """
    if today < FIRST_DAY:
        raise BadInput(_l("演示数据从 %(day)s 起才完整。", day=FIRST_DAY), field="today")
    if queries.loaded(city.code):
        return None
    drawn = rows.read(read_text(rows.shipped(city.code)))
    _load_calendar(actor)
    tree = _load_regions(actor, city, drawn, today)
    services = _load_services(actor, today)
    _plan(actor, city, tree, services)
    for site in drawn.sites:
        _enter(actor, city, tree, site, services, today)
    for region in drawn.regions:
        if region.event is not None:
            _announce(actor, region.event, today, region_id=tree.by_code[region.region].id)
    return _counted(drawn, services)


def _load_calendar(actor: Actor) -> None:
    known = calendar_queries.loaded()
    for year in calendar_importer.packaged():
        if year.year not in known:
            calendar_actions.load(actor, year)


def _load_regions(actor: Actor, city: City, drawn: Drawn, today: date) -> Tree:
    """The tree with the regions of the city, each with a point."""
    tree = region_queries.load(today)
    if drawn.regions[0].region not in tree.by_code:
        text = region_importer.shipped_text(city.code)
        plan = region_importer.plan(text, ASSUMED_SINCE, region_importer.SHIPPED_SOURCE)
        region_importer.apply(actor, plan)
        tree = region_queries.load(today)
    for row in drawn.regions:
        if row.region not in tree.by_code:
            raise Conflict(_l("区划 %(code)s 已不存在，演示数据无法加载。", code=row.region))
    _place(actor, tree, drawn.regions)
    census.load_shipped(actor, city.code)
    return tree


def _place(actor: Actor, tree: Tree, drawn: tuple[RegionRow, ...]) -> None:
    """Give a point to each region that has none."""
    for key, source in POINT_SOURCES.items():
        points = {
            tree.by_code[row.region].id: Point(row.lat, row.lon)
            for row in drawn
            if row.source == key and tree.by_code[row.region].point is None
        }
        if points:
            region_actions.place(actor, points, source)


def _load_services(actor: Actor, today: date) -> list[Offered]:
    if not catalogue_queries.known():
        entries = catalogue_importer.read().entries
        catalogue_actions.take_over(actor, entries, ASSUMED_SINCE)
    return queries.services(today)


def _plan(actor: Actor, city: City, tree: Tree, services: list[Offered]) -> None:
    """The plan of the whole city, and what one of its counties expects beyond it."""
    top = tree.by_code[f"{city.code}00000000"]
    county = tree.by_code[f"{city.hall_seats[1]}000000"]
    everywhere = planned(services, PLANNED_SHARE)
    beyond = [cell for cell in planned(services, PLANNED_SHARE_BEYOND) if cell not in everywhere]
    for region, cells in ((top, everywhere), (county, beyond)):
        plans.set_plan(actor, region.id, dict.fromkeys(cells, True), PLANNED_BY)


def _enter(
    actor: Actor, city: City, tree: Tree, row: SiteRow, services: list[Offered], today: date
) -> None:
    """Enter a site with its hours, what it offers, and what happens to it."""
    since = date.fromisoformat(row.since) if row.since else today - PLANNED_FOR
    site_id = site_actions.enter(actor, _entry(row, tree), since).id
    if row.hours:
        site_actions.set_hours(actor, site_id, HOURS[row.hours], since)
    if row.status is Status.ACTIVE:
        rng = stream(city.code, "offers", row.region, row.name)
        site_actions.offer(actor, site_id, offerings(row.sort, services, rng), since)
    if row.status is Status.CLOSED:
        site_actions.do(actor, site_id, None, changes.closed(today - CLOSED_FOR))
    if row.event is not None:
        _announce(actor, row.event, today, site_id=site_id)


def _entry(row: SiteRow, tree: Tree) -> Entry:
    position = None
    if row.lat is not None and row.lon is not None:
        position = Position(row.lat, row.lon, Datum.WGS84, row.verified)
    return Entry(
        name=row.name,
        name_en=row.name_en,
        kind=row.sort.kind,
        region_id=tree.by_code[row.region].id,
        position=position,
        address=row.address,
        phone=row.phone,
        status=Status.ACTIVE if row.status is Status.CLOSED else row.status,
        made=True,
    )


def _announce(
    actor: Actor,
    event: Event,
    today: date,
    *,
    site_id: int | None = None,
    region_id: int | None = None,
) -> None:
    closing = CLOSINGS[event]
    since, until = closing.days(today)
    words = (closing.words, closing.words_en)
    closures.announce(actor, Notice(since, until, *words, site_id=site_id, region_id=region_id))


def _counted(drawn: Drawn, services: list[Offered]) -> Made:
    serving = Counter(row.sort.kind for row in drawn.sites if row.status is Status.ACTIVE)
    closures = [region.event for region in drawn.regions] + [site.event for site in drawn.sites]
    halls = serving.pop(Kind.HALL, 0)
    return Made(
        regions=len(drawn.regions),
        services=len(services),
        halls=halls,
        stations=serving,
        not_serving=len(drawn.sites) - halls - serving.total(),
        closures=len(closures) - closures.count(None),
    )
