"""What the loading of the demonstration asks of the register before it writes."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from core.catalogue import queries as catalogue
from core.db import db
from core.regions.models import RegionPeriod
from core.sites.models import Site, SitePeriod
from network.demo.offerings import Offered


def any_site() -> bool:
    """Whether the register holds any site, made or not."""
    return db.session.scalar(sa.select(Site.id).limit(1)) is not None


def loaded(city: str) -> bool:
    """Whether made sites stand in the city (first four digits of its code)."""
    made = (
        sa.select(Site.id)
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .join(RegionPeriod, RegionPeriod.region_id == SitePeriod.region_id)
        .where(Site.made, RegionPeriod.code.startswith(city, autoescape=True))
        .limit(1)
    )
    return db.session.scalar(made) is not None


def services(on: date) -> list[Offered]:
    """The devolved services of the day, in the order of lists; not from memory."""
    periods = catalogue.periods(on)
    found = [
        (periods[row.id].position, catalogue.read(code, periods[row.id]))
        for code, row in catalogue.known().items()
        if row.id in periods
    ]
    return [
        Offered(service.id, service.code, service.facts.modes)
        for _, service in sorted(found, key=lambda pair: (pair[0], pair[1].code))
        if service.devolved
    ]
