"""The inspectors of a city, and what of it is their own: they are not sent there by chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from core.accounts.models import Account, Grant
from core.accounts.queries import holding
from core.accounts.rules import Role
from core.clock import today
from core.db import db
from core.regions.queries import tree
from core.regions.tree import Node, Tree
from core.sites.queries import network
from standards.inspections import access


@dataclass(frozen=True, slots=True)
class Inspector:
    """Somebody who may be sent.

    ``counties`` are those in which he holds a role, or works; ``stations`` the sites at which he
    does; ``cities`` where he may be sent.
    """

    id: int
    username: str
    name: str
    cities: frozenset[str]
    counties: tuple[str, ...]
    stations: tuple[str, ...]


def inspectors(city: str | None = None) -> list[Inspector]:
    """Who holds the role of an inspector today, by username; in one city only if it is named."""
    living, on, codes = tree(today()), today(), _codes()
    rows = db.session.execute(
        sa.select(Account.id, Account.username, Account.name)
        .where(
            Account.disabled_at.is_(None),
            Account.id.in_(
                sa.select(Grant.account_id).where(Grant.role == Role.INSPECTOR, holding(on))
            ),
        )
        .order_by(Account.username)
    ).all()
    held = _held([row.id for row in rows])
    found = [_inspector(living, codes, *row, held[row.id]) for row in rows]
    return [one for one in found if city is None or city in one.cities]


def _held(account_ids: Collection[int]) -> dict[int, list[tuple[str, int | None, int | None]]]:
    """Role, region and site of everything that the accounts hold, and where they work."""
    found: dict[int, list[tuple[str, int | None, int | None]]] = defaultdict(list)
    rows = db.session.execute(
        sa.select(Grant.account_id, Grant.role, Grant.region_id)
        .where(Grant.account_id.in_(sorted(account_ids)), Grant.site_id.is_(None), holding(today()))
        .order_by(Grant.id)
    )
    for account_id, role, region_id in rows:
        found[account_id].append((role, region_id, None))
    for account_id, site_ids in access.own_stations(account_ids).items():
        found[account_id] += [("", None, site_id) for site_id in sorted(site_ids)]
    return found


def _inspector(
    living: Tree,
    codes: Mapping[int, str],
    account_id: int,
    username: str,
    name: str,
    held: Iterable[tuple[str, int | None, int | None]],
) -> Inspector:
    counties, stations, cities = set(), set(), set()
    for role, region_id, site_id in held:
        path = _path(living, codes, region_id, site_id)
        if len(path) > 1:
            counties.add(path[1].code)
        if path and role == Role.INSPECTOR:
            cities.add(path[0].code)
        if site_id is not None and site_id in codes:
            stations.add(codes[site_id])
    return Inspector(
        account_id,
        username,
        name,
        frozenset(cities),
        tuple(sorted(counties)),
        tuple(sorted(stations)),
    )


def _codes() -> dict[int, str]:
    rows = network().rows
    return dict(zip(rows.ids.tolist(), rows.codes, strict=True))


def _path(
    living: Tree, codes: Mapping[int, str], region_id: int | None, site_id: int | None
) -> tuple[Node, ...]:
    """From the city down to where something is held."""
    if site_id is not None:
        code = codes.get(site_id)
        place = None if code is None else network().by_code(code)
        region_id = None if place is None else place.region.id
    if region_id is None or region_id not in living.by_id:
        return ()
    return living.path(region_id)
