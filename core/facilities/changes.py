"""Recording what a site has: a change that core.sites.actions makes, to one site or to many."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from core.access import Actor
from core.audit.rules import Changes
from core.clock import today
from core.facilities import story
from core.facilities.models import Fitting
from core.facilities.rules import Fit, Group, check_fit, items
from core.sites.changes import Change
from core.sites.facts import know
from core.sites.hand import Hand
from core.sites.models import Site
from core.sites.periods import begin, finish, first_day, holding, since_told


def fitted(
    wanted: Mapping[str, Fit | None], on: date | None, groups: Collection[Group] = ()
) -> Change:
    """A site has items (by code) otherwise: so many, or, where it is None, no longer any.

    What is recorded of one item of a group, or said of *groups* as a whole, makes everything else
    of the group known as not there.  As a correction (*on* None), an item that is taken out was
    never there in the period of today.  Raises BadInput for an unknown item and a number that
    cannot be.
    """
    known = items()
    for code, fit in wanted.items():
        item = known.find(code)
        if fit is not None:
            check_fit(item, fit)
    about = sorted({known.by_code[code].group.value for code in wanted} | {*groups})

    def make(_actor: Actor, site: Site, hand: Hand) -> Changes:
        held: dict[str, list[Fitting]] = {code: [] for code in wanted}
        for period in hand.periods(Fitting, site.id, Fitting.item.in_(sorted(wanted))):
            held[period.item].append(period)
        since = on or first_day(site, hand)
        found: dict[str, tuple[Any, Any]] = {}
        for code, fit in wanted.items():
            before, after = _set(site.id, code, held[code], fit, on, since, hand)
            if before != after:
                found[f"fitting:{code}"] = before, after
        for group in know(site, hand, about, since):
            found[f"recorded:{group}"] = None, group
        hand.flush()
        return {**found, **since_told(on)} if found else {}

    return Change(story.FITTED, make, aside=True)


def _set(
    site_id: int,
    code: str,
    periods: Sequence[Fitting],
    fit: Fit | None,
    on: date | None,
    since: date,
    hand: Hand,
) -> tuple[Any, Any]:
    """One item, whose periods are given; gives what it was and what it is."""
    holds = holding(periods, on or today())
    after = None if fit is None else {"count": fit.count, "note": fit.note}
    if holds is None:
        if fit is not None:
            row = Fitting(site_id=site_id, item=code, count=fit.count, note=fit.note, since=since)
            begin(row, periods)
        return None, after
    before = {"count": holds.count, "note": holds.note}
    if fit is None:
        finish(holds, on)
    elif before != after:
        if on is None or on == holds.since:
            holds.count, holds.note = fit.count, fit.note
        else:
            hand.succeed(holds, on, count=fit.count, note=fit.note)
    return before, after
