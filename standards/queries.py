"""Every read of standards: their versions, which are in force, drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.clock import today
from core.db import db
from core.errors import NotFound
from core.sites.rules import Kind
from core.snapshot import of_revision
from standards import format
from standards.models import (
    VERSIONS,
    Standard,
    StandardCriterion,
    StandardEnd,
    StandardVersion,
)
from standards.rules import Version


@dataclass(frozen=True, slots=True)
class Published:
    """A version as it was published.

    ``until`` is the day from which the next one is in force, or ``ended``, from which none is.
    """

    id: int
    code: str
    number: int
    in_force: date
    until: date | None
    digest: str
    version: Version
    published_by: str
    published_at: datetime
    #: The rows of its criteria, by their codes.
    criteria: Mapping[str, int]
    ended: date | None = None

    def holds(self, on: date) -> bool:
        return self.in_force <= on and (self.until is None or on < self.until)


def published() -> tuple[Published, ...]:
    """Every version of every standard: standards in order of their first, versions as numbered."""
    return _published()


@of_revision(VERSIONS)
def _published() -> tuple[Published, ...]:
    rows = db.session.execute(
        sa.select(StandardVersion, Standard.code)
        .join(Standard, Standard.id == StandardVersion.standard_id)
        .order_by(Standard.id, StandardVersion.number)
    ).all()
    days = [(row.standard_id, row.in_force) for row, _code in rows]
    ends = db.session.execute(sa.select(StandardEnd.standard_id, StandardEnd.until)).all()
    criteria = _criteria()
    found = []
    for place, (row, code) in enumerate(rows):
        following = days[place + 1] if place + 1 < len(days) else None
        until = following[1] if following and following[0] == row.standard_id else None
        own = (day for standard_id, day in ends if standard_id == row.standard_id)
        within = [day for day in own if row.in_force < day and (until is None or day < until)]
        found.append(_one(row, code, until, min(within, default=None), criteria[row.id]))
    return tuple(found)


def _criteria() -> dict[int, dict[str, int]]:
    """The rows of the criteria of every version, by its id and their codes."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = db.session.execute(
        sa.select(
            StandardCriterion.version_id, StandardCriterion.code, StandardCriterion.id
        ).order_by(StandardCriterion.version_id, StandardCriterion.position)
    )
    for version_id, code, criterion_id in rows:
        found[version_id][code] = criterion_id
    return found


def _one(
    row: StandardVersion,
    code: str,
    until: date | None,
    ended: date | None,
    criteria: Mapping[str, int],
) -> Published:
    return Published(
        id=row.id,
        code=code,
        number=row.number,
        in_force=row.in_force,
        until=ended or until,
        ended=ended,
        digest=row.digest,
        version=format.kept(row.document),
        published_by=row.published_by,
        published_at=row.published_at,
        criteria=criteria,
    )


def in_force(kind: Kind | None = None, on: date | None = None) -> tuple[Published, ...]:
    """The versions of a day (today), of standards for sites of the kind, or for any."""
    day = on or today()
    found = (one for one in published() if one.holds(day))
    return tuple(one for one in found if kind is None or kind in one.version.kinds)


def versions(code: str) -> tuple[Published, ...]:
    """The versions of a standard, the first one first. Raises NotFound."""
    found = tuple(one for one in published() if one.code == code)
    if not found:
        raise NotFound(_l("没有这个标准。"), field="code")
    return found


def version(code: str, number: int) -> Published:
    """One version of a standard. Raises NotFound."""
    for one in versions(code):
        if one.number == number:
            return one
    raise NotFound(_l("没有这个版本的标准。"), field="number")


def shown(code: str, on: date | None = None) -> Published:
    """The version in force on the day; before the first is, the first. Raises NotFound."""
    day = on or today()
    known = versions(code)
    return next((one for one in reversed(known) if one.in_force <= day), known[0])


def document(version_id: int) -> str:
    """The file of a version as it was published."""
    found = db.session.scalar(
        sa.select(StandardVersion.document).where(StandardVersion.id == version_id)
    )
    return found or ""
