"""The chain: 1,000 random tamperings, each of them found; and what is whole is called whole."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest

from core.audit.chain import (
    GENESIS,
    Anchor,
    Break,
    Fault,
    Verified,
    Verifier,
    instant,
    seal,
    seal_members,
)

EVENTS = 60
MEMBERS = {7: 3, 31: 2, 60: 5}


@dataclass
class Record:
    """What the tables hold: rows of events, and the members of those that have any."""

    rows: list[list[Any]] = field(default_factory=list)
    members: dict[int, list[list[Any]]] = field(default_factory=dict)

    def append(self, facts: list[Any], members: list[list[Any]]) -> None:
        if members:
            self.members[facts[0]] = members
        previous = self.rows[-1][10] if self.rows else GENESIS
        self.rows.append([*facts, previous, sealed(previous, facts, members)])

    def verify(self, *anchors: Anchor) -> Verified:
        verifier = Verifier(anchors)
        rows = sorted(self.rows, key=lambda row: row[0])
        for start in range(0, len(rows), 25):
            stretch: Any = [tuple(row) for row in rows[start : start + 25]]
            verifier.take(stretch, self._hashes(start, stretch))
        return verifier.finish()

    def _hashes(self, start: int, stretch: list[tuple[Any, ...]]) -> dict[int, str]:
        """The hashes of members, as they are asked for: from one stretch to the next."""
        above = stretch[0][0] if start else 0
        within = [key for key in self.members if above <= key <= stretch[-1][0]]
        return {key: seal_members(tuple(m) for m in self.members[key]) for key in within}


def sealed(previous: bytes, facts: list[Any], members: list[list[Any]]) -> bytes:
    return seal(previous, tuple(facts), seal_members(tuple(m) for m in members))


def made() -> Record:
    record = Record()
    for number in range(1, EVENTS + 1):
        at = instant(datetime(2026, 11, 22, 1, 2, 3, number, tzinfo=UTC))
        account = None if number % 4 == 0 else number % 5
        region = None if number % 3 == 0 else 10 + number % 7
        changes = f'{{"name":["旧{number}","新{number}"]}}'
        facts = [number, at, f"人{number % 6}", account, "site.changed", "site"]
        members = [
            [place, "site", f"{place:07}", '{"phone":null}']
            for place in range(MEMBERS.get(number, 0))
        ]
        record.append([*facts, f"{number % 9:07}", region, changes], members)
    return record


WHOLE = made()
ANCHORS = [Anchor(date(2026, 11, 22), row[0], row[10]) for row in WHOLE.rows if row[0] in (20, 60)]

Tampering = Callable[[Record, Random], None]


def a_field(record: Record, rng: Random) -> None:
    """Change one field of one event, maybe to another type or to nothing."""
    row = rng.choice(record.rows)
    at = rng.randrange(11)
    old = row[at]
    if isinstance(old, bytes):
        row[at] = bytes([old[0] ^ (1 + rng.randrange(255))]) + old[1:]
    elif at == 0:
        row[at] = old + EVENTS
    else:
        others = [None, "", str(old), repr(old), f"{old}\x1f", 0, 10**6, f"{old} ", b"x"]
        row[at] = rng.choice(
            [other for other in others if (other, type(other)) != (old, type(old))]
        )


def a_field_and_its_seal(record: Record, rng: Random) -> None:
    """Change an event and compute its own hash anew, as who knows the code can."""
    row = rng.choice(record.rows[:-1])
    row[rng.choice([2, 4, 6, 8])] += "x"
    row[10] = sealed(row[9], row[:9], record.members.get(row[0], []))


def the_rest_of_the_chain(record: Record, rng: Random) -> None:
    """Change an event and compute all that follows anew."""
    at = rng.randrange(EVENTS)
    record.rows[at][8] = "{}"
    for index in range(at, EVENTS):
        row = record.rows[index]
        row[9] = record.rows[index - 1][10] if index else GENESIS
        row[10] = sealed(row[9], row[:9], record.members.get(row[0], []))


def a_deletion(record: Record, rng: Random) -> None:
    row = record.rows.pop(rng.randrange(EVENTS))
    record.members.pop(row[0], None)


def a_deletion_with_the_seam_mended(record: Record, rng: Random) -> None:
    """Take an event out and let the next one follow the one before."""
    at = rng.randrange(EVENTS - 1)
    row = record.rows.pop(at)
    record.members.pop(row[0], None)
    follower = record.rows[at]
    follower[9] = row[9]
    follower[10] = sealed(row[9], follower[:9], record.members.get(follower[0], []))


def a_swap(record: Record, rng: Random) -> None:
    """Let two events change places, with or without their numbers."""
    one, other = rng.sample(range(EVENTS), 2)
    rows = record.rows
    rows[one], rows[other] = rows[other], rows[one]
    rows[one][0], rows[other][0] = rows[other][0], rows[one][0]
    if rng.random() < 0.5:
        rows[one][9:], rows[other][9:] = rows[other][9:], rows[one][9:]


def an_insertion(record: Record, rng: Random) -> None:
    """Put an event in, sealed as it should be, at any place, before the first one too."""
    at = rng.randrange(EVENTS)
    previous = record.rows[at - 1][10] if at else GENESIS
    facts = [record.rows[at][0] - 0.5, *record.rows[at][1:9]]
    record.rows.insert(at, [*facts, previous, sealed(previous, facts, [])])


def a_truncation(record: Record, rng: Random) -> None:
    for row in record.rows[rng.randrange(EVENTS) :]:
        record.rows.remove(row)
        record.members.pop(row[0], None)


def a_member(record: Record, rng: Random) -> None:
    """Change, remove, add, move or reorder members."""
    number = rng.choice(sorted(record.members))
    members = record.members[number]
    match rng.randrange(6):
        case 0:
            rng.choice(members)[rng.randrange(4)] = "x"
        case 1:
            members.pop(rng.randrange(len(members)))
        case 2:
            members.append([len(members), "site", "9999999", "{}"])
        case 3:
            target = rng.choice([key for key in range(1, EVENTS) if key not in MEMBERS])
            record.members[target] = record.members.pop(number)
        case 4:
            members.reverse()
        case _:
            del record.members[number]


TAMPERINGS: list[Tampering] = [
    a_field,
    a_field_and_its_seal,
    the_rest_of_the_chain,
    a_deletion,
    a_deletion_with_the_seam_mended,
    a_swap,
    an_insertion,
    a_truncation,
    a_member,
]


def test_what_nobody_touched_is_whole() -> None:
    assert WHOLE.verify(*ANCHORS) == Verified(events=EVENTS, breaks=0, first=None)


def test_a_thousand_tamperings_are_found() -> None:
    rng = Random(3710)
    unseen = []
    for number in range(1000):
        tampering = TAMPERINGS[number % len(TAMPERINGS)]
        record = deepcopy(WHOLE)
        tampering(record, rng)
        assert (record.rows, record.members) != (WHOLE.rows, WHOLE.members)
        if record.verify(*ANCHORS).first is None:
            unseen.append(f"{number} {tampering.__name__}")
    assert unseen == []


@pytest.mark.parametrize("tampering", [a_truncation, the_rest_of_the_chain])
def test_what_only_an_anchor_shows(tampering: Tampering) -> None:
    record = deepcopy(WHOLE)
    tampering(record, Random(1))
    assert record.verify().first is None
    assert record.verify(*ANCHORS).first is not None


def test_the_first_break_is_told() -> None:
    record = deepcopy(WHOLE)
    record.rows[40][8] = "{}"
    del record.rows[12]
    found = record.verify(*ANCHORS)
    assert found == Verified(EVENTS - 1, 2, Break(14, Fault.UNLINKED))
    assert str(found.first) == "event 14 does not follow the event before it"
    assert record.rows[39][0] == 41


PLAIN = (1, "t", "a", None, "b", "c", "d", None, "{}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {2: "ab", 4: ""}),
        ({}, {0: 11}),
        ({3: 1}, {7: 1}),
        ({7: 1}, {7: "1"}),
        ({2: "None"}, {2: "None", 3: "None"}),
    ],
)
def test_what_differs_has_another_seal(one: dict[int, Any], other: dict[int, Any]) -> None:
    first: Any
    second: Any
    first, second = (
        tuple(changed.get(at, value) for at, value in enumerate(PLAIN)) for changed in (one, other)
    )
    assert seal(GENESIS, first, "") != seal(GENESIS, second, "")


def test_members_are_apart_from_one_another() -> None:
    together = seal_members([(0, "a", "b", "c"), (1, "d", "e", "f")])
    assert together != seal_members([(0, "a", "b", 'c"]\n[1,"d'), (1, "d", "e", "f")])
    assert seal_members([]) == ""


def test_the_separator_cannot_be_smuggled_in() -> None:
    facts = (1, "t", "a\x1fb", None, "c", "d", "e", None, "{}")
    with pytest.raises(ValueError, match="separator"):
        seal(GENESIS, facts, "")


def test_the_encoding_stays_as_it_is() -> None:
    """Chains that there are would break."""
    facts = (17, "2026-11-22 01:02:03.000004", "张三", 5, "site.hours.set", "site", "0001964", 9)
    members = seal_members([(0, "site", "0001964", '{"phone":null}')])
    found = seal(GENESIS, (*facts, '{"hours":[null,"周一"]}'), members)
    assert members == "d6c403de9b5859973b9255aa735d15a02b4915148c7627c21ba2c1a2cc375f4b"
    assert found.hex() == "c3268d4281c9fab5cf7800c536fe18a0b65ad8f19122dbab40259076b83f31fd"


def test_an_instant_is_written_in_utc() -> None:
    here = datetime(2026, 11, 22, 9, 2, 3, 4, tzinfo=timezone(timedelta(hours=8)))
    assert instant(here) == "2026-11-22 01:02:03.000004"


def test_an_anchor_is_read_as_it_was_written() -> None:
    assert Anchor.parse(str(ANCHORS[0])) == ANCHORS[0]


@pytest.mark.parametrize("day", ["2026-11-22", "22.11.2026", ""])
@pytest.mark.parametrize("rest", ["5", "5 ab", "5 xy", f"x {'00' * 32}", f"5 {'00' * 32} 6"])
def test_what_is_no_anchor_is_refused(day: str, rest: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Anchor.parse(f"{day} {rest}")
