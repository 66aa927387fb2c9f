"""All figures for all sites and all regions of a city, beside asking site by site.

Ours begins with nothing but the network and the plan in memory and ends with every figure rolled
up over 3,003 regions.  The peer answers two of the figures for the one city: it goes from site to
site and asks each what is planned and what it offers, as code does that thinks of one site.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from bench import planned
from bench.measure import Finding, Promise, Sense, beside, duration
from core.db import db
from core.figures import queries
from core.figures.queries import Day
from core.figures.rules import Ask, figures
from core.regions.queries import tree
from core.sites.queries import network, plan
from core.sites.rules import Status

PROMISE: Final = Promise(Sense.AT_MOST, 0.5)
#: Seconds within which all of it is to be there.
LIMIT: Final = 1.0
LIMIT_PROMISE: Final = Promise(Sense.AT_MOST, 1)
ON: Final = date(2026, 6, 1)


def findings(small: bool) -> Iterator[Finding]:
    with planned.opened() as app, app.test_request_context("/"):
        ask = queries.day(ON).ask
        _check(ask)
        took = beside(lambda: _all(ask), _site_by_site, 5 if small else 25)
    name = f"{len(figures())} figures, {planned.SITES:,} sites, {len(ask.ranks):,} regions"
    yield took.finding(name, "two figures of one region, site by site", PROMISE)
    yield Finding(
        name=name,
        ours=duration(took.ours),
        peer=f"limit {LIMIT:.0f} s",
        ratio=took.ours / LIMIT,
        promise=LIMIT_PROMISE,
    )


def _all(ask: Ask) -> object:
    found = Day(ask)
    rolled = [found.rolled(figure) for figure in figures()]
    db.session.rollback()  # the end of a request
    return rolled


def _site_by_site() -> tuple[int, int]:
    """How many cells are planned, and how many of them are gaps, in the city."""
    net, lines, living = network(ON), plan(ON).lines, tree(ON)
    cells = gaps = 0
    for index in range(len(net)):
        place = net.place(index)
        if place.status is not Status.ACTIVE:
            continue
        above = {node.id for node in living.path(place.region.id)}
        wanted = {
            line.service_id
            for line in lines
            if line.region_id in above and line.kind is place.kind and line.holds(ON)
        }
        offered = {service for service, _mode in net.offerings(place)}
        cells += len(wanted)
        gaps += len(wanted - offered)
    return cells, gaps


def _check(ask: Ask) -> None:
    """Both answer the same, or nothing is measured."""
    found = Day(ask)
    place = ask.ranks.place[planned.CITY]
    told = {figure.code: found.rolled(figure).at(place).number for figure in figures()}
    if (told["plan.cells"], told["plan.gaps"]) != _site_by_site():
        raise RuntimeError("the figures are not those of site by site")
