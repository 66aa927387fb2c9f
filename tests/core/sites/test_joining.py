"""What hangs on a site that is merged: nothing is forgotten, nothing is doubled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import pytest
from flask import Flask

from core.db import Base
from core.sites.joining import followers, gaps

#: Tables that name a site and that no room lets go over, each with the reason.
STAY: Final = {
    "site": "merged_into_id is what a merge writes",
    "site_period": "taken over as chosen (core/sites/merging.py), else kept for taking apart",
    "site_hours": "taken over as chosen, else kept for taking apart",
    "offering": "joined with the survivor's by the merge itself, kept for taking apart",
    "site_arrival": "a site that is yet to be in the register: no code of it was ever shown",
    "import_row": "what became of a line of a file when it was imported",
    "pair_verdict": "a judgement of two entries, which says nothing of a third",
    "inspection_draw_result": "what was drawn, by the codes of that day; the visits go over",
}


def naming() -> Iterator[str]:
    """The tables of which a column names a site."""
    for name, table in Base.metadata.tables.items():
        keys = {key.target_fullname for key in table.foreign_keys}
        if "site.id" in keys or {"site_id", "site_code"} & set(table.columns.keys()):
            yield name


def test_every_table_that_names_a_site_goes_over_or_has_a_reason_not_to(app: Flask) -> None:
    carried = {table for follower in followers() for table in follower.tables}
    assert set(naming()) == carried | STAY.keys()
    assert not carried & STAY.keys()


def day(number: int) -> date:
    return date(2026, 1, number)


@pytest.mark.parametrize(
    ("until", "held", "free"),
    [
        (None, [], [(5, None)]),
        (9, [], [(5, 9)]),
        (None, [(1, None)], []),
        (None, [(5, None)], []),
        (9, [(5, 9)], []),
        (9, [(1, 7)], [(7, 9)]),
        (9, [(7, None)], [(5, 7)]),
        (None, [(6, 7), (8, 9)], [(5, 6), (7, 8), (9, None)]),
        (7, [(8, 9)], [(5, 7)]),
        (None, [(1, 5)], [(5, None)]),
    ],
)
def test_days_that_the_survivor_has_are_left_to_it(
    until: int | None, held: list[tuple[int, int | None]], free: list[tuple[int, int | None]]
) -> None:
    days = [(day(begins), None if ends is None else day(ends)) for begins, ends in held]
    found = list(gaps(day(5), None if until is None else day(until), days))
    assert found == [(day(one), None if two is None else day(two)) for one, two in free]
