"""Every read of standards: their versions, which are in force, drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

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


class Row(NamedTuple):
    """A criterion as it is kept: its id, and what stands for what it asks."""

    id: int
    asked: str


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
    criteria: Mapping[str, Row]
    ended: date | None = None

    def holds(self, on: date) -> bool:
        return self.in_force <= on and (self.until is None or on < self.until)


def published() -> tuple[Published, ...]:
    """Every version of every standard: standards in order of their first, versions as numbered."""
    return _published()


@of_revision(VERSIONS)
def _published() -> tuple[Published, ...]:
    end = sa.select(sa.func.min(StandardEnd.until)).where(
        StandardEnd.standard_id == StandardVersion.standard_id,
        StandardEnd.until > StandardVersion.in_force,
    )
    rows = db.session.execute(
        sa.select(StandardVersion, Standard.code, end.scalar_subquery())
        .join(Standard, Standard.id == StandardVersion.standard_id)
        .order_by(Standard.id, StandardVersion.number)
    ).all()
    days = [(row.standard_id, row.in_force) for row, _code, _ended in rows]
    criteria = _criteria()
    found = []
    for place, (row, code, end_day) in enumerate(rows):
        following = days[place + 1] if place + 1 < len(days) else None
        until = following[1] if following and following[0] == row.standard_id else None
        ended = None if until is not None and end_day is not None and end_day >= until else end_day
        found.append(_one(row, code, until, ended, criteria[row.id]))
    return tuple(found)


def _criteria() -> dict[int, dict[str, Row]]:
    """The rows of the criteria of every version, by its id and their codes."""
    found: dict[int, dict[str, Row]] = defaultdict(dict)
    rows = db.session.execute(
        sa.select(
            *(StandardCriterion.version_id, StandardCriterion.code),
            *(StandardCriterion.id, StandardCriterion.asked),
        ).order_by(StandardCriterion.version_id, StandardCriterion.position)
    )
    for version_id, code, criterion_id, asked in rows:
        found[version_id][code] = Row(criterion_id, asked)
    return found


def _one(
    row: StandardVersion,
    code: str,
    until: date | None,
    ended: date | None,
    criteria: Mapping[str, Row],
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
