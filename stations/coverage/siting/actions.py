"""Every write to proposals. The first argument is whoever acts; nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission, require_reach
from core.audit.actions import record
from core.audit.rules import EventType
from core.clock import now, today
from core.db import db, rows_written
from core.errors import BadInput, Conflict, Forbidden
from core.geo import Datum
from core.jobs.models import Job
from core.jobs.rules import State
from core.regions.queries import tree
from core.sites import actions as sites
from core.sites.actions import Entry
from core.sites.changes import Position
from core.sites.rules import Kind, Status
from stations.coverage.siting import queries, story
from stations.coverage.siting.answer import Answer, Chosen
from stations.coverage.siting.models import SitingProposal
from stations.coverage.siting.queries import Ground
from stations.coverage.siting.rules import MOST_NAME, Ask


def keep(actor: Actor, ask: Ask, answer: Answer, ground: Ground) -> str:
    """Keep an answer as a draft; gives its UUID. Raises Forbidden, NotFound out of reach."""
    _require(actor, Permission.REGISTER_READ, ask.region.id)
    proposal = SitingProposal(
        uuid=str(uuid4()),
        region_id=ask.region.id,
        question=ask.document(),
        account_id=actor.account_id,
        asked_by=actor.name,
        asked_at=now(),
        ground=ground.document(),
        answered_at=now(),
        **_columns(answer),
    )
    db.session.add(proposal)
    db.session.flush()
    _told(actor, story.ASKED, proposal, answer)
    return proposal.uuid


def _columns(answer: Answer) -> dict[str, object]:
    return {
        "answer": answer.document(),
        "stations": len(answer.chosen),
        "people_won": answer.people_won,
        "settlements_won": len(answer.won),
        "proved": answer.proved,
        "gap": answer.gap,
    }


def _told(actor: Actor, event: EventType, proposal: SitingProposal, answer: Answer) -> None:
    facts = {
        "region": (None, tree(today()).full_name(proposal.region_id)),
        "stations": (None, len(answer.chosen)),
        "people": (None, round(answer.people_won)),
        "proved": (None, answer.proved),
    }
    subject = (story.PROPOSAL, proposal.uuid)
    record(actor, event, subject, facts, region_id=proposal.region_id)


def better(actor: Actor, uuid: str, job_uuid: str, answer: Answer, ground: Ground) -> None:
    """Let the answer found by a job take the place of the one before. Raises Conflict."""
    proposal = queries.find(uuid)
    written = rows_written(
        sa.update(SitingProposal)
        .where(
            SitingProposal.id == proposal.id,
            SitingProposal.job_uuid == job_uuid,
            SitingProposal.planned_at.is_(None),
        )
        .values(ground=ground.document(), answered_at=now(), **_columns(answer))
    )
    if not written:
        raise Conflict(_l("方案在求解期间已被转为筹建网点或另行求解，结果没有写入。"))
    _told(actor, story.SOLVED, proposal, answer)


def seek(actor: Actor, proposal: SitingProposal, job_uuid: str) -> None:
    """Note the job that seeks the best. Raises Conflict where one is on its way already."""
    require_undone(proposal)
    others = sa.select(Job.uuid).where(
        Job.uuid == SitingProposal.job_uuid, Job.state.in_((State.QUEUED, State.RUNNING))
    )
    taken = rows_written(
        sa.update(SitingProposal)
        .where(
            SitingProposal.id == proposal.id,
            SitingProposal.job_uuid == proposal.job_uuid,
            SitingProposal.planned_at.is_(None),
            ~others.exists(),
        )
        .values(job_uuid=job_uuid)
        .execution_options(synchronize_session=False)
    )
    if not taken:
        raise Conflict(_l("这个方案正在求解，请等它完成或先停止。"))


def require_undone(proposal: SitingProposal) -> None:
    """Raise Conflict if the proposal was turned into planned sites already."""
    if proposal.planned_at is not None:
        raise Conflict(_l("方案已转为筹建网点，不再改动；要另算请重新提问。"))


def save(actor: Actor, uuid: str, name: str) -> None:
    """Give the proposal a name; from then on it is kept. Raises BadInput, NotFound."""
    proposal = queries.within(actor.reach(Permission.REGISTER_WRITE), uuid)
    wanted = " ".join(name.split())
    if not wanted:
        raise BadInput(_l("请给方案起个名称。"), field="name")
    if len(wanted) > MOST_NAME:
        raise BadInput(_l("名称最多 %(most)s 个字。", most=MOST_NAME), field="name")
    before = proposal.name or None
    renamed = rows_written(
        sa.update(SitingProposal)
        .where(SitingProposal.id == proposal.id, SitingProposal.name != wanted)
        .values(name=wanted, saved_at=sa.func.coalesce(SitingProposal.saved_at, now()))
    )
    if not renamed:  # it is called so already
        return
    db.session.expire(proposal)
    facts = {"name": (before, wanted)}
    record(actor, story.SAVED, (story.PROPOSAL, uuid), facts, region_id=proposal.region_id)


def discard(actor: Actor, uuid: str) -> None:
    """Delete a draft. Raises NotFound, Conflict for what is saved or on its way."""
    proposal = queries.within(actor.reach(Permission.REGISTER_READ), uuid)
    if proposal.saved_at is None and proposal.account_id != actor.account_id:
        _require(actor, Permission.REGISTER_WRITE, proposal.region_id)
    running = sa.select(Job.uuid).where(
        Job.uuid == SitingProposal.job_uuid, Job.state.in_((State.QUEUED, State.RUNNING))
    )
    gone = rows_written(
        sa.delete(SitingProposal)
        .where(
            SitingProposal.id == proposal.id,
            SitingProposal.saved_at.is_(None),
            ~running.exists(),
        )
        .execution_options(synchronize_session=False)
    )
    if not gone:
        raise Conflict(_l("已保存的方案不能删除；正在求解的草稿请先停止求解。"))
    facts = {"region": (tree(today()).full_name(proposal.region_id), None)}
    record(actor, story.DISCARDED, (story.PROPOSAL, uuid), facts, region_id=proposal.region_id)


def forget_drafts() -> int:
    """Delete drafts that are older than they are kept; gives how many."""
    running = sa.select(Job.uuid).where(
        Job.uuid == SitingProposal.job_uuid, Job.state.in_((State.QUEUED, State.RUNNING))
    )
    return rows_written(
        sa.delete(SitingProposal)
        .where(
            SitingProposal.saved_at.is_(None),
            SitingProposal.asked_at < queries.drafts_before(),
            ~running.exists(),
        )
        .execution_options(synchronize_session=False)
    )


# -- Into the register ---------------------------------------------------------------------------


def plan(actor: Actor, uuid: str, kind: Kind) -> list[str]:
    """Enter the chosen places as sites that are planned, once; gives their codes.

    A place where a site stands already gets no second one.  Raises NotFound, Forbidden, BadInput,
    and Conflict where it is done already or not saved.
    """
    proposal = queries.within(actor.reach(Permission.REGISTER_WRITE), uuid)
    if proposal.saved_at is None:
        raise Conflict(_l("请先保存方案，再转为筹建网点。"))
    answer = queries.answer_of(proposal)
    places = [one for one in answer.chosen if not one.site]
    if not places:
        raise BadInput(_l("选中的都是现有网点，没有要新建的：请到各网点的页面为它们开办所选事项。"))
    taken = rows_written(
        sa.update(SitingProposal)
        .where(SitingProposal.id == proposal.id, SitingProposal.planned_at.is_(None))
        .values(planned_at=now())
        .execution_options(synchronize_session=False)
    )
    if not taken:
        raise Conflict(_l("这个方案已经转为筹建网点，不能再转一次。"))
    codes = _enter(actor, places, kind)
    db.session.execute(
        sa.update(SitingProposal)
        .where(SitingProposal.id == proposal.id)
        .values(planned=json.dumps(codes))
        .execution_options(synchronize_session=False)
    )
    db.session.expire(proposal)
    facts = {"sites": (None, codes), "kind": (None, kind.value)}
    subject = (story.PROPOSAL, uuid)
    record(actor, story.PLANNED, subject, facts, region_id=proposal.region_id)
    return codes


def _enter(actor: Actor, places: Sequence[Chosen], kind: Kind) -> list[str]:
    living = tree(today())
    codes = []
    for one in places:
        if one.region_id not in living.by_id:
            raise Conflict(_l("“%(near)s”所在的区划今天已不存在，请重新测算。", near=one.near))
        entry = Entry(
            name=_("%(near)s（筹建）", near=one.near or living.by_id[one.region_id].name),
            kind=kind,
            region_id=one.region_id,
            position=Position(round(one.lat, 7), round(one.lon, 7), Datum.WGS84, verified=False),
            status=Status.PLANNED,
        )
        codes.append(sites.enter(actor, entry, today()).code)
    return codes


def _require(actor: Actor, permission: Permission, region_id: int) -> None:
    reach = actor.reach(permission)
    if not reach:
        raise Forbidden(_l("您没有此项权限。"))
    node = tree(today()).by_id.get(region_id)
    require_reach(node is not None and reach.region(tree(today()), region_id))
