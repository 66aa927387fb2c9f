"""What a standard is: its versions, each a document of criteria that never changes once published.

A criterion is observed by somebody who goes there, derived from a figure that the register knows
anyway, or both.  Every criterion says where it comes from; what no source names is proposed, and
every page and every print says so.
"""

from __future__ import annotations

import hashlib
import json
from calendar import monthrange
from datetime import date, timedelta
from typing import Annotated, Final, Literal

from flask_babel import lazy_gettext as _l
from pydantic import Field, StringConstraints

from core.catalogue.format import SourceRow
from core.catalogue.rules import Document, EnglishName, Extra, Name, Strict, Words
from core.labels import Labelled
from core.sites.rules import Kind

#: Codes of standards, chapters and criteria: small letters, digits, hyphens.
CODE: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
Code = Annotated[str, StringConstraints(pattern=CODE, max_length=40)]
FigureCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]*$", max_length=60)]
ItemCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
#: Words that addresses use already.
RESERVED: Final = frozenset({"drafts", "new", "inspections"})
#: In percent of the points that can be had.
Percent = Annotated[int, Field(ge=0, le=100)]
Weight = Annotated[int, Field(ge=1, le=1000)]
Months = Annotated[int, Field(ge=1, le=120)]
Number = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]

MOST_CRITERIA: Final = 200
MOST_NOTE: Final = 500


class Result(Labelled):
    """What somebody who was there says of a criterion."""

    PASSED = "pass", _l("通过")
    FAILED = "fail", _l("不通过")
    NOT_APPLICABLE = "not_applicable", _l("不适用")


class State(Labelled):
    """How things stand with a criterion, or with a whole standard, at a site."""

    FAILED = "failed", _l("未达标")
    UNKNOWN = "unknown", _l("待定")
    MET = "met", _l("达标")
    NOT_APPLICABLE = "not_applicable", _l("不适用")


class Method(Labelled):
    OBSERVED = "observed", _l("现场查看")
    DERIVED = "derived", _l("按指标判定")
    BOTH = "both", _l("先看指标，现场可更正")


class Comparison(Labelled):
    AT_LEAST = "at_least", _l("不少于")
    AT_MOST = "at_most", _l("不超过")
    MORE_THAN = "more_than", _l("多于")
    LESS_THAN = "less_than", _l("少于")
    EQUALS = "equals", _l("等于")


class Check(Strict):
    """A figure of the site, or how many it has of an item that is recorded, compared with a number
    or with another figure of the same site.

    Shares are numbers between 0 and 1.
    """

    figure: FigureCode | None = None
    item: ItemCode | None = None
    comparison: Comparison
    value: Number | None = None
    than: FigureCode | None = None


class Guidance(Strict):
    """What an inspector looks at, what counts as evidence, and how it is judged."""

    look: Words
    look_en: Extra = ""
    evidence: Words
    evidence_en: Extra = ""
    judge: Words
    judge_en: Extra = ""


class Chapter(Strict):
    code: Code
    name: Name
    name_en: EnglishName = ""


class Band(Strict):
    """A grade, from a share of the points (inclusive) to another (exclusive, but 100 counts)."""

    code: Code
    name: Name
    name_en: EnglishName = ""
    start: Percent = Field(alias="from")
    end: Percent = Field(alias="to")


class Criterion(Strict):
    """``kinds``: applies to these only, to all of the standard's if empty.

    ``applies_if``: does not apply where this is known to be otherwise.  ``months``: how long what
    was seen on site holds, if not as long as the version says.
    """

    code: Code
    chapter: Code
    text: Words
    text_en: Extra = ""
    weight: Weight = 1
    veto: bool = False
    method: Method
    check: Check | None = None
    kinds: tuple[Kind, ...] = ()
    applies_if: Check | None = None
    months: Months | None = None
    guidance: Guidance | None = None
    source: SourceRow

    @property
    def asked(self) -> str:
        """Stands for what is asked: an observation holds as long as this stays the same.

        Weight, veto, how long it holds, guidance, source and translation are not part of it.
        """
        check = (
            None if self.check is None else self.check.model_dump(mode="json", exclude_none=True)
        )
        told = json.dumps([self.text, self.method, check], ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def observable(self) -> bool:
        """Whether somebody who is there may say how it is."""
        return self.method is not Method.DERIVED


class Version(Strict):
    """One version of a standard, whole."""

    format: Literal[1]
    code: Code
    name: Name
    name_en: EnglishName = ""
    about: Words
    about_en: Extra = ""
    kinds: tuple[Kind, ...] = Field(min_length=1)
    #: The sum of all weights, as a check.
    total: Annotated[int, Field(ge=1, le=100_000)]
    #: From what share of the points on it is met.
    meets: Percent = 100
    #: For how many months what was seen on site holds; without, until somebody looks again.
    months: Months | None = None
    documents: dict[str, Document] = Field(default_factory=dict)
    bands: tuple[Band, ...] = Field(default=(), max_length=20)
    chapters: tuple[Chapter, ...] = Field(min_length=1, max_length=40)
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=MOST_CRITERIA)

    @property
    def by_code(self) -> dict[str, Criterion]:
        return {criterion.code: criterion for criterion in self.criteria}

    def seen_since(self, criterion: Criterion, on: date) -> date | None:
        """The first day from which what was seen still holds on the day; None: it always does."""
        months = criterion.months or self.months
        if months is None:
            return None
        year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
        last = monthrange(year, month + 1)[1]
        return date(year, month + 1, min(on.day, last)) + timedelta(1)

    def seen_until(self, criterion: Criterion, seen: date) -> date | None:
        """The last day on which what was seen that day still holds; None: until somebody looks."""
        months = criterion.months or self.months
        if months is None:
            return None
        year, month = divmod(seen.year * 12 + seen.month - 1 + months, 12)
        if seen.day <= monthrange(year, month + 1)[1]:
            return date(year, month + 1, seen.day) - timedelta(1)
        return date(year, month + 1, monthrange(year, month + 1)[1])

    def of_kind(self, kind: Kind) -> tuple[Criterion, ...]:
        """The criteria that apply to sites of the kind, in order."""
        if kind not in self.kinds:
            return ()
        return tuple(one for one in self.criteria if not one.kinds or kind in one.kinds)

    def band(self, points: int, of: int) -> Band | None:
        """The grade for so many points of so many."""
        if of <= 0:
            return None
        for band in self.bands:
            below = points * 100 < band.end * of or (band.end == 100 and points == of)
            if band.start * of <= points * 100 and below:
                return band
        return None

    @property
    def lowest(self) -> Band | None:
        """The grade that a failed veto gives, whatever the points."""
        return min(self.bands, key=lambda band: band.start, default=None)
