"""The question about new stations as a form and a command ask it; read strictly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Protocol

from flask_babel import lazy_gettext as _l

from core.catalogue.rules import Service
from core.clock import today
from core.errors import BadInput, OneKmError
from core.forms import member, plain, whole_number
from core.regions.tree import Node
from core.sites import forms as sites
from core.sites.rules import Kind
from stations.coverage import asked
from stations.coverage.siting.rules import (
    COARSEST_GRID,
    FINEST_GRID,
    MOST_CAPACITY,
    MOST_MUST,
    MOST_STATIONS,
    USUAL_GRID,
    Aim,
    Ask,
    Candidates,
)

#: The fields of a question besides the services, with what they hold if nobody says.
USUAL: Final = {
    "on": "",
    "at": "",
    "radius": "1000",
    "factor": "1",
    "aim": Aim.MOST.value,
    "most": "5",
    "candidates": Candidates.VILLAGES.value,
    "grid": f"{USUAL_GRID:.0f}",
    "capacity": "",
    "must": "",
}
#: The kinds of stations that may be planned.
STATIONS: Final = tuple(kind for kind in Kind if kind is not Kind.HALL)
_BETWEEN: Final = re.compile(r"[\n\r,，;；、]+")


class Given(Protocol):
    """What was typed: werkzeug's MultiDict."""

    def get(self, key: str, default: str) -> str: ...

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, and what is wrong with it."""

    values: dict[str, str]
    services: tuple[str, ...] = ()
    fault: OneKmError | None = field(default=None, compare=False)


def typed(given: Given, fault: OneKmError | None = None) -> Typed:
    values = {name: given.get(name, usual) for name, usual in USUAL.items()}
    return Typed(values, tuple(given.getlist("service")), fault)


def read(given: Given, region: Node) -> Ask:
    """The question about a region. Raises BadInput."""
    on = day(given)
    aim = member(Aim, given.get("aim", Aim.MOST), "aim")
    candidates = member(Candidates, given.get("candidates", Candidates.VILLAGES), "candidates")
    services = _services(given.getlist("service"), on)
    if candidates.standing and not services:
        raise BadInput(
            _l("以现有网点作候选时请先选事项：不限事项时，它们已经算作覆盖。"), field="candidates"
        )
    return Ask(
        region=region,
        on=on,
        at=asked.at(given.get("at", ""), on),
        services=services,
        rule=asked.rule(given.get("radius", ""), given.get("factor", "")),
        aim=aim,
        most=_most(given.get("most", "")) if aim is Aim.MOST else MOST_STATIONS,
        candidates=candidates,
        grid=_grid(given.get("grid", "")) if candidates is Candidates.GRID else USUAL_GRID,
        capacity=_capacity(given.get("capacity", "")),
        must=_must(given.get("must", "")),
    )


def day(given: Given) -> date:
    """The day that is asked about, today if nobody says. Raises BadInput."""
    return sites.day(given.get("on", ""), "on") or today()


def _services(codes: Sequence[str], on: date) -> tuple[Service, ...]:
    found = [asked.service(code, on) for code in dict.fromkeys(codes) if plain(code)]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.code))


def _most(text: str) -> int:
    number = whole_number(text, "most")
    if number == 0:
        raise BadInput(
            _l("新增 0 个站就是现状，不需要测算：请填 1 以上的数，或在“覆盖”页看现状。"),
            field="most",
        )
    if not 1 <= number <= MOST_STATIONS:
        raise BadInput(_l("新增站数应在 1 到 %(most)s 之间。", most=MOST_STATIONS), field="most")
    return number


def _grid(text: str) -> float:
    metres = asked.number(text, "grid") if plain(text) else USUAL_GRID
    if not FINEST_GRID <= metres <= COARSEST_GRID:
        raise BadInput(_l("网格间距应在 50 米到 10000 米之间。"), field="grid")
    return metres


def _capacity(text: str) -> float | None:
    if not plain(text):
        return None
    number = whole_number(text, "capacity")
    if not 1 <= number <= MOST_CAPACITY:
        raise BadInput(_l("每站容量应为 1 以上的人数；不限请留空。"), field="capacity")
    return float(number)


def _must(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.strip() for part in _BETWEEN.split(text) if part.strip()))
    if len(names) > MOST_MUST:
        raise BadInput(_l("必须覆盖的村居一次最多 %(most)s 个。", most=MOST_MUST), field="must")
    return names


def kind(text: str) -> Kind:
    """Which kind of station is planned. Raises BadInput."""
    try:
        chosen = Kind(text)
    except ValueError:
        chosen = Kind.HALL
    if chosen not in STATIONS:
        raise BadInput(_l("请选择筹建网点的类型。"), field="kind")
    return chosen
