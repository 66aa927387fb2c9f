"""What the pages of visits show, in one place for the network and for the telephone's own copy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.access import Actor
from core.accounts.guard import current
from core.calendar import working
from core.calendar.queries import calendar
from core.clock import civil, now, today
from standards.inspections import checklist, judging, queries
from standards.inspections.access import WRITE
from standards.inspections.listing import Day
from standards.inspections.queries import Line
from standards.inspections.rules import (
    ANSWER_LABELS,
    DUE,
    DUE_DAYS,
    MOST_NOTE,
    MOST_SIGNER,
    MOST_WORDS,
    Side,
)


def index(actor: Actor, day: Day) -> dict[str, Any]:
    """One's own visits of the day."""
    return {
        "day": day,
        "on": today(),
        "writes": actor.may(WRITE),
        "owner": owner(),
        # Changes with what is to be done, so that the telephone puts away what is new.
        "of": " ".join(one.row.uuid[:8] for one, _metres in day.due),
        "made": any(one.row.made for one, _metres in day.due),
    }


def owner() -> str:
    """The username of who is signed in: what is entered on a telephone is hers."""
    found = current()
    return "" if found is None else found.username


def visit(one: Line, begun: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """The page on which a visit is filled in; *begun* are the digests of the versions with which
    it was begun, by standard. Raises Unusable for one that nobody published."""
    pinned = None if begun is None else judging.pinned(begun).values()
    lists = checklist.checklists(one, pinned)
    place = queries.place_of(one)
    days = calendar()
    return {
        "one": one,
        "row": one.row,
        "lists": lists,
        "total": sum(len(each.keys) for each in lists),
        "point": None if place is None else place.point,
        "address": "" if place is None else place.address,
        "versions": json.dumps({each.published.code: each.published.digest for each in lists}),
        "owner": owner(),
        "started": civil(now()).isoformat(timespec="seconds"),
        "labels": ANSWER_LABELS,
        "due_days": [(number, working.after(days, today(), number)) for number in DUE_DAYS],
        "due": DUE,
        "sides": Side,
        "most_note": MOST_NOTE,
        "most_words": MOST_WORDS,
        "most_signer": MOST_SIGNER,
        "made": one.row.made,
        "given": {},
        **more,
    }
