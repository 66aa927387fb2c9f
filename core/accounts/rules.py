"""Roles and what each permits, where a role may be held, how long a sign-in lasts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import COMMAND, EVERYWHERE, Actor, Permission, Reach
from core.errors import BadInput
from core.labels import Labelled
from core.regions.rules import Level


class Office(StrEnum):
    """Three offices that nobody may hold two of: doing the work, running the system, auditing."""

    BUSINESS = "business"
    SYSTEM = "system"
    AUDIT = "audit"


class Role(Labelled):
    HOTLINE_AGENT = "hotline_agent", _l("热线坐席")
    WINDOW_CLERK = "window_clerk", _l("窗口人员")
    STATION_MANAGER = "station_manager", _l("站点负责人")
    INSPECTOR = "inspector", _l("检查员")
    COUNTY_ADMIN = "county_admin", _l("区县管理员")
    CITY_ADMIN = "city_admin", _l("市级管理员")
    AUDITOR = "auditor", _l("审计员")
    SYSTEM_ADMIN = "system_admin", _l("系统管理员")

    @property
    def office(self) -> Office:
        return OFFICES.get(self, Office.BUSINESS)

    @property
    def second_factor(self) -> bool:
        """Whether a password alone is too little: the role administers, or sees personal data."""
        return not GRAVE.isdisjoint(ROLES[self])


OFFICES: Final = {Role.AUDITOR: Office.AUDIT, Role.SYSTEM_ADMIN: Office.SYSTEM}

_P = Permission
_DESK: Final = frozenset({_P.CASES_CREATE, _P.CASES_READ, _P.CASES_WORK, _P.CASES_REVEAL})
_COUNTY: Final = _DESK | {
    *(_P.REGISTER_READ, _P.REGISTER_WRITE, _P.REGISTER_IMPORT, _P.PROPOSALS_DECIDE),
    *(_P.RECORDS_READ, _P.RECORDS_IMPORT, _P.CASES_ASSIGN, _P.CASES_EXPORT),
    *(_P.INSPECTIONS_READ, _P.INSPECTIONS_REVIEW, _P.RECTIFY),
    *(_P.ACCOUNTS_READ, _P.ACCOUNTS_CREATE, _P.ACCOUNTS_MANAGE),
    *(_P.TOKENS_READING, _P.AUDIT_READ),
}

#: What each role permits wherever it is held.
ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.HOTLINE_AGENT: _DESK | {_P.REGISTER_READ},
    Role.WINDOW_CLERK: _DESK | {_P.REGISTER_READ, _P.RECORDS_READ},
    Role.STATION_MANAGER: _DESK
    | {
        *(_P.REGISTER_READ, _P.REGISTER_PROPOSE, _P.RECORDS_READ),
        *(_P.INSPECTIONS_READ, _P.INSPECTIONS_COMMENT, _P.RECTIFY),
    },
    Role.INSPECTOR: frozenset(
        {_P.REGISTER_READ, _P.INSPECTIONS_WRITE, _P.INSPECTIONS_READ, _P.RECTIFY}
    ),
    Role.COUNTY_ADMIN: _COUNTY,
    Role.CITY_ADMIN: (_COUNTY - {_P.AUDIT_READ})
    | {
        *(_P.REGIONS_CHANGE, _P.STANDARDS_PUBLISH, _P.CASES_EXPORT_FULL),
        *(_P.TOKENS_CREATE, _P.TOKENS_REVOKE),
    },
    Role.AUDITOR: frozenset({_P.REGISTER_READ, _P.INSPECTIONS_READ, _P.AUDIT_READ}),
    Role.SYSTEM_ADMIN: frozenset(
        {_P.ACCOUNTS_READ, _P.ACCOUNTS_CREATE, _P.TOKENS_REVOKE, _P.SYSTEM_RUN}
    ),
}

#: Who holds one of these shows two proofs.
GRAVE: Final = frozenset(
    {
        *(_P.REGISTER_WRITE, _P.REGIONS_CHANGE, _P.STANDARDS_PUBLISH, _P.CASES_REVEAL),
        *(_P.CASES_EXPORT_FULL, _P.ACCOUNTS_CREATE, _P.ACCOUNTS_MANAGE, _P.TOKENS_CREATE),
        *(_P.AUDIT_READ, _P.SYSTEM_RUN),
    }
)

#: Who grants a role stands strictly above it. The shell stands above all.
_RANKS: Final[Mapping[Role, int]] = {
    **dict.fromkeys(Role, 1),
    Role.COUNTY_ADMIN: 2,
    Role.CITY_ADMIN: 3,
    Role.AUDITOR: 4,
    Role.SYSTEM_ADMIN: 4,
}
_SHELL: Final = 5

#: What a role may be held over; None is everywhere, "site" a single one.
PLACES: Final[Mapping[Role, frozenset[Level | str | None]]] = {
    Role.HOTLINE_AGENT: frozenset({Level.CITY}),
    Role.WINDOW_CLERK: frozenset({"site", Level.TOWN}),
    Role.STATION_MANAGER: frozenset({"site", Level.TOWN, Level.VILLAGE}),
    Role.INSPECTOR: frozenset({Level.CITY, Level.COUNTY, Level.TOWN}),
    Role.COUNTY_ADMIN: frozenset({Level.COUNTY}),
    Role.CITY_ADMIN: frozenset({Level.CITY}),
    Role.AUDITOR: frozenset({None}),
    Role.SYSTEM_ADMIN: frozenset({None}),
}


@dataclass(frozen=True, slots=True)
class Place:
    """What a role is held over: everywhere, a region, or a site that stands in the region."""

    level: Level | str | None
    region_id: int | None = None
    site_id: int | None = None


def rank(role: str) -> int:
    return _SHELL if role == COMMAND else _RANKS[Role(role)]


def reaches(actor: Actor, permission: Permission, role: Role) -> Reach:
    """Where *actor* holds the permission by a role strictly above *role*."""
    above = Reach()
    for held in actor.held:
        if permission in held.permissions and rank(held.role) > rank(role):
            above |= held.reach
    return above


def check_place(role: Role, place: Place) -> None:
    """Raise BadInput where the role is not one to be held over such a place."""
    if place.level not in PLACES[role]:
        raise BadInput(_PLACE_FAULTS[role], field="place")


_PLACE_FAULTS: Final[Mapping[Role, LazyString]] = {
    Role.HOTLINE_AGENT: _l("热线坐席应授权到市。"),
    Role.WINDOW_CLERK: _l("窗口人员应授权到网点或镇（街道）。"),
    Role.STATION_MANAGER: _l("站点负责人应授权到网点、镇（街道）或村（社区）。"),
    Role.INSPECTOR: _l("检查员应授权到市、区县或镇（街道）。"),
    Role.COUNTY_ADMIN: _l("区县管理员应授权到区县。"),
    Role.CITY_ADMIN: _l("市级管理员应授权到市。"),
    Role.AUDITOR: _l("审计员不限区划，地点应留空。"),
    Role.SYSTEM_ADMIN: _l("系统管理员不限区划，地点应留空。"),
}


# -- Names --------------------------------------------------------------------------------------

MOST_USERNAME: Final = 32
MOST_NAME: Final = 40
_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}", re.ASCII)


def username(text: str) -> str:
    """*text* in the one form that names are kept in: compatibility forms and case folded.

    What is left must be Latin letters, digits and ``._-``, so that no two names look alike.
    Raises BadInput.
    """
    # Folding may lengthen, so what is far too long is not even looked at.
    folded = unicodedata.normalize("NFKC", text[:100]).casefold().strip()
    if len(text) > 100 or _USERNAME.fullmatch(folded) is None:
        raise BadInput(
            _l("用户名为 2 到 32 个拉丁字母、数字或 . _ -，以字母或数字开头。"), field="username"
        )
    return folded


def person_name(text: str) -> str:
    """The name of a person as typed, without blanks around it. Raises BadInput."""
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= MOST_NAME or not all(map(_shown, name)):
        raise BadInput(_l("请填写姓名，最多 %(most)s 个字。", most=MOST_NAME), field="name")
    return name


def _shown(letter: str) -> bool:
    """Whether *letter* shows as itself: no control, no direction of writing, no half of a pair."""
    return letter == " " or unicodedata.category(letter)[0] not in "CZ"


# -- Sign-ins -----------------------------------------------------------------------------------

#: A sign-in ends this long after its last request, and at the latest so long after its first.
IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
#: How long a sign-in that is over is kept.
KEPT: Final = timedelta(days=180)
#: How long one may take from the password to the last step.
UNFINISHED: Final = timedelta(minutes=10)
#: How long a proof of who one is holds for grave acts.
FRESH: Final = timedelta(minutes=15)
#: The time of the last request is written down at most this often.
SEEN_EVERY: Final = timedelta(minutes=1)
ONE_DAY: Final = timedelta(days=1)
#: How long a password that somebody else gave may be used, once.
ONE_TIME: Final = timedelta(days=7)


class Step(StrEnum):
    """What is still to be done before one has signed in."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    ENROL = "enrol"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a sign-in and its account. ``one_time``: the password is not her own yet."""

    created_at: datetime
    seen_at: datetime
    second_at: datetime | None
    enrolled: bool
    one_time: bool
    expired: bool
    second_needed: bool


