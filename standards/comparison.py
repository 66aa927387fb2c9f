"""What differs between two versions: of the whole, and criterion by criterion; and between the
verdicts that each gives, site by site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.labels import Labelled
from core.sites.network import Network, Place
from standards.judging import STATES, Judged
from standards.rules import Criterion, State, Version


class Change(Labelled):
    ADDED = "added", _l("新增")
    REMOVED = "removed", _l("已删去")
    CHANGED = "changed", _l("有改动")


#: What is compared of a version as a whole, and of a criterion, in the order of pages.
WHOLE: Final = {
    "name": _l("名称"),
    "about": _l("说明"),
    "kinds": _l("适用的网点"),
    "total": _l("总分"),
    "meets": _l("达标线"),
    "months": _l("现场结果的有效期（月）"),
    "bands": _l("等级"),
    "chapters": _l("章"),
}
PARTS: Final = {
    "text": _l("要求"),
    "chapter": _l("章"),
    "method": _l("判定方式"),
    "check": _l("指标"),
    "weight": _l("分值"),
    "veto": _l("一票否决"),
    "kinds": _l("适用的网点"),
    "applies_if": _l("适用条件"),
    "months": _l("现场结果的有效期（月）"),
    "guidance": _l("查看要点"),
    "source": _l("来源"),
    "text_en": _l("英文"),
}


@dataclass(frozen=True, slots=True)
class Differing:
    """A part that differs: its name, what it was and what it is."""

    part: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """``asks_other``: what was seen under the one does not count under the other."""

    change: Change
    before: Criterion | None
    after: Criterion | None
    parts: tuple[Differing, ...] = ()

    @property
    def code(self) -> str:
        one = self.after or self.before
        return "" if one is None else one.code

    @property
    def asks_other(self) -> bool:
        return (
            self.before is not None
            and self.after is not None
            and self.before.asked != self.after.asked
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    whole: tuple[Differing, ...]
    criteria: tuple[CriterionChange, ...]

    def __bool__(self) -> bool:
        return bool(self.whole or self.criteria)


def compare(before: Version, after: Version) -> Comparison:
    """What differs, in the order of the later version; what is gone comes last."""
    return Comparison(tuple(_differing(before, after, WHOLE)), tuple(_criteria(before, after)))


def _criteria(before: Version, after: Version) -> Iterator[CriterionChange]:
    old, new = before.by_code, after.by_code
    for code, one in new.items():
        if code not in old:
            yield CriterionChange(Change.ADDED, None, one)
        elif parts := tuple(_differing(old[code], one, PARTS)):
            yield CriterionChange(Change.CHANGED, old[code], one, parts)
    for code, one in old.items():
        if code not in new:
            yield CriterionChange(Change.REMOVED, one, None)


def _differing(before: Any, after: Any, parts: dict[str, LazyString]) -> Iterator[Differing]:
    for part in parts:
        was, becomes = getattr(before, part), getattr(after, part)
        if was != becomes:
            yield Differing(part, was, becomes)


# -- Of verdicts --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """A site whose verdict would be another; ``criteria`` are those of the later version that it
    fails there, or the earlier one's that it fails no more. None: not judged."""

    place: Place
    before: State | None
    after: State | None
    fails: tuple[Criterion, ...]
    freed: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """How the verdicts of all sites would be, beside how they are."""

    before: dict[State, int]
    after: dict[State, int]
    moved: tuple[Moved, ...]
    #: How many more move that are not named, because whoever asks may not read of them.
    hidden: int = 0

    def newly(self, state: State) -> int:
        """How many sites would come to be so."""
        return sum(one.after is state for one in self.moved)

    @property
    def groups(self) -> dict[tuple[State | None, State | None], list[Moved]]:
        """The sites that move, by where from and where to."""
        found: dict[tuple[State | None, State | None], list[Moved]] = {}
        for one in self.moved:
            found.setdefault((one.before, one.after), []).append(one)
        return dict(sorted(found.items(), key=lambda pair: _order(pair[0])))


def _order(pair: tuple[State | None, State | None]) -> tuple[int, int]:
    before, after = pair
    last = len(STATES)
    return (
        last if after is None else STATES.index(after),
        last if before is None else STATES.index(before),
    )


def dry_run(net: Network, before: Judged | None, after: Judged) -> DryRun:
    """The sites whose verdict would be another, in the order of the register."""
    was, becomes = _by_index(net, before), _by_index(net, after)
    moved = np.flatnonzero(was != becomes)
    return DryRun(
        before=_counts(before),
        after=_counts(after),
        moved=tuple(_moved(net, int(index), before, after) for index in moved),
    )


def only(dry: DryRun, wanted: Callable[[Place], bool]) -> DryRun:
    """The same, naming only the sites that are wanted."""
    moved = tuple(one for one in dry.moved if wanted(one.place))
    return replace(dry, moved=moved, hidden=len(dry.moved) - len(moved))


def _by_index(net: Network, judged: Judged | None) -> Any:
    states = np.full(len(net), -1, np.int8)
    if judged is not None:
        states[judged.indexes] = judged.states
    return states


def _counts(judged: Judged | None) -> dict[State, int]:
    if judged is None:
        return dict.fromkeys(STATES, 0)
    counts = np.bincount(judged.states, minlength=len(STATES))
    return {state: int(counts[number]) for number, state in enumerate(STATES)}


def _moved(net: Network, index: int, before: Judged | None, after: Judged) -> Moved:
    failed = {} if before is None else _failed(before, index)
    fails = _failed(after, index)
    return Moved(
        place=net.place(index),
        before=None if before is None else _state(before, index),
        after=_state(after, index),
        fails=tuple(one for code, one in fails.items() if code not in failed),
        freed=tuple(one for code, one in failed.items() if code not in fails),
    )


def _failed(judged: Judged, index: int) -> dict[str, Criterion]:
    column = judged.column(index)
    if column is None:
        return {}
    numbers = np.flatnonzero(judged.criteria[:, column] == STATES.index(State.FAILED))
    criteria = [judged.version.criteria[number] for number in numbers]
    return {one.code: one for one in criteria}


def _state(judged: Judged, index: int) -> State | None:
    column = judged.column(index)
    return None if column is None else STATES[judged.states[column]]
