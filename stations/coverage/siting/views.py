"""The pages of siting: ask where new stations go, see what comes of it, keep it, compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core.access import Permission, Reach, current_actor, require_reach, requires
from core.api import asked_page
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import db, writing
from core.errors import BadInput, NotFound, OneKmError
from core.jobs import actions as job_actions
from core.jobs.models import Job
from core.jobs.rules import State
from core.pages import PER_PAGE, asked_order, pages_of
from core.regions.queries import find_code, tree
from core.regions.ranks import ranks
from core.regions.tree import Node, Tree
from core.search import sought
from core.sendings.pages import writing_once
from core.sites.network import Place
from core.sites.queries import network
from stations.coverage.queries import demand
from stations.coverage.siting import (
    actions,
    forms,
    jobs,
    maps,
    queries,
    reckoning,
    sheet,
    words,
)
from stations.coverage.siting.answer import Answer
from stations.coverage.siting.forms import Typed
from stations.coverage.siting.models import SitingProposal
from stations.coverage.siting.problem import Unwatched
from stations.coverage.siting.queries import MOST_COMPARED, ORDERS
from stations.coverage.siting.rules import Aim, Ask, Candidates, CannotBe, NothingToDo
from stations.coverage.siting.setting import Setting
from stations.coverage.ways import elsewhere

blueprint = Blueprint("siting", __name__, url_prefix="/coverage")
words.init(blueprint)

#: How many settlements that nobody reaches are listed beside the form.
MOST_UNREACHED: Final = 500
_ORDERS: Final = {
    "newest": _l("最新"),
    "name": _l("名称"),
    "people": _l("新覆盖居民"),
    "stations": _l("新站数"),
}


def reads() -> Reach:
    return current_actor().reach(Permission.REGISTER_READ)


def writes(region: Node) -> bool:
    """Whether the current actor keeps the register of the region."""
    return current_actor().reach(Permission.REGISTER_WRITE).region(tree(today()), region.id)


def within(code: str) -> Node:
    """A region of today within reach. Raises NotFound."""
    found = find_code(code, today()).node
    require_reach(reads().region(tree(today()), found.id))
    return found


# -- Asking --------------------------------------------------------------------------------------


@blueprint.get("/<code>/siting")
@requires(Permission.REGISTER_READ)
def show(code: str) -> AnyResponse:
    """The form, as the address fills it in, and the proposals there are."""
    return _asking(within(code), forms.typed(request.args))


@blueprint.post("/<code>/siting")
@requires(Permission.REGISTER_READ)
def ask(code: str) -> AnyResponse:
    """Work out a good answer at once and keep it as a draft."""
    region = within(code)
    try:
        asked = forms.read(request.form, _on_day(region))
        setting = queries.setting(asked)
        ground = queries.ground(setting)
        answer = reckoning.answer(setting, Unwatched())
    except (BadInput, NothingToDo) as fault:
        return _asking(region, forms.typed(request.form, fault), 400)
    except CannotBe as fault:
        return _asking(
            region, forms.typed(request.form, fault), 400, **_out_of_reach(setting, fault)
        )
    db.session.rollback()
    with writing_once() as sent:
        sent.to = url_for(".proposal", uuid=actions.keep(current_actor(), asked, answer, ground))
    return sent.onward()


def _on_day(region: Node) -> Node:
    """The region as the day that is asked about knows it. Raises BadInput."""
    on = forms.day(request.form)
    node = tree(on).by_id.get(region.id)
    if node is None:
        raise BadInput(_l("登记里这一天还没有这个区划，请选以后的日期。"), field="on")
    return node


def _out_of_reach(setting: Setting, fault: CannotBe) -> dict[str, Any]:
    """The settlements that no candidate reaches, the largest first."""
    people = setting.demand.people
    lost = sorted(fault.settlements, key=lambda one: (-people[one], one))
    shown = [_settlement(setting, one) for one in lost[:MOST_UNREACHED]]
    return {"unreached": shown, "left_out": len(lost) - len(shown)}


def _settlement(setting: Setting, number: int) -> dict[str, Any]:
    found = setting.demand
    return {
        "code": found.codes[number],
        "name": found.names[number],
        "people": float(found.people[number]),
        "where": sheet.where(setting.net.tree, int(found.region_ids[number])),
    }


def _asking(region: Node, typed: Typed, status: int = 200, **more: Any) -> AnyResponse:
    text, order = sought(request.args), asked_order(request.args, ORDERS, "newest")
    number = asked_page().number
    found = queries.listed(region, current_actor().account_id, text, order, number)
    return _page(
        "stations/coverage/siting/index.html",
        region,
        status,
        typed=typed,
        kept={},
        elsewhere=elsewhere(region.code, {}),
        made=network(today()).made,
        peopled=bool(demand(today()).inside(ranks(today()), region).any()),
        found=found,
        asks={one.uuid: known_question(one) for one in found.proposals},
        text=text,
        order=order,
        orders=_ORDERS,
        number=number,
        pages=pages_of(found.total),
        aims=tuple(Aim),
        sources=tuple(Candidates),
        services=[one for one in catalogue(today()).services if one.devolved],
        **more,
    )


def known_question(proposal: SitingProposal) -> Ask | None:
    try:
        return queries.ask_of(proposal)
    except NotFound:
        return None


# -- One proposal --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A proposal with all that its page says."""

    proposal: SitingProposal
    ask: Ask
    answer: Answer
    living: Tree
    job: Job | None

    @property
    def standing_at(self) -> dict[str, Place]:
        """The sites that stand already where something was chosen, by their codes."""
        net = network(today())
        found = [net.by_code(one.site) for one in self.answer.chosen if one.site]
        return {place.code: place for place in found if place is not None}

    @property
    def running(self) -> bool:
        return self.job is not None and not State(self.job.state).over


