"""Questions about the small town, and proposals in it."""

from __future__ import annotations

from typing import Any, Final

from core.access import Actor
from core.catalogue.queries import catalogue
from core.clock import today
from core.db import writing
from core.regions.queries import tree
from stations.coverage.siting import actions, queries, reckoning
from stations.coverage.siting.answer import Answer
from stations.coverage.siting.problem import Unwatched
from stations.coverage.siting.rules import Ask
from tests.stations.coverage.made import ACTOR, CITY

SECONDS: Final = 60.0


def question(region: str = CITY, *services: str, **more: Any) -> Ask:
    known = catalogue(today()).by_code
    return Ask(
        region=tree(today()).by_code[region],
        on=today(),
        services=tuple(known[code] for code in services),
        **more,
    )


def at_once(ask: Ask) -> Answer:
    return reckoning.answer(queries.setting(ask), Unwatched())


def best(ask: Ask) -> Answer:
    return reckoning.answer(queries.setting(ask), Unwatched(), SECONDS)


def proposed(ask: Ask | None = None, actor: Actor = ACTOR, name: str = "") -> str:
    """A proposal, saved under a name if one is given; its UUID."""
    wanted = ask or question()
    setting = queries.setting(wanted)
    ground = queries.ground(setting)
    answer = reckoning.answer(setting, Unwatched())
    with writing():
        uuid = actions.keep(actor, wanted, answer, ground)
        if name:
            actions.save(actor, uuid, name)
    return uuid
