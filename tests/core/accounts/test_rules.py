"""Roles, ranks, names and the proofs, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.access import EVERYWHERE, Actor, Held, Permission, Reach
from core.accounts import passwords, second_factor
from core.accounts.passwords import PROFILES
from core.accounts.rules import (
    GRAVE,
    PERMISSION_LABELS,
    PLACES,
    ROLES,
    TOKENABLE,
    Office,
    Role,
    Standing,
    Step,
    next_step,
    person_name,
    rank,
    reaches,
    tokenable,
    username,
)
from core.config import PasswordProfile
from core.errors import BadInput

P = Permission
MOMENT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def holder(role: Role, reach: Reach = EVERYWHERE) -> Actor:
    return Actor("somebody", (Held(role, ROLES[role], reach),), 1)


def test_every_role_is_told_all_about() -> None:
    assert set(ROLES) == set(PLACES) == set(Role)
    assert all(str(role.label) and rank(role) for role in Role)
    assert set(PERMISSION_LABELS) == TOKENABLE


@pytest.mark.parametrize("role", Role)
def test_only_an_inspector_comes_with_a_password_alone(role: Role) -> None:
    assert role.second_factor is (role is not Role.INSPECTOR)


def test_the_three_offices_share_nothing_that_changes_anything() -> None:
    business = frozenset().union(*(ROLES[role] for role in Role if role.office is Office.BUSINESS))
    system, audit = ROLES[Role.SYSTEM_ADMIN], ROLES[Role.AUDITOR]
    assert system & audit == frozenset()
    assert P.REGISTER_WRITE not in system | audit
    assert P.ACCOUNTS_MANAGE not in system | audit
    assert P.SYSTEM_RUN not in business | audit
    assert not audit & (GRAVE - {P.AUDIT_READ})


def test_nobody_grants_a_role_of_her_own_rank_or_above() -> None:
    granted = {
        (by, role) for by in Role for role in Role if reaches(holder(by), P.ACCOUNTS_MANAGE, role)
    }
    staff = {Role.HOTLINE_AGENT, Role.WINDOW_CLERK, Role.STATION_MANAGER, Role.INSPECTOR}
    assert granted == {(Role.COUNTY_ADMIN, role) for role in staff} | {
        (Role.CITY_ADMIN, role) for role in staff | {Role.COUNTY_ADMIN}
    }


def test_a_reach_is_that_of_the_roles_that_permit_it() -> None:
    actor = Actor(
        "two roles",
        (
            Held(Role.INSPECTOR, ROLES[Role.INSPECTOR], Reach(regions=frozenset({1}))),
            Held(Role.COUNTY_ADMIN, ROLES[Role.COUNTY_ADMIN], Reach(regions=frozenset({2}))),
        ),
        1,
    )
    assert actor.reach(P.REGISTER_READ).regions == {1, 2}
    assert actor.reach(P.REGISTER_WRITE).regions == {2}
    assert actor.reach(P.INSPECTIONS_WRITE).regions == {1}
    assert not actor.reach(P.AUDIT_READ).everywhere
    assert not actor.reach(P.SYSTEM_RUN)


def test_a_county_hands_on_reading_alone() -> None:
    assert tokenable(holder(Role.COUNTY_ADMIN)) == {P.REGISTER_READ, P.INSPECTIONS_READ}
    assert P.REGISTER_IMPORT in tokenable(holder(Role.CITY_ADMIN))
    assert P.REGISTER_PROPOSE not in tokenable(holder(Role.CITY_ADMIN))
    assert tokenable(holder(Role.INSPECTOR)) == frozenset()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Wang.Fang", "wang.fang"), ("ＷＡＮＧ０１", "wang01"), (" a1 ", "a1"), ("ⅳx", "ivx")],
)
def test_a_username_has_one_form(typed: str, kept: str) -> None:
    assert username(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "-ab",
        "wаng",
        "王芳",
        "a b",
        "a/b",
        "nul\x00",
        "x" * 33,
        "x" * 10_000,
        "a\n",
        "é1",
        "a\u200bb",
    ],
)
def test_a_username_that_could_be_mistaken_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        username(typed)


@pytest.mark.parametrize("typed", ["", " ", "x" * 41, "nul\x00", "a\u202eb", "a\nb", "\ud800"])
def test_a_name_shows_as_it_is(typed: str) -> None:
    with pytest.raises(BadInput):
        person_name(typed)
    assert person_name(" 阿依古丽·买买提 ") == "阿依古丽·买买提"


# -- Passwords ----------------------------------------------------------------------------------

MLPS, ASVS = PROFILES[PasswordProfile.MLPS], PROFILES[PasswordProfile.ASVS]


@pytest.mark.parametrize(
    ("password", "mlps", "asvs"),
    [
        ("Harbour7", True, False),
        ("Harbou7", False, False),
        ("harbour-quiet-evening", False, True),
        ("harbour-quiet7", True, True),
        ("Harbour77777", True, True),
        ("港口安静的夜晚很长很长啊", False, True),
        ("Password123!", False, False),
        ("P@ssw0rd2026!", False, False),
        ("Qwertyuiop12", False, False),
        ("Woaini1314!!", False, False),
        ("zhangwei.2026A", True, True),
        ("Zhangwei2026", False, False),
        ("111111111111", False, False),
        ("abcdefghijkl", False, False),
        ("zyxwvutsrqpo", False, False),
        ("Ab1-" * 33, False, False),
    ],
)
def test_what_a_password_must_be_like(password: str, mlps: bool, asvs: bool) -> None:
    def passes(profile: passwords.Profile) -> bool:
        try:
            passwords.check(password, "somebody", profile)
        except BadInput:
            return False
        return True

    assert (passes(MLPS), passes(ASVS)) == (mlps, asvs)


def test_a_password_is_not_ones_own_name() -> None:
    with pytest.raises(BadInput):
        passwords.check("Liuyang-2026", "liuyang", MLPS)
    passwords.check("Liuyang-and-the-sea-26", "liuyang", MLPS)


def test_what_is_made_passes_both_profiles() -> None:
    made = {passwords.generated() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        passwords.check(password, "somebody", MLPS)
        passwords.check(password, "somebody", ASVS)
        assert not set(password) & set("0O1lIi")


def test_full_width_letters_are_the_same_password() -> None:
    kept = passwords.hashed("Harbour-47")
    assert passwords.verify(kept, "Ｈａｒｂｏｕｒ－４７")
    assert not passwords.verify(kept, "harbour-47")


# -- The second proof ---------------------------------------------------------------------------

#: RFC 6238, appendix B, for SHA-1: the last six digits of its eight.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_published_vectors(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert second_factor.matched_step(RFC_SECRET, code, moment) == seconds // 30
    if seconds < 60:
        return
    for off, known in ((-30, True), (30, True), (-60, False), (60, False)):
        at = moment + timedelta(seconds=off)
        assert (second_factor.matched_step(RFC_SECRET, code, at) is not None) is known


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "28708a", "x" * 10_000, "287\x00082"])
def test_what_is_no_code(typed: str) -> None:
    moment = datetime.fromtimestamp(59, UTC)
    assert second_factor.matched_step(RFC_SECRET, typed, moment) is None
    assert second_factor.matched_step(RFC_SECRET, "２８７ ０８２", moment) == 1


def test_a_recovery_code_is_read_however_it_is_typed() -> None:
    code = second_factor.recovery_codes()[0]
    kept = second_factor.recovery_hash(code)
    assert kept is not None
    assert second_factor.recovery_hash(code.upper().replace("-", "")) == kept
    assert second_factor.recovery_hash(code[:-1]) is None
    assert second_factor.recovery_hash("x" * 10_000) is None


@pytest.mark.parametrize(
    ("enrolled", "second", "one_time", "expired", "needed", "step"),
    [
        (False, False, False, False, False, Step.DONE),
        (False, False, False, False, True, Step.ENROL),
        (False, False, True, False, True, Step.PASSWORD),
        (True, False, True, True, True, Step.CODE),
        (True, False, False, False, False, Step.CODE),
        (True, True, False, True, True, Step.PASSWORD),
        (True, True, False, False, True, Step.DONE),
    ],
)
def test_what_is_asked_next(
    enrolled: bool, second: bool, one_time: bool, expired: bool, needed: bool, step: Step
) -> None:
    standing = Standing(
        created_at=MOMENT,
        seen_at=MOMENT,
        second_at=MOMENT if second else None,
        enrolled=enrolled,
        one_time=one_time,
        expired=expired,
        second_needed=needed,
    )
    assert next_step(standing) is step
