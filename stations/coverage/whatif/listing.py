"""Who drops out of reach or is won, line by line, with where they would have to go instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask_babel import lazy_gettext as _l

from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.sites.network import Place
from stations.coverage import listing
from stations.coverage.positions import NONE
from stations.coverage.tables import Column, SettlementLine, Table
from stations.coverage.whatif import queries
from stations.coverage.whatif.maps import Answered
from stations.coverage.whatif.reckoning import Balance, Touched


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A service that is lost, and the nearest site left that offers it, if there is one."""

    service: Service
    place: Place | None
    distance: float


@dataclass(frozen=True, slots=True)
class Line:
    """A settlement that is reached otherwise than before; ``left`` is its nearest site after it."""

    touched: Touched
    settlement: SettlementLine
    left: Place | None
    lost: tuple[Elsewhere, ...]
    won_services: tuple[Service, ...]

    @property
    def dropped(self) -> bool:
        return self.touched.before and not self.touched.after

    @property
    def won(self) -> bool:
        return self.touched.after and not self.touched.before

    @property
    def poorer(self) -> bool:
        return self.touched.before and self.touched.after and bool(self.lost)

    @property
    def distance(self) -> float | None:
        return None if self.left is None else self.touched.distance


def lines(asked: Answered) -> list[Line]:
    """Every settlement of the region that is touched, most people first."""
    services = catalogue(asked.scene.question.on).by_id
    elsewhere = queries.alternatives_by_service(asked.outcome)
    found = []
    for one in asked.outcome.touched:
        lost = []
        for service_id in one.lost:
            if service_id in services:
                index, metres = elsewhere[one.settlement, service_id]
                lost.append(Elsewhere(services[service_id], _place(asked, index), metres))
        won = tuple(services[each] for each in one.won if each in services)
        settlement = listing.settlement_line(asked.scene, one.settlement)
        found.append(Line(one, settlement, _place(asked, one.nearest), tuple(lost), won))
    return found


def _place(asked: Answered, index: int) -> Place | None:
    return None if index == NONE else asked.scene.net.place(index)


def balances(asked: Answered) -> list[tuple[Service, Balance]]:
    """What each service loses and wins, in the order of the catalogue."""
    return [
        (service, asked.outcome.services[service.id])
        for service in catalogue(asked.scene.question.on).services
        if service.id in asked.outcome.services
    ]


TABLE: Final[Table[Line]] = Table(
    "what-if",
    _l("如果"),
    (
        Column("code", _l("代码"), lambda one: one.settlement.code),
        Column("name", _l("村居"), lambda one: one.settlement.name),
        Column("region", _l("区划代码"), lambda one: one.settlement.region.code),
        Column("people", _l("居民"), lambda one: one.touched.people, True, True),
        Column("before", _l("之前已覆盖（1 是 0 否）"), lambda one: int(one.touched.before), True),
        Column("after", _l("之后已覆盖（1 是 0 否）"), lambda one: int(one.touched.after), True),
        Column("left", _l("之后最近网点"), lambda one: None if one.left is None else one.left.code),
        Column("distance", _l("直线距离（米）"), lambda one: one.distance, True),
        Column(
            "lost",
            _l("失去的事项（编码、最近网点、米）"),
            lambda one: "; ".join(_told(each) for each in one.lost),
        ),
        Column(
            "won", _l("增加的事项"), lambda one: "; ".join(each.code for each in one.won_services)
        ),
    ),
    "people",
    lambda one: (one.settlement.code, one.settlement.name),
)


def _told(one: Elsewhere) -> str:
    if one.place is None:
        return one.service.code
    return f"{one.service.code} {one.place.code} {one.distance:.1f}"
