"""A visit: its states, what a record of one holds, what is remarkable about it.

Marked is never refused: a telephone's clock, a distance or a day that is odd is told to whoever
reviews the visit, since an inspector in a village can mend none of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.clock import civil
from core.errors import BadInput, OneKmError
from core.geo import Point, distance
from core.labels import Labelled
from core.sizes import MEGABYTE
from standards.rules import Result


class State(Labelled):
    """``filed``: the record is here, photos are still to come; ``complete``: all of it is here."""

    PLANNED = "planned", _l("待检查")
    FILED = "filed", _l("照片未齐")
    COMPLETE = "complete", _l("待审核")
    SIGNED_OFF = "signed_off", _l("已审核")
    RETURNED = "returned", _l("退回重查")
    CANCELLED = "cancelled", _l("已取消")


#: A record may still come for these: one who was out when it was cancelled loses nothing.
OPEN: Final = (State.PLANNED, State.CANCELLED)
#: All of it is here, so that it has a result.
WHOLE: Final = (State.COMPLETE, State.SIGNED_OFF, State.RETURNED)


class Origin(Labelled):
    """Why a visit is made."""

    PLAN = "plan", _l("计划检查")
    DRAW = "draw", _l("双随机抽查")
    FOLLOW_UP = "follow_up", _l("复查")
    OWN = "own", _l("临时检查")


#: What is said of a criterion on site.
ANSWER_LABELS: Final = {
    Result.PASSED: _l("符合"),
    Result.FAILED: _l("不符合"),
    Result.NOT_APPLICABLE: _l("不适用"),
}


class Side(Labelled):
    """Who signs."""

    INSPECTOR = "inspector", _l("检查员")
    SITE = "site", _l("被检查网点")


class PhotoKind(StrEnum):
    EVIDENCE = "evidence"
    SIGNATURE = "signature"


class Flag(Labelled):
    """What whoever reviews a visit is told of it."""

    CLOCK = "clock", _l("手机时钟不准")
    FUTURE = "future", _l("检查时间晚于收到的时间")
    BEFORE_SITE = "before_site", _l("检查时间早于网点设立")
    FAR = "far", _l("签到位置离网点较远")
    NO_POSITION = "no_position", _l("没有签到位置")
    OLD = "old", _l("检查完一周以后才收到")
    IMPORTED = "imported", _l("由管理员从文件导入")
    NOT_ASSIGNED = "not_assigned", _l("填报人不是原定的检查员")
    WAS_CANCELLED = "was_cancelled", _l("检查任务此前已取消")
    LATER_VERSION = "later_version", _l("按检查时的标准版本，此后另有新版")
    PHOTO_LOST = "photo_lost", _l("有照片没能收到")
    PHOTO_BAD = "photo_bad", _l("有照片收到后无法处理")


class Sort(Labelled):
    """The orders of the list."""

    DAY = "day", _l("检查日期")
    SITE = "site", _l("网点")
    INSPECTOR = "inspector", _l("检查员")
    STATE = "state", _l("状态")


# -- Bounds -------------------------------------------------------------------------------------

MOST_NOTE: Final = 500
MOST_WORDS: Final = 2000
MOST_SIGNER: Final = 50
MOST_ANSWERS: Final = 300
MOST_PHOTOS: Final = 60
MOST_STANDARDS: Final = 8
#: How many records that telephones send are kept beside the first of a visit.
MOST_COPIES: Final = 10
#: How many records one person may add in a day that nobody planned: visits of her own accord, and
#: other records of a visit. A month that a telephone spent offline fits in; one that runs wild, or
#: was stolen, does not fill the database.
MOST_ADDED_A_DAY: Final = 300
#: How long it is remembered how many somebody added on a day.
DAYS_COUNTED: Final = timedelta(days=7)
#: The longest record, in bytes: all that can be said within the bounds above.
MOST_RECORD: Final = 1024 * 1024
#: What an ordinary form may hold, with its photos.
MOST_FORM: Final = 60 * MEGABYTE
#: The largest file that a telephone exports, and all that are brought at once.
MOST_EXPORTED: Final = 60 * MEGABYTE
#: How many working days a fault may take to be put right.
DUE_DAYS: Final = (1, 3, 5, 10, 15, 30)
#: What is suggested.
DUE: Final = 5

#: Clocks that differ by more are told of; a minute or two is nothing.
CLOCKS_AGREE: Final = timedelta(minutes=10)
#: Metres from the site from which the check-in counts as far away.
FAR: Final = 500.0
#: How long a record may be under way before that is told.
SOON: Final = timedelta(days=7)

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


class Unusable(BadInput):
    """A record that cannot be taken as it is, however often it is sent."""

    status = 422
    code = "unusable"


class Enough(OneKmError):
    """Somebody has added as many records as anybody may in a day; tomorrow they are taken."""

    status = 429
    code = "quota"


def enough() -> Enough:
    return Enough(
        _l(
            "今天新增的检查记录已到上限（每人每天 %(most)s 份）。没有收下的留在手机里，"
            "明天自动再发；急用请导出文件交给管理员导入。"
            "如果不是您本人在填，请立即联系管理员停用账号。",
            most=MOST_ADDED_A_DAY,
        )
    )


def check_uuid(text: str) -> str:
    """*text* if it is a UUID as this product writes them. Raises Unusable."""
    if _UUID.fullmatch(text) is None:
        raise Unusable(_l("检查编号的写法有误。"), field="uuid")
    return text


# -- A record -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What the inspector found. ``reason``: why he contradicts what the register says."""

    standard: str
    criterion: str
    result: Result
    note: str = ""
    reason: str = ""
    due_days: int | None = None

    @property
    def key(self) -> str:
        return f"{self.standard}/{self.criterion}"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo by the hash of what will be sent; ``key`` is that of the criterion it shows."""

    sha256: str
    size: int
    kind: PhotoKind = PhotoKind.EVIDENCE
    key: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody signed; ``sha256`` is that of the drawn name, empty where it was typed."""

    side: Side
    name: str
    at: datetime
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where the telephone said it was (WGS-84 degrees), and how sure it was (metres)."""

    lat: float
    lon: float
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What an inspector sends of a visit; times are those of his device.

    ``versions`` pins the digest of each standard's version; ``body`` is the record as it is kept.
    """

    site: str
    versions: Mapping[str, str]
    started_at: datetime
    answers: tuple[Answer, ...]
    finished_at: datetime | None = None
    arrival: Arrival | None = None
    photos: tuple[Photo, ...] = ()
    signatures: tuple[Signature, ...] = ()
    words: str = ""
    body: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()


