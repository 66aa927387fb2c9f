"""Two versions of a site side by side, in words; what somebody changed, and what it takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from core.audit.rules import Changes, change_words
from core.catalogue.queries import Catalogue
from core.geo import distance, to_wgs84
from core.regions.story import region_words
from core.regions.tree import Tree
from core.sites import changes, story
from core.sites.changes import Change, Standing
from core.sites.rules import Kind, Mode
from network.editing.draft import FACTS, position_of
from network.editing.rules import FAR, written


@dataclass(frozen=True, slots=True)
class Row:
    """A fact of which there are two versions; ``mine`` says which stands unless somebody picks.

    ``both``: each of the two persons changed it.
    """

    key: str
    label: str
    was: str
    mine_words: str
    theirs_words: str
    mine: bool
    both: bool


def conflicts(
    base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str], known: Catalogue
) -> list[Row]:
    """What differs between *mine* and *theirs*, which both come from *base*."""
    rows = []
    for key in mine:
        if mine[key] == theirs.get(key, ""):
            continue
        was = base.get(key, theirs.get(key, ""))
        now = theirs.get(key, "")
        rows.append(
            Row(
                key,
                label(key, known),
                was=words(key, was),
                mine_words=words(key, mine[key]),
                theirs_words=words(key, now),
                mine=mine[key] != was,
                both=mine[key] != was and now != was,
            )
        )
    return rows


def label(key: str, known: Catalogue) -> str:
    """What a fact is called."""
    base, _colon, code = key.partition(":")
    if base == "offering":
        service = known.by_code.get(code)
        return code if service is None else service.name
    fields = {**story.DESCRIBED.fields, "hours": story.HOURS_SET.fields["hours"]}
    return str(_("位置（坐标）")) if base == "position" else str(fields[base].label)


def words(key: str, value: str) -> str:
    """A value as people read it."""
    base = key.partition(":")[0]
    if base == "offering":
        return str(Mode(value).label) if value else str(_("不办"))
    if not value:
        return str(_("未登记"))
    if base == "hours":
        return story.hours_words(json.loads(value))
    if base == "kind":
        return str(Kind(value).label)
    if base == "region":
        return region_words(value)
    return position_words(value) if base == "position" else value


def position_words(value: str) -> str:
    position = position_of(value)
    if position is None:
        return str(_("未登记"))
    state = _("已核实") if position.verified else _("待核实")
    pair = f"{written(position.lat)}, {written(position.lon)}"
    return f"{pair} {position.datum.label} {state}"


def changed_keys(mine: Mapping[str, str], held: Mapping[str, str]) -> list[str]:
    """The facts that *mine* says otherwise, in the order of the page."""
    return [key for key in mine if mine[key] != held.get(key, "")]


def lines(
    keys: list[str], mine: Mapping[str, str], held: Mapping[str, str], known: Catalogue
) -> list[str]:
    """What would change, a line each."""
    told = []
    for key in keys:
        if key == "hours":
            pair: Changes = {"hours": (_document(held.get(key, "")), _document(mine[key]))}
            told += list(change_words(story.HOURS_SET.code, pair))
        else:
            told.append(
                str(
                    _(
                        "%(what)s：%(before)s → %(after)s",
                        what=label(key, known),
                        before=words(key, held.get(key, "")),
                        after=words(key, mine[key]),
                    )
                )
            )
    return told


def _document(value: str) -> Any:
    return json.loads(value) if value else None


# -- What is grave ------------------------------------------------------------------------------


def grave(keys: list[str], mine: Mapping[str, str], held: Mapping[str, str]) -> bool:
    """Whether it needs a second look and a reason: what a resident would stand before in vain."""
    if {"region", "kind"} & set(keys):
        return True
    if "hours" in keys and not mine["hours"]:
        return True
    dropped = [key for key in keys if key.startswith("offering:") and not mine[key]]
    return bool(dropped) or ("position" in keys and _far(mine["position"], held["position"]))


def _far(value: str, before: str) -> bool:
    new, old = position_of(value), position_of(before)
    if new is None or old is None:
        return old is not None
    points = [to_wgs84(one.lat, one.lon, one.datum) for one in (new, old)]
    return distance(*points) > FAR


# -- What it takes ------------------------------------------------------------------------------


def wanted(
    keys: list[str],
    mine: Mapping[str, str],
    days: Mapping[str, date | None],
    known: Catalogue,
    living: Tree,
) -> list[Change]:
    """The changes that make a site say *mine* in these facts."""
    found: list[Change] = []
    facts = {key: mine[key] for key in keys if key in FACTS}
    if facts:
        found.append(changes.described(**facts))
    standing = _standing(keys, mine, living)
    if standing:
        on = days.get("place")
        found.append(changes.corrected(**standing) if on is None else changes.moved(on, **standing))
    if "hours" in keys:
        found.append(changes.hours(_document(mine["hours"]), days.get("hours")))
    modes = {
        known.by_code[key.partition(":")[2]].id: Mode(mine[key]) if mine[key] else None
        for key in keys
        if key.startswith("offering:")
    }
    if modes:
        found.append(changes.offering(modes, days.get("offerings")))
    return found


def _standing(keys: list[str], mine: Mapping[str, str], living: Tree) -> Standing:
    standing: Standing = {}
    if "kind" in keys:
        standing["kind"] = Kind(mine["kind"])
    if "region" in keys:
        standing["region_id"] = living.by_code[mine["region"]].id
    if "position" in keys:
        standing["position"] = position_of(mine["position"])
    return standing