def next_step(standing: Standing) -> Step:
    """What is asked next of somebody who has given the right password."""
    if standing.enrolled and standing.second_at is None:
        return Step.CODE
    if standing.one_time or standing.expired:
        return Step.PASSWORD
    if standing.second_needed and not standing.enrolled:
        return Step.ENROL
    return Step.DONE


def over(standing: Standing, step: Step, moment: datetime) -> bool:
    """Whether the sign-in has come to its end by itself."""
    if step is not Step.DONE:
        return moment - standing.created_at > UNFINISHED
    return moment - standing.seen_at > IDLE or moment - standing.created_at > LONGEST


# -- Attempts -----------------------------------------------------------------------------------


class Guess(StrEnum):
    """What attempts are counted by: the account, the address they come from, the second proof."""

    ACCOUNT = "account"
    ADDRESS = "address"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Limit:
    most: int
    within: timedelta


LIMITS: Final[Mapping[Guess, Limit]] = {
    Guess.ACCOUNT: Limit(5, timedelta(minutes=15)),
    Guess.ADDRESS: Limit(20, timedelta(hours=1)),
    Guess.CODE: Limit(5, timedelta(minutes=15)),
}


# -- Tokens -------------------------------------------------------------------------------------

LONGEST_TOKEN: Final = timedelta(days=365)
MOST_LABEL: Final = 40
#: What a program may be let do; the rest needs a person.
READING: Final = frozenset({_P.REGISTER_READ, _P.INSPECTIONS_READ})
TOKENABLE: Final = READING | {_P.REGISTER_PROPOSE, _P.REGISTER_WRITE, _P.REGISTER_IMPORT}

PERMISSION_LABELS: Final[Mapping[Permission, LazyString]] = {
    _P.REGISTER_READ: _l("读取网点登记"),
    _P.REGISTER_PROPOSE: _l("提交网点变更申请"),
    _P.REGISTER_WRITE: _l("维护网点登记"),
    _P.REGISTER_IMPORT: _l("导入网点"),
    _P.INSPECTIONS_READ: _l("读取检查记录"),
}


def tokenable(actor: Actor) -> frozenset[Permission]:
    """What *actor* may put into a token of its own."""
    if actor.may(_P.TOKENS_CREATE):
        allowed = TOKENABLE
    elif actor.may(_P.TOKENS_READING):
        allowed = READING
    else:
        return frozenset()
    return frozenset(permission for permission in allowed if actor.may(permission))


def reach_of(place: Place) -> Reach:
    """The reach of a role held over *place*."""
    if place.site_id is not None:
        return Reach(sites=frozenset({place.site_id}))
    return EVERYWHERE if place.region_id is None else Reach(regions=frozenset({place.region_id}))
