"""What hangs on a site that is found to be part of another: each room says how its own goes over.

Rooms stand above this one, so they bring a :class:`SiteFollower`, which wsgi.py collects; a merge
(merging.py) then carries everything over in its own transaction, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, TypeAlias, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.audit.rules import Field, Words, plain_words
from core.dated import Dated, lasting
from core.db import db, table_of
from core.sites.models import Site


@dataclass(frozen=True, slots=True)
class Merged:
    """*other* is part of *survivor*, which stands in the region, from the day ``on``."""

    survivor: Site
    other: Site
    region_id: int
    on: date


#: Per site how many of something there are.
Counts: TypeAlias = Mapping[int, int]
#: The statement that counts it: a row for each site that has any, with its id and the number.
Held: TypeAlias = Callable[[Collection[int], date], sa.Select[Any]]


@dataclass(frozen=True, slots=True)
class SiteFollower:
    """What of a room's own hangs on a site: rows of ``tables``.

    ``held`` counts, for whoever is about to merge, what each of some sites has on the day or
    later; ``fate`` says what becomes of that of the site that is given up.  ``follow`` does it and
    tells the audit; None: it stays where it is.
    """

    tables: tuple[str, ...]
    label: LazyString
    fate: LazyString
    held: Held
    follow: Callable[[Actor, Merged], None] | None


_FOLLOWERS: Final = "onekm.sites.followers"


def init_app(app: Flask, found: Iterable[SiteFollower]) -> None:
    """Let the sites know what follows them, in this order."""
    app.extensions[_FOLLOWERS] = tuple(found)


def followers() -> tuple[SiteFollower, ...]:
    found: tuple[SiteFollower, ...] = current_app.extensions[_FOLLOWERS]
    return found


def held(site_ids: Collection[int], on: date) -> list[tuple[SiteFollower, Counts]]:
    """What hangs on the sites; what none of them has is left out."""
    known = followers()
    if not known:
        return []
    parts = [
        sa.select(sa.literal(place).label("place"), *one.held(site_ids, on).subquery().c)
        for place, one in enumerate(known)
    ]
    counted: dict[int, dict[int, int]] = {}
    for place, site_id, number in db.session.execute(sa.union_all(*parts)):
        counted.setdefault(place, {})[site_id] = number
    return [(known[place], counted[place]) for place in sorted(counted)]


def follow(actor: Actor, merged: Merged) -> None:
    """Let everything go over to the survivor."""
    for follower in followers():
        if follower.follow is not None:
            follower.follow(actor, merged)


# -- For the rooms ------------------------------------------------------------------------------


def counting(model: Any, *among: sa.ColumnElement[bool]) -> Held:
    """Counts rows of a table that names a site; of those with days what lasts or is to come."""

    def count(site_ids: Collection[int], on: date) -> sa.Select[Any]:
        where = [model.site_id.in_(sorted(site_ids)), *among]
        if hasattr(model, "until"):
            where.append(lasting(model, on))
        number = sa.func.count().label("number")
        return sa.select(model.site_id, number).where(*where).group_by(model.site_id)

    return count


P = TypeVar("P", bound=Dated)


@dataclass(frozen=True, slots=True)
class Carried(Generic[P]):
    """A period of the other, and those that were added for it at the survivor.

    None was where the survivor has its own of those days: ``own`` is the first of these.
    """

    given: P
    added: tuple[P, ...]
    own: P | None


def carry(model: type[P], merged: Merged, *key: str) -> list[Carried[P]]:
    """Let what the other has from the day of the merge on hold at the survivor, too.

    What is equal in *key* is one fact: on days on which the survivor has it, its own stays as it
    is.  Nothing that the other has is touched.
    """
    given = _periods(model, merged.other, merged.on)
    own: dict[Any, list[P]] = {}
    for row in _periods(model, merged.survivor, merged.on):
        own.setdefault(_key(row, key), []).append(row)
    found = []
    for row in given:
        held = own.get(_key(row, key), [])
        days = [(one.since, one.until) for one in held]
        free = list(gaps(max(row.since, merged.on), row.until, days))
        added = tuple(_copy(row, merged.survivor, *bounds) for bounds in free)
        found.append(Carried(row, added, held[0] if held and not added else None))
    db.session.add_all(copy for one in found for copy in one.added)
    db.session.flush()
    return found


def _periods(model: type[P], site: Site, on: date) -> list[P]:
    table = table_of(model)
    return list(
        db.session.scalars(
            sa.select(model)
            .where(table.c.site_id == site.id, lasting(model, on))
            .order_by(model.since, table.c.id)
        )
    )


def _key(row: Dated, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def _copy(row: P, site: Site, since: date, until: date | None) -> P:
    names = sa.inspect(type(row)).column_attrs.keys()
    kept = {name: getattr(row, name) for name in names if name != "id"}
    return type(row)(**(kept | {"site_id": site.id, "since": since, "until": until}))


def gaps(
    since: date, until: date | None, held: Iterable[tuple[date, date | None]]
) -> Iterator[tuple[date, date | None]]:
    """The days from *since* to *until* on which none of *held*, in order, holds; half open."""
    for begins, ends in held:
        if until is not None and begins >= until:
            break
        if begins > since:
            yield since, begins
        if ends is None:
            return
        since = max(since, ends)
    if until is None or since < until:
        yield since, until


#: Which site it was that was merged, as the audit tells it.
MERGED: Final = "merged"
#: What both sites had; the survivor's stayed.
JOINED: Final = "joined"


def fields(words: Words, of: Words | None = None) -> dict[str, Field]:
    """What the events of such a change have in common; *words* tell one of the facts."""

    def both(value: Any) -> str:
        kept, left = words(value["kept"]), words(value["left"])
        return str(_("%(kept)s（并入的网点登记为：%(left)s）", kept=kept, left=left))

    return {
        MERGED: Field(_l("并入的网点"), plain_words),
        JOINED: Field(_l("两边都有，保留原有的"), both, of),
    }
