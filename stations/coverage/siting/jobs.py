"""The search for the best choice, as a job that can be watched and stopped."""

from __future__ import annotations

import time
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.db import db, writing
from core.jobs import actions as jobs
from core.jobs.models import Job
from core.jobs.rules import JobKind, Run, job_kind
from stations.coverage.siting import actions, queries, reckoning
from stations.coverage.siting.answer import Answer
from stations.coverage.siting.models import SitingProposal
from stations.coverage.siting.rules import SECONDS, Aim, Ask

_SO_FAR: Final = _l("已找到的最好结果与理论上限相差 %(gap)s%%")
_STATIONS: Final = _l("已找到 %(value)s 个站的选法，理论上至少要 %(bound)s 个")
_PARTS: Final = 10_000


class Watching:
    """A job's run as the search sees it."""

    def __init__(self, run: Run, ask: Ask) -> None:
        self._run, self._ask = run, ask
        self._last = 0.0
        self.stopped = False

    def tell(self, value: float, bound: float) -> None:
        value, bound = abs(value), abs(bound)
        if self._ask.aim is Aim.EVERYBODY:
            words = _l(_STATIONS._args[0], value=f"{value:,.0f}", bound=f"{bound:,.0f}")
            share = bound / value if value else 1.0
        else:
            share = min(1.0, value / bound) if bound else 1.0
            words = _l(_SO_FAR._args[0], gap=f"{100 * (1 - share):.2f}")
        self._run.progress(min(round(share * _PARTS), _PARTS - 1), _PARTS, words)

    def over(self) -> bool:
        moment = time.monotonic()
        if moment - self._last >= 0.2:
            self._last = moment
            self.stopped = self._run.stopping()
        return self.stopped


def _solve(run: Run) -> None:
    uuid = run.payload["proposal"]
    proposal = queries.find(uuid)
    ask, before = queries.ask_of(proposal), queries.answer_of(proposal)
    found = queries.setting(ask)
    ground = queries.ground(found)
    db.session.rollback()
    watch = Watching(run, ask)
    answer = reckoning.answer(found, watch, float(run.payload.get("seconds", SECONDS)))
    if watch.stopped and not _better(ask, answer, before):
        return
    with writing():
        actions.better(run.actor, uuid, run.uuid, answer, ground)
        if not watch.stopped:
            run.finish(f"/coverage/siting/{uuid}", _words(answer))


def _better(ask: Ask, answer: Answer, before: Answer) -> bool:
    """Whether a search that was stopped knows more than was known before."""
    if ask.aim is Aim.EVERYBODY:
        return answer.value < before.value or answer.bound > before.bound
    return answer.value > before.value or answer.bound < before.bound


def _words(answer: Answer) -> LazyString:
    if answer.proved:
        return _l("已求得最优解，并已证明没有更好的选法。")
    return _l("在限定时间内没有证明最优，与理论上限相差 %(gap)s%%。", gap=f"{100 * answer.gap:.2f}")


SOLVE: Final = job_kind(JobKind("siting.solve", _l("求解选址"), Permission.REGISTER_READ, _solve))


def start(actor: Actor, proposal: SitingProposal, seconds: float = SECONDS) -> Job:
    """Let a worker seek the best. Raises Conflict where one does already."""
    actions.require_undone(proposal)
    title = _l("求解选址 %(name)s", name=proposal.name or queries.ask_of(proposal).region.name)
    payload = {"proposal": proposal.uuid, "seconds": seconds}
    job = jobs.start(actor, SOLVE, payload, region_id=proposal.region_id, title=title)
    actions.seek(actor, proposal, job.uuid)
    return job


def forget_drafts() -> None:
    """Delete the drafts that nobody has saved in time."""
    with writing():
        actions.forget_drafts()
