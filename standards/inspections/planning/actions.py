"""Making plans, and drawing: every draw is kept, with all that repeats it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, require_reach
from core.accounts.models import Account
from core.audit.actions import record as tell
from core.calendar import working
from core.calendar.queries import calendar
from core.clock import now, today
from core.db import db, rows_written
from core.errors import BadInput, Conflict
from core.regions.queries import tree
from core.sites.models import Site
from core.sites.rules import Kind
from standards.inspections import access, actions, story
from standards.inspections.access import REVIEW
from standards.inspections.actions import Visit
from standards.inspections.models import Inspection
from standards.inspections.planning import rules
from standards.inspections.planning.models import Draw, DrawResult, InspectionPlan
from standards.inspections.planning.rules import MOST_WORDS, Drawn, Pools
from standards.inspections.rules import Origin, State


@dataclass(frozen=True, slots=True)
class NewPlan:
    year: int
    region_id: int
    kind: Kind | None
    title: str
    visits: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class NewDraw:
    """``first_day`` to ``last_day``: when the visits are to be made."""

    region_id: int
    title: str
    seed: str
    visits: int
    together: int
    first_day: date
    last_day: date
    plan_id: int | None = None
    made: bool = False


def require_region(actor: Actor, region_id: int) -> None:
    """Raise NotFound unless *actor* reviews visits in the whole region."""
    require_reach(actor.reach(REVIEW).region(tree(today()), region_id))


def make_plan(actor: Actor, new: NewPlan) -> InspectionPlan:
    """Say how many sites are to be visited in a year. Raises NotFound out of reach."""
    require_region(actor, new.region_id)
    row = InspectionPlan(
        uuid=str(uuid4()),
        year=new.year,
        region_id=new.region_id,
        kind=new.kind,
        title=new.title,
        visits=new.visits,
        words=new.words,
        made_by=actor.name,
        made_at=now(),
    )
    db.session.add(row)
    db.session.flush()
    changes = {
        "year": (None, new.year),
        "kind": (None, new.kind and str(new.kind.label)),
        "visits": (None, new.visits),
    }
    tell(actor, story.PLAN_MADE, (story.PLAN, row.uuid), changes, region_id=new.region_id)
    return row


def end_plan(actor: Actor, row: InspectionPlan) -> None:
    """Let a plan be followed no longer; what was arranged stays. Raises NotFound, Conflict."""
    require_region(actor, row.region_id)
    ended = rows_written(
        sa.update(InspectionPlan)
        .where(InspectionPlan.id == row.id, InspectionPlan.ended_at.is_(None))
        .values(ended_by=actor.name, ended_at=now())
    )
    if not ended:
        raise Conflict(_l("这个计划已经终止。"))
    tell(actor, story.PLAN_ENDED, (story.PLAN, row.uuid), region_id=row.region_id)


def draw(actor: Actor, new: NewDraw, pools: Pools) -> Draw:
    """Draw sites and inspectors, and arrange the visits, spread over the working days.

    Raises NotFound out of reach, BadInput, Infeasible.
    """
    require_region(actor, new.region_id)
    seed = rules.seed(new.seed)
    drawn = rules.draw(seed, pools, new.visits, new.together)
    row = Draw(
        uuid=str(uuid4()),
        plan_id=new.plan_id,
        region_id=new.region_id,
        title=new.title,
        algorithm=rules.ALGORITHM,
        seed=seed,
        visits=new.visits,
        together=new.together,
        pools=rules.written(pools),
        first_day=new.first_day,
        last_day=new.last_day,
        drawn_by=actor.name,
        drawn_by_id=actor.account_id,
        drawn_at=now(),
    )
    db.session.add(row)
    db.session.flush()
    db.session.add_all(
        DrawResult(
            draw_id=row.id, position=place, site_code=one.site, inspectors=" ".join(one.inspectors)
        )
        for place, one in enumerate(drawn, 1)
    )
    changes = {
        "seed": (None, seed),
        "visits": (None, new.visits),
        "pools": (None, hashlib.sha256(row.pools.encode()).hexdigest()),
    }
    tell(actor, story.DRAWN, (story.DRAW, row.uuid), changes, region_id=new.region_id)
    _arrange(actor, new, row.id, drawn)
    return row


def _arrange(actor: Actor, new: NewDraw, draw_id: int, drawn: tuple[Drawn, ...]) -> None:
    usernames = {username for one in drawn for username in one.inspectors}
    accounts = sa.select(Account.username, Account.id).where(Account.username.in_(usernames))
    ids = {row.username: row.id for row in db.session.execute(accounts)}
    sites = {
        row.code: row.id
        for row in db.session.execute(
            sa.select(Site.code, Site.id).where(Site.code.in_([one.site for one in drawn]))
        )
    }
    days = _days(new.first_day, new.last_day)
    for place, one in enumerate(drawn):
        lead, *others = (ids[username] for username in one.inspectors)
        visit = Visit(
            site_id=sites[one.site],
            day=days[place * len(days) // len(drawn)],
            inspector_id=lead,
            companion_id=others[0] if others else None,
            origin=Origin.DRAW,
            plan_id=new.plan_id,
            draw_id=draw_id,
            made=new.made,
        )
        # Within the region, for which the reach was asked: not once more for each of the sites.
        actions.plan(access.as_sent(actor, visit.site_id), visit)


def _days(first: date, last: date) -> list[date]:
    """The working days of a stretch; all of its days if none is one."""
    known = calendar()
    every = [first + timedelta(number) for number in range((last - first).days + 1)]
    return [day for day in every if working.works(known, day)] or every


def void(actor: Actor, row: Draw, words: str) -> int:
    """Let a draw not be followed, and say why: visits that wait are cancelled; gives how many.

    It stays with its seed and result. Raises NotFound, BadInput, Conflict.
    """
    require_region(actor, row.region_id)
    said = words.strip()
    if not said or len(said) > MOST_WORDS:
        raise BadInput(_l("请写明作废的原因，最多 %(most)s 个字。", most=MOST_WORDS), field="words")
    voided = rows_written(
        sa.update(Draw)
        .where(Draw.id == row.id, Draw.voided_at.is_(None))
        .values(voided_by=actor.name, voided_at=now(), voided_words=said)
    )
    if not voided:
        raise Conflict(_l("这次抽取已经作废。"))
    tell(
        actor,
        story.VOIDED,
        (story.DRAW, row.uuid),
        {"words": (None, said)},
        region_id=row.region_id,
    )
    waiting = db.session.scalars(
        sa.select(Inspection)
        .where(Inspection.draw_id == row.id, Inspection.state == State.PLANNED)
        .order_by(Inspection.id)
    ).all()
    for visit in waiting:
        actions.cancel(actor, visit, said)
    return len(waiting)
