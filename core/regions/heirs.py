"""What comes after a region that ends: what somebody decided, and what is likely.

A list of codes says who is gone and who has come, not who took over whom.  Likely heirs are regions
of the same level in the new list, each with the reasons that speak for it, in words.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l
from rapidfuzz import fuzz, process

from core.errors import BadInput
from core.labels import Labelled
from core.regions.rules import Difference, Row
from core.search import stem


@dataclass(frozen=True, slots=True)
class Heirs:
    """The codes, in the new list, of what comes after a region: one took it in, several share it.

    ``sites`` says by code which site goes to which of several. ``grants``: whoever held a role over
    the region holds it over the heirs.
    """

    codes: tuple[str, ...] = ()
    sites: Mapping[str, str] = field(default_factory=dict)
    grants: bool = True


NOBODY: Final = Heirs()
NO_HEIRS: Final[Mapping[str, Heirs]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Share:
    """What a new region takes over from regions that live on.

    ``sites`` says by code which region each site leaves. ``grants``: whoever holds a role over
    those regions holds it over the new one as well.
    """

    sites: Mapping[str, str]
    grants: bool = True


#: By the codes of the new regions.
NO_SHARES: Final[Mapping[str, Share]] = MappingProxyType({})


def no_heir(code: str, heir: str) -> BadInput:
    message = _l(
        "%(code)s 的承接区划 %(heir)s 不在新名单里，或级别不同。", code=code, heir=heir[:40]
    )
    return BadInput(message, field="heirs")


def read_heirs(text: str) -> dict[str, Heirs]:
    """The heirs in a CSV file: ``old,new`` on each line, and ``site`` for one that goes there.

    Raises BadInput naming the line.
    """
    reader = csv.reader(io.StringIO(text, newline=""))
    found: dict[str, Heirs] = {}
    for cells in reader:
        values = [cell.strip() for cell in cells]
        if not any(values) or values[:2] == ["old", "new"]:
            continue
        if not 2 <= len(values) <= 3 or not all(values[:2]):
            raise BadInput(
                _l("第 %(line)s 行应为：原代码,承接代码,网点（可不填）。", line=reader.line_num),
                field="heirs",
            )
        known = found.get(values[0], NOBODY)
        sites = {**known.sites, values[2]: values[1]} if len(values) == 3 and values[2] else {}
        found[values[0]] = Heirs(
            tuple(dict.fromkeys((*known.codes, values[1]))), sites or known.sites
        )
    return found


def told_apart(
    said: Mapping[str, Heirs], ended: Container[str]
) -> tuple[dict[str, Heirs], dict[str, Share]]:
    """What comes after regions that end, and what new ones take over from those that do not."""
    heirs = {code: one for code, one in said.items() if code in ended or not one.sites}
    shared: dict[str, dict[str, str]] = {}
    for code in said.keys() - heirs.keys():
        for site, new in said[code].sites.items():
            shared.setdefault(new, {})[site] = code
    return heirs, {new: Share(sites) for new, sites in shared.items()}


# -- What is likely -----------------------------------------------------------------------------


class Reason(Labelled):
    """Why a region is likely to be the heir of another."""

    CHILDREN = "children", _l("下辖区划归到这里")
    NAME = "name", _l("名称相近")
    CONTAINED = "contained", _l("名称互相包含")
    PARENT = "parent", _l("同一上级")
    CODE = "code", _l("代码相邻")
    NEW = "new", _l("这次新设")


#: What each reason weighs; NAME and CHILDREN by how far they hold.
_WEIGHTS: Final = {
    Reason.CHILDREN: 100,
    Reason.NAME: 50,
    Reason.CONTAINED: 40,
    Reason.PARENT: 25,
    Reason.CODE: 15,
    Reason.NEW: 10,
}
#: From here on an heir is chosen beforehand; below it is only offered.
ENOUGH: Final = 60
#: How many are offered.
MOST: Final = 6
_ALIKE: Final = 50.0
_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A region that may be the heir, and what speaks for it."""

    row: Row
    reasons: tuple[Reason, ...]
    score: float


