"""Reading proposals, and the ground of a question as it is now."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import defer

from core.access import Reach
from core.catalogue.queries import catalogue
from core.clock import CITY_TIME, now, today
from core.db import db
from core.errors import NotFound, OneKmError
from core.jobs.models import Job
from core.pages import PER_PAGE
from core.regions.queries import require_standing, standing_in, tree
from core.regions.ranks import ranks
from core.regions.tree import Node
from core.sites.queries import network
from core.snapshot import revision
from stations.coverage.models import DEMAND
from stations.coverage.queries import cover_of, demand
from stations.coverage.rules import Rule
from stations.coverage.settled import Source
from stations.coverage.siting.answer import Answer, restored
from stations.coverage.siting.models import SitingProposal
from stations.coverage.siting.rules import Aim, Ask, Candidates
from stations.coverage.siting.setting import Setting

#: How many proposals are laid side by side.
MOST_COMPARED: Final = 6
#: How long a draft is kept.
KEPT: Final = timedelta(days=30)
NETWORK: Final = "network"


# -- The ground ----------------------------------------------------------------------------------


def setting(ask: Ask) -> Setting:
    """All that the answer to the question follows from, as it is now."""
    net, people = network(ask.on), demand(ask.on)
    covers = tuple(cover_of(net, people, question) for question in ask.questions())
    return Setting(ask, net, ranks(ask.on), people, covers)


@dataclass(frozen=True, slots=True)
class Ground:
    """The state that an answer was worked out from: revisions, and what they came to."""

    network: int
    demand: int
    lived: str
    reached: str
    sources: tuple[Source, ...]
    made: bool

    def document(self) -> str:
        kept = {
            "network": self.network,
            "demand": self.demand,
            "lived": self.lived,
            "reached": self.reached,
            "made": self.made,
            "sources": [
                {
                    "uuid": one.uuid,
                    "region_id": one.region_id,
                    "year": one.year,
                    "source": one.source,
                    "made": one.made,
                }
                for one in self.sources
            ],
        }
        return json.dumps(kept, ensure_ascii=False)


def ground(found: Setting) -> Ground:
    """The state of a question's ground. To be read before what is worked out from it."""
    lived, reached = found.key()
    living, here = found.net.tree, found.ask.region
    near = {node.id for node in (*living.path(here.id), *living.descendants(here.id))}
    sources = tuple(one for one in found.demand.sets if one.region_id in near)
    made = found.net.made or any(one.made for one in sources)
    return Ground(revision(NETWORK), revision(DEMAND), lived, reached, sources, made)


def ground_of(proposal: SitingProposal) -> Ground:
    kept = json.loads(proposal.ground)
    kept["sources"] = tuple(Source(**one) for one in kept["sources"])
    return Ground(**kept)


def changed(proposal: SitingProposal) -> list[LazyString]:
    """What is different now from what the proposal was worked out from, in words."""
    kept, told = ground_of(proposal), _succeeded(proposal)
    if kept.network == revision(NETWORK) and kept.demand == revision(DEMAND):
        return told
    try:
        lived, reached = setting(ask_of(proposal)).key()
    except OneKmError as fault:
        return [*told, _l("这个问题今天已不能照原样再问：%(why)s", why=fault.message)]
    if lived != kept.lived:
        told.append(_l("本区划的人口数据已经更新。"))
    elif reached != kept.reached:
        told.append(_l("网点（或其事项、时间）已有变化，现有覆盖与测算时不同。"))
    return told


def _succeeded(proposal: SitingProposal) -> list[LazyString]:
    """That the region is no more today, and what stands in its place."""
    node = region_now(proposal)
    if node is None or node.id == proposal.region_id:
        return []
    return [_l("方案所在的区划今天已不存在，现由“%(name)s”承接。", name=node.name)]


# -- One proposal --------------------------------------------------------------------------------


def find(uuid: str) -> SitingProposal:
    """Raises NotFound."""
    found = db.session.scalar(sa.select(SitingProposal).where(SitingProposal.uuid == uuid))
    if found is None:
        raise NotFound(_l("没有这个选址方案。草稿会在 30 天后清理，也可能已被删除。"))
    return found


def within(reach: Reach, uuid: str) -> SitingProposal:
    """The proposal, if its region lies within reach today. Raises NotFound."""
    found = find(uuid)
    require_standing(reach, found.region_id)
    return found


def region_now(proposal: SitingProposal) -> Node | None:
    """The region of the proposal today, or what stands in its place."""
    return standing_in(proposal.region_id, today())


def ask_of(proposal: SitingProposal) -> Ask:
    """What was asked. Raises NotFound where the day knows the region or a service no more."""
    kept: dict[str, Any] = json.loads(proposal.question)
    on = date.fromisoformat(kept["on"])
    region = tree(on).by_id.get(proposal.region_id)
    if region is None:
        raise NotFound(_l("这一天没有这个区划。"))
    known = catalogue(on).by_code
    if not all(code in known for code in kept["services"]):
        raise NotFound(_l("没有这个事项。"))
    at = None
    if kept["at"] is not None:
        at = datetime.combine(on, time.fromisoformat(kept["at"]), CITY_TIME)
    return Ask(
        region=region,
        on=on,
        at=at,
        services=tuple(known[code] for code in kept["services"]),
        rule=Rule(kept["radius"], kept["factor"]),
        aim=Aim(kept["aim"]),
        most=kept["most"],
        candidates=Candidates(kept["candidates"]),
        grid=kept["grid"],
        capacity=kept["capacity"],
        must=tuple(kept["must"]),
    )


def answer_of(proposal: SitingProposal) -> Answer:
    return restored(proposal.answer)


def planned_of(proposal: SitingProposal) -> list[str]:
    """The codes of the sites that were entered from it."""
    codes: list[str] = json.loads(proposal.planned)
    return codes


def job_of(proposal: SitingProposal) -> Job | None:
    """The job that seeks the best, or sought it."""
    return db.session.scalar(sa.select(Job).where(Job.uuid == proposal.job_uuid))


# -- Many ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, and how many there are."""

    proposals: Sequence[SitingProposal]
    total: int


#: By what a list may be sorted.
ORDERS: Final = {
    "newest": (SitingProposal.asked_at.desc(), SitingProposal.id.desc()),
    "name": (SitingProposal.name, SitingProposal.id),
    "people": (SitingProposal.people_won.desc(), SitingProposal.id),
    "stations": (SitingProposal.stations, SitingProposal.id),
}


def listed(region: Node, account_id: int | None, text: str, order: str, page: int | None) -> Listed:
    """The saved proposals of a region whose names hold *text*, and one's own drafts."""
    own = sa.and_(
        SitingProposal.saved_at.is_(None),
        SitingProposal.account_id == account_id,
        SitingProposal.account_id.is_not(None),
    )
    which = sa.and_(
        SitingProposal.region_id == region.id,
        sa.or_(SitingProposal.saved_at.is_not(None), own),
        SitingProposal.name.icontains(text, autoescape=True) if text else sa.true(),
    )
    total = db.session.scalar(sa.select(sa.func.count()).select_from(SitingProposal).where(which))
    asked = (
        sa.select(SitingProposal)
        .where(which)
        .order_by(*ORDERS[order])
        .options(defer(SitingProposal.answer, raiseload=True))
    )
    if page is not None:
        asked = asked.limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return Listed(db.session.scalars(asked).all(), total or 0)


def drafts_before() -> datetime:
    """Since when a draft must have been asked to be kept."""
    return now() - KEPT
