"""Changing a draft piece by piece: each change gives another version of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.sites.rules import Kind
from standards.rules import MOST_CRITERIA, Chapter, Criterion, Version

#: How far ahead a version may come into force.
AHEAD_DAYS: Final = 2 * 366

#: What a draft from nothing begins as: it holds together and asks one thing.
BLANK: Final = """\
format = 1
code = "new-standard"
name = "新标准"
name_en = ""
about = "写明这个标准从哪里来、用来做什么。"
kinds = ["hall"]
total = 1
meets = 100

[[chapters]]
code = "general"
name = "总则"

[[criteria]]
code = "first"
chapter = "general"
text = "写明要求什么"
weight = 1
method = "observed"

[criteria.guidance]
look = "写明看什么"
evidence = "写明凭什么"
judge = "写明怎样算通过"

[criteria.source]
kind = "proposed"
note = "写明依据"
"""


@dataclass(frozen=True, slots=True)
class Payload:
    """What a proposal to publish holds: the draft, what stands for its file, the day."""

    draft: str
    digest: str
    in_force: date

    def kept(self) -> dict[str, Any]:
        return {
            "draft": self.draft,
            "digest": self.digest,
            "in_force": self.in_force.isoformat(),
        }

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Payload:
        return cls(kept["draft"], kept["digest"], date.fromisoformat(kept["in_force"]))


def place_of(version: Version, code: str) -> int:
    """Where the criterion stands. Raises BadInput."""
    for number, one in enumerate(version.criteria):
        if one.code == code:
            return number
    raise BadInput(_l("标准里没有这一条。"), field="criterion")


def with_criterion(version: Version, criterion: Criterion, at: int | None) -> Version:
    """The version with a criterion put in the place of one, or after all others.

    Raises BadInput.
    """
    if at is None and len(version.criteria) >= MOST_CRITERIA:
        raise BadInput(_l("条目太多，最多 %(most)s 条。", most=MOST_CRITERIA))
    others = [one.code for number, one in enumerate(version.criteria) if number != at]
    if criterion.code in others:
        raise BadInput(_l("代码“%(code)s”重复。", code=criterion.code), field="code")
    if at is None:
        return _with(version, (*version.criteria, criterion))
    return _with(version, (*version.criteria[:at], criterion, *version.criteria[at + 1 :]))


def without(version: Version, code: str) -> Version:
    """The version without a criterion; chapters that are empty then are gone, too.

    Raises BadInput.
    """
    at = place_of(version, code)
    if len(version.criteria) == 1:
        raise BadInput(_l("至少要有一条。"))
    return _with(version, (*version.criteria[:at], *version.criteria[at + 1 :]))


def moved(version: Version, code: str, by: int) -> Version:
    """The version with a criterion one place up or down."""
    at = place_of(version, code)
    to = min(max(at + by, 0), len(version.criteria) - 1)
    criteria = list(version.criteria)
    criteria.insert(to, criteria.pop(at))
    return _with(version, criteria)


def _with(version: Version, criteria: Sequence[Criterion]) -> Version:
    """The version with other criteria; its total is the sum of their weights."""
    used = {one.chapter for one in criteria}
    return version.model_copy(
        update={
            "criteria": tuple(criteria),
            "chapters": tuple(one for one in version.chapters if one.code in used),
            "total": sum(one.weight for one in criteria),
        }
    )


def with_chapters(version: Version, chapters: Iterable[Chapter]) -> Version:
    """The version with these chapters beside those that have criteria."""
    known = {one.code: one for one in version.chapters}
    known |= {one.code: one for one in chapters}
    return version.model_copy(update={"chapters": tuple(known.values())})


def narrowed(version: Version, kinds: Sequence[Kind]) -> Version:
    """The version for these kinds of site; criteria for other kinds lose them."""
    criteria = tuple(
        one.model_copy(update={"kinds": tuple(kind for kind in one.kinds if kind in kinds)})
        for one in version.criteria
    )
    return version.model_copy(update={"kinds": tuple(kinds), "criteria": criteria})
