"""Reading one finding with all that belongs to it, and who may own it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.accounts.models import Account, Grant
from core.accounts.queries import holding
from core.accounts.rules import Role
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import NotFound
from core.files.models import File
from core.rectification import access
from core.rectification.models import (
    Finding,
    FindingAnswer,
    FindingClimb,
    FindingDeadline,
    FindingNotice,
    FindingPhoto,
)
from core.rectification.rules import SAME_WITHIN, State
from core.regions.queries import path_ids
from core.sites.models import Site, SitePeriod


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding, and its site as it stands today."""

    finding: Finding
    site_id: int
    site: str
    name: str
    name_en: str
    region_id: int
    status: str


STANDING: Final = (
    *(Finding, Site.id, Site.code, Site.name, Site.name_en),
    *(SitePeriod.region_id, SitePeriod.status),
)


def standing() -> sa.Select[*tuple[Any, ...]]:
    """Findings with their sites as they stand today; add what is asked of them."""
    return joined(sa.select(*STANDING))


def joined(statement: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
    """A statement over findings with their sites as they stand today."""
    return (
        statement.select_from(Finding)
        .join(Site, Site.id == Finding.site_id)
        .join(SitePeriod, sa.and_(SitePeriod.site_id == Site.id, on_day(SitePeriod, today())))
    )


def find(actor: Actor, uuid: str) -> Standing:
    """A finding within reach. Raises NotFound."""
    row = db.session.execute(standing().where(Finding.uuid == uuid)).one_or_none()
    found = None if row is None else Standing(*row)
    if found is None or not access.may_read(actor, found.site_id, found.region_id):
        raise no_such_finding()
    return found


def no_such_finding() -> NotFound:
    return NotFound(_l("没有这个整改问题，或者它不在您的管辖范围内。"))


def times(site_id: int, criterion: str, found_on: date) -> int:
    """The how manieth finding of its criterion at its site within a year one of that day is."""
    earlier = sa.select(sa.func.count()).where(
        Finding.site_id == site_id,
        Finding.criterion == criterion,
        Finding.found_on <= found_on,
        Finding.found_on > found_on - timedelta(days=SAME_WITHIN),
    )
    return 1 + (db.session.scalar(earlier) or 0)


# -- What belongs to it -------------------------------------------------------------------------


def answers(finding_id: int) -> Sequence[FindingAnswer]:
    """Every answer, newest first."""
    return db.session.scalars(
        sa.select(FindingAnswer)
        .where(FindingAnswer.finding_id == finding_id)
        .order_by(FindingAnswer.round.desc())
    ).all()


def deadlines(finding_id: int) -> Sequence[FindingDeadline]:
    """Every deadline there was, newest first."""
    return db.session.scalars(
        sa.select(FindingDeadline)
        .where(FindingDeadline.finding_id == finding_id)
        .order_by(FindingDeadline.id.desc())
    ).all()


def climbs(finding_id: int) -> Sequence[FindingClimb]:
    """Before whom it was brought, newest first."""
    return db.session.scalars(
        sa.select(FindingClimb)
        .where(FindingClimb.finding_id == finding_id)
        .order_by(FindingClimb.id.desc())
    ).all()


def notice_of(found: Finding) -> FindingNotice | None:
    """The notice that it is on."""
    return None if found.notice_id is None else db.session.get_one(FindingNotice, found.notice_id)


def same_before(found: Finding) -> Sequence[Finding]:
    """Earlier findings of the same criterion at the same site within a year, newest first."""
    return db.session.scalars(
        sa.select(Finding)
        .where(
            Finding.site_id == found.site_id,
            Finding.criterion == found.criterion,
            Finding.found_on <= found.found_on,
            Finding.found_on > found.found_on - timedelta(days=SAME_WITHIN),
            Finding.id != found.id,
        )
        .order_by(Finding.found_on.desc(), Finding.id.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo; ``round`` is that of its answer, None where it shows what was found.

    Without ``width`` it is still to be made anew, and not shown before.
    """

    uuid: str
    round: int | None
    width: int | None
    height: int | None
    added_by: str
    sha256: str


def photos(finding_id: int) -> list[Photo]:
    """All photos of a finding, in the order in which they came."""
    rows = db.session.execute(
        sa.select(
            *(FindingPhoto.uuid, FindingPhoto.round, File.width, File.height),
            *(FindingPhoto.added_by, File.sent_sha256),
        )
        .join(File, File.id == FindingPhoto.file_id)
        .where(FindingPhoto.finding_id == finding_id)
        .order_by(FindingPhoto.id)
    )
    return [Photo(*row) for row in rows]


def number_of_photos(finding_id: int, number: int) -> int:
    """How many photos the answer of a round has."""
    wanted = sa.select(sa.func.count()).where(
        FindingPhoto.finding_id == finding_id, FindingPhoto.round == number
    )
    return db.session.scalar(wanted) or 0


def photo_file(finding_id: int, uuid: str) -> File:
    """The file of a photo of this very finding. Raises NotFound."""
    found = db.session.scalars(
        sa.select(File)
        .join(FindingPhoto, FindingPhoto.file_id == File.id)
        .where(FindingPhoto.finding_id == finding_id, FindingPhoto.uuid == uuid)
    ).one_or_none()
    if found is None:
        raise NotFound(_l("没有这张照片，或者它已经撤下。"))
    return found


# -- Whose it is --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who may be the one to answer."""

    account_id: int
    username: str
    name: str
    role: Role


_OWNERS: Final = (Role.STATION_MANAGER, Role.COUNTY_ADMIN)


def owners(site_id: int, region_id: int) -> list[Owner]:
    """Who answers for a site: its own manager first, then those of the regions above it."""
    path = path_ids(region_id, today())
    rows = db.session.execute(
        sa.select(Account.id, Account.username, Account.name, Grant.role, Grant.region_id)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            holding(today()),
            Account.disabled_at.is_(None),
            Grant.role.in_(_OWNERS),
            sa.or_(Grant.site_id == site_id, Grant.region_id.in_(path)),
        )
        .order_by(Grant.id)
    ).all()
    depth: dict[int | None, int] = {region: place for place, region in enumerate(path)}
    depth[None] = len(path)  # over the very site
    nearest = sorted(rows, key=lambda row: (_OWNERS.index(Role(row.role)), -depth[row.region_id]))
    found: dict[int, Owner] = {}
    for row in nearest:
        found.setdefault(row.id, Owner(row.id, row.username, row.name, Role(row.role)))
    return list(found.values())


def owner(site_id: int, region_id: int, account_id: int | None) -> Owner | None:
    """The one asked for, if she answers for the site; else its manager, if it has one."""
    known = owners(site_id, region_id)
    for one in known:
        if one.account_id == account_id:
            return one
    return next((one for one in known if one.role is Role.STATION_MANAGER), None)


def untold(found: Finding) -> list[Finding]:
    """What the same visit found at the same site and no notice tells yet, in the order found."""
    return list(
        db.session.scalars(
            sa.select(Finding)
            .where(
                Finding.source == found.source,
                Finding.reference == found.reference,
                Finding.site_id == found.site_id,
                Finding.notice_id.is_(None),
                Finding.state != State.LAPSED,
            )
            .order_by(Finding.id)
        )
    )
