"""What the halls of a demonstration have."""

from __future__ import annotations

from core.facilities.rules import Group, items
from core.sites.rules import Kind
from core.staff.rules import Duty
from halls.demo.rules import draw
from halls.windows.rules import WindowKind


def test_no_standard_is_met_by_all_halls_or_failed_by_all() -> None:
    """Of the five halls of the demonstration some lack what a standard asks, some lack nothing."""
    rules_adopted = [item.code for item in items().all if item.group is Group.RULE]
    halls = [
        draw(code, Kind.HALL) for code in ("0000017", "0000025", "0000033", "0000041", "0000050")
    ]
    drawn = [one for one in halls if one is not None]
    assert len(drawn) == 5
    asked = (
        [any(Duty.AGENT in person.duties for person in one.people) for one in drawn],
        [
            all(each.kind is WindowKind.COMPREHENSIVE for each in one.windows.values())
            for one in drawn
        ],
        [all(code in one.fits for code in rules_adopted) for one in drawn],
    )
    assert all(any(one) and not all(one) for one in asked)
    assert all(one[1] for one in asked)  # the hall that the inspector of the demonstration visits