class Proposer:
    """What became of the regions that are gone, as far as two lists tell."""

    def __init__(self, after: Sequence[Row], changed: Iterable[Difference]) -> None:
        changed = list(changed)
        self._now = {
            change.before.code: change.after.code
            for change in changed
            if change.before and change.after
        }
        self._gone = {
            change.before.code
            for change in changed
            if change.before is not None and change.after is None
        }
        self._came = {
            change.after.code for change in changed if change.before is None and change.after
        }
        self._parent = {row.code: row.parent for row in after}
        self._by_level: dict[str, dict[str, Row]] = {}
        self._below: dict[str, list[Row]] = {}
        for row in after:
            self._by_level.setdefault(row.level, {})[row.code] = row
            self._below.setdefault(row.parent, []).append(row)
        self._stems = {
            level: {code: stem(row.name) for code, row in rows.items()}
            for level, rows in self._by_level.items()
        }

    def candidates(self, gone: Row, children: Sequence[Row]) -> list[Candidate]:
        """The likeliest heirs of *gone*, whose *children* it had, the likeliest first."""
        shares = self._shares(children)
        parent = self._came_to_be(gone.parent)
        siblings = self._below.get(parent, []) if parent else []
        among = {row.code for row in siblings} | shares.keys() | self._alike(gone)
        nearest = _nearest_codes(gone, siblings)
        found = [
            self._candidate(gone, self._by_level[gone.level][code], parent, shares, nearest)
            for code in among
            if code in self._by_level.get(gone.level, {})
        ]
        found.sort(key=lambda one: (-one.score, one.row.code))
        return found[:MOST]

    def chosen(self, candidates: Sequence[Candidate]) -> tuple[str, ...]:
        """The codes of those among *candidates* that are likely enough to be chosen beforehand.

        Several where the children went several ways, or where several new regions share the name.
        A name alone says too little: it recurs in other towns.
        """
        shared = [one for one in candidates if Reason.CHILDREN in one.reasons]
        if not shared:
            shared = [
                one
                for one in candidates
                if {Reason.CONTAINED, Reason.NEW, Reason.PARENT} <= set(one.reasons)
            ]
        if len(shared) > 1:
            return tuple(sorted(one.row.code for one in shared))
        near = [one for one in candidates if {Reason.PARENT, Reason.CHILDREN} & set(one.reasons)]
        likely = [one for one in near[:1] if one.score >= ENOUGH]
        return tuple(one.row.code for one in likely)

    def _came_to_be(self, code: str) -> str | None:
        """The code that the region of an old *code* has now; None where it is gone."""
        return None if code in self._gone else self._now.get(code, code)

    def _shares(self, children: Sequence[Row]) -> dict[str, float]:
        """Where the children went: which share of them stands under which region."""
        went = [self._came_to_be(child.code) for child in children]
        parents = [self._parent[code] for code in went if code is not None and code in self._parent]
        return {code: parents.count(code) / len(children) for code in set(parents)}

    def _alike(self, gone: Row) -> set[str]:
        stems = self._stems.get(gone.level, {})
        found = process.extract(
            stem(gone.name), stems, scorer=fuzz.ratio, limit=MOST, score_cutoff=_ALIKE
        )
        return {code for _name, _score, code in found}

    def _candidate(
        self,
        gone: Row,
        row: Row,
        parent: str | None,
        shares: Mapping[str, float],
        nearest: set[str],
    ) -> Candidate:
        old, new = stem(gone.name), self._stems[gone.level][row.code]
        alike = fuzz.ratio(old, new)
        share = shares.get(row.code, 0.0)
        weights = {
            Reason.CHILDREN: share if share >= _SHARE else 0,
            Reason.NAME: alike / 100 if alike >= _ALIKE else 0,
            Reason.CONTAINED: _contained(old, new),
            Reason.PARENT: row.parent == parent,
            Reason.CODE: row.code in nearest,
            Reason.NEW: row.code in self._came,
        }
        reasons = tuple(reason for reason, weight in weights.items() if weight)
        score = sum(_WEIGHTS[reason] * weight for reason, weight in weights.items())
        return Candidate(row, reasons, score)


def _contained(old: str, new: str) -> bool:
    """Whether one name is in the other: 大疃 in 东大疃; one character alone says nothing."""
    return min(len(old), len(new)) > 1 and (old in new or new in old)


def _nearest_codes(gone: Row, siblings: Sequence[Row]) -> set[str]:
    """The codes just below and just above that of *gone*."""
    codes = sorted(row.code for row in siblings)
    place = bisect_left(codes, gone.code)
    return {*codes[max(0, place - 1) : place + 1]}


def places_of_sites(sites: Mapping[str, str], heirs: Mapping[str, str]) -> Mapping[str, str]:
    """Which of several heirs (names by code) the sites (name and address by code) say they are in.

    A site that names none of them, or several alike, is left out: somebody has to say.
    """
    found = {}
    stems = {code: stem(name) for code, name in heirs.items()}
    for site, text in sites.items():
        named = [(len(name), code) for code, name in stems.items() if name in text]
        best = [code for length, code in named if length == max(named)[0]]
        if len(best) == 1:
            found[site] = best[0]
    return found
