"""Reading what the pages of visits are asked: the list, a day, a side, where a round begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask_babel import lazy_gettext as _l

from core import geo
from core.errors import BadInput
from core.forms import day, decimal, flag, member, one_of
from core.geo import Datum, Point
from core.search import sought
from core.sites.rules import Kind
from standards.inspections.rules import Origin, Side, Sort, State

M = TypeVar("M", bound=StrEnum)


# -- The list -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list of visits is narrowed down to, and its order; None for any."""

    text: str = ""
    state: State | None = None
    origin: Origin | None = None
    kind: Kind | None = None
    region: str | None = None
    since: date | None = None
    until: date | None = None
    flagged: bool = False
    copies: bool = False
    sort: Sort = Sort.DAY
    descending: bool = True

    def query(self) -> dict[str, str]:
        """The same as arguments of an address."""
        given = {
            "q": self.text,
            "state": self.state,
            "origin": self.origin,
            "kind": self.kind,
            "region": self.region,
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "flagged": "1" if self.flagged else "",
            "copies": "1" if self.copies else "",
            "sort": ("-" if self.descending else "") + self.sort,
        }
        return {name: str(value) for name, value in given.items() if value}

    @property
    def narrowed(self) -> bool:
        return replace(self, sort=Sort.DAY, descending=True) != Asked()

    @property
    def filtered(self) -> bool:
        """Whether it is narrowed by more than words and a state, which stand apart."""
        return replace(self, text="", state=None).narrowed

    def of_state(self, state: State | None) -> dict[str, str]:
        """The address of the same list of visits in another state."""
        return replace(self, state=state).query()

    def sorted_by(self, sort: Sort) -> dict[str, str]:
        """The address of the same list in another order; of the same order the other way round."""
        turned = not self.descending if sort is self.sort else sort is Sort.DAY
        return replace(self, sort=sort, descending=turned).query()


def asked(given: Mapping[str, str]) -> Asked:
    """What the address of the list asks for. Raises BadInput."""
    sort = given.get("sort") or "-day"
    return Asked(
        text=sought(given),
        state=one_of(State, given, "state"),
        origin=one_of(Origin, given, "origin"),
        kind=one_of(Kind, given, "kind"),
        region=given.get("region") or None,
        since=day(given.get("since", ""), "since"),
        until=day(given.get("until", ""), "until"),
        flagged=flag(given.get("flagged", ""), "flagged"),
        copies=flag(given.get("copies", ""), "copies"),
        sort=member(Sort, sort.removeprefix("-"), "sort"),
        descending=sort.startswith("-"),
    )


# -- Other pages --------------------------------------------------------------------------------


def side(given: Mapping[str, str]) -> Side:
    """Who signs. Raises BadInput."""
    return member(Side, given.get("side", ""), "side")


def needed_day(given: Mapping[str, str], name: str = "day") -> date:
    """A day that has to be given. Raises BadInput."""
    found = day(given.get(name, ""), name)
    if found is None:
        raise BadInput(_l("请填写日期，例如 2026-11-21。"), field=name)
    return found


def start(given: Mapping[str, str]) -> Point | None:
    """Where a round begins, from ``lat`` and ``lon``; None where it is not readably said."""
    try:
        return geo.check(
            decimal(given.get("lat", ""), "lat"), decimal(given.get("lon", ""), "lon"), Datum.WGS84
        )
    except BadInput:
        return None
