"""What a finding is, how it moves, by when, and what becomes of one that is late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.access import Permission
from core.accounts.rules import Role
from core.calendar import working
from core.calendar.rules import Calendar
from core.errors import BadInput
from core.labels import Labelled
from core.sizes import MEGABYTE


class State(Labelled):
    OPEN = "open", _l("待整改")
    ANSWERED = "answered", _l("已反馈，待复查")
    RETURNED = "returned", _l("已退回，待整改")
    CLOSED = "closed", _l("已销号")
    #: Given up without having been put right, as when its site is closed.
    LAPSED = "lapsed", _l("已终止")


#: The site has to do something.
TO_DO: Final = (State.OPEN, State.RETURNED)
UNFINISHED: Final = (State.OPEN, State.ANSWERED, State.RETURNED)


class Severity(Labelled):
    MINOR = "minor", _l("一般")
    SERIOUS = "serious", _l("较重")
    GRAVE = "grave", _l("严重")


class Verdict(StrEnum):
    """What the re-check says of an answer."""

    ACCEPTED = "accepted"
    RETURNED = "returned"


class Climb(Labelled):
    """Before whom something late is brought."""

    STATION = "station", _l("本网点")
    COUNTY = "county", _l("区县")
    CITY = "city", _l("市级")


#: Whose list it is on from then on.
CLIMB_ROLES: Final[Mapping[Climb, Role]] = {
    Climb.STATION: Role.STATION_MANAGER,
    Climb.COUNTY: Role.COUNTY_ADMIN,
    Climb.CITY: Role.CITY_ADMIN,
}


class Deadline(Labelled):
    """Why a deadline was set."""

    FOUND = "found", _l("首次期限")
    RETURNED = "returned", _l("退回后重定")
    EXTENDED = "extended", _l("批准延期")


MOST_WORDS: Final = 1000
MOST_NOTE: Final = 1000
MOST_OWNER: Final = 100
MOST_TITLE: Final = 200
MOST_BASIS: Final = 2000
#: Photos of one answer; how many are sent at once, and how large they may be together.
MOST_PHOTOS: Final = 12
MOST_AT_ONCE: Final = 6
MOST_SENT: Final = 40 * MEGABYTE
#: For so many days a finding of the same criterion at the same site counts as the same again.
SAME_WITHIN: Final = 365
#: The latest day that anything may be due: so far from the day it is set.
LONGEST: Final = 366


# -- Periods ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """Working days from the day it was found, and from the day an answer was sent back."""

    days: int
    again: int


@dataclass(frozen=True, slots=True)
class Periods:
    """The one table of periods, in working days (data/periods.toml, or the bureau's own)."""

    severities: Mapping[Severity, Period]
    climb: Mapping[Climb, int]
    extension: int

    def due(self, calendar: Calendar, severity: Severity, found_on: date) -> date:
        """By when it is to be put right."""
        return working.after(calendar, found_on, self.severities[severity].days)

    def due_again(self, calendar: Calendar, severity: Severity, on: date) -> date:
        """By when, after an answer was sent back."""
        return working.after(calendar, on, self.severities[severity].again)

    def latest_extension(self, calendar: Calendar, due: date, on: date) -> date:
        """The latest day to which a deadline may be put off, from itself or from now if later."""
        return working.after(calendar, max(due, on), self.extension)

    def climbed(self, calendar: Calendar, level: Climb, on: date) -> date:
        """What was due on this day or earlier is on *on* so late that it goes to *level*."""
        return working.before(calendar, on, self.climb[level])


# -- Where findings come from -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FindingSource:
    """What opens findings: a visit, a bad rating.

    ``link`` gives the address of the page of what a reference names, None where there is none.
    Whoever holds ``rechecks`` has the re-check on her list; holders of INSPECTIONS_REVIEW may
    re-check, too.
    """

    code: str
    label: LazyString
    link: Callable[[str], str | None]
    rechecks: Permission = Permission.INSPECTIONS_WRITE


_sources: dict[str, FindingSource] = {}


def finding_source(source: FindingSource) -> FindingSource:
    """Declare a source, once; its code is kept for ever."""
    if source.code in _sources:
        raise ValueError(f"{source.code} is declared already")
    _sources[source.code] = source
    return source


def find_source(code: str) -> FindingSource | None:
    """The source of a code; None where the room that declared it is gone."""
    return _sources.get(code)


def sources() -> list[FindingSource]:
    return [_sources[code] for code in sorted(_sources)]


@dataclass(frozen=True, slots=True)
class Opened:
    """A finding as its source opens it.

    ``source`` and ``reference`` say what found it (a visit's UUID); ``standard`` is the title of
    what was checked against, ``criterion`` the key ``standard/criterion`` by which the same is
    known again, ``words`` that criterion in words, ``basis`` the clause with its source mark.
    ``photos`` are ids of pictures (core.files).  Without ``due`` the table of periods says it;
    without an owner it is whoever manages the site; without ``found_by`` whoever opens it has
    found it.
    """

    source: str
    reference: str
    site_id: int
    standard: str
    criterion: str
    words: str
    basis: str
    severity: Severity
    found_on: date
    note: str = ""
    photos: tuple[int, ...] = ()
    owner_id: int | None = None
    due: date | None = None
    found_by: str = ""
    found_by_id: int | None = None


# -- Bounds of what people say ------------------------------------------------------------------


def said(text: str, field: str, most: int = MOST_WORDS) -> str:
    """Words that somebody has to say, without the ends. Raises BadInput."""
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise BadInput(NEEDED[field], field=field)
    if len(words) > most:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=most), field=field)
    if any(not letter.isprintable() and letter != "\n" for letter in words):
        raise BadInput(_l("内容中有不可用的字符。"), field=field)
    return words


NEEDED: Final = {
    "words": _l("请写明整改情况。"),
    "verdict": _l("请写明复查情况。"),
    "reason": _l("请写明原因。"),
}


def check_due(due: date, on: date, latest: date | None = None) -> None:
    """Raise BadInput for a deadline that has passed or is too far away."""
    if due < on:
        raise BadInput(_l("整改期限不能早于今天。"), field="due")
    if (due - on).days > LONGEST:
        raise BadInput(_l("整改期限太远，最多一年。"), field="due")
    if latest is not None and due > latest:
        message = _l("最多可延到 %(latest)s。", latest=latest.isoformat())
        raise BadInput(message, field="due")
