"""What two sites hold, in words, side by side."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.geo import Datum
from core.regions.tree import Tree
from core.sites.rules import Fact, Kind
from core.sites.story import hours_words
from network.duplicates.choosing import Held

FACTS: Final[Mapping[Fact, LazyString]] = {
    Fact.NAME: _l("名称"),
    Fact.NAME_EN: _l("网点英文名"),
    Fact.KIND: _l("类型"),
    Fact.REGION: _l("区划"),
    Fact.ADDRESS: _l("地址"),
    Fact.PHONE: _l("电话"),
    Fact.POSITION: _l("坐标"),
    Fact.HOURS: _l("营业时间"),
}


def told(fact: Fact, held: Held, tree: Tree) -> str:
    """What a site holds, as a person reads it; empty where nothing is known."""
    value = held.values[fact]
    if not value:
        return ""
    words: Mapping[Fact, Callable[[], str]] = {
        Fact.KIND: lambda: str(Kind(value).label),
        Fact.REGION: lambda: tree.full_name(held.region_id),
        Fact.POSITION: lambda: _position(held),
        Fact.HOURS: lambda: hours_words(json.loads(value)),
    }
    return words.get(fact, lambda: value)()


def _position(held: Held) -> str:
    where, datum = held.values[Fact.POSITION].rsplit(" ", 1)
    checked = _("已核实") if held.verified else _("未核实")
    return str(
        _(
            "%(where)s（%(datum)s，%(checked)s）",
            where=where,
            datum=Datum(datum).symbol,
            checked=checked,
        )
    )
