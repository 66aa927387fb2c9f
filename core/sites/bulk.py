"""Changes to many sites, worked out before the transaction that writes them.

``core.sites.changes`` changes one site with a dozen statements; for a hundred thousand that keeps
everybody waiting.  Here the periods of many sites are read with a few statements, the same changes
are made to them in memory, and what differs is written with a few more.  Whoever writes makes sure
that the sites are still at the versions that were read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.db import db, table_of
from core.errors import BadInput, Conflict
from core.search import index_text
from core.sites.models import Offering, Site, SiteHours, SitePeriod

#: How many sites are asked for in one statement.
AT_ONCE: Final = 500

NAMES: Final = ("name", "name_en", "address", "phone")
STANDING: Final = (
    *("region_id", "kind", "status", "lat", "lon", "given_lat", "given_lon", "datum", "verified"),
)

_TABLES: Final[Mapping[str, tuple[type[Any], tuple[str, ...]]]] = {
    "period": (SitePeriod, STANDING),
    "hours": (SiteHours, ("document",)),
    "offering": (Offering, ("service_id", "mode")),
}


@dataclass(slots=True)
class Span:
    """A period in hand; ``id`` is None while it is not in the database."""

    id: int | None
    since: date
    until: date | None
    facts: dict[str, Any]

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(slots=True)
class Dossier:
    """All that the register holds of a site, for changing; spans are oldest first."""

    id: int
    code: str
    version: int
    names: dict[str, str]
    confirmed_on: date | None
    period: list[Span] = field(default_factory=list)
    hours: list[Span] = field(default_factory=list)
    offering: list[Span] = field(default_factory=list)

    def copy(self) -> Dossier:
        return deepcopy(self)

    @property
    def first_day(self) -> date:
        """The day from which the site is in the register."""
        return self.period[0].since

    def offers(self, service_id: int) -> list[Span]:
        return [span for span in self.offering if span.facts["service_id"] == service_id]


def holding(spans: Iterable[Span], on: date) -> Span | None:
    return next((span for span in spans if span.holds(on)), None)


# -- Reading ------------------------------------------------------------------------------------


def read(
    condition: Callable[[Sequence[Any]], sa.ColumnElement[bool]], keys: Sequence[Any]
) -> list[Dossier]:
    """The sites that *condition* gives for each stretch of *keys*, in the order of their ids."""
    found: list[Dossier] = []
    for at in range(0, len(keys), AT_ONCE):
        found += _read(condition(keys[at : at + AT_ONCE]))
    return sorted(found, key=lambda dossier: dossier.id)


def _read(condition: sa.ColumnElement[bool]) -> list[Dossier]:
    columns = (Site.id, Site.code, Site.version, Site.confirmed_on)
    texts = [getattr(Site, name) for name in NAMES]
    rows = db.session.execute(sa.select(*columns, *texts).where(condition))
    found = {
        row.id: Dossier(
            row.id,
            row.code,
            row.version,
            dict(zip(NAMES, row[4:], strict=True)),
            row.confirmed_on,
        )
        for row in rows
    }
    for name, (model, facts) in _TABLES.items():
        for site_id, span in _spans(model, facts, found):
            getattr(found[site_id], name).append(span)
    # One without a period is not there, or not yet (arrivals.py).
    return [dossier for dossier in found.values() if dossier.period]


def _spans(
    model: type[Any], facts: tuple[str, ...], ids: Collection[int]
) -> Iterator[tuple[int, Span]]:
    columns = (model.site_id, model.id, model.since, model.until)
    rows = db.session.execute(
        sa.select(*columns, *(getattr(model, name) for name in facts))
        .where(model.site_id.in_(list(ids)))
        .order_by(model.since, model.id)
    )
    for site_id, id, since, until, *values in rows:
        yield site_id, Span(id, since, until, dict(zip(facts, values, strict=True)))


# -- Changing in memory, as core.sites.changes does ---------------------------------------------


def stand(dossier: Dossier, facts: Mapping[str, Any], on: date | None, today: date) -> None:
    """Let what a period holds be otherwise, as a correction or from a day on.

    Raises BadInput where the site is not in the register on that day.
    """
    spans = dossier.period
    held = holding(spans, on or today)
    if held is None:
        raise BadInput(_l("网点在这一天还没有登记。"), field="on")
    changed = {name: value for name, value in facts.items() if held.facts[name] != value}
    if not changed:
        return
    names = list(changed)
    for later in spans:
        if later.since > held.since:
            names = [name for name in names if later.facts[name] == held.facts[name]]
            later.facts |= {name: changed[name] for name in names}
    _succeed(spans, held, changed, on)


def _succeed(spans: list[Span], held: Span, changed: Mapping[str, Any], on: date | None) -> None:
    if on is None or on == held.since:
        held.facts |= changed
        return
    spans.append(Span(None, on, held.until, {**held.facts, **changed}))
    held.until = on


def keep_hours(dossier: Dossier, document: str | None, on: date | None, today: date) -> None:
    """Let it keep other hours; None where nobody knows them."""
    facts = None if document is None else {"document": document}
    _keep(dossier.hours, dossier.hours, facts, on, today, dossier.first_day)


def offer(
    dossier: Dossier, service_id: int, mode: str | None, on: date | None, today: date
) -> None:
    """Let it offer a service in a mode, or, where it is None, no longer."""
    facts = None if mode is None else {"service_id": service_id, "mode": mode}
    own = dossier.offers(service_id)
    _keep(dossier.offering, own, facts, on, today, dossier.first_day)


def _keep(
    spans: list[Span],
    own: list[Span],
    facts: dict[str, Any] | None,
    on: date | None,
    today: date,
    first_day: date,
) -> None:
    """Let the facts hold among *own*, which are those of *spans* about the same."""
    held = holding(own, on or today)
    if held is None:
        if facts is not None:
            spans.append(_beginning(own, facts, on or first_day, today))
    elif facts is None:
        if on is None or on == held.since:
            spans.remove(held)
        else:
            held.until = on
    elif held.facts != facts:
        _succeed(spans, held, facts, on)


def _beginning(own: list[Span], facts: dict[str, Any], since: date, today: date) -> Span:
    """A span from a day on until the next of *own*, after what is known to end by today."""
    if holding(own, since) is not None:
        since = max(span.until for span in own if span.until is not None and span.until <= today)
    until = min((span.since for span in own if span.since > since), default=None)
    return Span(None, since, until, facts)


# -- What differs, and writing it ---------------------------------------------------------------

#: Per table ``gone``, ``edit`` and ``new``, and the texts under ``site``; JSON can hold it.
Work = dict[str, Any]


def differing(before: Dossier, after: Dossier) -> Work:
    """What has to be written so that the register holds *after*; empty if it is the same."""
    work: Work = {}
    if before.names != after.names:
        search = index_text(*(after.names[name] for name in ("name", "name_en", "address")))
        work["site"] = {**after.names, "search": search, "id": after.id}
    for name in _TABLES:
        own = _table_work(after.id, getattr(before, name), getattr(after, name))
        if own:
            work[name] = own
    return work


def _table_work(site_id: int, before: list[Span], after: list[Span]) -> Work:
    held = {span.id: span for span in before}
    kept = {span.id for span in after}
    work = {
        "gone": [span.id for span in before if span.id not in kept],
        "edit": [
            _row(span, id=span.id)
            for span in after
            if span.id is not None and span != held[span.id]
        ],
        "new": [_row(span, site_id=site_id) for span in after if span.id is None],
    }
    return {name: rows for name, rows in work.items() if rows}


def _row(span: Span, **key: int | None) -> dict[str, Any]:
    until = None if span.until is None else span.until.isoformat()
    return {**key, "since": span.since.isoformat(), "until": until, **span.facts}


class Gathered:
    """The work on many sites, for few statements."""

    def __init__(self) -> None:
        self._sites: list[dict[str, Any]] = []
        self._rows: dict[tuple[str, str], list[Any]] = {}
        #: The regions in which a site stands afterwards, as far as they are written.
        self.region_ids: set[int] = set()

    def add(self, work: Work) -> None:
        if "site" in work:
            self._sites.append(_bound(work["site"]))
        for name in _TABLES:
            for what, rows in work.get(name, {}).items():
                if what != "gone":
                    self.region_ids |= {row["region_id"] for row in rows if "region_id" in row}
                self._rows.setdefault((name, what), []).extend(
                    rows if what == "gone" else map(_dated, rows)
                )

    def write(self) -> None:
        """Write it. Raises Conflict where a row is no longer there."""
        if self._sites:
            _many(
                sa.update(table_of(Site)).where(Site.id == sa.bindparam("b_id")),
                self._sites,
            )
        # What ends goes before what begins: one open period a subject.
        for what in ("gone", "edit", "new"):
            for name, (model, facts) in _TABLES.items():
                rows = self._rows.get((name, what))
                if rows:
                    _WRITERS[what](model, facts, rows)


def _bound(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"b_id" if name == "id" else name: value for name, value in row.items()}


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    days = {
        name: None if row[name] is None else date.fromisoformat(row[name])
        for name in ("since", "until")
    }
    return _bound({**row, **days})


def _gone(model: type[Any], _facts: tuple[str, ...], ids: list[int]) -> None:
    _many(
        sa.delete(model.__table__).where(model.id == sa.bindparam("b_id")),
        [{"b_id": id} for id in ids],
    )


def _edit(model: type[Any], _facts: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    same = sa.and_(model.id == sa.bindparam("b_id"), model.since == sa.bindparam("b_since"))
    bound = [{("b_since" if name == "since" else name): row[name] for name in row} for row in rows]
    _many(sa.update(model.__table__).where(same), bound)


def _new(model: type[Any], _facts: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    db.session.execute(sa.insert(model.__table__), rows)


_Writer = Callable[[type[Any], tuple[str, ...], list[Any]], None]
_WRITERS: Final[Mapping[str, _Writer]] = {"gone": _gone, "edit": _edit, "new": _new}


def _many(statement: Any, rows: list[dict[str, Any]]) -> None:
    """Run the statement for each row, and see that each was there."""
    done = cast("sa.CursorResult[Any]", db.session.execute(statement, rows))
    if done.rowcount != len(rows):
        raise Conflict(_l("这个网点刚刚被别人改过，请核对后再提交。"))
