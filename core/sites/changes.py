"""What can be done to a site that is in the register, each a value: forms, proposals, imports and
bulk actions all make the same changes, and ``core.sites.actions`` does them.

A change is from a day on, or a correction (``on`` None) of what holds today.  What a later period
merely carried on is carried on again, so that a site that is to close keeps its corrected position.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypedDict, Unpack

from flask_babel import lazy_gettext as _l

from core import geo
from core.access import Actor, Permission, require_reach
from core.audit.rules import Changes, EventType, compared
from core.calendar.hours import canonical
from core.clock import today
from core.errors import BadInput
from core.geo import Datum
from core.regions import boundaries, queries
from core.search import index_text
from core.sites import story
from core.sites.hand import Hand
from core.sites.models import Offering, Site, SiteHours, SitePeriod
from core.sites.periods import begin, finish, first_day, holding, since_told
from core.sites.rules import Kind, Mode, Status


@dataclass(frozen=True, slots=True)
class Position:
    """Coordinates as somebody gave them; a position somebody has checked is verified."""

    lat: float
    lon: float
    datum: Datum
    verified: bool


class Standing(TypedDict, total=False):
    """What a period of a site holds; what is left out stays as it is."""

    kind: Kind
    status: Status
    region_id: int
    position: Position | None


@dataclass(frozen=True, slots=True)
class Change:
    """Something to be done to a site; ``work`` does it and gives what differs, perhaps nothing.

    ``aside``: nothing that the network of a day holds is written, so what is made of it stays good.
    """

    event: EventType
    work: Callable[[Actor, Site, Hand], Changes]
    aside: bool = False

    def make(self, actor: Actor, site: Site, hand: Hand | None = None) -> Changes:
        """Do it to *site*, which may be one of many in *hand*. Raises BadInput where it cannot."""
        return self.work(actor, site, hand or Hand())


# -- What it is called and how it is reached ----------------------------------------------------

_NAMES: Final = ("name", "name_en", "address", "phone")


def described(**facts: str) -> Change:
    """Another ``name``, ``name_en``, ``address`` or ``phone``: what is not dated.

    Raises BadInput.
    """
    if not facts.keys() <= set(_NAMES):
        raise ValueError(f"a site has no {facts.keys() - set(_NAMES)}")

    def make(_actor: Actor, site: Site, hand: Hand) -> Changes:
        if not facts.get("name", site.name).strip():
            raise BadInput(_l("请填写名称。"), field="name")
        before = {name: getattr(site, name) for name in facts}
        for name, value in facts.items():
            setattr(site, name, value)
        site.search = index_text(site.name, site.name_en, site.address)
        hand.flush()
        return compared(before, facts)

    return Change(story.DESCRIBED, make)


# -- Where it is and what it is -----------------------------------------------------------------


def corrected(**facts: Unpack[Standing]) -> Change:
    """What holds today was entered wrongly."""
    return _standing(story.CORRECTED, None, facts)


def moved(on: date, **facts: Unpack[Standing]) -> Change:
    """It is somewhere else, or something else, from a day on."""
    return _standing(story.MOVED, on, facts)


def closed(on: date) -> Change:
    """It is given up from a day on."""
    facts = Standing(status=Status.CLOSED)
    return _standing(story.CLOSED, on, facts)


def opened(on: date) -> Change:
    """It serves from a day on, for the first time or again."""
    facts = Standing(status=Status.ACTIVE)
    return _standing(story.OPENED, on, facts)


def checked() -> Change:
    """Somebody has checked that it is where the register says.

    Raises BadInput where nothing is known to check.
    """

    def make(actor: Actor, site: Site, hand: Hand) -> Changes:
        period = _standing_on(hand.periods(SitePeriod, site.id), today())
        given = period.given_lat, period.given_lon
        if period.datum is None or None in given:
            raise BadInput(_l("网点没有位置，不能核实。"), field="position")
        position = Position(given[0] or 0.0, given[1] or 0.0, Datum(period.datum), verified=True)
        made = _stand(actor, site, hand, None, Standing(position=position))
        if not period.verified:
            raise BadInput(_l("位置不在所属区县之内，请先改正位置或区划。"), field="position")
        return made

    return Change(story.CORRECTED, make)


def _standing(event: EventType, on: date | None, facts: Standing) -> Change:
    return Change(event, lambda actor, site, hand: _stand(actor, site, hand, on, facts))


def _standing_on(periods: Sequence[SitePeriod], on: date) -> SitePeriod:
    period = holding(periods, on)
    if period is None:
        raise BadInput(_l("网点在这一天还没有登记。"), field="on")
    return period


def _stand(actor: Actor, site: Site, hand: Hand, on: date | None, facts: Standing) -> Changes:
    periods = hand.periods(SitePeriod, site.id)
    period = _standing_on(periods, on or today())
    if "region_id" in facts:
        _require_region(actor, facts["region_id"], on or today())
    after = columns(facts, period, hand.astray)
    changed = {name: value for name, value in after.items() if getattr(period, name) != value}
    if not changed:
        return {}
    before = _told(period, hand)
    _carry([one for one in periods if one.since > period.since], period, changed)
    if on is None or on == period.since:
        _write(period, changed)
    else:
        period = hand.succeed(period, on, **changed)
    hand.flush()
    # The days of a period say when; only what it holds is compared.
    return {**compared(before, _told(period, hand)), **since_told(on)}


def _require_region(actor: Actor, region_id: int, on: date) -> None:
    reach = actor.reach(Permission.REGISTER_WRITE)
    living = queries.load(on)
    if region_id not in living.by_id:
        raise BadInput(_l("这一天没有这个区划。"), field="region")
    require_reach(reach.region(living, region_id))


_PLACED: Final = ("region_id", "lat", "lon", "verified")


def columns(
    facts: Standing,
    period: SitePeriod | None = None,
    astray: Callable[[int, geo.Point], bool] = boundaries.astray,
) -> dict[str, Any]:
    """The columns of a period that *facts* say; a position that lies astray is not verified."""
    found: dict[str, Any] = {
        name: facts[name] for name in ("kind", "status", "region_id") if name in facts
    }
    if "position" in facts:
        found |= _position(facts["position"])
    if "position" in facts or "region_id" in facts:
        held = {} if period is None else {name: getattr(period, name) for name in _PLACED}
        placed = held | found
        if placed["verified"]:
            point = geo.Point(placed["lat"], placed["lon"])
            found["verified"] = not astray(placed["region_id"], point)
    return found


def _position(position: Position | None) -> dict[str, float | str | bool | None]:
    if position is None:
        names = ("lat", "lon", "given_lat", "given_lon", "datum")
        return {**dict.fromkeys(names), "verified": False}
    point = geo.check(position.lat, position.lon, position.datum)
    return {
        "lat": point.lat,
        "lon": point.lon,
        "given_lat": position.lat,
        "given_lon": position.lon,
        "datum": position.datum,
        "verified": position.verified,
    }


def _told(period: SitePeriod, hand: Hand) -> dict[str, Any]:
    """A period as the audit tells it."""
    return {
        "kind": period.kind,
        "status": period.status,
        "region": hand.region_code(period.region_id, period.since),
        "lat": period.given_lat,
        "lon": period.given_lon,
        "datum": period.datum,
        "verified": period.verified,
    }


def _carry(later: Iterable[SitePeriod], held: SitePeriod, changed: Mapping[str, Any]) -> None:
    """Write *changed* into the periods after *held* that say the same as it did so far."""
    names = list(changed)
    for period in later:
        names = [name for name in names if getattr(period, name) == getattr(held, name)]
        _write(period, {name: changed[name] for name in names})


def _write(period: SitePeriod, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(period, name, value)


# -- When it serves -----------------------------------------------------------------------------


def hours(document: object, on: date | None) -> Change:
    """Other opening hours (core/calendar/hours.py); None where nobody knows them."""
    kept = None if document is None else canonical(document)

    def make(_actor: Actor, site: Site, hand: Hand) -> Changes:
        periods = hand.periods(SiteHours, site.id)
        holds = holding(periods, on or today())
        before = None if holds is None else holds.document
        if before == kept:
            return {}
        if kept is None:
            finish(holds, on)
        elif holds is None:
            since = on or first_day(site, hand)
            row = SiteHours(site_id=site.id, document=kept, since=since)
            begin(row, periods)
        elif on is None or on == holds.since:
            holds.document = kept
        else:
            hand.succeed(holds, on, document=kept)
        hand.flush()
        changes: Changes = {"hours": (parsed(before), parsed(kept))}
        return {**changes, **since_told(on)}

    return Change(story.HOURS_SET, make)


def parsed(document: str | None) -> Any:
    """A document of hours as it is given to :func:`hours`."""
    return None if document is None else json.loads(document)


# -- What it offers -----------------------------------------------------------------------------


def offering(modes: Mapping[int, Mode | None], on: date | None) -> Change:
    """Services (by id) are offered otherwise: in a mode, or, where it is None, no longer.

    As a correction, a service that is taken out was never offered in the period of today.
    """

    asked_of = Offering.service_id.in_(modes)

    def make(_actor: Actor, site: Site, hand: Hand) -> Changes:
        held: dict[int, list[Offering]] = {service_id: [] for service_id in modes}
        for period in hand.periods(Offering, site.id, asked_of):
            held[period.service_id].append(period)
        since = on or first_day(site, hand)
        found = {
            service_id: set_offering(site.id, service_id, held[service_id], mode, on, since, hand)
            for service_id, mode in modes.items()
        }
        hand.flush()
        codes = hand.service_codes(modes)
        changes: Changes = {
            f"offering:{codes[service_id]}": pair
            for service_id, pair in found.items()
            if pair[0] != pair[1]
        }
        return {**changes, **since_told(on)} if changes else {}

    return Change(story.OFFERED, make)


def set_offering(
    site_id: int,
    service_id: int,
    periods: Sequence[Offering],
    mode: Mode | None,
    on: date | None,
    since: date,
    hand: Hand | None = None,
) -> tuple[str | None, str | None]:
    """One service, whose periods are given; gives the mode before and after. Nothing is flushed.

    *since* is when it begins where it was not offered.
    """
    holds = holding(periods, on or today())
    if holds is None:
        if mode is not None:
            row = Offering(site_id=site_id, service_id=service_id, mode=mode, since=since)
            begin(row, periods)
        return None, mode
    before = holds.mode
    if mode is None:
        finish(holds, on)
    elif before != mode:
        if on is None or on == holds.since:
            holds.mode = mode
        else:
            (hand or Hand()).succeed(holds, on, mode=mode)
    return before, mode