def shown(uuid: str) -> Shown:
    """Raises NotFound out of reach."""
    found = queries.within(reads(), uuid)
    asked = queries.ask_of(found)
    return Shown(found, asked, queries.answer_of(found), tree(asked.on), queries.job_of(found))


@blueprint.get("/siting/<uuid>")
@requires(Permission.REGISTER_READ)
def proposal(uuid: str) -> AnyResponse:
    """Where the stations go, whom they win, how good that is, and what may be done with it."""
    return _proposal(shown(uuid))


def _proposal(one: Shown, status: int = 200, fault: OneKmError | None = None) -> AnyResponse:
    number = asked_page().number
    won = one.answer.won
    pages = pages_of(len(won))
    ground, net = queries.ground_of(one.proposal), network(today())
    return _page(
        "stations/coverage/siting/proposal.html",
        one.ask.region,
        status,
        one=one,
        proposal=one.proposal,
        ask=one.ask,
        answer=one.answer,
        ground=ground,
        made=ground.made,
        job=one.job,
        job_state=None if one.job is None else State(one.job.state),
        mine=one.job is not None and one.job.account_id == current_actor().account_id,
        changed=queries.changed(one.proposal),
        proof=words.proof_words(one.ask, one.answer),
        notes=words.notes(one.ask, one.answer),
        again=_again(one.ask),
        planned_sites=[(code, net.by_code(code)) for code in queries.planned_of(one.proposal)],
        standing_at=one.standing_at,
        kinds=forms.STATIONS,
        new_places=sum(not chosen.site for chosen in one.answer.chosen),
        where=lambda region_id: sheet.where(one.living, region_id),
        won=won[(number - 1) * PER_PAGE : number * PER_PAGE],
        number=number,
        pages=pages,
        fault=fault,
        map=maps.compiled(one.answer, url_for("siting_map.data", uuid=one.proposal.uuid)),
    )


def _again(asked: Ask) -> dict[str, Any]:
    """The question as arguments of the form's address."""
    told: dict[str, Any] = {
        "service": [one.code for one in asked.services],
        "on": asked.on.isoformat() if asked.on != today() else None,
        "at": asked.at.strftime("%H:%M") if asked.at else None,
        "radius": f"{asked.rule.radius:g}",
        "factor": f"{asked.rule.factor:g}",
        "aim": asked.aim.value,
        "most": asked.most if asked.aim is Aim.MOST else None,
        "candidates": asked.candidates.value,
        "grid": f"{asked.grid:g}" if asked.candidates is Candidates.GRID else None,
        "capacity": f"{asked.capacity:.0f}" if asked.capacity else None,
        "must": "、".join(asked.must) or None,
    }
    return {name: value for name, value in told.items() if value}


