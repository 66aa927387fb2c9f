"""Reading visits: lists within reach, one with all its parts, what the register says beforehand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor
from core.clock import today
from core.dated import on_day
from core.db import db
from core.errors import BadInput, NotFound
from core.files.models import File
from core.forms import plain
from core.regions.queries import tree
from core.search import contains, rank
from core.sites.models import Site, SitePeriod
from core.sites.network import Place
from core.sites.queries import network
from core.sites.rules import Kind
from standards.inspections import access
from standards.inspections.models import (
    Inspection,
    InspectionAnswer,
    InspectionComment,
    InspectionPhoto,
    InspectionSignature,
    InspectionVersion,
    RejectedCopy,
)
from standards.inspections.rules import Flag

#: How many sites are offered to whoever names one.
MOST_FOUND: Final = 10

Rows = sa.Select[Inspection, str, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A visit in a list, with the site as it is called today."""

    row: Inspection
    code: str
    name: str
    name_en: str
    kind: Kind
    region_id: int

    @property
    def flags(self) -> tuple[Flag, ...]:
        return tuple(Flag(flag) for flag in self.row.flags.split())

    @property
    def region(self) -> str:
        living = tree(today())
        return living.full_name(self.region_id) if self.region_id in living.by_id else ""

    @property
    def score(self) -> dict[str, Any]:
        """What is kept of the scores, by standard."""
        found: dict[str, Any] = json.loads(self.row.score) if self.row.score else {}
        return found


def visits() -> Rows:
    """Visits with their sites as they are today."""
    return (
        sa.select(
            Inspection, Site.code, Site.name, Site.name_en, SitePeriod.kind, SitePeriod.region_id
        )
        .join(Site, Site.id == Inspection.site_id)
        .join(SitePeriod, sa.and_(SitePeriod.site_id == Site.id, on_day(SitePeriod, today())))
    )


def read(statement: Rows) -> list[Line]:
    """The lines that a statement on :func:`visits` gives."""
    return [
        Line(row[0], row[1], row[2], row[3], Kind(row[4]), row[5])
        for row in db.session.execute(statement)
    ]


# -- One ----------------------------------------------------------------------------------------


def find(actor: Actor, uuid: str) -> Inspection:
    """The visit, for whoever may read it. Raises NotFound."""
    row = db.session.scalar(sa.select(Inspection).where(Inspection.uuid == uuid))
    if row is None:
        raise no_such_visit()
    access.require_reading(actor, row)
    return row


def no_such_visit() -> NotFound:
    return NotFound(_l("没有这次检查。"))


def line(actor: Actor, uuid: str) -> Line:
    """The same with its site. Raises NotFound."""
    found = read(visits().where(Inspection.uuid == uuid))
    if not found:
        raise no_such_visit()
    access.require_reading(actor, found[0].row)
    return found[0]


def place_of(one: Line) -> Place | None:
    return network().by_code(one.code)


def versions(inspection_id: int) -> dict[str, str]:
    """The digests that the visit is pinned to, by standard; empty before anything is filed."""
    rows = db.session.execute(
        sa.select(InspectionVersion.standard, InspectionVersion.digest)
        .where(InspectionVersion.inspection_id == inspection_id)
        .order_by(InspectionVersion.id)
    )
    return {row.standard: row.digest for row in rows}


def answers(inspection_id: int) -> list[InspectionAnswer]:
    """What was said of each criterion at a visit, in the order in which it was filed."""
    return list(
        db.session.scalars(
            sa.select(InspectionAnswer)
            .where(InspectionAnswer.inspection_id == inspection_id)
            .order_by(InspectionAnswer.id)
        )
    )


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo of a visit; ``kept`` is the hash of what is kept, None while there is nothing yet.

    ``failed_at``: it came, and could not be made anew.
    """

    row: InspectionPhoto
    kept: str | None
    width: int | None
    height: int | None
    failed_at: datetime | None

    @property
    def is_to_come(self) -> bool:
        return self.row.file_id is None and self.row.lost_by is None

    @property
    def is_being_made(self) -> bool:
        """It is here as it was sent, and is not shown before it is made anew."""
        return self.row.file_id is not None and self.kept is None and self.failed_at is None


def photos(inspection_id: int, copy_id: int | None = None) -> list[Shot]:
    """The photos of the record, or of another copy of it, in their order."""
    of_copy = InspectionPhoto.copy_id == copy_id if copy_id else InspectionPhoto.copy_id.is_(None)
    rows = db.session.execute(
        sa.select(InspectionPhoto, File.sha256, File.width, File.height, File.failed_at)
        .outerjoin(File, File.id == InspectionPhoto.file_id)
        .where(InspectionPhoto.inspection_id == inspection_id, of_copy)
        .order_by(InspectionPhoto.position)
    )
    return [Shot(*row) for row in rows]


def photos_before(shots: Sequence[Shot]) -> int:
    """How many photos of anybody's are made anew before the first of these, which wait for it."""
    waiting = [shot.row.file_id for shot in shots if shot.is_being_made]
    if not waiting:
        return 0
    first = sa.select(sa.func.count(File.held.distinct())).where(
        File.held.is_not(None), File.failed_at.is_(None), File.id < min(filter(None, waiting))
    )
    return db.session.scalar(first) or 0


def photo_file(inspection_id: int, sha256: str) -> File:
    """The file of a photo of the visit that is here. Raises NotFound."""
    found = db.session.scalars(
        sa.select(File)
        .join(InspectionPhoto, InspectionPhoto.file_id == File.id)
        .where(InspectionPhoto.inspection_id == inspection_id, InspectionPhoto.sha256 == sha256)
        .order_by(InspectionPhoto.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        raise NotFound(_l("没有这张照片，或者它还没有传到。"))
    return found


def signatures(inspection_id: int) -> dict[str, InspectionSignature]:
    rows = db.session.scalars(
        sa.select(InspectionSignature).where(InspectionSignature.inspection_id == inspection_id)
    )
    return {row.side: row for row in rows}


def comments(inspection_id: int) -> Sequence[InspectionComment]:
    return db.session.scalars(
        sa.select(InspectionComment)
        .where(InspectionComment.inspection_id == inspection_id)
        .order_by(InspectionComment.id)
    ).all()


def copies(inspection_id: int) -> Sequence[RejectedCopy]:
    """Other records of the visit that were sent, the oldest first."""
    return db.session.scalars(
        sa.select(RejectedCopy)
        .where(RejectedCopy.inspection_id == inspection_id)
        .order_by(RejectedCopy.id)
    ).all()


def site(code: str) -> Place:
    """The site of a code. Raises BadInput."""
    place = network().by_code(plain(code))
    if place is None:
        raise BadInput(_l("没有编号为 %(code)s 的网点。", code=code[:40]), field="site")
    return place


def sites_named(actor: Actor, text: str) -> list[Place]:
    """The sites whose name, pinyin or address has all words of *text* and at which *actor* may
    make a visit, the likeliest first. Raises BadInput for too long a text."""
    reach = actor.reach(access.WRITE)
    lies = reach.condition(tree(today()), SitePeriod.region_id, SitePeriod.site_id)
    codes = db.session.scalars(
        sa.select(Site.code)
        .join(SitePeriod, sa.and_(SitePeriod.site_id == Site.id, on_day(SitePeriod, today())))
        .where(contains(Site.search, text), lies)
        .order_by(rank(Site.search, text), Site.code)
        .limit(MOST_FOUND)
    )
    net = network()
    return [place for code in codes if (place := net.by_code(code)) is not None]
