"""Reading the register for lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from flask import current_app
from flask_babel import lazy_gettext as _l
from numpy.typing import NDArray

from core import snapshot
from core.access import Actor, Permission
from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import NotFound
from core.forms import plain
from core.geo import Datum
from core.proposals.models import Proposal
from core.proposals.rules import State
from core.search import asked as words
from core.search import contains
from core.sites.models import Site, SitePeriod
from core.sites.network import Network, Place, Wanted
from core.sites.queries import IN_HAND, network
from core.sites.rules import is_site_code
from core.sites.story import SITE
from network.listing.columns import Facts, Known, Numbers, Register, chosen, serving
from network.listing.models import SavedFilter
from network.listing.numbers import bare
from network.listing.rules import Asked, Located, Sort
from network.listing.texts import Shelf, Texts
from network.sheets.columns import Line

#: The ordinal of the day that numpy counts from.
EPOCH: Final = date(1970, 1, 1).toordinal()
#: How many digits somebody types of a telephone number at least.
_FEW_DIGITS: Final = 4
#: Of so many sites the index is read by their ids, so many at a time; of more, all of it.
_MOST_READ: Final = 20_000
_READ_AT_ONCE: Final = 1000

_SHELF: Final = "onekm.listing.texts"


@snapshot.of_revision("network")
def register(on: date) -> Register:
    """The sites of the day by columns, kept in memory until the register is written."""
    read_on = today()
    net = network(on)
    ids, *columns = _columns(on)
    facts = tuple(np.zeros(len(net), column.dtype) for column in columns)
    # Two statements may see two states: what the network has not is left out.
    known = np.isin(ids, net.rows.ids)
    place = np.searchsorted(net.rows.ids, ids[known])
    for fact, column in zip(facts, columns, strict=True):
        fact[place] = column[known]
    return Register(net, Facts(*facts), read_on)


def _columns(on: date) -> tuple[NDArray[Any], ...]:
    """Of every site of the day: id, whether it has a position, when confirmed and changed."""
    rows = db.session.connection().execute(
        sa.select(
            *(Site.id, SitePeriod.lat.is_not(None), Site.confirmed_on),
            # Past the zone, which costs as much as the rest.
            sa.type_coerce(Site.changed_at, sa.DateTime),
        )
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .where(on_day(SitePeriod, on))
        .order_by(Site.id)
    )
    found: tuple[list[Any], ...] = ([], [], [], [])
    for some in rows.partitions(IN_HAND):
        for column, values in zip(found, zip(*some, strict=True), strict=True):
            column.extend(values)
    ids, placed, confirmed, changed = found
    return (
        np.array(ids, np.int64),
        np.array(placed, bool),
        _whole(np.array(confirmed, "M8[D]"), EPOCH),
        _whole(np.array(changed, "M8[s]"), 0),
    )


def _whole(moments: NDArray[np.datetime64], first: int) -> Numbers:
    """Moments as whole numbers from *first* on; 0 where there is none."""
    return np.where(np.isnat(moments), 0, moments.astype(np.int64) + first)


# -- A list -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """The sites that a list shows: their indexes in the network, in order."""

    register: Register
    indexes: Numbers

    def __len__(self) -> int:
        return len(self.indexes)

    def places(self, part: slice) -> list[Place]:
        return [self.register.net.place(index) for index in self.indexes[part].tolist()]

    @property
    def ids(self) -> list[int]:
        found: list[int] = self.register.net.rows.ids[self.indexes].tolist()
        return found


def find(actor: Actor, asked: Asked) -> Found:
    """The sites within *actor*'s reach that are asked for."""
    known_today = register(today())
    reach = actor.reach(Permission.REGISTER_READ)
    known = _known(known_today, asked)
    return Found(known_today, chosen(known_today, reach, asked, known))


def _known(register: Register, asked: Asked) -> Known:
    dated = asked.stale or asked.before or asked.sort is Sort.CONFIRMED
    return Known(
        confirmed=_confirmed(register) if dated else register.facts.confirmed,
        named=_named(asked.text) if words(asked.text) else None,
        proposed=_ids(_proposed()) if asked.proposed else None,
        open=None if asked.open_on is None else _serving(asked.open_on),
    )


def _confirmed(register: Register) -> Numbers:
    """When each site was last confirmed: what was read, and what came since, which is little."""
    found = register.facts.confirmed.copy()
    since = sa.select(Site.id, Site.confirmed_on).where(Site.confirmed_on >= register.read_on)
    ids = register.net.rows.ids
    for site_id, day in db.session.execute(since):
        index = int(np.searchsorted(ids, site_id))
        if day is not None and index < len(ids) and ids[index] == site_id:
            found[index] = day.toordinal()
    return found


@snapshot.of_revision("network")
def _named(text: str) -> Numbers:
    """The ids of the sites that *text* finds: by name, address, code or telephone."""
    net = network()
    texts = _texts(net.on)
    found = np.ones(len(net), bool)
    for word in words(text):
        found &= _spelling(net, texts, word) if word.isascii() else texts.having(word)
    digits = bare(plain(text))
    if digits.isascii() and digits.isdigit():
        place = net.by_code(digits) if is_site_code(digits) else None
        if place is not None:
            return net.rows.ids[place.index : place.index + 1]
        found |= texts.numbers.code_begins(digits)
        if len(digits) >= _FEW_DIGITS:
            found |= texts.numbers.phone_has(digits)
    return net.rows.ids[found]


