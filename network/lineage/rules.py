"""A list under review: each change, what it touches, what is still to be decided."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.regions.heirs import Candidate, Heirs, Share
from core.regions.importer import Plan
from core.regions.rules import ChangeKind, Difference

CHANGE_LABELS: Final = {
    ChangeKind.MERGED: _l("合并"),
    ChangeKind.SPLIT: _l("拆分"),
    ChangeKind.ABOLISHED: _l("撤销建制"),
    ChangeKind.CREATED: _l("新设"),
    ChangeKind.RENAMED: _l("更名"),
    ChangeKind.REPARENTED: _l("改隶"),
    ChangeKind.RECODED: _l("换代码"),
    ChangeKind.RECLASSIFIED: _l("法定与否变更"),
}
#: In this order the changes are listed: what somebody has to look at first.
_ORDER: Final = {kind: place for place, kind in enumerate(CHANGE_LABELS)}


@dataclass(frozen=True, slots=True)
class StandingSite:
    """A site in a region that ends, and the code of the heir it goes to, if that is said."""

    code: str
    name: str
    heir: str | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a role over a region that ends."""

    name: str
    username: str
    role: LazyString


@dataclass(frozen=True, slots=True)
class Said:
    """Which sites (by code) somebody said go to a new region, and whether roles come along."""

    sites: tuple[str, ...]
    grants: bool = True


@dataclass(frozen=True, slots=True)
class OfferedSite:
    """A site in a region that lives on, which may go to a new one; ``why`` it is likely to."""

    code: str
    name: str
    address: str
    origin: str
    chosen: bool
    why: LazyString | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """A region that lives on beside a new one: how many sites stand in it, and how many go."""

    code: str
    name: str
    before: int
    goes: int

    @property
    def after(self) -> int:
        return self.before - self.goes


@dataclass(frozen=True, slots=True)
class Offer:
    """What a new region may take over from regions that live on.

    ``comes``: how many sites come to it from regions that end.
    """

    sites: tuple[OfferedSite, ...]
    origins: tuple[Origin, ...]
    holders: tuple[Holder, ...]
    grants: bool
    comes: int = 0

    @property
    def chosen(self) -> dict[str, str]:
        """The sites that go over, each with the code of the region it leaves."""
        return {site.code: site.origin for site in self.sites if site.chosen}

    @property
    def after(self) -> int:
        """How many sites the new region begins with."""
        return self.comes + len(self.chosen)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change under review. The rest is of regions that end only, ``offer`` of new ones.

    ``touches`` is what stands there, each with its number; ``names`` what the heirs are called.
    """

    change: Difference
    kinds: tuple[ChangeKind, ...]
    candidates: tuple[Candidate, ...] = ()
    heirs: Heirs | None = None
    names: Mapping[str, str] | None = None
    touches: tuple[tuple[LazyString, int], ...] = ()
    sites: tuple[StandingSite, ...] = ()
    holders: tuple[Holder, ...] = ()
    homeless: bool = False
    offer: Offer | None = None

    @property
    def code(self) -> str:
        """The code by which the change is known: the old one, else the new one."""
        row = self.change.before or self.change.after
        return "" if row is None else row.code

    @property
    def text(self) -> str:
        """What is searched in."""
        rows = (self.change.before, self.change.after)
        return " ".join(f"{row.code} {row.name}" for row in rows if row is not None)

    @property
    def undecided(self) -> tuple[StandingSite, ...]:
        """The sites of which nobody has said where they go."""
        return tuple(site for site in self.sites if site.heir is None)

    @property
    def problem(self) -> LazyString | None:
        """What is still to be decided."""
        if self.homeless:
            return _l("这里还有网点，请选择承接的区划。")
        if self.undecided:
            return _l("请为下面的每个网点选择归属。")
        return None


def kinds_of(change: Difference, heirs: Heirs | None) -> tuple[ChangeKind, ...]:
    """What happens to a region, by what comes after it."""
    if heirs is None or not heirs.codes:
        return change.kinds
    return (ChangeKind.MERGED if len(heirs.codes) == 1 else ChangeKind.SPLIT,)


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What has a problem first, then by what happens, then by code."""
    return tuple(
        sorted(entries, key=lambda one: (one.problem is None, _ORDER[one.kinds[0]], one.code))
    )


