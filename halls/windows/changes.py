"""Recording the windows of a site: a change that core.sites.actions makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from core.access import Actor
from core.audit.rules import Changes
from core.clock import today
from core.sites.changes import Change
from core.sites.facts import know
from core.sites.hand import Hand
from core.sites.models import Site
from core.sites.periods import begin, finish, first_day, holding, since_told
from halls.windows import story
from halls.windows.models import Window
from halls.windows.queries import opened_of
from halls.windows.rules import LANES, WINDOWS, Opened, told


def windowed(wanted: Mapping[str, Opened | None], on: date | None) -> Change:
    """A site's windows (by number) are otherwise: so, or, where it is None, there no longer.

    From then on it is known which windows the site has, though it be none.  As a correction (*on*
    None), a window that is taken out was never there in the period of today.
    """

    def make(_actor: Actor, site: Site, hand: Hand) -> Changes:
        held: dict[str, list[Window]] = {number: [] for number in wanted}
        for period in hand.periods(Window, site.id, Window.number.in_(sorted(wanted))):
            held[period.number].append(period)
        since = on or first_day(site, hand)
        found: dict[str, tuple[Any, Any]] = {}
        for number, opened in wanted.items():
            before, after = _set(site.id, number, held[number], opened, on, since, hand)
            if before != after:
                found[f"window:{number}"] = before, after
        if know(site, hand, [WINDOWS], since):
            found["recorded"] = None, WINDOWS
        hand.flush()
        return {**found, **since_told(on)} if found else {}

    return Change(story.WINDOWS_SET, make, aside=True)


def _set(
    site_id: int,
    number: str,
    periods: Sequence[Window],
    opened: Opened | None,
    on: date | None,
    since: date,
    hand: Hand,
) -> tuple[Any, Any]:
    holds = holding(periods, on or today())
    after = None if opened is None else told(opened)
    if holds is None:
        if opened is not None:
            row = Window(site_id=site_id, number=number, since=since, **columns(opened))
            begin(row, periods)
        return None, after
    before = told(opened_of(holds))
    if opened is None:
        finish(holds, on)
    elif before != after:
        if on is None or on == holds.since:
            for name, value in columns(opened).items():
                setattr(holds, name, value)
        else:
            hand.succeed(holds, on, **columns(opened))
    return before, after


def columns(opened: Opened) -> dict[str, Any]:
    """The columns that hold a window."""
    lanes = {lane.value: lane in opened.lanes for lane in LANES}
    return {"kind": opened.kind.value, "title": opened.title, **lanes}