@snapshot.of_revision("network")
def _texts(on: date) -> Texts:
    shelf: Shelf = current_app.extensions.setdefault(_SHELF, Shelf())
    return Texts(network(on), shelf)


def _spelling(net: Network, texts: Texts, word: str) -> Wanted:
    """Which sites have an ASCII word in their index, which is read where memory does not tell."""

    def read(doubtful: Wanted) -> Wanted:
        ids = net.rows.ids[doubtful]
        statement = sa.select(Site.id).where(contains(Site.search, word))
        if len(ids) > _MOST_READ:
            return doubtful & np.isin(net.rows.ids, _ids(statement))
        parts = [
            _ids(statement.where(Site.id.in_(ids[first : first + _READ_AT_ONCE].tolist())))
            for first in range(0, len(ids), _READ_AT_ONCE)
        ]
        return np.isin(net.rows.ids, np.concatenate(parts))

    return texts.spelling(word, read)


def _proposed() -> sa.Select[int]:
    """The ids of the sites about which a proposal waits."""
    return (
        sa.select(Site.id)
        .join(Proposal, Proposal.subject_code == Site.code)
        .where(Proposal.subject_kind == SITE, Proposal.state == State.WAITING)
        .distinct()
    )


def _ids(statement: sa.Select[int]) -> Numbers:
    return np.fromiter(db.session.scalars(statement), np.int64)


@snapshot.of_revision("network")
def _serving(on: date) -> Numbers:
    return serving(network(on))


# -- What a page says of each -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A site as a list shows it to the staff; ``services`` is how many it offers."""

    place: Place
    located: Located
    services: int
    confirmed_on: date | None
    changed_at: datetime | None
    proposed: bool


def rows(found: Found, part: slice) -> list[Row]:
    """One page of a list."""
    net, facts = found.register.net, found.register.facts
    places = found.places(part)
    ids = [place.id for place in places]
    now_known = {
        row.id: row
        for row in db.session.execute(
            sa.select(Site.id, Site.confirmed_on, Site.changed_at).where(Site.id.in_(ids))
        )
    }
    proposed = set(db.session.scalars(_proposed().where(Site.id.in_(ids))))
    return [
        Row(
            place=place,
            located=located(place.point is not None, bool(facts.placed[place.index])),
            services=len(net.offerings(place)),
            confirmed_on=now_known[place.id].confirmed_on,
            changed_at=now_known[place.id].changed_at,
            proposed=place.id in proposed,
        )
        for place in places
        if place.id in now_known
    ]


def located(verified: bool, placed: bool) -> Located:
    if verified:
        return Located.VERIFIED
    return Located.UNVERIFIED if placed else Located.NOWHERE


# -- Filters that people keep -------------------------------------------------------------------


def saved(actor: Actor) -> Sequence[SavedFilter]:
    """The filters that *actor* keeps, by name."""
    return db.session.scalars(
        sa.select(SavedFilter)
        .where(SavedFilter.account_id == actor.account_id)
        .order_by(SavedFilter.name)
    ).all()


def saved_filter(actor: Actor, uuid: str) -> SavedFilter:
    """One of them. Raises NotFound, for somebody else's too."""
    found = db.session.scalar(
        sa.select(SavedFilter).where(
            SavedFilter.uuid == uuid, SavedFilter.account_id == actor.account_id
        )
    )
    if found is None:
        raise NotFound(_l("没有这个筛选。"))
    return found


# -- Whole sites, for files ---------------------------------------------------------------------


def lines(found: Found, at_once: int) -> Iterator[Line]:
    """All that is known of the sites of a list, so many read at a time, in its order."""
    services = catalogue(found.register.net.on).by_id
    for first in range(0, len(found), at_once):
        places = found.places(slice(first, first + at_once))
        periods = _periods([place.id for place in places], found.register.net.on)
        for place in places:
            if place.id in periods:
                yield _line(found.register.net, place, periods[place.id], services)


def _periods(ids: Sequence[int], on: date) -> dict[int, sa.Row[*tuple[Any, ...]]]:
    """Of each site what the network of the day does not hold."""
    rows = db.session.execute(
        sa.select(
            *(Site.id, Site.confirmed_on, SitePeriod.lat, SitePeriod.lon),
            *(SitePeriod.given_lat, SitePeriod.given_lon, SitePeriod.datum, SitePeriod.verified),
        )
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .where(Site.id.in_(ids), on_day(SitePeriod, on))
    )
    return {row.id: row for row in rows}


def _line(
    net: Network,
    place: Place,
    known: sa.Row[*tuple[Any, ...]],
    services: Mapping[int, Service],
) -> Line:
    return Line(
        code=place.code,
        name=place.name,
        name_en=place.name_en,
        kind=place.kind,
        status=place.status,
        region=place.region.code,
        region_name=net.tree.full_name(place.region.id),
        address=place.address,
        phone=place.phone,
        given_lon=known.given_lon,
        given_lat=known.given_lat,
        datum=None if known.datum is None else Datum(known.datum),
        lon=known.lon,
        lat=known.lat,
        verified=known.verified if known.lat is not None else None,
        hours=net.rows.hours.get(place.id, ""),
        modes={
            services[service].code: mode
            for service, mode in net.offerings(place)
            if service in services
        },
        confirmed_on=known.confirmed_on,
    )
