"""The desk at which a site's form is filled in: what is at hand there, and how its pages look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from core.access import Actor
from core.calendar.hours import parse
from core.calendar.rules import Intervals, wall_time
from core.catalogue.queries import Catalogue
from core.errors import NotFound
from core.geo import Datum
from core.regions.tree import Tree
from core.sites.rules import Kind, Mode
from network.editing import comparison, hours, maps, notes, proposing, queries
from network.editing.draft import (
    Draft,
    Reader,
    blank,
    fact_of,
    offering_field,
    texts_of,
    values_of,
)
from network.editing.queries import Kept
from network.words import hours_by_season, weekdays

AnyPage: TypeAlias = AnyResponse | tuple[str, int]

#: What whoever may write writes; a station asks for the last two alone.
WRITES = frozenset({"facts", "place", "hours", "offerings"})
ASKS = frozenset({"hours", "offerings"})


@dataclass(frozen=True, slots=True)
class Desk:
    """What is at hand while a form is filled in: who fills it in, of which site, in what city."""

    actor: Actor
    kept: Kept | None
    known: Catalogue
    living: Tree
    sections: frozenset[str]

    @property
    def site(self) -> Kept:
        """The site that is there already. Raises NotFound."""
        if self.kept is None:
            raise NotFound(_l("没有这个页面。可能是地址有误，或该内容已经移走。"))
        return self.kept

    @property
    def held(self) -> dict[str, str]:
        return {} if self.kept is None else values_of(self.kept, self.known)

    @property
    def shown(self) -> dict[str, str]:
        if self.kept is None:
            return blank(self.known)
        return texts_of(self.kept, self.known, self.living)

    def read(self) -> Draft:
        """What was sent."""
        reader = Reader(self.actor, self.known, self.living, self.sections)
        return reader.read(self.shown, self.held, _chosen(request.form))


def _chosen(form: Mapping[str, str]) -> dict[str, str]:
    """What was sent, without what somebody else's version was picked of: a field that does not
    come is as it stands."""
    picked = {
        key.removeprefix("pick.")
        for key, value in form.items()
        if key.startswith("pick.") and value == "theirs"
    }
    return {name: value for name, value in form.items() if fact_of(name) not in picked}


def form_page(desk: Desk, draft: Draft, status: int = 200, problem: str = "") -> AnyPage:
    page = render_template(
        "network/editing/form.html",
        desk=desk,
        kept=desk.kept,
        draft=draft,
        problem=problem,
        base=json.dumps(desk.held, ensure_ascii=False),
        kinds=Kind,
        modes=Mode,
        datums=Datum,
        offering_field=offering_field,
        seasons=hours.seasons_in(draft.texts),
        most_seasons=hours.MOST_SEASONS,
        lines=public_lines(draft.texts),
        planned=frozenset() if desk.kept is None else queries.planned(desk.kept.id),
        map=maps.spot(desk.kept, desk.living, desk.actor),
        waiting=()
        if desk.kept is None
        else proposing.told(desk.actor, queries.waiting([desk.kept.code])),
    )
    return page, status


def public_lines(texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The hours as the public will read them; nothing while they cannot be read."""
    read = hours.read(texts)
    if read.faults or read.document is None:
        return []
    known = parse(json.dumps(read.document))
    blocks = [
        {
            "name": "" if season is None else season.name,
            "lines": [{"days": weekdays(line), "times": _times(line.intervals)} for line in lines],
        }
        for season, lines in hours_by_season(known)
    ]
    holiday = {"days": str(_("法定节假日")), "times": _times(known.holiday)}
    return [*blocks, {"name": "", "lines": [holiday]}]


def _times(intervals: Intervals) -> str:
    told = (f"{wall_time(start)}–{wall_time(end)}" for start, end in intervals)
    return str(_("，")).join(told) or str(_("不开"))


def stepped(draft: Draft, step: str) -> Draft:
    """The form as it goes on: a season more or fewer, nothing told as wrong yet."""
    texts = dict(draft.texts)
    count = hours.seasons_in(texts)
    if step == "add-season" and count < hours.MOST_SEASONS:
        texts |= dict.fromkeys(hours.season_fields(count), "")
        texts["seasons"] = str(count + 1)
    elif step.startswith("drop-season-") and step[12:].isdecimal() and int(step[12:]) < count:
        _drop(texts, int(step[12:]), count)
    return Draft(texts)


def _drop(texts: dict[str, str], gone: int, count: int) -> None:
    for number in range(gone, count - 1):
        following = zip(hours.season_fields(number), hours.season_fields(number + 1), strict=True)
        texts.update({name: texts.get(next_name, "") for name, next_name in following})
    for name in hours.season_fields(count - 1):
        texts.pop(name, None)
    texts["seasons"] = str(count - 1)


def second_look(
    desk: Desk, draft: Draft, keys: list[str], said: list[notes.Note], grave: bool, sure: bool
) -> AnyPage:
    """What will change, in words, before it does."""
    page = render_template(
        "network/editing/look.html",
        kept=desk.kept,
        draft=draft,
        version=None if desk.kept is None else desk.kept.version,
        lines=comparison.lines(keys, draft.values, desk.held, desk.known),
        notes=said,
        grave=grave,
        unsaid=sure and grave,
        carried={name: text for name, text in draft.texts.items() if name != "reason"},
        hours=public_lines(draft.texts) if "hours" in keys else (),
    )
    return page, 422 if sure else 200
