"""What somebody should know before she saves a site: likely twins, a position that is doubtful."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from core.sites.network import Network, Place
from network.editing import queries
from network.editing.draft import Draft
from network.editing.queries import Kept


@dataclass(frozen=True, slots=True)
class Note:
    """A doubt, and the sites that it is about."""

    text: str
    places: tuple[Place, ...] = ()


def about(net: Network, draft: Draft, keys: Collection[str], kept: Kept | None) -> list[Note]:
    """The doubts about what is new in a draft."""
    found = []
    own = None if kept is None else kept.id
    if {"name", "region"} & set(keys) and draft.region_id is not None:
        twins = queries.twins(net, draft.region_id, draft.values["name"], own)
        if twins:
            text = _l("这里已经有名称相近的网点。如果是同一个，请不要重复登记：")
            found.append(Note(str(text), tuple(twins)))
    if {"position", "region"} & set(keys) and draft.point is not None:
        found += _doubts(net, draft, own)
    return found


def _doubts(net: Network, draft: Draft, own: int | None) -> list[Note]:
    """What is doubtful about a position; whatever it is, it is kept."""
    found = []
    if draft.astray:
        text = _l("这个位置在所选区划的区县之外。可以保存，但会标为“位置待核实”，不向公众显示。")
        found.append(Note(str(text)))
    if draft.coarse:
        text = _l("坐标的小数位太少，误差超过百米。可以保存，但会标为“位置待核实”。")
        found.append(Note(str(text)))
    if draft.point is not None:
        beside = queries.same_spot(net, draft.point, own)
        if beside:
            text = _l("同一个位置（5 米以内）已经有别的网点，请核对：")
            found.append(Note(str(text), tuple(beside)))
    return found
