"""Accounts to try it out with: one for each role, with passwords that nobody else has."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask_babel import force_locale

from core.access import Actor
from core.accounts import actions, own, queries, second_factor
from core.accounts.actions import Held
from core.accounts.models import Account
from core.accounts.passwords import OneTime
from core.accounts.rules import Place, Role
from core.clock import today
from core.config import Config
from core.dated import on_day
from core.db import db, writing
from core.errors import BadInput
from core.regions.queries import tree
from core.sites.models import SitePeriod
from core.sites.rules import Kind, Status


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """An account as it is told, once. Without a second proof ``secret`` and ``codes`` are empty."""

    role: Role
    username: str
    password: str
    secret: str
    codes: tuple[str, ...]


def path(config: Config) -> Path:
    """Where the accounts are written down."""
    return config.home / "demo-accounts.txt"


def make(actor: Actor, city: str, config: Config) -> list[Made]:
    """Make the accounts, write them down for their owner alone; nothing where any account is.

    Raises BadInput in production, and where the city is not in the register.
    """
    if config.production:
        raise BadInput("demonstration accounts are not for production")
    given = [(role, OneTime.made()) for role in Role]
    with writing():
        if db.session.scalar(sa.select(Account.id).limit(1)) is not None:
            return []
        places = _places(city)
        made = [_make(actor, role, places[role], one_time) for role, one_time in given]
    _write(path(config), made)
    return made


def _make(actor: Actor, role: Role, place: Place, one_time: OneTime) -> Made:
    username = role.value.replace("_", "-")
    with force_locale("zh"):
        name = f"{role.label}（演示）"
    account = actions.create(actor, username, name, one_time, Held(role, place, today()))
    account.one_time_until = None
    secret, codes = "", []
    if role.second_factor:
        secret = second_factor.new_secret()
        account.totp_secret = queries.seal_totp(secret, account.id)
        codes = own.new_codes(account.id)
    return Made(role, username, one_time.text, secret, tuple(codes))


def _places(city: str) -> dict[Role, Place]:
    """What each role is held over: the city, one of its counties, a hall and a station there."""
    living = tree(today())
    node = next((node for node in living.top() if node.code.startswith(city)), None)
    counties = () if node is None else living.children(node.id)
    county = next((county for county in counties if living.children(county.id)), None)
    if node is None or county is None:
        raise BadInput(f"no city {city} with counties and towns is in the register")
    town = living.children(county.id)[0]
    whole, part = Place(node.level, node.id), Place(county.level, county.id)
    inside = [county.id, *(below.id for below in living.descendants(county.id))]
    nearby = Place(town.level, town.id)
    return {
        Role.HOTLINE_AGENT: whole,
        Role.WINDOW_CLERK: _site(inside, [Kind.HALL]) or nearby,
        Role.STATION_MANAGER: _site(inside, set(Kind) - {Kind.HALL}) or nearby,
        Role.INSPECTOR: part,
        Role.COUNTY_ADMIN: part,
        Role.CITY_ADMIN: whole,
        Role.AUDITOR: Place(None),
        Role.SYSTEM_ADMIN: Place(None),
    }


def _site(region_ids: Iterable[int], kinds: Iterable[Kind]) -> Place | None:
    found = db.session.execute(
        sa.select(SitePeriod.site_id, SitePeriod.region_id)
        .where(
            SitePeriod.region_id.in_(list(region_ids)),
            SitePeriod.kind.in_(sorted(kinds)),
            SitePeriod.status == Status.ACTIVE,
            on_day(SitePeriod, today()),
        )
        .order_by(SitePeriod.site_id)
        .limit(1)
    ).one_or_none()
    return None if found is None else Place("site", found.region_id, found.site_id)


def _write(file: Path, made: Iterable[Made]) -> None:
    """Write what was made, readable by the owner alone from its first byte on."""
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(_HEAD)
        for one in made:
            opened.write(f"\n{one.role}\n  username  {one.username}\n  password  {one.password}\n")
            if one.secret:
                opened.write(
                    f"  authenticator  {second_factor.address(one.secret, one.username)}\n"
                )
                opened.write(f"  or, each once  {' '.join(one.codes)}\n")


_HEAD = """\
Accounts for trying it out, with passwords made for this copy alone. Delete this file when done.
Where a second proof is asked for, give the authenticator's address to an authenticator app
(its secret can be typed in by hand), or use up one of the codes beneath it.
"""