@blueprint.post("/siting/<uuid>/solve")
@requires(Permission.REGISTER_READ)
def solve(uuid: str) -> AnyResponse:
    """Let a worker seek the best choice."""
    with writing():
        jobs.start(current_actor(), queries.within(reads(), uuid))
    return redirect(url_for(".proposal", uuid=uuid), 303)


@blueprint.post("/siting/<uuid>/stop")
@requires(Permission.REGISTER_READ)
def stop(uuid: str) -> AnyResponse:
    """Ask for the search to end with the best so far; whoever began it may."""
    with writing():
        found = queries.within(reads(), uuid)
        job_actions.ask_stop(current_actor(), found.job_uuid)
    return redirect(url_for(".proposal", uuid=uuid), 303)


@blueprint.post("/siting/<uuid>/save")
@requires(Permission.REGISTER_WRITE)
def save(uuid: str) -> AnyResponse:
    """Give the proposal a name and keep it."""
    try:
        with writing():
            actions.save(current_actor(), uuid, request.form.get("name", ""))
    except BadInput as fault:
        return _proposal(shown(uuid), 400, fault)
    return redirect(url_for(".proposal", uuid=uuid), 303)


@blueprint.post("/siting/<uuid>/delete")
@requires(Permission.REGISTER_READ)
def delete(uuid: str) -> AnyResponse:
    """Delete a draft."""
    found = queries.within(reads(), uuid)
    region = queries.region_now(found)
    with writing():
        actions.discard(current_actor(), uuid)
    if region is None:
        raise NotFound(_l("没有这个区划。"))
    return redirect(url_for(".show", code=region.code), 303)


@blueprint.post("/siting/<uuid>/plan")
@requires(Permission.REGISTER_WRITE)
def plan(uuid: str) -> AnyResponse:
    """Enter the chosen places in the register as planned sites, once."""
    try:
        with writing():
            actions.plan(current_actor(), uuid, forms.kind(request.form.get("kind", "")))
    except BadInput as fault:
        return _proposal(shown(uuid), 400, fault)
    return redirect(url_for(".proposal", uuid=uuid, _anchor="planned"), 303)


@blueprint.get("/siting/compare")
@requires(Permission.REGISTER_READ)
def compare() -> AnyResponse:
    """Several proposals side by side."""
    wanted = list(dict.fromkeys(request.args.getlist("proposal")))
    if not 2 <= len(wanted) <= MOST_COMPARED:
        raise BadInput(
            _l("请勾选 2 到 %(most)s 个方案来对比。", most=MOST_COMPARED), field="proposal"
        )
    found = [shown(uuid) for uuid in wanted]
    return _page(
        "stations/coverage/siting/compare.html",
        found[0].ask.region,
        found=found,
        made=any(queries.ground_of(one.proposal).made for one in found),
        changed={one.proposal.uuid: queries.changed(one.proposal) for one in found},
        proofs={one.proposal.uuid: words.proof_words(one.ask, one.answer) for one in found},
        same_rule=len({one.ask.rule.key for one in found}) == 1,
        same_question=len({_of_what(one.ask) for one in found}) == 1,
    )


def _of_what(asked: Ask) -> tuple[object, ...]:
    """What has to be the same for shares to be of the same thing."""
    return asked.region.id, asked.on, asked.at, *(one.code for one in asked.services)


def _page(template: str, region: Node, status: int = 200, **more: Any) -> AnyResponse:
    living, allowed = tree(today()), reads()
    path = living.path(region.id) if region.id in living.by_id else [region]
    text = render_template(
        template,
        region=region,
        path=[node for node in path if allowed.region(living, node.id)] or [region],
        writes=writes(region),
        today=today(),
        **more,
    )
    return make_response(text, status)
