"""What is drawn for a site of the demonstration: what it has, its windows, who works there.

Most have most of what is asked of them and some lack some, so that standards and figures have
something to tell.  Of a few nothing is recorded at all.  Everything here is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from core.facilities.rules import Fit, Group, Item, items
from core.sites.rules import Kind
from core.staff.rules import Duty
from halls.windows.rules import Lane, Opened, WindowKind

SEED: Final = 20220308

#: How likely a site of a kind has an item of a group.
SHARES: Final = {
    Kind.HALL: dict.fromkeys(Group, 0.96),
    Kind.CONVENIENCE_CENTRE: {
        Group.ZONE: 0.72,
        Group.EQUIPMENT: 0.8,
        Group.CONVENIENCE: 0.82,
        Group.SIGN: 0.9,
        Group.NETWORK: 0.85,
        Group.RULE: 0.95,
        Group.RATING_CHANNEL: 0.85,
    },
    Kind.COMMUNITY: {
        Group.ZONE: 0.5,
        Group.EQUIPMENT: 0.6,
        Group.CONVENIENCE: 0.7,
        Group.SIGN: 0.85,
        Group.NETWORK: 0.8,
        Group.RULE: 0.9,
        Group.RATING_CHANNEL: 0.75,
    },
    Kind.VILLAGE_CLINIC: {
        Group.ZONE: 0.35,
        Group.EQUIPMENT: 0.45,
        Group.CONVENIENCE: 0.5,
        Group.SIGN: 0.8,
        Group.NETWORK: 0.7,
        Group.RULE: 0.88,
        Group.RATING_CHANNEL: 0.6,
    },
    Kind.DESIGNATED_PROVIDER: {
        Group.ZONE: 0.5,
        Group.EQUIPMENT: 0.65,
        Group.CONVENIENCE: 0.75,
        Group.SIGN: 0.85,
        Group.NETWORK: 0.9,
        Group.RULE: 0.9,
        Group.RATING_CHANNEL: 0.7,
    },
}
#: What almost every site has, and what stations seldom do.
ALMOST_ALWAYS: Final = frozenset(
    {
        *("service_zone", "computer", "printer", "id_reader", "seats", "door_sign"),
        *("core_network", "first_contact", "tell_once", "time_limits", "guiding"),
        *("opinion_box", "fire_safety", "drinking_water", "service_list"),
    }
)
SELDOM: Final = frozenset(
    {
        *("archive_zone", "support_zone", "processing_zone", "online_zone", "complaint_desk"),
        *("queue_machine", "self_service_machine", "led_screen", "scanner", "wheelchair"),
        *("multimedia_screen", "nursing_room", "accessible_toilet", "backup_line"),
    }
)
#: How many of a counted thing a hall has at most, and any other site.
MANY: Final = {"computer": (24, 4), "seats": (60, 12), "printer": (12, 2), "id_reader": (16, 2)}
FEW: Final = (4, 1)
#: Of so many stations nothing is recorded; at so many something came lately; at so many nobody is
#: posted as a guide any longer.
UNRECORDED: Final = 0.04
LATELY: Final = 0.12
GUIDE_GONE: Final = 0.08
#: What came lately, and for how many days it has been there.
NEW_THING: Final = "self_service_machine"
NEW_FOR: Final = 90
GONE_FOR: Final = 30

_NOTES: Final = {
    "nursing_room": ("一楼东侧", "二楼楼梯旁"),
    "step_free": ("正门右侧坡道", "西门"),
    "consultation_desk": ("进门右手边",),
    "accessible_toilet": ("一楼大厅后侧",),
    "wheelchair": ("在咨询台借用",),
}
#: How many windows, guides and agents the sites of a kind have, at least and at most.
WINDOWS: Final = {
    Kind.HALL: (8, 16),
    Kind.CONVENIENCE_CENTRE: (1, 3),
    Kind.COMMUNITY: (1, 1),
    Kind.VILLAGE_CLINIC: (1, 1),
    Kind.DESIGNATED_PROVIDER: (1, 2),
}
#: Which stream the halls are drawn from: one in which they meet, fail and leave open a bit of each.
HALLS: Final = ("hall", 66)
#: The share of halls of which every window is comprehensive, and of those that have an agent.
ONE_WINDOW: Final = 0.4
AGENT: Final = 0.8
_SURNAMES: Final = "于毕王张李刘丛姜宋孙邹曲杨徐林董赵吕慕谷鞠"
_GIVEN: Final = (
    *("淑华", "国强", "海燕", "晓东", "文静", "建军", "丽娜", "志远", "秀英", "明辉"),
    *("婷婷", "永刚", "春梅", "立新", "雪", "涛", "佳", "鹏飞", "玉兰", "浩然"),
)


def stream(*words: object) -> Random:
    """The stream of chance for what *words* name: always the same, and of no use to guess by."""
    return Random(" ".join(map(str, (SEED, *words))))  # noqa: S311 - made-up people, no secrets


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at the site; ``guide_gone``: was a guide there until lately."""

    name: str
    duties: tuple[Duty, ...]
    guide_gone: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a site has. ``lately``: something that came after all else."""

    fits: dict[str, Fit]
    windows: dict[str, Opened]
    people: tuple[Person, ...]
    lately: dict[str, Fit] = field(default_factory=dict)


def draw(code: str, kind: Kind) -> Drawn | None:
    """What the site of a code has; None where nothing is recorded of it."""
    rng = stream(*HALLS, code) if kind is Kind.HALL else stream("has", code)
    if kind is not Kind.HALL and rng.random() < UNRECORDED:
        return None
    fits = {item.code: _fit(item, kind, rng) for item in items().all if _has(item, kind, rng)}
    lately = {}
    if NEW_THING not in fits and rng.random() < LATELY:
        lately[NEW_THING] = Fit()
    windows = _windows(kind, rng)
    return Drawn(fits, windows, _people(kind, windows, rng), lately)


def _has(item: Item, kind: Kind, rng: Random) -> bool:
    share = SHARES[kind][item.group]
    if item.code in ALMOST_ALWAYS:
        share = max(share, 0.97)
    elif item.code in SELDOM and kind is not Kind.HALL:
        share *= 0.4
    return rng.random() < share


def _fit(item: Item, kind: Kind, rng: Random) -> Fit:
    most = MANY.get(item.code, FEW)[kind is not Kind.HALL]
    notes = _NOTES.get(item.code, ())
    note = rng.choice(notes) if notes and rng.random() < 0.5 else ""
    return Fit(rng.randint(max(1, most // 3), most) if item.counted else 1, note)


def _windows(kind: Kind, rng: Random) -> dict[str, Opened]:
    count = rng.randint(*WINDOWS[kind])
    share = 1.0 if kind is Kind.HALL and rng.random() < ONE_WINDOW else 0.75
    found = {}
    for number in range(1, count + 1):
        comprehensive = number == 1 or rng.random() < share
        found[str(number)] = Opened(
            WindowKind.COMPREHENSIVE if comprehensive else WindowKind.SPECIAL,
            _lanes(number, kind, rng),
            "" if comprehensive else rng.choice(("医疗救助", "生育待遇", "单位业务")),
        )
    return found


def _lanes(number: int, kind: Kind, rng: Random) -> frozenset[Lane]:
    if kind is Kind.HALL:
        hall = {1: (Lane.ELDERLY, Lane.WEEKEND), 2: (Lane.VETERAN,), 3: (Lane.TALENT,)}
        return frozenset(lane for lane in hall.get(number, ()) if rng.random() < 0.95)
    likely = {Lane.ELDERLY: 0.75, Lane.VETERAN: 0.3, Lane.WEEKEND: 0.2}
    return frozenset(lane for lane, share in likely.items() if number == 1 and rng.random() < share)


def _people(kind: Kind, windows: dict[str, Opened], rng: Random) -> tuple[Person, ...]:
    all_duties: list[tuple[Duty, ...]]
    if kind is Kind.HALL:
        clerks = [
            (Duty.COMPREHENSIVE if one.kind is WindowKind.COMPREHENSIVE else Duty.CLERK,)
            for one in windows.values()
        ]
        agents = [(Duty.AGENT,)] if rng.random() < AGENT else []
        all_duties = [(Duty.MANAGER,), (Duty.GUIDE,), (Duty.GUIDE,), *agents, *clerks]
    elif kind is Kind.CONVENIENCE_CENTRE:
        all_duties = [(Duty.MANAGER, Duty.COMPREHENSIVE), (Duty.GUIDE, Duty.AGENT)]
    else:
        all_duties = [_alone(rng)]
    return tuple(_person(duties, kind, rng) for duties in all_duties)


def _alone(rng: Random) -> tuple[Duty, ...]:
    """The duties of somebody who is by herself at a station."""
    share = {Duty.GUIDE: 0.85, Duty.COMPREHENSIVE: 0.8, Duty.AGENT: 0.9}
    return (*(duty for duty, likely in share.items() if rng.random() < likely), Duty.MANAGER)


def _person(duties: Sequence[Duty], kind: Kind, rng: Random) -> Person:
    name = rng.choice(_SURNAMES) + rng.choice(_GIVEN)
    gone = kind is not Kind.HALL and Duty.GUIDE in duties and rng.random() < GUIDE_GONE
    return Person(name, tuple(duties), gone)
