"""Two who decide at the same time: the first counts, whatever the others say."""

from __future__ import annotations

from flask import Flask

from core.accounts.rules import Role
from core.config import Config
from core.db import writing
from core.errors import Conflict
from core.proposals import actions, queries
from tests.core.accounts.made import ACTOR, World, make_person
from tests.core.proposals.made import NUMBER, actor_of, ask, stands
from tests.races import EACH, in_processes


def test_one_answer_counts_however_many_are_given(app: Flask, world: World, config: Config) -> None:
    deciders = [
        actor_of(make_person(f"admin{number}", Role.COUNTY_ADMIN, "371082000000"))
        for number in range(2)
    ]
    asked = [ask(world, number=f"{NUMBER}-{number}") for number in range(EACH)]

    def decide(number: int) -> bool:
        try:
            with writing():
                row = queries.find(deciders[number % 2], asked[number])
                if number % 2:
                    actions.approve(deciders[1], row, None)
                else:
                    actions.refuse(deciders[0], row, "不行")
        except Conflict:
            return False
        return True

    before = stands(world.own).version
    assert in_processes(config, decide) == EACH
    states = [queries.find(ACTOR, uuid).state for uuid in asked]
    assert states == ["refused", "approved"] * (EACH // 2)
    assert stands(world.own).version == before + EACH // 2
