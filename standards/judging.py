"""The verdicts of all sites against one version at once: arrays in, arrays out.

A criterion with both methods follows its figure, unless somebody who was there said otherwise when
the figure told what it tells now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.sites.network import KINDS, STATUSES, Network, Wanted
from core.sites.rules import Status
from standards.rules import Check, Comparison, Criterion, Method, Result, State, Version

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]
Ints = NDArray[np.int64]

#: The states by their numbers in arrays, the worst first.
STATES: Final = tuple(State)
FAILED, UNKNOWN, MET, NOT_APPLICABLE = range(4)
#: The results by their numbers in arrays, and the state that each means.
RESULTS: Final = tuple(Result)
NOT_SEEN: Final = -1
_OF_RESULT: Final = np.array([MET, FAILED, NOT_APPLICABLE, UNKNOWN], np.int8)  # the last: not seen


@dataclass(frozen=True, slots=True)
class Looked:
    """What was last said of one criterion, by the index of the site in the network.

    ``results`` is NOT_SEEN where nobody looked; ``values`` what the figure told then.
    """

    results: Codes
    values: Floats


class Asked(NamedTuple):
    """What a number is asked of: a figure, or an item that is recorded."""

    figure: str | None
    item: str | None = None

    @classmethod
    def of(cls, check: Check) -> Asked:
        return cls(check.figure, check.item)


@dataclass(frozen=True, slots=True)
class Told:
    """What the figures of a criterion tell of one site: its own, and what it is compared with.

    ``applies``: unless it is known that the criterion does not apply to the site.
    """

    value: float | None = None
    target: float | None = None
    applies: bool = True


def derived(check: Check, told: Told) -> State:
    """What the figure says of one site; unknown where it, or its target, is not known."""
    if not told.applies:
        return State.NOT_APPLICABLE
    if told.value is None or told.target is None:
        return State.UNKNOWN
    passes = _COMPARE[check.comparison](np.array([told.value]), np.array([told.target]))
    return State.MET if passes[0] else State.FAILED


#: The numbers of a figure, or of an item, by the index of the site, nan where there is none.
Values = Callable[[Asked], Floats]
#: What was last said of a criterion; None where nobody ever looked.
Sight = Callable[[Criterion], Looked | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """One version at every site that serves and that it is for.

    ``indexes`` are the sites in the network; the other arrays have a column for each of them, and
    a row for each criterion where there are rows.  ``seen``: an observation decides.
    """

    version: Version
    indexes: Ints
    criteria: Codes
    seen: Wanted
    values: Floats
    least: Ints
    most: Ints
    of: Ints
    vetoed: Wanted
    states: Codes

    def column(self, index: int) -> int | None:
        """Where the site with this index in the network stands; None where it is not judged."""
        place = int(np.searchsorted(self.indexes, index))
        found = place < len(self.indexes) and int(self.indexes[place]) == index
        return place if found else None

    def failures(self) -> Ints:
        """How many criteria each site fails."""
        counted: Ints = (self.criteria == FAILED).sum(axis=0, dtype=np.int64)
        return counted


def judge(version: Version, net: Network, values: Values, sight: Sight) -> Judged:
    """How things stand with the version at every site of the day of the network."""
    kinds = [KINDS.index(kind) for kind in version.kinds]
    serving = net.rows.statuses == STATUSES.index(Status.ACTIVE)
    indexes = np.flatnonzero(serving & np.isin(net.rows.kinds, kinds)).astype(np.int64)
    shape = (len(version.criteria), len(indexes))
    criteria, seen = np.empty(shape, np.int8), np.zeros(shape, bool)
    told = np.full(shape, np.nan)
    for number, criterion in enumerate(version.criteria):
        if criterion.check is not None:
            told[number] = values(Asked.of(criterion.check))[indexes]
        criteria[number], seen[number] = _states(
            criterion, told[number], indexes, values, sight(criterion)
        )
        elsewhere = _elsewhere(criterion, net, indexes, values)
        criteria[number][elsewhere] = NOT_APPLICABLE
        seen[number][elsewhere] = False
    return _summed(version, indexes, criteria, seen, told)


def _summed(version: Version, indexes: Ints, criteria: Codes, seen: Wanted, told: Floats) -> Judged:
    weights = np.array([one.weight for one in version.criteria], np.int64)
    vetoes = np.array([one.veto for one in version.criteria], bool)
    least = weights @ (criteria == MET)
    most = least + weights @ (criteria == UNKNOWN)
    of = most + weights @ (criteria == FAILED)
    vetoed = (criteria[vetoes] == FAILED).any(axis=0)
    open_veto = (criteria[vetoes] == UNKNOWN).any(axis=0)
    states = np.full(len(indexes), MET, np.int8)
    states[open_veto | (least * 100 < version.meets * of)] = UNKNOWN
    states[vetoed | (most * 100 < version.meets * of)] = FAILED
    states[of == 0] = NOT_APPLICABLE
    return Judged(version, indexes, criteria, seen, told, least, most, of, vetoed, states)


def _states(
    criterion: Criterion, told: Floats, indexes: Ints, values: Values, looked: Looked | None
) -> tuple[Codes, Wanted]:
    follows = np.full(len(indexes), UNKNOWN, np.int8)
    if criterion.check is not None:
        follows = _derived(criterion.check, told, indexes, values)
    if looked is None or criterion.method is Method.DERIVED:
        return follows, np.zeros(len(indexes), bool)
    results = looked.results[indexes]
    holds = results != NOT_SEEN
    if criterion.method is Method.BOTH:
        then = looked.values[indexes]
        holds = holds & ((then == told) | (np.isnan(then) & np.isnan(told)))
    found: Codes = np.where(holds, _OF_RESULT[results], follows)
    return found, holds


def _derived(check: Check, told: Floats, indexes: Ints, values: Values) -> Codes:
    """What the figure says; unknown where it, or what it is compared with, is not known."""
    target = (
        np.full(len(told), check.value, np.float64)
        if check.than is None
        else values(Asked(check.than))[indexes]
    )
    passes = _COMPARE[check.comparison](told, target)
    found: Codes = np.where(passes, MET, FAILED).astype(np.int8)
    found[np.isnan(told) | np.isnan(target)] = UNKNOWN
    return found


_COMPARE: Final[dict[Comparison, Callable[[Floats, Floats], Wanted]]] = {
    Comparison.AT_LEAST: lambda told, target: told >= target,
    Comparison.AT_MOST: lambda told, target: told <= target,
    Comparison.MORE_THAN: lambda told, target: told > target,
    Comparison.LESS_THAN: lambda told, target: told < target,
    Comparison.EQUALS: lambda told, target: told == target,
}


def _elsewhere(criterion: Criterion, net: Network, indexes: Ints, values: Values) -> Wanted:
    """At which sites the criterion does not apply: by their kind, or by what is recorded."""
    out = np.zeros(len(indexes), bool)
    if criterion.kinds:
        numbers = [KINDS.index(kind) for kind in criterion.kinds]
        out |= ~np.isin(net.rows.kinds[indexes], numbers)
    if criterion.applies_if is not None:
        told = values(Asked.of(criterion.applies_if))[indexes]
        out |= _derived(criterion.applies_if, told, indexes, values) == FAILED
    return out
