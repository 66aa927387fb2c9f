"""Periods of what holds of a site: which holds on a day, how one begins, how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from core.audit.rules import Changes
from core.clock import today
from core.dated import Dated, end
from core.db import db
from core.sites.hand import Hand
from core.sites.models import Site, SitePeriod

P = TypeVar("P", bound=Dated)


def holding(periods: Sequence[P], on: date) -> P | None:
    """The one of *periods* that holds on the day."""
    return next((period for period in periods if period.holds(on)), None)


def begin(row: Dated, others: Sequence[Dated]) -> None:
    """Let *row* hold until the next of *others*, of which none holds on its first day."""
    if holding(others, row.since) is not None:  # a correction begins after what is known to end
        ends = (one.until for one in others if one.until is not None)
        row.since = max(day for day in ends if day <= today())
    row.until = min((one.since for one in others if one.since > row.since), default=None)
    db.session.add(row)


def finish(period: Dated | None, on: date | None) -> None:
    """Let *period* end on a day, or, as a correction, never have been."""
    if period is None:
        return
    if on is None or on == period.since:
        db.session.delete(period)
    else:
        end(period, on)


def first_day(site: Site, hand: Hand) -> date:
    """The day from which the site is in the register."""
    periods = hand.periods(SitePeriod, site.id)
    return periods[0].since if periods else today()


def since_told(on: date | None) -> Changes:
    """The day of a change as the audit tells it; a correction has none."""
    return {} if on is None else {"since": (None, on)}
