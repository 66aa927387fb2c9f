"""Reading the catalogue: the whole of it on one day, held in memory; it is small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from pydantic import TypeAdapter

from core import snapshot
from core.catalogue.comparison import Held, Plan, compare
from core.catalogue.models import Service as ServiceRow
from core.catalogue.models import ServicePeriod
from core.catalogue.rules import Entry, Service, ServiceFacts, Sources
from core.dated import on_day
from core.db import db
from core.errors import BadInput, NotFound

SOURCES: TypeAdapter[Sources] = TypeAdapter(Sources)


@dataclass(frozen=True, slots=True)
class Group:
    """Services that people look for together."""

    name: str
    name_en: str
    services: tuple[Service, ...]


@dataclass(frozen=True)
class Catalogue:
    """Every service of a day, in the order of lists."""

    services: tuple[Service, ...]

    @cached_property
    def by_code(self) -> dict[str, Service]:
        return {service.code: service for service in self.services}

    @cached_property
    def by_id(self) -> dict[int, Service]:
        return {service.id: service for service in self.services}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The services by group, groups in the order of their first service."""
        grouped: dict[str, list[Service]] = {}
        for service in self.services:
            grouped.setdefault(service.group, []).append(service)
        return tuple(Group(name, part[0].group_en, tuple(part)) for name, part in grouped.items())

    def find(self, code: str, field: str | None = None) -> Service:
        """The service with this code. Raises NotFound, telling the input at fault."""
        try:
            return self.by_code[code]
        except KeyError:
            raise NotFound(_l("没有这个事项。"), field=field) from None


@snapshot.of_revision("network")
def catalogue(on: date) -> Catalogue:
    """The services that there were on the day."""
    held = (
        row
        for row in _kept()
        if row.since is not None and row.since <= on and (row.until is None or on < row.until)
    )
    return Catalogue(tuple(read(row.code, row) for row in held))


def service_ids() -> tuple[int, ...]:
    """Every service there ever was, by id, in order."""
    return tuple(sorted({row.id for row in _kept()}))


@snapshot.of_revision("network")
def _kept() -> Sequence[Any]:
    """Every period of every service, in the order of lists; of one without any a row all the same.

    They are few, so that no day asks the database again.
    """
    return db.session.execute(
        sa.select(ServiceRow.id, ServiceRow.code, *(getattr(ServicePeriod, one) for one in _FACTS))
        .outerjoin(ServicePeriod, ServicePeriod.service_id == ServiceRow.id)
        .order_by(ServicePeriod.position, ServiceRow.code)
    ).all()


_FACTS: Final = (
    *("service_id", "name", "name_en", "group", "group_en", "position", "devolved"),
    *("facts", "sources", "since", "until"),
)


def read(code: str, period: Any) -> Service:
    """A service as one of its periods has it, a row of the table or of a statement."""
    return Service(
        id=period.service_id,
        code=code,
        name=period.name,
        name_en=period.name_en,
        group=period.group,
        group_en=period.group_en,
        position=period.position,
        devolved=period.devolved,
        facts=ServiceFacts.model_validate_json(period.facts),
        sources=SOURCES.validate_json(period.sources),
    )


def known() -> dict[str, ServiceRow]:
    """Every service there ever was, by code."""
    found = db.session.scalars(sa.select(ServiceRow).order_by(ServiceRow.code))
    return {service.code: service for service in found}


def periods(on: date) -> dict[int, ServicePeriod]:
    """The period of each service that holds on the day, by the service's id; not from memory."""
    found = db.session.scalars(sa.select(ServicePeriod).where(on_day(ServicePeriod, on)))
    return {period.service_id: period for period in found}


def plan(entries: Sequence[Entry], on: date) -> Plan:
    """What taking over *entries* from the day on would change. Raises BadInput if it cannot be."""
    held = periods(on)
    ids = {code: row.id for code, row in known().items()}
    early = [entry.code for entry in entries if entry.code in ids and ids[entry.code] not in held]
    if early:
        raise BadInput(
            _l("%(codes)s 在 %(on)s 没有记录，不能从这一天起更改。", codes=", ".join(early), on=on),
            field="on",
        )
    current = {
        code: Held(read(code, held[key]), held[key].since)
        for code, key in ids.items()
        if key in held
    }
    return compare(current, entries, on)
