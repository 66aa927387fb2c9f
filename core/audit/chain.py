"""The chain that the events of the audit hang on, and its verification.

Each event carries the hash of the one before it and its own: SHA-256 of that and of all it says.
So nothing can be changed, taken out, put in or put elsewhere without a break; that the end was cut
off, or the whole chain made anew, shows against an anchor, a note of the last event that was kept
elsewhere.  The encoding is part of the record: changing it breaks every chain that there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypeAlias

#: What the first event follows.
GENESIS: Final = bytes(32)
#: How an instant is written, in UTC.
INSTANT: Final = "%Y-%m-%d %H:%M:%S.%f"
#: Stands between the parts of an event, and in none of them.
SEPARATOR: Final = "\x1f"

#: Number, instant, actor, account, action, kind and code of the subject, region, changes.
Facts: TypeAlias = tuple[int, str, str, int | None, str, str, str, int | None, str]
#: The same, then the hash of the event before and its own.
Row: TypeAlias = tuple[
    int, str, str, int | None, str, str, str, int | None, str, bytes, bytes
]  # fmt: skip
#: Place in the event, kind, code, changes.
Member: TypeAlias = tuple[int, str, str, str]

_SEPARATORS: Final = 9
_array: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(INSTANT)


def seal(previous: bytes, facts: Facts, members: str) -> bytes:
    """The hash of an event that follows *previous*.

    *members* is what :func:`seal_members` gives. Raises TypeError or ValueError for what cannot be
    part of an event. Numbers are written as Python does, so that a text in their place differs.
    """
    number, at, actor, account_id, action, kind, code, region_id, changes = facts
    texts = SEPARATOR.join((at, actor, action, kind, code, changes, members))
    data = f"{number!r}\x1f{account_id!r}\x1f{region_id!r}\x1f{texts}".encode()
    if data.count(b"\x1f") != _SEPARATORS:
        raise ValueError("a part of the event holds the separator")
    return sha256(previous + data).digest()


def seal_members(members: Iterable[Member]) -> str:
    """The hash of an event's members in their order, in hexadecimal; empty if there are none."""
    digest = None
    for member in members:
        digest = digest or sha256()
        digest.update(_array(member).encode() + b"\n")
    return "" if digest is None else digest.hexdigest()


# -- Anchors ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last event of a day: kept elsewhere, it proves that the chain has not been cut since."""

    day: date
    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.day} {self.number} {self.hash.hex()}"

    @classmethod
    def parse(cls, line: str) -> Anchor:
        """The anchor that was written as *line*. Raises ValueError."""
        day, number, digest = line.split()
        anchor = cls(date.fromisoformat(day), int(number), bytes.fromhex(digest))
        if len(anchor.hash) != len(GENESIS):
            raise ValueError(f"{digest} is no hash")
        return anchor


# -- Verification -------------------------------------------------------------------------------


class Fault(StrEnum):
    """What is wrong at an event."""

    ALTERED = "was altered after it was written"
    UNLINKED = "does not follow the event before it"
    STRAY = "has members and does not exist"
    UNANCHORED = "is not the one that was anchored"
    MISSING = "was anchored and is gone"


@dataclass(frozen=True, slots=True)
class Break:
    number: int
    fault: Fault

    def __str__(self) -> str:
        return f"event {self.number} {self.fault}"


@dataclass(frozen=True, slots=True)
class Verified:
    """How many events were read, how many breaks found, and the first of them."""

    events: int
    breaks: int
    first: Break | None


class Verifier:
    """Goes along the chain from its beginning, a stretch at a time."""

    def __init__(self, anchors: Iterable[Anchor] = ()) -> None:
        self._anchors = {anchor.number: anchor.hash for anchor in anchors if anchor.number}
        self._last = GENESIS
        self._events = 0
        self._breaks = 0
        self._first: Break | None = None

    def take(self, rows: Sequence[Row], members: Mapping[int, str]) -> None:
        """Go on with *rows*, in order; *members* has the hash of each one's that has any."""
        last = self._last
        for row in rows:
            previous = row[9]
            if previous != last:
                self._note(row[0], Fault.UNLINKED)
            last = row[10]
            try:
                whole = seal(previous, row[:9], members.get(row[0], "")) == last
            except (TypeError, ValueError):
                whole = False
            if not whole:
                self._note(row[0], Fault.ALTERED)
        self._last = last
        self._events += len(rows)
        if members or self._anchors:
            self._compare({row[0]: row[10] for row in rows}, members)

    def _compare(self, hashes: Mapping[int, bytes], members: Mapping[int, str]) -> None:
        for number in members.keys() - hashes.keys():
            self._note(number, Fault.STRAY)
        for number in sorted(self._anchors.keys() & hashes.keys()):
            if self._anchors.pop(number) != hashes[number]:
                self._note(number, Fault.UNANCHORED)

    def _note(self, number: int, fault: Fault) -> None:
        self._breaks += 1
        if self._first is None or number < self._first.number:
            self._first = Break(number, fault)

    def finish(self) -> Verified:
        """What was found; anchors that no event answered to are breaks too."""
        for number in sorted(self._anchors):
            self._note(number, Fault.MISSING)
        self._anchors.clear()
        return Verified(self._events, self._breaks, self._first)
