"""The style sheet is whole: whatever begins in it ends, and no section lies inside another."""

from __future__ import annotations

import re
from pathlib import Path

SHEET = Path(__file__).parent.parent / "core" / "static" / "onekm.css"


def test_every_section_begins_where_nothing_is_open() -> None:
    text = SHEET.read_text("utf-8")
    depth, inside = 0, []
    for found in re.finditer(r"[{}]|^/\*[^*]*", text, re.MULTILINE):
        mark = found.group()
        if mark in "{}":
            depth += 1 if mark == "{" else -1
            assert depth >= 0, text[found.start() - 100 : found.end()]
        elif depth:
            inside.append(mark)
    assert (depth, inside) == (0, [])
