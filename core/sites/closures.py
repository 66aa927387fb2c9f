"""Announcing that a site or a whole region does not serve, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from core.access import Actor, Permission
from core.audit.actions import record
from core.audit.rules import Changes, EventType, compared
from core.clock import now, today
from core.db import db
from core.errors import BadInput, NotFound
from core.regions import queries as regions
from core.regions.story import REGION
from core.sites import story
from core.sites.actions import KEEPERS, require_region, require_site
from core.sites.changes import Change
from core.sites.hand import Hand
from core.sites.models import Closure, Site

MOST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Notice:
    """A closure to announce, of one site or of one region, with the words for the public.

    With ``minutes`` of the day it is an absence of some hours.
    """

    since: date
    until: date | None
    words: str
    words_en: str = ""
    site_id: int | None = None
    region_id: int | None = None
    minutes: tuple[int, int] | None = None


def announce(actor: Actor, notice: Notice, why: str = "") -> Closure:
    """Announce that a site or a region does not serve; *why* is for the audit alone.

    Raises BadInput, NotFound out of reach.
    """
    _check(actor, notice)
    start, end = notice.minutes or (None, None)
    closure = Closure(
        uuid=str(uuid4()),
        site_id=notice.site_id,
        region_id=notice.region_id,
        since=notice.since,
        until=notice.until,
        start_minute=start,
        end_minute=end,
        words=notice.words,
        words_en=notice.words_en,
        announced_at=now(),
    )
    db.session.add(closure)
    db.session.flush()
    reason: Changes = {"reason": (None, why)} if why else {}
    told = {**compared({}, _told(closure)), **reason}
    _record(actor, story.CLOSURE_ANNOUNCED, closure, told)
    return closure


def announced(since: date, until: date | None, words: str, words_en: str = "") -> Change:
    """The same as a change of a site, for many at once. Raises BadInput."""
    _check_words(Notice(since, until, words, words_en))

    def make(_actor: Actor, site: Site, hand: Hand) -> Changes:
        closure = Closure(
            uuid=str(uuid4()),
            site_id=site.id,
            since=since,
            until=until,
            words=words,
            words_en=words_en,
            announced_at=now(),
        )
        db.session.add(closure)
        hand.flush()
        return compared({}, _told(closure))

    return Change(story.CLOSURE_ANNOUNCED, make)


def _check(actor: Actor, notice: Notice) -> None:
    if notice.site_id is not None:
        # An absence of some hours is for the station itself to tell.
        keepers = KEEPERS if notice.minutes else (Permission.REGISTER_WRITE,)
        require_site(actor, notice.site_id, *keepers)
    if notice.region_id is not None or notice.site_id is None:
        require_region(actor, notice.region_id or 0)
    _check_words(notice)


def _check_words(notice: Notice) -> None:
    if notice.until is not None and notice.until <= notice.since:
        raise BadInput(_l("恢复日期应晚于停办日期。"), field="until")
    if notice.minutes is not None and not 0 <= notice.minutes[0] < notice.minutes[1] <= 24 * 60:
        raise BadInput(_l("结束时间应晚于开始时间。"), field="until")
    if not notice.words.strip():
        raise BadInput(_l("请写明给公众看的话。"), field="words")
    if max(len(notice.words), len(notice.words_en)) > MOST_WORDS:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_WORDS), field="words")


def find(uuid: str) -> Closure:
    """The closure of this UUID. Raises NotFound."""
    found = db.session.scalar(sa.select(Closure).where(Closure.uuid == uuid))
    if found is None:
        raise NotFound(_l("没有这条停办通知。"))
    return found


def amend(
    actor: Actor, closure: Closure, until: date | None, words: str, words_en: str = ""
) -> None:
    """Let a closure end on another day (None: nobody knows), or be told in other words.

    Raises BadInput.
    """
    minutes = closure.start_minute, closure.end_minute
    absence = None if minutes[0] is None or minutes[1] is None else (minutes[0], minutes[1])
    _check(
        actor,
        Notice(
            *(closure.since, until, words, words_en),
            *(closure.site_id, closure.region_id, absence),
        ),
    )
    if absence is not None and until is None:
        raise BadInput(_l("请填写恢复日期。"), field="until")
    before = _told(closure)
    closure.until, closure.words, closure.words_en = until, words, words_en
    db.session.flush()
    _record(actor, story.CLOSURE_AMENDED, closure, compared(before, _told(closure)))


def lift(actor: Actor, closure: Closure, on: date | None = None) -> None:
    """Let a closure be over from a day on (today if None); one that has not begun is taken back.

    Raises BadInput.
    """
    day = on or today()
    if closure.until is not None and closure.until <= day:
        raise BadInput(_l("这次停办已经结束。"), field="on")
    if day > closure.since:
        amend(actor, closure, day, closure.words, closure.words_en)
        return
    require_closure(actor, closure)
    _record(actor, story.CLOSURE_WITHDRAWN, closure, compared(_told(closure), {}))
    db.session.delete(closure)
    db.session.flush()


def require_closure(actor: Actor, closure: Closure) -> None:
    """Raise Forbidden, or NotFound where the closure is not for *actor* to change."""
    if closure.site_id is not None:
        absence = closure.start_minute is not None
        keepers = KEEPERS if absence else (Permission.REGISTER_WRITE,)
        require_site(actor, closure.site_id, *keepers)
    else:
        require_region(actor, closure.region_id or 0)


def _told(closure: Closure) -> dict[str, object]:
    return {
        "since": closure.since,
        "until": closure.until,
        "start": closure.start_minute,
        "end": closure.end_minute,
        "words": closure.words,
        "words_en": closure.words_en or None,
    }


def _record(actor: Actor, event: EventType, closure: Closure, changes: Changes) -> None:
    if closure.site_id is not None:
        code = db.session.scalars(sa.select(Site.code).where(Site.id == closure.site_id)).one()
        region_id = require_site(actor, closure.site_id, *KEEPERS)
        record(actor, event, (story.SITE, code), changes, region_id=region_id)
    elif closure.region_id is not None:
        subject = (REGION, regions.code_of(closure.region_id, closure.since) or "")
        record(actor, event, subject, changes, region_id=closure.region_id)


def for_today(site_id: int, minutes: tuple[int, int], words: str, words_en: str = "") -> Notice:
    """The absence of somebody who is out for some hours of today."""
    day = today()
    return Notice(day, day + timedelta(days=1), words, words_en, site_id, minutes=minutes)
