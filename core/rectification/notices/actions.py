"""Issuing a notice: its number and what it says are fixed in one transaction."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, require_reach
from core.audit.actions import record
from core.clock import today
from core.db import db, insert_or
from core.errors import Conflict
from core.rectification import access, queries, story
from core.rectification.models import Finding, FindingNotice, FindingNoticeCount
from core.rectification.queries import Standing
from core.rectification.rules import State
from core.regions.queries import load
from core.regions.rules import Level
from core.regions.tree import Node
from core.sites.models import Site


def issue(actor: Actor, uuid: str, on: date | None = None) -> FindingNotice:
    """A notice of all that the visit behind a finding found and that is on no notice yet.

    It bears the day *on*, today if none is said.

    Raises NotFound out of reach, Conflict where somebody was first or nothing is left to be told.
    """
    found = queries.find(actor, uuid)
    source, place = found.finding.source, (found.site_id, found.region_id)
    require_reach(access.rechecks(actor, source, *place) or access.may_lead(actor, *place))
    told = queries.untold(found.finding)
    if not told:
        raise Conflict(_l("这次检查的问题都已经写进通知书。"))
    notice = _notice(actor, found, told, on or today())
    taken = db.session.scalars(
        sa.update(Finding)
        .where(Finding.id.in_([one.id for one in told]), Finding.notice_id.is_(None))
        .where(Finding.state != State.LAPSED)
        .values(notice_id=notice.id)
        .returning(Finding.id)
    ).all()
    if len(taken) != len(told):  # the number goes back with the transaction
        raise Conflict(_l("刚刚有人出具了通知书，请看过再决定。"))
    changes = {
        "number": (None, notice.number),
        "site": (None, found.site),
        "findings": (None, len(told)),
    }
    subject = (story.NOTICE, notice.uuid)
    record(actor, story.ISSUED, subject, changes, region_id=found.region_id)
    return notice


def _notice(actor: Actor, found: Standing, told: list[Finding], on: date) -> FindingNotice:
    county = _county(found.region_id)
    serial = _next(county.code, on.year)
    notice = FindingNotice(
        uuid=str(uuid4()),
        county=county.code,
        year=on.year,
        serial=serial,
        number=f"{county.name}医保整改〔{on.year}〕{serial}号",
        site_id=found.site_id,
        source=found.finding.source,
        reference=found.finding.reference,
        issuer=county.name,
        issued_on=on,
        issued_by=actor.name,
        issued_by_id=actor.account_id,
        document=json.dumps(_document(found, told), ensure_ascii=False, sort_keys=True),
    )
    db.session.add(notice)
    db.session.flush()
    return notice


def _county(region_id: int) -> Node:
    """The county of a region; a city's own where it lies in none."""
    path = load(today()).path(region_id)
    return next((node for node in path if node.level is Level.COUNTY), path[0])


def _next(county: str, year: int) -> int:
    """The next number, without gaps: what is rolled back was never given."""
    count = FindingNoticeCount.__table__.c
    number: int = db.session.scalars(
        insert_or(FindingNoticeCount)
        .values(county=county, year=year, last=1)
        .on_conflict_do_update(index_elements=["county", "year"], set_={"last": count.last + 1})
        .returning(count.last)
    ).one()
    return number


def _document(found: Standing, told: list[Finding]) -> dict[str, Any]:
    """What the notice says, whatever becomes of the site and its findings."""
    site = db.session.get_one(Site, found.site_id)
    return {
        "site": {"code": site.code, "name": site.name, "address": site.address},
        "findings": [
            {
                "uuid": one.uuid,
                "standard": one.standard,
                "criterion": one.criterion,
                "words": one.words,
                "basis": one.basis,
                "note": one.note,
                "severity": one.severity,
                "times": one.times,
                "found_on": one.found_on.isoformat(),
                "found_by": one.found_by,
                "due": one.due.isoformat(),
                "owner": one.owner,
            }
            for one in told
        ],
    }
