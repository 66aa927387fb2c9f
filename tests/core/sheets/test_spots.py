"""Positions and lines in few bytes, beside the same kept plainly."""

from __future__ import annotations

import random

from core.sheets.spots import Lines, Spots


def test_all_within_a_cell_are_found_in_the_order_in_which_they_came() -> None:
    rng = random.Random(1)
    spots = Spots()
    # Around the place where both degrees pass zero, and in few cells.
    plain = [(n, rng.uniform(-3e-4, 3e-4), rng.uniform(-3e-4, 3e-4)) for n in range(300)]
    for number, lat, lon in plain:
        spots.add(number, lat, lon)
    for _, lat, lon in plain[:50]:
        found = list(spots.near(lat, lon))
        assert set(found) <= set(plain)
        near = {one for one in plain if max(abs(one[1] - lat), abs(one[2] - lon)) < 1e-4}
        assert near <= set(found)
    same = Spots()
    for number in (7, 3, 5):
        same.add(number, 37.0, 122.0)
    assert [number for number, *_where in same.near(37.0, 122.0)] == [7, 3, 5]
    assert list(same.near(37.0, 122.5)) == []


def test_a_line_is_told_with_its_sheet_where_there_are_several() -> None:
    lines = Lines()
    for number, sheet, line in ((2, "荣成", 5), (3, "荣成", 6), (9, "文登", 5), (70000, "", 8)):
        lines.note(number, sheet, line)
    assert [lines.place(number) for number in (2, 3, 9, 70000)] == [
        *("荣成!5", "荣成!6", "文登!5", "8"),
    ]
