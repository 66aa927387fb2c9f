"""Applying a file: all that was approved, in one transaction, or nothing.

Everything that takes time is done before: new sites have their codes, the members of the audit's
event are sealed, what is to be written of sites that are there is gathered.  The transaction itself
is a dozen statements over the rows that wait.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit.actions import Stored, record
from core.audit.chain import seal_members
from core.clock import now, today
from core.db import UtcDateTime, db, make_room, rows_written, writing
from core.errors import BadInput, Conflict, NotFound
from core.regions import queries as regions
from core.sites import story as sites
from core.sites.actions import shared_region
from core.sites.bulk import Gathered
from core.sites.models import Offering, Site, SiteHours, SitePeriod
from core.sites.rules import SERIAL_DIGITS, site_code
from network.imports import queries, story
from network.imports.models import ImportOffering, ImportRow, ImportRun
from network.imports.queries import AT_ONCE, File
from network.imports.rules import State, Verdict

#: How often new codes are given where others enter sites meanwhile.
_TRIES: Final = 5
#: One code in so many new ones is left free for whoever enters a site while the codes are given.
_SPARE: Final = 200

STALE: Final = _l("登记在试运行之后有了变动。请重新试运行，看过差异后再导入。")


class _Overtaken(Exception):
    """Somebody entered a site under a serial number that was meant for a new one."""


def apply(
    actor: Actor, uuid: str, approved: str, finish: Callable[[], None] = lambda: None
) -> File:
    """Let the register hold what the file says, if that is what was *approved* (a digest).

    *finish* is called last in the transaction.  Raises NotFound out of reach, BadInput where rows
    are wrong or wait for somebody's choice, Conflict where it was applied, or the register is not
    as it was when the file was tried.
    """
    file = queries.find(actor, uuid)
    gathered = _gather(file)
    _check(actor, file, approved, gathered)
    for _ in range(_TRIES):
        first = _number(file)
        stored = _members(file)
        db.session.rollback()
        try:
            with writing():
                make_room()
                _write(actor, file, approved, first, stored, gathered)
                finish()
        except _Overtaken:
            continue
        return file
    raise Conflict(STALE)


def _check(actor: Actor, file: File, approved: str, gathered: Gathered) -> None:
    if file.state is State.APPLIED:
        raise Conflict(_l("这个文件已经导入。"))
    if file.state is not State.READY or not approved or file.digest != approved:
        raise Conflict(STALE)
    if file.open:
        raise BadInput(_l("还有 %(count)s 行有错或待选择，改好后才能导入。", count=file.open))
    living = regions.load(file.terms.on or today())
    reach = actor.reach(Permission.REGISTER_IMPORT)
    for region_id in {*queries.regions_of(file.id), *gathered.region_ids}:
        if not reach.region(living, region_id):
            raise NotFound(_l("文件涉及您管辖范围以外的区划。"))


# -- Before -------------------------------------------------------------------------------------


def _gather(file: File) -> Gathered:
    """What is to be written of the sites that are there."""
    gathered = Gathered()
    works = db.session.execute(
        sa.select(ImportRow.work)
        .where(ImportRow.run_id == file.id, ImportRow.verdict == Verdict.CHANGE)
        .order_by(ImportRow.number)
    )
    for (work,) in works:
        gathered.add(json.loads(work or "{}"))
    db.session.rollback()
    return gathered


def _number(file: File) -> int:
    """Give the new sites their serial numbers and codes; gives the first, 0 if there are none.

    They begin somewhat after the newest, so that others may enter sites meanwhile.
    """
    count = file.counts.get(Verdict.CREATE, 0)
    if not count:
        return 0
    first = queries.last_serial() + 1 + count // _SPARE
    if first + count > 10**SERIAL_DIGITS:
        raise BadInput(_l("网点编码不够用了，请联系系统管理员。"))
    db.session.rollback()
    mine = sa.and_(
        ImportRow.run_id == sa.bindparam("b_run"), ImportRow.number == sa.bindparam("b_number")
    )
    serial = first
    for numbers in _new_rows(file):
        rows = [
            {"b_run": file.id, "b_number": number, "serial": each, "code": site_code(each)}
            for each, number in enumerate(numbers, serial)
        ]
        serial += len(rows)
        with writing():
            db.session.execute(sa.update(ImportRow.__table__).where(mine), rows)  # type: ignore[arg-type]
    return first


def _new_rows(file: File) -> Iterator[list[int]]:
    last = 0
    while True:
        found = list(
            db.session.scalars(
                sa.select(ImportRow.number)
                .where(
                    ImportRow.run_id == file.id,
                    ImportRow.verdict == Verdict.CREATE,
                    ImportRow.number > last,
                )
                .order_by(ImportRow.number)
                .limit(AT_ONCE)
            )
        )
        db.session.rollback()
        if not found:
            return
        last = found[-1]
        yield found


def _members(file: File) -> Stored:
    """The members of the event: every site that is changed or brought, in the order of the rows."""
    which = (
        ImportRow.run_id == file.id,
        ImportRow.verdict.in_((Verdict.CREATE, Verdict.CHANGE)),
    )
    rows: sa.Select[*tuple[Any, ...]] = sa.select(
        ImportRow.number,
        sa.literal(sites.SITE).label("kind"),
        ImportRow.code,
        ImportRow.changes,
    ).where(*which)
    seal = seal_members(
        (place, kind, code, changes) for place, kind, code, changes in _each(file, rows)
    )
    return Stored(rows, seal)


def _each(file: File, rows: sa.Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """The rows in the order of their numbers, a stretch at a time: sorting would fill memory."""
    for last in range(0, file.rows, AT_ONCE):
        stretch = rows.where(ImportRow.number > last, ImportRow.number <= last + AT_ONCE)
        yield from db.session.execute(stretch.order_by(ImportRow.number)).all()


# -- In one transaction -------------------------------------------------------------------------


def _write(
    actor: Actor, file: File, approved: str, first: int, stored: Stored, gathered: Gathered
) -> None:
    _claim(file, approved, first)
    _still_so(file, first)
    _raise_versions(file)
    gathered.write()
    if first:
        _enter(file, first)
    touched = queries.regions_of(file.id)
    if stored.seal:
        counts = {verdict: file.counts.get(verdict, 0) for verdict in Verdict}
        facts: dict[str, tuple[Any, Any]] = {
            "file": (None, file.file_name),
            "sha256": (None, file.sha256),
            "digest": (None, approved),
            "created": (None, counts[Verdict.CREATE]),
            "changed": (None, counts[Verdict.CHANGE]),
        }
        region_id = shared_region(touched)
        subject = (sites.SITE, "")
        record(actor, story.IMPORTED, subject, facts, region_id=region_id, members=stored)


def _claim(file: File, approved: str, first: int) -> None:
    """Let it be applied, by this transaction and no other."""
    claimed = rows_written(
        sa.update(ImportRun)
        .where(
            ImportRun.id == file.id,
            ImportRun.state == State.READY,
            ImportRun.digest == approved,
        )
        .values(state=State.APPLIED, applied_at=now(), first_serial=first)
    )
    if not claimed:
        raise Conflict(STALE)


def _still_so(file: File, first: int) -> None:
    """See that the register has not moved under the new sites."""
    if not first:
        return
    if queries.last_serial() >= first:
        raise _Overtaken
    if queries.entered_since(file.id, file.last_serial):
        raise Conflict(STALE)
    living = regions.load(file.terms.on or today()).by_id
    if any(region_id not in living for region_id in queries.regions_of(file.id)):
        raise Conflict(STALE)


def _raise_versions(file: File) -> None:
    """Raise the version of each site that is changed, which must be the one that was seen."""
    count = file.counts.get(Verdict.CHANGE, 0)
    if not count:
        return
    raised = rows_written(
        sa.update(Site)
        .where(
            Site.id == ImportRow.site_id,
            Site.version == ImportRow.seen,
            ImportRow.run_id == file.id,
            ImportRow.verdict == Verdict.CHANGE,
        )
        .values(version=Site.version + 1, changed_at=now())
    )
    if raised != count:
        raise Conflict(STALE)


def _enter(file: File, first: int) -> None:
    """Enter the new sites, with their periods, hours and offerings, in the order of their codes."""
    new = sa.and_(ImportRow.run_id == file.id, ImportRow.verdict == Verdict.CREATE)
    since = file.terms.on or today()
    texts = ("serial", "code", "name", "name_en", "address", "phone", "search")
    _insert(
        Site,
        (*texts, "made", "version", "changed_at"),
        sa.select(*_of_row(texts), sa.literal(False), sa.literal(1), sa.literal(now(), UtcDateTime))
        .where(new)
        .order_by(ImportRow.number),
    )
    facts = (
        *("region_id", "kind", "status", "lat", "lon", "given_lat", "given_lon"),
        *("datum", "verified"),
    )
    day = sa.literal(since, sa.Date)
    entered = sa.and_(new, Site.serial == ImportRow.serial)
    _insert(
        SitePeriod,
        ("site_id", "since", *facts),
        sa.select(Site.id, day, *_of_row(facts)).where(entered).order_by(ImportRow.number),
    )
    _insert(
        SiteHours,
        ("site_id", "since", "document"),
        sa.select(Site.id, day, ImportRow.hours)
        .where(entered, ImportRow.hours.is_not(None))
        .order_by(ImportRow.number),
    )
    _insert(
        Offering,
        ("site_id", "since", "service_id", "mode"),
        sa.select(Site.id, day, ImportOffering.service_id, ImportOffering.mode)
        .where(ImportOffering.run_id == file.id, Site.serial == first + ImportOffering.place)
        .order_by(ImportOffering.number, ImportOffering.service_id),
    )


def _of_row(names: tuple[str, ...]) -> list[Any]:
    return [getattr(ImportRow, name) for name in names]


def _insert(model: type[Any], names: tuple[str, ...], rows: sa.Select[*tuple[Any, ...]]) -> None:
    statement = sa.insert(model.__table__).from_select(list(names), rows, include_defaults=False)
    db.session.execute(statement)
