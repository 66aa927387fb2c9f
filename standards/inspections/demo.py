"""Visits for a demonstration, in every state; all of them are marked as made.

The same city gives the same visits, counted from the day.  Inspectors of the other counties are
there to be sent; nobody knows their passwords.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from PIL import Image, ImageDraw

from core.access import command
from core.accounts import actions as accounts
from core.accounts import queries as people
from core.accounts.actions import Held
from core.accounts.models import Account
from core.accounts.passwords import OneTime
from core.accounts.rules import Place as Where
from core.accounts.rules import Role
from core.clock import CITY_TIME, now
from core.db import db, rows_written, writing
from core.files.actions import put_picture
from core.sites.network import Place
from core.sites.queries import network
from core.sites.rules import Status
from standards import queries as standards
from standards.inspections import actions, closing, filing, forms, judging, photos
from standards.inspections.actions import Visit
from standards.inspections.filing import For
from standards.inspections.models import Inspection
from standards.inspections.planning import actions as planning
from standards.inspections.planning import queries as plans
from standards.inspections.planning.actions import NewDraw, NewPlan
from standards.inspections.rules import Record, Side, State
from standards.rules import Criterion

ACTOR: Final = command("演示")
#: Beside the inspector of the accounts, one of each other county.
OTHERS: Final = ("inspector-2", "inspector-3", "inspector-4")


def demonstrate(_city: str, on: date) -> None:
    """Add visits, unless there are any; none without accounts or without standards."""
    lead = _account("inspector")
    known = db.session.scalar(sa.select(Inspection.id).limit(1))
    if lead is None or known is not None or not standards.in_force():
        return
    stage = Stage(on, lead, _others(lead))
    with writing():
        stage.plan_year()
    stage.plan_days()
    for number, story in enumerate(STORIES):
        stage.tell(stage.places[number], story)


def _account(username: str) -> int | None:
    return db.session.scalar(sa.select(Account.id).where(Account.username == username))


def _others(lead: int) -> list[int]:
    """Inspectors of the counties in which the first one is not."""
    held = {grant.place.region_id for grant in people.own(lead).grants}
    living = network().tree
    city = living.top()[0]
    counties = [node for node in living.children(city.id) if node.id not in held]
    made, one_time = [], OneTime.made()
    for username, county in zip(OTHERS, counties, strict=False):
        name = f"{county.name}检查员（演示）"
        with writing():
            where = Where(county.level, county.id)
            role = Held(Role.INSPECTOR, where, network().on)
            made.append(accounts.create(ACTOR, username, name, one_time, role).id)
    return made


@dataclass(frozen=True, slots=True)
class Story:
    """What became of a visit ``days`` ago. ``fails`` criteria fail, of ``shots`` photos ``missing``
    have not come."""

    days: int
    fails: int = 0
    shots: int = 1
    missing: int = 0
    signed: bool = True
    end: State = State.COMPLETE
    minutes_off: int = 0
    far: bool = False
    second: bool = False
    imported: bool = False
    cancelled: bool = False
    followed: bool = False


STORIES: Final = (
    Story(40, fails=2, shots=2, end=State.SIGNED_OFF, followed=True),
    Story(26, end=State.SIGNED_OFF),
    Story(12, fails=1, end=State.RETURNED, far=True),
    Story(6, fails=3, shots=3),
    Story(3, minutes_off=4320),
    Story(2, fails=1, second=True),
    Story(1, shots=3, missing=2),
    Story(1, imported=True, signed=False),
    Story(5, cancelled=True),
)


class Stage:
    """Where and by whom the visits of the demonstration are made."""

    def __init__(self, on: date, lead: int, others: Sequence[int]) -> None:
        self.on = on
        self.lead = lead
        self.others = others
        self.inspector = people.acting(lead) or ACTOR
        reviewer = _account("county-admin")
        self.reviewer = (people.acting(reviewer) if reviewer else None) or ACTOR
        net = network()
        county = next(iter(people.own(lead).grants)).place.region_id or net.tree.top()[0].id
        self.county = net.tree.by_id[county]
        inside = net.places(net.below(self.county))
        self.places = [
            one
            for one in inside
            if one.status is Status.ACTIVE and one.point and standards.in_force(one.kind)
        ]

    # -- Before ---------------------------------------------------------------------------------

    def plan_year(self) -> None:
        """A plan for the year, and a draw from it."""
        new = NewPlan(self.on.year, self.county.id, None, f"{self.on.year} 年网点检查（演示）", 60)
        made = planning.make_plan(ACTOR, new)
        pools = plans.pools(self.county.id, None)
        visits = min(8, len(pools.sites))
        if not self.others or not visits:
            return
        draw = NewDraw(
            region_id=self.county.id,
            title="本月双随机抽查（演示）",
            seed="演示 37 08 15 22",
            visits=visits,
            together=1,
            first_day=self.on,
            last_day=self.on + timedelta(20),
            plan_id=made.id,
            made=True,
        )
        planning.draw(ACTOR, draw, pools)

    def plan_days(self) -> None:
        """What waits: for today, late, and for the days to come."""
        places = self.places[len(STORIES) :]
        days = (0, 0, 0, 0, 0, -2, 1, 3, 7)
        with writing():
            for place, ahead in zip(places, days, strict=False):
                visit = Visit(place.id, self.on + timedelta(ahead), self.lead, made=True)
                actions.plan(ACTOR, visit, self._uuid(place, f"wait {ahead}"))

    def _uuid(self, place: Place, what: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"onekm demo {place.code} {what}"))

    # -- A visit and what became of it ------------------------------------------------------------

    def tell(self, place: Place, story: Story) -> None:
        day = self.on - timedelta(story.days)
        with writing():
            companion = self.others[0] if story.second and self.others else None
            visit = Visit(place.id, day, self.lead, companion, made=True)
            uuid = actions.plan(ACTOR, visit, self._uuid(place, f"story {story.days}")).uuid
        if story.cancelled:
            self._act(lambda row: actions.cancel(ACTOR, row, "网点装修，改期检查（演示）"), uuid)
            return
        shots = [_shot(f"{place.code} {number}") for number in range(story.shots)]
        record = self._record(place, day, story, shots)
        self._file(uuid, record, story, shots)
        self._date(uuid, day, story)
        if story.second:
            self._file(
                uuid, self._record(place, day, story, [], "同行人的手机另填了一份"), story, []
            )
        self._end(uuid, story)

    def _file(self, uuid: str, record: Record, story: Story, shots: Sequence[bytes]) -> None:
        ready = closing.ready(record)
        behalf = For(self.lead, self.inspector.name, "手机损坏（演示）") if story.imported else None
        by = self.reviewer if story.imported else self.inspector
        device_at = now() + timedelta(minutes=story.minutes_off)
        with writing():
            filing.file(by, uuid, record, ready, device_at, behalf)
        for data in shots[: len(shots) - story.missing]:
            put = put_picture(data)
            with writing():
                photos.take(by, uuid, put, ready)

    def _record(
        self, place: Place, day: date, story: Story, shots: Sequence[bytes], words: str = ""
    ) -> Record:
        versions = standards.in_force(place.kind)
        asked = [(one.code, each) for one in versions for each in judging.asked(one, place.kind)]
        failing = {each.code for _code, each in asked[:: max(1, len(asked) // 7)][: story.fails]}
        begun = datetime.combine(day, time(9, 40), CITY_TIME)
        begun += timedelta(minutes=story.minutes_off)
        first = f"{asked[0][0]}/{asked[0][1].code}" if asked else ""
        away = 0.02 if story.far else 0.0003
        document: dict[str, Any] = {
            "site": place.code,
            "versions": {one.code: one.digest for one in versions},
            "started_at": begun.isoformat(),
            "finished_at": (begun + timedelta(minutes=35)).isoformat(),
            "arrival": place.point
            and {"lat": place.point.lat + away, "lon": place.point.lon, "accuracy": 15},
            "answers": [_answer(code, each, each.code in failing) for code, each in asked],
            "photos": [
                {"sha256": _sha(data), "size": len(data), "key": first if number else ""}
                for number, data in enumerate(shots)
            ],
            "signatures": [
                {"side": side, "name": name, "at": begun.isoformat()}
                for side, name in ((Side.INSPECTOR, self.inspector.name), (Side.SITE, "站点负责人"))
                if story.signed
            ],
            "words": words or "演示数据：这是一次虚构的检查。",
        }
        return forms.record(json.dumps(document, ensure_ascii=False).encode())

    def _date(self, uuid: str, day: date, story: Story) -> None:
        """A visit of some weeks ago came in on its day, not today."""
        came = datetime.combine(day, time(10, 30), CITY_TIME)
        values: Mapping[str, Any] = {"filed_at": came, "device_at": came, "day": day, "skew": 0}
        if story.minutes_off or story.imported:
            return
        keep = "far" if story.far else ""
        with writing():
            rows_written(
                sa.update(Inspection).where(Inspection.uuid == uuid).values(**values, flags=keep)
            )
            rows_written(
                sa.update(Inspection)
                .where(Inspection.uuid == uuid, Inspection.completed_at.is_not(None))
                .values(completed_at=came + timedelta(minutes=2))
            )

    def _end(self, uuid: str, story: Story) -> None:
        if story.end is State.SIGNED_OFF:
            self._act(lambda row: actions.sign_off(self.reviewer, row, "记录完整（演示）"), uuid)
        if story.end is State.RETURNED:
            words = "签到位置离网点太远，请重新检查（演示）"
            self._act(lambda row: actions.send_back(self.reviewer, row, words), uuid)
        if story.followed:
            day = self.on + timedelta(5)
            self._act(lambda row: actions.follow_up(ACTOR, row, day, self.lead), uuid)

    def _act(self, act: Any, uuid: str) -> None:
        with writing():
            act(db.session.scalars(sa.select(Inspection).where(Inspection.uuid == uuid)).one())


def _answer(standard: str, criterion: Criterion, fails: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"standard": standard, "criterion": criterion.code}
    if fails:
        return {**made, "result": "fail", "note": "现场没有看到（演示）", "due_days": 5}
    seen = {"reason": "现场看到了（演示）"} if criterion.check is not None else {}
    return {**made, "result": "pass", **seen}


def _shot(text: str) -> bytes:
    """A made picture: stripes whose colour follows from the text, and a frame."""
    digest = hashlib.sha256(text.encode()).digest()
    image = Image.new("RGB", (480, 360), tuple(digest[:3]))
    pen = ImageDraw.Draw(image)
    for number in range(8):
        left = number * 60
        pen.rectangle((left, 0, left + 30, 360), fill=tuple(digest[3 + number : 6 + number]))
    pen.rectangle((8, 8, 472, 352), outline="white", width=5)
    written = BytesIO()
    image.save(written, "JPEG", quality=80)
    return written.getvalue()


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
