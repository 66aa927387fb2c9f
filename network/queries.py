"""Whatever the pages and the interface ask by code or by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core import search
from core.catalogue.queries import Catalogue, catalogue
from core.catalogue.rules import Service
from core.dated import on_day
from core.db import db
from core.errors import NotFound
from core.regions.models import Boundary
from core.sites.network import Network, Place
from core.sites.queries import network
from core.sites.rules import Mode, is_site_code


def find_site(code: str) -> tuple[Network, Place]:
    """The site with this code, and the network of today around it. Raises NotFound."""
    if not is_site_code(code):
        raise NotFound(_l("网点编号有误：编号是 7 位数字，请核对是否抄错。"), field="code")
    today_s = network()
    place = today_s.by_code(code)
    if place is None:
        raise NotFound(_l("没有编号为 %(code)s 的网点。", code=code), field="code")
    return today_s, place


@dataclass(frozen=True, slots=True)
class Offered:
    """A service as one site offers it."""

    service: Service
    mode: Mode


def offered(network: Network, place: Place) -> Sequence[Offered]:
    """What *place* offers on the day of *network*, in the order of the catalogue."""
    modes = dict(network.offerings(place))
    known = catalogue(network.on).services
    return [Offered(service, modes[service.id]) for service in known if service.id in modes]


def search_services(services: Catalogue, text: str) -> tuple[Service, ...]:
    """The services with every word of *text* in name, group or code; pinyin and initials too.

    Raises BadInput if *text* is too long.
    """
    words = search.asked(text)
    return tuple(
        service
        for service in services.services
        if all(
            word in _index(service.name, service.name_en, service.group, service.code)
            for word in words
        )
    )


@lru_cache(maxsize=1024)
def _index(*texts: str) -> str:
    return search.index_text(*texts)


def attributions(region_ids: Sequence[int], on: date) -> list[str]:
    """Whom the outlines of the regions on the day are to be credited to."""
    credited = sa.select(Boundary.attribution).where(
        Boundary.region_id.in_(region_ids), Boundary.attribution != "", on_day(Boundary, on)
    )
    return list(db.session.scalars(credited.distinct().order_by(Boundary.attribution)))
