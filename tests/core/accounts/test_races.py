"""What must hold however many processes try at once."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa
from flask import Flask

from core.accounts import actions, attempts, own, places, queries, sign_in
from core.accounts.actions import Held
from core.accounts.rules import LIMITS, Guess, Role
from core.audit.models import AuditEvent
from core.clock import today
from core.config import Config
from core.db import db, writing
from core.errors import BadInput, NotFound
from tests.core.accounts.made import (
    ACTOR,
    COUNTY,
    World,
    code_of,
    give_authenticator,
    make_person,
    new_sign_in,
)
from tests.races import in_processes


def test_all_processes_together_check_no_more_than_the_limit(app: Flask, config: Config) -> None:
    def attempt(_number: int) -> bool:
        return attempts.allowed(attempts.by_name("somebody"))

    def spray(number: int) -> bool:
        return attempts.allowed(
            attempts.by_name(f"person{number}"), attempts.by_address("192.0.2.7")
        )

    assert in_processes(config, attempt) == LIMITS[Guess.ACCOUNT].most
    assert in_processes(config, spray) == LIMITS[Guess.ADDRESS].most


def test_a_refusal_by_one_limit_is_not_counted_by_the_other(app: Flask) -> None:
    for _ in range(5):
        assert attempts.allowed(attempts.by_name("somebody"))
    address = attempts.by_address("192.0.2.7")
    for _ in range(50):
        assert not attempts.allowed(address, attempts.by_name("somebody"))
    for number in range(20):
        assert attempts.allowed(address, attempts.by_name(f"person{number}"))
    assert not attempts.allowed(address, attempts.by_name("person21"))


def test_one_code_given_in_many_places_at_once_opens_one_of_them(
    world: World, config: Config
) -> None:
    admin = make_person("admin", Role.CITY_ADMIN, "371000000000")
    secret = give_authenticator(admin)
    with writing():
        recovery = own.new_codes(admin)[0]
    token = new_sign_in(admin)
    found = sign_in.current(token)
    assert found is not None
    for typed in (code_of(secret), recovery):

        def give(number: int, typed: str = typed) -> bool:
            return number == 0 and sign_in.by_code(found, typed) is not None

        assert in_processes(config, give) == 1
        with writing():
            attempts.forget(attempts.by_code(admin))


def test_one_role_given_by_many_at_once_is_held_once(world: World, config: Config) -> None:
    make_person("inspector", Role.INSPECTOR, COUNTY)
    over = places.find_place("371002000000")

    def give(_number: int) -> bool:
        with suppress(BadInput), writing():
            actions.grant(
                ACTOR, queries.person(ACTOR, "inspector"), Held(Role.INSPECTOR, over, today())
            )
            return True
        return False

    assert in_processes(config, give) == 1
    held = [one.where for one in queries.person(ACTOR, "inspector").grants]
    assert len(held) == 2


def test_what_many_take_at_once_is_taken_and_told_once(world: World, config: Config) -> None:
    make_person("inspector", Role.INSPECTOR, COUNTY)
    number = queries.person(ACTOR, "inspector").grants[0].id
    db.session.rollback()

    def disable(_number: int) -> bool:
        with writing():
            actions.disable(ACTOR, queries.person(ACTOR, "inspector"))
        return True

    def revoke(_number: int) -> bool:
        with suppress(NotFound), writing():
            actions.revoke(ACTOR, queries.person(ACTOR, "inspector"), number)
            return True
        return False

    in_processes(config, disable)
    assert in_processes(config, revoke) == 1
    told = db.session.scalars(sa.select(AuditEvent.action)).all()
    assert told.count("account.disabled") == told.count("account.revoked") == 1
