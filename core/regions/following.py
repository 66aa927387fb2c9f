"""What stands in a region when the region ends: each room says how its own goes over to the heir.

Rooms stand above this one, so they bring a :class:`Follower`, which wsgi.py collects; whatever
changes the regions then moves everything in the same action, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.dated import lasting
from core.db import db
from core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Ended:
    """A region that ends, and the ids of the regions that come after it, by their codes.

    ``sites`` says by code which site goes to which of several heirs.  ``alone``: the heirs begin
    with this and come from nothing else, so that what held of the one holds of each of them.
    """

    region_id: int
    code: str
    parent_id: int | None
    heirs: Mapping[str, int]
    sites: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False
    grants: bool = True

    def heir_of(self, site: str) -> str:
        """The code of the region into which the site of a code goes. Raises Conflict."""
        if len(self.heirs) == 1:
            return next(iter(self.heirs))
        if self.sites.get(site) in self.heirs:
            return self.sites[site]
        message = _l(
            "请指定网点 %(site)s 归哪个承接区划（原属 %(code)s）。", site=site, code=self.code
        )
        raise Conflict(message, field="heirs")


@dataclass(frozen=True, slots=True)
class Joined:
    """A region that begins with sites of others, which live on.

    ``sites`` says by code which region each leaves; ``origins`` are the ids of these.
    """

    region_id: int
    code: str
    sites: Mapping[str, str]
    origins: Mapping[str, int]
    grants: bool = True


#: Per region how many of something there are.
Counts: TypeAlias = Mapping[int, int]
Held: TypeAlias = Callable[[Collection[int], date], Counts]


@dataclass(frozen=True, slots=True)
class Follower:
    """What of a room's own follows a region: rows of ``table``.

    ``held`` counts what holds on the day or later in each of some regions; ``follow`` moves it
    from the day on.  ``needs_heir``: without an heir it would stand nowhere.  ``join`` lets what
    goes with some sites go over to a new region, where those that they leave live on.
    """

    table: str
    label: LazyString
    held: Held
    follow: Callable[[Actor, Mapping[int, Ended], date], None]
    needs_heir: bool = True
    join: Callable[[Actor, Joined, date], None] | None = None


# -- For the rooms ------------------------------------------------------------------------------


def lying_in(model: Any, region_ids: Collection[int], on: date) -> sa.ColumnElement[bool]:
    """The condition that a row lies in one of the regions; of those with days, on it or later."""
    there: sa.ColumnElement[bool] = model.region_id.in_(sorted(region_ids))
    return sa.and_(there, lasting(model, on)) if hasattr(model, "until") else there


def counted_in(model: Any, *among: sa.ColumnElement[bool], of: Any = None) -> Held:
    """Counts the rows that lie in each region, or the different values *of* a column in them."""
    number = sa.func.count() if of is None else sa.func.count(sa.distinct(of))

    def count(region_ids: Collection[int], on: date) -> Counts:
        rows = db.session.execute(
            sa.select(model.region_id, number)
            .where(lying_in(model, region_ids, on), *among)
            .group_by(model.region_id)
        )
        return {row[0]: row[1] for row in rows}

    return count


def cease(row: Any, on: date) -> None:
    """Let what lies in a region that ends be over from the day on, or never come."""
    if row.since < on:
        row.until = on
    else:
        db.session.delete(row)


# -- What follows -------------------------------------------------------------------------------

_FOLLOWERS: Final = "onekm.regions.followers"


def init_app(app: Flask, found: Iterable[Follower]) -> None:
    """Let the regions know what follows them, in this order."""
    app.extensions[_FOLLOWERS] = tuple(found)


def followers() -> tuple[Follower, ...]:
    found: tuple[Follower, ...] = current_app.extensions[_FOLLOWERS]
    return found


def held(region_ids: Collection[int], on: date) -> dict[int, list[tuple[Follower, int]]]:
    """What each of the regions has, on the day or later; regions that have nothing are left out."""
    found: dict[int, list[tuple[Follower, int]]] = {}
    for follower in followers():
        for region_id, number in follower.held(region_ids, on).items():
            if number:
                found.setdefault(region_id, []).append((follower, number))
    return found


def follow(actor: Actor, ended: Mapping[int, Ended], on: date) -> None:
    """Let everything go over to the heirs. Raises Conflict where it has none, with the counts."""
    if not ended:
        return
    for region_id, kept in held(ended.keys(), on).items():
        homeless = [(one, number) for one, number in kept if one.needs_heir]
        if homeless and not ended[region_id].heirs:
            raise _in_use(ended[region_id].code, homeless)
    for follower in followers():
        follower.follow(actor, ended, on)


def join(actor: Actor, joined: Iterable[Joined], on: date) -> None:
    """Let sites, with what goes with them, go over to new regions. Raises Conflict."""
    for one in joined:
        for follower in followers():
            if follower.join is not None:
                follower.join(actor, one, on)


def _in_use(code: str, kept: Iterable[tuple[Follower, int]]) -> Conflict:
    counts = " · ".join(f"{follower.label} {number}" for follower, number in kept)
    message = _l(
        "%(code)s 撤销后还有：%(counts)s。请先指定承接的区划，或先迁出。", code=code, counts=counts
    )
    return Conflict(message, field="heirs")
