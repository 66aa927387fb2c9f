"""What is recorded of sites item by item, as criteria ask for it."""

from __future__ import annotations

from core.facilities.rules import Item, items
from core.i18n import named


def find_item(code: str) -> Item | None:
    """The item of the catalogue with this code."""
    return items().by_code.get(code)


def item_name(code: str) -> str:
    """What the item is called; its code where there is none."""
    item = find_item(code)
    return code if item is None else named(item.name, item.name_en)
