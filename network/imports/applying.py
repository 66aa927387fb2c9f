"""Applying a file: all that was approved, in one transaction, or nothing.

Everything that takes time is done before: new sites are entered, seen by nobody (entering.py), the
members of the audit's event are listed and sealed, what is to be written of sites that are there
is gathered.  The transaction itself is a few statements, of which one lets the new sites be there.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit import queries as audit
from core.audit.actions import Batch, record
from core.clock import now, today
from core.db import db, make_room, rows_written, writing
from core.errors import Conflict, NotFound
from core.imports import actions as imports
from core.imports.queries import regions_of
from core.imports.rules import AT_ONCE, State
from core.regions import queries as regions
from core.sites import arrivals
from core.sites import story as sites
from core.sites.actions import shared_region
from core.sites.bulk import Gathered
from core.sites.models import Site
from network.imports import entering, queries, story
from network.imports.entering import STALE
from network.imports.models import ImportRow, ImportRun
from network.imports.queries import FILES, File
from network.imports.rules import Verdict

log = logging.getLogger(__name__)


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
    touched = regions_of(FILES, file.id, Verdict.CREATE, Verdict.CHANGE)
    _check(actor, file, approved, {*touched, *gathered.region_ids})
    db.session.rollback()
    batch_id = entering.enter(file, approved)
    try:
        listed = Batch(batch_id, audit.seal_of(batch_id, AT_ONCE))
        with writing():
            make_room()
            _write(actor, file, approved, listed, touched, gathered)
            finish()
    finally:
        _tidy(batch_id)
    return file


def _tidy(batch_id: int) -> None:
    """Let go of what waited; whoever cannot now leaves it to those who come later."""
    try:
        arrivals.sweep(batch_id)
    except Exception:
        log.exception("the batch %s was not swept", batch_id)


def _check(actor: Actor, file: File, approved: str, region_ids: Collection[int]) -> None:
    imports.check(FILES, file, approved)
    living = regions.load(file.terms.on or today())
    reach = actor.reach(Permission.REGISTER_IMPORT)
    for region_id in region_ids:
        if not reach.region(living, region_id):
            raise NotFound(_l("文件涉及您管辖范围以外的区划。"))


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
    return gathered


# -- In one transaction -------------------------------------------------------------------------


def _write(
    actor: Actor,
    file: File,
    approved: str,
    listed: Batch,
    touched: Collection[int],
    gathered: Gathered,
) -> None:
    mine = ImportRun.batch_id == listed.id
    imports.claim(FILES, file, approved, STALE, mine, state=State.APPLIED, applied_at=now())
    arrivals.hold(listed.id)
    _still_so(file, touched)
    _raise_versions(file)
    gathered.write()
    created = file.counts.get(Verdict.CREATE, 0)
    if created and arrivals.reveal(listed.id) != created:
        raise Conflict(STALE)
    if listed.seal:
        facts: dict[str, tuple[Any, Any]] = {
            "file": (None, file.file_name),
            "sha256": (None, file.sha256),
            "digest": (None, approved),
            "created": (None, created),
            "changed": (None, file.counts.get(Verdict.CHANGE, 0)),
        }
        region_id = shared_region(touched)
        subject = (sites.SITE, "")
        record(actor, story.IMPORTED, subject, facts, region_id=region_id, members=listed)


def _still_so(file: File, touched: Collection[int]) -> None:
    """See that the register has not moved under the new sites."""
    if not file.counts.get(Verdict.CREATE, 0):
        return
    if queries.entered_since(touched, file.last_serial):
        raise Conflict(STALE)
    living = regions.load(file.terms.on or today()).by_id
    if any(region_id not in living for region_id in touched):
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