@dataclass(frozen=True, slots=True)
class Review:
    """A list against what holds now."""

    plan: Plan
    entries: tuple[Entry, ...]

    @property
    def heirs(self) -> dict[str, Heirs]:
        """What comes after each region that ends."""
        found = {}
        for entry in self.entries:
            if entry.heirs is not None and entry.heirs.codes:
                sites = {site.code: site.heir for site in entry.sites if site.heir is not None}
                several = len(entry.heirs.codes) > 1
                found[entry.code] = Heirs(
                    entry.heirs.codes, sites if several else {}, entry.heirs.grants
                )
        return found

    @property
    def shares(self) -> dict[str, Share]:
        """What new regions take over from those that live on."""
        return {
            entry.code: Share(entry.offer.chosen, entry.offer.grants)
            for entry in self.entries
            if entry.offer is not None and entry.offer.chosen
        }

    @property
    def problems(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.problem is not None)

    @property
    def counts(self) -> dict[ChangeKind, int]:
        """How many regions each kind of change happens to, in the order in which they are told."""
        counted = Counter(kind for entry in self.entries for kind in entry.kinds)
        return {kind: counted[kind] for kind in CHANGE_LABELS if counted[kind]}

    @property
    def digest(self) -> str:
        """The same for the same changes with the same heirs, whoever looks at them when."""
        told = [
            self.plan.on.isoformat(),
            self.plan.source,
            [[repr(one.before), repr(one.after)] for one in self.plan.changed],
            {
                code: [list(one.codes), dict(one.sites), one.grants]
                for code, one in self.heirs.items()
            },
            {code: [dict(one.sites), one.grants] for code, one in self.shares.items()},
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def version(self) -> int:
        """The digest as a number that the proposal's page can carry."""
        return int(self.digest[:7], 16)


# -- Kept ---------------------------------------------------------------------------------------


def parse(text: str) -> dict[str, Heirs]:
    """The heirs that a draft keeps."""
    kept: dict[str, Any] = json.loads(text)
    return {
        code: Heirs(tuple(one["codes"]), one["sites"], one["grants"]) for code, one in kept.items()
    }


def kept(heirs: Mapping[str, Heirs]) -> str:
    told = {
        code: {"codes": list(one.codes), "sites": dict(one.sites), "grants": one.grants}
        for code, one in heirs.items()
    }
    return json.dumps(told, sort_keys=True)


def parse_shares(text: str) -> dict[str, Said]:
    """What a draft keeps of new regions."""
    held: dict[str, Any] = json.loads(text)
    return {code: Said(tuple(one["sites"]), one["grants"]) for code, one in held.items()}


def kept_shares(said: Mapping[str, Said]) -> str:
    told = {code: {"sites": sorted(one.sites), "grants": one.grants} for code, one in said.items()}
    return json.dumps(told, sort_keys=True)


def payload(uuid: str, review: Review) -> dict[str, Any]:
    """What the proposal keeps: enough to tell later what was decided, when nothing differs more."""
    return {
        "set": uuid,
        "digest": review.digest,
        "on": review.plan.on.isoformat(),
        "source": review.plan.source,
        "counts": {kind.value: number for kind, number in review.counts.items()},
        "heirs": [_told(entry) for entry in review.entries if entry.heirs and entry.heirs.codes],
        "shares": [
            _told_share(entry, entry.offer)
            for entry in review.entries
            if entry.offer and entry.offer.chosen
        ],
    }


def _told(entry: Entry) -> dict[str, Any]:
    before, names = entry.change.before, entry.names or {}
    codes = entry.heirs.codes if entry.heirs else ()
    return {
        "code": entry.code,
        "name": "" if before is None else before.name,
        "heirs": [[code, names.get(code, "")] for code in codes],
        "sites": sum(number for _label, number in entry.touches[:1]),
    }


def _told_share(entry: Entry, offer: Offer) -> dict[str, Any]:
    after = entry.change.after
    return {
        "code": entry.code,
        "name": "" if after is None else after.name,
        "origins": [[one.code, one.name, one.goes] for one in offer.origins if one.goes],
    }


#: How many heirs are told in the proposal itself; all of them are on the page of the list.
MOST_TOLD: Final = 20


def lines(told: Mapping[str, Any]) -> list[str]:
    """The payload of a proposal in words."""
    happened = {ChangeKind(kind): number for kind, number in told["counts"].items()}
    counts = [
        str(_l("%(kind)s %(number)s 个", kind=label, number=happened[kind]))
        for kind, label in CHANGE_LABELS.items()
        if kind in happened
    ]
    on = date.fromisoformat(told["on"])
    found = [
        str(_l("自 %(day)s 起，依据：%(source)s", day=on.isoformat(), source=told["source"])),
        str(_l("、")).join(counts),
    ]
    found += [_heir_words(one) for one in told["heirs"][:MOST_TOLD]]
    if len(told["heirs"]) > MOST_TOLD:
        found.append(str(_l("……合并、拆分共 %(number)s 个。", number=len(told["heirs"]))))
    # Proposals made before new regions could take anything over do not tell of it.
    return found + [_share_words(one) for one in told.get("shares", ())[:MOST_TOLD]]


def _share_words(one: Mapping[str, Any]) -> str:
    parts = [
        str(_l("%(name)s（%(code)s）%(number)s 个网点", name=name, code=code, number=number))
        for code, name, number in one["origins"]
    ]
    new = f"{one['name']}（{one['code']}）"
    return str(_l("%(parts)s → %(new)s", parts=str(_l("、")).join(parts), new=new))


def _heir_words(one: Mapping[str, Any]) -> str:
    heirs: Sequence[Sequence[str]] = one["heirs"]
    after = str(_l("、")).join(f"{name}（{code}）" for code, name in heirs)
    return f"{one['name']}（{one['code']}）→ {after}"
