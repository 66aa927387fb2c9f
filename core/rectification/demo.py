"""Demonstration: findings in every state, each moved by the very actions that people use.

What a demonstration of visits has found is put right here; where none has found anything a month
ago, some findings of a source of its own are made.  The same city and day give the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Final
from uuid import UUID, uuid5

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from PIL import Image, ImageDraw

from core.access import Permission, command
from core.accounts.models import Account
from core.accounts.queries import acting
from core.calendar import working
from core.calendar.queries import calendar
from core.clock import CITY_TIME
from core.dated import on_day
from core.db import db, writing
from core.files.actions import Put, put_picture
from core.proposals import actions as proposals
from core.rectification import actions, climbing, evidence, extending
from core.rectification.models import Finding
from core.rectification.notices import actions as notices
from core.rectification.rules import FindingSource, Opened, Severity, State, finding_source
from core.regions.queries import load
from core.sites.models import Site, SitePeriod
from core.sites.rules import Status

SOURCE: Final = finding_source(FindingSource("demo", _l("演示检查"), lambda _reference: None))
_SPACE: Final = UUID("5f0c7b1e-7a2c-4c56-9d0e-0d1c5a3f9b10")
#: How many days ago the made visits were, and how many sites they went to.
_AGO: Final = (70, 55, 41, 33, 26, 19, 13, 9, 6, 3, 1, 0)

#: What the made visits find: key, words, what was seen, how grave.
_FAULTS: Final = (
    ("signs", "门口有统一标识", "门头标识脱落，从路口看不到。", Severity.MINOR),
    ("guide", "有引导员在岗", "上午十点没有引导员。", Severity.SERIOUS),
    ("once", "一次性告知制度上墙并执行", "询问时没有给一次性告知单。", Severity.SERIOUS),
    ("privacy", "办事材料妥善保管", "柜台上放着别人的身份证复印件。", Severity.GRAVE),
    ("seats", "有等候座椅", "座椅坏了两把。", Severity.MINOR),
    ("glasses", "有老花镜等便民用品", "没有老花镜。", Severity.MINOR),
)


#: Who moves the findings, by made names.
_INSPECTOR: Final = command("检查员（演示）")
_MANAGER: Final = command("网点负责人（演示）")
_ADMIN: Final = command("区县管理员（演示）")


def demonstrate(city: str, day: date) -> None:
    """Put right what was found in a city's demonstration, up to the day."""
    if _done():
        return
    if not _any_before(day - timedelta(days=30)):
        _find(city, day)
    visits = _visits()
    for number, uuids in enumerate(visits):
        if number % 3 != 2:
            with writing():
                notices.issue(_INSPECTOR, uuids[0], on=_finding(uuids[0]).found_on)
    picture = put_picture(_drawn())
    for number, uuid in enumerate(uuid for uuids in visits for uuid in uuids):
        _put_right(_Walk(uuid, day, picture), number)
    _climb(day)


def _done() -> bool:
    """Whether anything was put right already."""
    moved = sa.select(Finding.id).where(Finding.version > 1).limit(1)
    return db.session.scalar(moved) is not None


def _any_before(day: date) -> bool:
    earlier = sa.select(Finding.id).where(Finding.found_on < day).limit(1)
    return db.session.scalar(earlier) is not None


def _managed() -> list[int]:
    """The sites that the demonstration's own manager answers for, so that her list shows some."""
    wanted = sa.select(Account.id).where(Account.username == "station-manager")
    account_id = db.session.scalar(wanted)
    manager = None if account_id is None else acting(account_id)
    return [] if manager is None else sorted(manager.reach(Permission.RECTIFY).sites)


# -- Found --------------------------------------------------------------------------------------


def _find(city: str, day: date) -> None:
    """Make visits and what they find: at the station of the account first, then at others."""
    sites = _sites(city, day)
    for number, ago in enumerate(_AGO):
        if not sites:
            return
        # Every fourth goes where somebody has been, so that some things are found again.
        site_id = sites[(number if number % 4 else 0) % len(sites)]
        reference = str(uuid5(_SPACE, f"{city}-{number}"))
        for place in range(2 + number % 2):
            fault = _FAULTS[(number + 2 * place) % len(_FAULTS)]
            with writing():
                found = _opened(site_id, reference, fault, day - timedelta(days=ago))
                actions.open_finding(_INSPECTOR, found, made=True)


def _opened(
    site_id: int, reference: str, fault: tuple[str, str, str, Severity], on: date
) -> Opened:
    key, words, note, severity = fault
    return Opened(
        source=SOURCE.code,
        reference=reference,
        site_id=site_id,
        standard="演示检查表",
        criterion=f"demo/{key}",
        words=words,
        basis="演示条目；来源：拟定",
        severity=severity,
        found_on=on,
        note=f"{note}（演示）",
    )


def _sites(city: str, day: date) -> list[int]:
    """Sites that serve: the account's own, then one in each town, by code."""
    living = load(day)
    top = next((node for node in living.top() if node.code.startswith(city)), None)
    if top is None:
        return []
    own = _managed()
    rows = db.session.execute(
        sa.select(Site.id, SitePeriod.region_id)
        .join(SitePeriod, SitePeriod.site_id == Site.id)
        .where(on_day(SitePeriod, day), SitePeriod.status == Status.ACTIVE)
        .order_by(Site.code)
    ).all()
    below = {node.id for node in living.descendants(top.id)}
    first: dict[tuple[int, ...], int] = {}
    for site_id, region_id in rows:
        if region_id in below:
            path = tuple(node.id for node in living.path(region_id)[:3])
            first.setdefault(path, site_id)
    return [*own, *(site_id for site_id in first.values() if site_id not in own)][: len(_AGO)]


