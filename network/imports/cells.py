"""The cells of a row of a sheet of sites."""

from __future__ import annotations

from typing import Any

from core.sheets.rows import Cells, begins_remark
from network.sheets.columns import CLEAR


def is_remark(cells: Cells, raw: list[Any]) -> bool:
    """Whether the row is no site but a note or a signature below the list."""
    if "code" in cells.given:
        return False
    named = "name" in cells.given
    placed = "region" in cells.given or "kind" in cells.given
    if begins_remark(raw) and not placed:
        return True
    return not named and cells.filled <= 1


def clears(text: str) -> bool:
    return text.casefold() in CLEAR