def canonical(document: Any) -> str:
    """JSON, the same text for the same content."""
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


@dataclass(frozen=True, slots=True)
class Received:
    """What the server knows of a record on its own. ``device_at``: the device's clock just then."""

    at: datetime
    device_at: datetime | None = None
    imported: bool = False
    assigned: bool = True
    cancelled: bool = False
    later_version: bool = False
    site_since: date | None = None
    site_point: Point | None = field(default=None)

    @property
    def skew(self) -> timedelta:
        """How much the device's clock is behind; to be added to its times."""
        return timedelta() if self.device_at is None else self.at - self.device_at


def how_far(record: Record, received: Received) -> float | None:
    """Metres from the check-in to the site; None where either has no position."""
    if record.arrival is None or received.site_point is None:
        return None
    return distance(Point(record.arrival.lat, record.arrival.lon), received.site_point)


def flags(record: Record, received: Received) -> tuple[Flag, ...]:
    """What is remarkable about a record, in the order of :class:`Flag`."""
    started = record.started_at + received.skew
    away = how_far(record, received)
    since = received.site_since
    found = {
        Flag.CLOCK: abs(received.skew) > CLOCKS_AGREE,
        Flag.FUTURE: started > received.at + CLOCKS_AGREE,
        Flag.BEFORE_SITE: since is not None and civil(started).date() < since,
        Flag.FAR: away is not None and away > FAR,
        Flag.NO_POSITION: record.arrival is None,
        Flag.OLD: received.at - started > SOON,
        Flag.IMPORTED: received.imported,
        Flag.NOT_ASSIGNED: not received.assigned,
        Flag.WAS_CANCELLED: received.cancelled,
        Flag.LATER_VERSION: received.later_version,
    }
    return tuple(flag for flag, marked in found.items() if marked)


def check_answers(record: Record, asked: Mapping[str, Iterable[str]]) -> None:
    """Every criterion of the pinned versions is answered once, and nothing else is.

    *asked* gives for each standard the codes that an inspector answers. Raises Unusable, naming
    the codes.
    """
    wanted = {f"{standard}/{code}" for standard, codes in asked.items() for code in codes}
    given = [answer.key for answer in record.answers]
    unknown = sorted(set(given) - wanted)
    if unknown:
        raise Unusable(
            _l("这些条目不在检查所用的标准版本中：%(codes)s。", codes=_few(unknown)),
            field="answers",
        )
    doubled = sorted({key for key in given if given.count(key) > 1})
    if doubled:
        raise Unusable(_l("这些条目回答了两次：%(codes)s。", codes=_few(doubled)), field="answers")
    left = sorted(wanted - set(given))
    if left:
        raise Unusable(_l("还有条目没有检查：%(codes)s。", codes=_few(left)), field="answers")
    stray = sorted({photo.key for photo in record.photos if photo.key} - wanted)
    if stray:
        raise Unusable(
            _l("照片所属的条目不在标准版本中：%(codes)s。", codes=_few(stray)), field="photos"
        )


def _few(codes: Sequence[str], most: int = 10) -> str:
    return "、".join(codes[:most]) + ("…" if len(codes) > most else "")