def _visits() -> list[list[str]]:
    """What is open, visit by visit, the oldest first."""
    rows = db.session.execute(
        sa.select(Finding.source, Finding.reference, Finding.uuid)
        .where(Finding.state == State.OPEN, Finding.notice_id.is_(None))
        .order_by(Finding.found_on, Finding.source, Finding.reference, Finding.criterion)
    )
    visits: dict[tuple[str, str], list[str]] = {}
    for source, reference, uuid in rows:
        visits.setdefault((source, reference), []).append(uuid)
    return list(visits.values())


def _finding(uuid: str) -> Finding:
    wanted = sa.select(Finding).where(Finding.uuid == uuid)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


# -- Put right ----------------------------------------------------------------------------------

_LATE: Final = (
    *("closed", "overdue", "twice", "closed", "late", "overdue", "lapsed", "closed"),
    *("overdue", "returned", "answered"),
)
_IN_TIME: Final = ("open", "answered", "asked", "returned", "open", "closed", "extended")


@dataclass(frozen=True, slots=True)
class _Walk:
    """A finding on its way."""

    uuid: str
    day: date
    picture: Put

    def at(self, days: int, hour: int) -> datetime:
        """An hour of the day so many working days after it was found, at the latest today."""
        on = working.after(calendar(), _finding(self.uuid).found_on, days)
        return datetime.combine(min(on, self.day), time(hour), CITY_TIME)

    def answer(self, words: str, at: datetime, *, photo: bool = True) -> None:
        with writing():
            if photo:
                evidence.add(_MANAGER, self.uuid, self.picture, "整改后.jpg")
            actions.answer(_MANAGER, self.uuid, _finding(self.uuid).version, words, at=at)

    def close(self, at: datetime) -> None:
        with writing():
            words, version = "现场复查，已经改好。（演示）", _finding(self.uuid).version
            actions.close(_INSPECTOR, self.uuid, version, words, at=at)

    def send_back(self, at: datetime) -> None:
        with writing():
            words, version = (
                "照片上看不出已经改好，请补充后再报。（演示）",
                _finding(self.uuid).version,
            )
            actions.send_back(_INSPECTOR, self.uuid, version, words, at=at)


def _put_right(walk: _Walk, number: int) -> None:
    """Move a finding as far as its number says; one that is due has more behind it."""
    due = _finding(walk.uuid).due
    ways = _LATE if due < walk.day else _IN_TIME
    match ways[number % len(ways)]:
        case "closed":
            walk.answer("已经改好，照片为改好后的样子。（演示）", walk.at(2, 10))
            walk.close(walk.at(3, 15))
        case "twice":
            walk.answer("已经联系人来修。（演示）", walk.at(1, 9), photo=False)
            walk.send_back(walk.at(2, 11))
            walk.answer("已经修好。（演示）", walk.at(4, 16))
            walk.close(walk.at(5, 10))
        case "late":
            after = working.between(calendar(), _finding(walk.uuid).found_on, due) + 2
            walk.answer("材料到得晚，现在已经改好。（演示）", walk.at(after, 9))
            walk.close(walk.at(after + 1, 10))
        case "answered":
            walk.answer("已经改好，请复查。（演示）", walk.at(2, 14))
        case "returned":
            walk.answer("正在改。（演示）", walk.at(1, 9), photo=False)
            walk.send_back(walk.at(2, 11))
        case "lapsed":
            _lapse(walk)
        case "asked" | "extended" as way:
            _extend(walk, grant=way == "extended")


def _lapse(walk: _Walk) -> None:
    with writing():
        version = _finding(walk.uuid).version
        actions.lapse(_ADMIN, walk.uuid, version, "柜台已经撤销，不再要求整改。（演示）")


def _extend(walk: _Walk, *, grant: bool) -> None:
    with writing():
        found = _finding(walk.uuid)
        due = working.after(calendar(), max(found.due, walk.day), 5)
        why = "要等厂家送货。（演示）"
        asked = extending.ask(_MANAGER, walk.uuid, found.version, due, why)
        if grant:
            proposals.approve(_ADMIN, asked, found.version, "同意。（演示）")


def _climb(day: date) -> None:
    """As the nights since the first of them was due have done it."""
    late = sa.select(sa.func.min(Finding.due)).where(Finding.state == State.OPEN)
    first = db.session.scalar(late)
    while first is not None and first < day:
        first += timedelta(days=1)
        with writing():
            climbing.climb(climbing.ACTOR, first)


def _drawn() -> bytes:
    """A picture of a door with a sign over it; nobody takes it for a photo."""
    image = Image.new("RGB", (640, 480), "#dfe7e1")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 400, 640, 480), fill="#b9c2bb")
    draw.rectangle((90, 60, 550, 140), fill="#0b6e4f")
    draw.rectangle((250, 170, 390, 400), fill="#7c5a3a")
    for left in (100, 430):
        draw.rectangle((left, 190, left + 110, 310), fill="#a9cbe8", outline="#4d5b54", width=4)
    draw.ellipse((295, 80, 345, 130), outline="white", width=6)
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
