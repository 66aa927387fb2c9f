"""What the pages of coverage are asked in their addresses; what is asked wrongly is told there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.access import Reach, require_reach
from core.clock import civil, today
from core.errors import BadInput, NotFound, OneKmError
from core.forms import flag, member, one_of, whole_number
from core.regions.queries import find_code, tree
from core.regions.rules import ASSUMED_SINCE, Level
from core.regions.tree import Node
from core.sites import forms
from stations.coverage import asked
from stations.coverage.rules import RADIUS, Question
from stations.coverage.tables import State

#: The arguments of a question, by their names in an address.
ARGUMENTS: Final = ("service", "on", "at", "radius", "factor")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a region, and what was typed; with a ``fault`` it is the plain question."""

    question: Question
    region: Node
    given: Mapping[str, str]
    fault: OneKmError | None = None


def read(args: Mapping[str, str], code: str, reach: Reach) -> Asked:
    """The question of an address about the region *code*.

    Raises NotFound for a region that is not there or out of reach; what else is wrong is a fault.
    """
    region = within(code, reach)
    given = {name: args.get(name, "") for name in ARGUMENTS}
    try:
        question = asked.read({**given, "region": _code_on(region, given["on"])}, reach)
    except BadInput as fault:
        return Asked(Question(region, today()), region, given, fault)
    except NotFound:
        return Asked(Question(region, today()), region, given, _unknown(region))
    if question.region is None:
        raise NotFound(_l("没有这个页面。可能是地址有误，或该内容已经移走。"))
    return Asked(question, question.region, given)


def within(code: str, reach: Reach) -> Node:
    """The region of today, or that came after it, within reach. Raises NotFound."""
    found = find_code(code, today()).node
    require_reach(reach.region(tree(today()), found.id))
    return found


def _code_on(region: Node, on: str) -> str:
    """The code that the region bore on the day asked for, if that is one; else today's."""
    try:
        day = forms.day(on, "on") or today()
    except BadInput:
        return region.code
    node = tree(day).by_id.get(region.id)
    return region.code if node is None else node.code


def _unknown(region: Node) -> BadInput:
    """The day lies before the register begins, or before the region does."""
    return BadInput(
        _l(
            "登记里这一天还没有%(region)s：区划从 %(day)s 起有记录。请选这以后的日期。",
            region=region.name,
            day=max(region.since, ASSUMED_SINCE).isoformat(),
        ),
        field="on",
    )


def query(question: Question) -> dict[str, Any]:
    """The question as arguments of an address; what goes without saying is left out."""
    rule = question.rule
    told: dict[str, Any] = {}
    if question.service is not None:
        told["service"] = question.service.code
    if question.on != today():
        told["on"] = question.on.isoformat()
    if question.at is not None:
        told["at"] = civil(question.at).strftime("%H:%M")
    if rule.radius != RADIUS:
        told["radius"] = f"{rule.radius:g}"
    if rule.factor != 1.0:
        told["factor"] = f"{rule.factor:g}"
    return told


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which settlements a list is of: of a site, of a blind spot by its number, or in a state."""

    state: State
    site: str = ""
    alone: bool = False
    spot: int | None = None

    def query(self) -> dict[str, Any]:
        """The same as arguments of an address."""
        if self.site:
            return {"site": self.site, "alone": "1" if self.alone else None}
        return {"state": self.state} if self.spot is None else {"spot": self.spot}


def narrowed(args: Mapping[str, str]) -> Narrowed:
    """``state``, ``site`` with ``alone``, ``spot``. Raises BadInput."""
    state = one_of(State, args, "state") or State.ALL
    spot = whole_number(args["spot"], "spot") if args.get("spot") else None
    if spot is not None and spot < 1:
        raise BadInput(_l("没有这个盲区。"), field="spot")
    return Narrowed(state, args.get("site", ""), flag(args.get("alone", ""), "alone"), spot)


def level(text: str, levels: tuple[Level, ...]) -> Level | None:
    """One of the *levels*, the first if nobody says; None where there is none. Raises BadInput."""
    if not levels:
        return None
    asked = member(Level, text, "below") if text else levels[0]
    return asked if asked in levels else levels[0]
