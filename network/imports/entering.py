"""Entering the new sites of a file before it is applied, in short transactions, seen by nobody.

With them the members of the audit's event are listed: every site that is brought or changed, in the
order of the rows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.audit.actions import list_members
from core.clock import now, today
from core.db import UtcDateTime, db, rows_written, table_of, writing
from core.errors import BadInput, Conflict
from core.imports.actions import claim
from core.imports.rules import AT_ONCE
from core.sites import arrivals
from core.sites import story as sites
from core.sites.actions import next_serial
from core.sites.models import Offering, Site, SiteArrival, SiteHours
from core.sites.rules import SERIAL_DIGITS, site_code
from network.imports import queries
from network.imports.models import ImportOffering, ImportRow, ImportRun
from network.imports.queries import FILES, File
from network.imports.rules import Verdict

STALE: Final = _l("登记在试运行之后有了变动。请重新试运行，看过差异后再导入。")

_TEXTS: Final = ("serial", "code", "name", "name_en", "address", "phone", "search")


def enter(file: File, approved: str) -> int:
    """Enter the new sites of the file, to be there later; gives the number of the batch.

    What an earlier attempt has left goes.  Raises Conflict where another attempt began since, or
    the file is not as it was *approved*.
    """
    before = queries.batch_of(file.id)
    if before is not None:
        arrivals.sweep(before)
    arrivals.sweep_old()
    with writing():
        batch_id = arrivals.begin()
        claim(FILES, file, approved, STALE, batch_id=batch_id)
    for numbers in _stretches(file):
        with writing():
            _still_mine(file, batch_id)
            arrivals.hold(batch_id)
            _enter(file, batch_id, numbers)
        time.sleep(arrivals.BREATH)
    return batch_id


def _still_mine(file: File, batch_id: int) -> None:
    """Whoever has begun the file anew has taken it over."""
    mine = sa.update(ImportRun).where(ImportRun.id == file.id, ImportRun.batch_id == batch_id)
    if not rows_written(mine.values(batch_id=batch_id)):
        raise Conflict(_l("这次导入中断了，请重新导入。"))


def _stretches(file: File) -> Iterator[tuple[int, int]]:
    """The first and the last number of each stretch of rows."""
    for first in range(1, file.rows + 1, AT_ONCE):
        yield first, first + AT_ONCE - 1


def _enter(file: File, batch_id: int, numbers: tuple[int, int]) -> None:
    here = sa.and_(ImportRow.run_id == file.id, ImportRow.number.between(*numbers))
    new = sa.and_(here, ImportRow.verdict == Verdict.CREATE)
    _number(file, new)
    _enter_sites(new, file, batch_id)
    which = sa.and_(here, ImportRow.verdict.in_((Verdict.CREATE, Verdict.CHANGE)))
    kind = sa.literal(sites.SITE)
    list_members(
        sa.select(
            *(sa.literal(batch_id, sa.Integer), ImportRow.number, kind, ImportRow.code),
            ImportRow.changes,
        )
        .where(which)
        .order_by(ImportRow.number)
    )


def _number(file: File, new: sa.ColumnElement[bool]) -> None:
    """Give the new sites of a stretch their serial numbers and codes."""
    numbers = db.session.scalars(sa.select(ImportRow.number).where(new).order_by(ImportRow.number))
    serial = next_serial()
    rows = [
        {"b_number": number, "serial": each, "code": site_code(each)}
        for each, number in enumerate(numbers, serial)
    ]
    if serial + len(rows) > 10**SERIAL_DIGITS:
        raise BadInput(_l("网点编码不够用了，请联系系统管理员。"))
    if rows:
        mine = sa.and_(ImportRow.run_id == file.id, ImportRow.number == sa.bindparam("b_number"))
        db.session.execute(sa.update(table_of(ImportRow)).where(mine), rows)


def _enter_sites(new: sa.ColumnElement[bool], file: File, batch_id: int) -> None:
    """Enter the new sites of a stretch, in the order of their codes, and what holds of them."""
    made_known = (sa.literal(False), sa.literal(1), sa.literal(now(), UtcDateTime))
    arrivals.add(
        Site,
        (*_TEXTS, "made", "version", "changed_at"),
        sa.select(*_of_row(_TEXTS), *made_known).where(new).order_by(ImportRow.number),
    )
    day = sa.literal(file.terms.on or today(), sa.Date)
    entered = sa.and_(new, Site.serial == ImportRow.serial)
    arrivals.add(
        SiteHours,
        ("site_id", "since", "document"),
        sa.select(Site.id, day, ImportRow.hours)
        .where(entered, ImportRow.hours.is_not(None))
        .order_by(ImportRow.number),
    )
    mine = sa.and_(
        ImportOffering.run_id == ImportRow.run_id, ImportOffering.number == ImportRow.number
    )
    arrivals.add(
        Offering,
        ("site_id", "since", "service_id", "mode"),
        sa.select(Site.id, day, ImportOffering.service_id, ImportOffering.mode)
        .where(entered, mine)
        .order_by(ImportOffering.number, ImportOffering.service_id),
    )
    facts = arrivals.FACTS[1:]
    arrivals.add(
        SiteArrival,
        ("batch_id", "site_id", "since", *facts),
        sa.select(sa.literal(batch_id, sa.Integer), Site.id, day, *_of_row(facts))
        .where(entered)
        .order_by(ImportRow.number),
    )


def _of_row(names: tuple[str, ...]) -> list[Any]:
    return [getattr(ImportRow, name) for name in names]
