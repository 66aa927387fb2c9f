"""What somebody typed about a site, read field by field; one page of sections for all of it.

A draft holds the texts as typed, what is wrong with each, and the *values* that they mean: one text
a fact, in one form, so that two versions of a site can be compared and told apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core import geo
from core.access import Actor
from core.catalogue.queries import Catalogue
from core.clock import today
from core.errors import BadInput
from core.geo import Datum, Point
from core.regions import boundaries
from core.regions.tree import Node, Tree
from core.search import MOST_ASKED
from core.sites import forms
from core.sites.changes import Position
from core.sites.rules import Kind, Mode
from network.editing import hours, queries, rules
from network.editing.queries import Kept

FACTS: Final = ("name", "name_en", "address", "phone")
PLACE: Final = ("kind", "region", "lat", "lon", "datum", "verified")
_PLACED: Final = ("lat", "lon", "datum", "verified")
_OF_HOURS: Final = re.compile(r"h-|s\d+-|seasons$", re.ASCII)
#: The sections that say from when they hold, with what is meant unless somebody says.
DATED: Final = {"place": "correction", "hours": "change", "offerings": "change"}
#: Which regions are offered where a name means several.
MOST_CANDIDATES: Final = 12

_BOUNDS: Final = {
    "name": rules.MOST_NAME,
    "name_en": 2 * rules.MOST_NAME,
    "address": rules.MOST_ADDRESS,
}


def offering_field(code: str) -> str:
    return f"o-{code}"


def fact_of(name: str) -> str:
    """The fact that a field is part of."""
    if name in _PLACED:
        return "position"
    if name.startswith("o-"):
        return f"offering:{name[2:]}"
    return "hours" if _OF_HOURS.match(name) else name


# -- What a site says ---------------------------------------------------------------------------


def values_of(kept: Kept, known: Catalogue) -> dict[str, str]:
    """What the register says of a site, one text a fact."""
    values = {name: str(getattr(kept, name)) for name in FACTS}
    values["kind"] = kept.kind
    values["region"] = kept.region_code
    values["position"] = _position_value(kept.lat, kept.lon, kept.datum, kept.verified)
    values["hours"] = hours_value(kept.document)
    for service in known.services:
        values[f"offering:{service.code}"] = kept.modes.get(service.id, "")
    return values


def hours_value(document: Any) -> str:
    return "" if document is None else json.dumps(document, ensure_ascii=False, sort_keys=True)


def _position_value(lat: float | None, lon: float | None, datum: str | None, verified: bool) -> str:
    if lat is None or lon is None:
        return ""
    return f"{rules.written(lat)},{rules.written(lon)},{datum},{int(verified)}"


def position_of(value: str) -> Position | None:
    """The position that a value means."""
    if not value:
        return None
    lat, lon, datum, verified = value.split(",")
    return Position(float(lat), float(lon), Datum(datum), verified == "1")


def texts_of(kept: Kept, known: Catalogue, living: Tree) -> dict[str, str]:
    """What the fields of a form show of a site."""
    texts = {name: str(getattr(kept, name)) for name in FACTS}
    texts |= {
        "kind": kept.kind,
        "region": region_text(living, living.by_id[kept.region_id]),
        "lat": rules.written(kept.lat),
        "lon": rules.written(kept.lon),
        "datum": kept.datum or "",
        "verified": "1" if kept.verified else "0",
        **hours.write(kept.document),
    }
    for service in known.services:
        texts[offering_field(service.code)] = kept.modes.get(service.id, "")
    return texts | defaults()


def blank(known: Catalogue) -> dict[str, str]:
    """The fields of a site that is not there yet."""
    texts = dict.fromkeys((*FACTS, *PLACE), "")
    texts |= hours.write(None) | {offering_field(one.code): "" for one in known.services}
    return texts | {"verified": "0"} | defaults()


def defaults() -> dict[str, str]:
    day = today().isoformat()
    hows = {f"{section}-how": how for section, how in DATED.items()}
    return hows | {f"{section}-on": day for section in DATED} | {"reason": ""}


def region_text(living: Tree, node: Node) -> str:
    """A region as its field shows it: the code, and the names for people."""
    return f"{node.code} {living.full_name(node.id)}"


# -- What somebody typed ------------------------------------------------------------------------


@dataclass
class Draft:
    """What was typed: texts and faults by field, values by fact; facts with faults have none.

    ``candidates`` are regions that a name may mean; ``days`` says from when each section holds,
    None for a correction.
    """

    texts: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    days: dict[str, date | None] = field(default_factory=dict)
    candidates: list[Node] = field(default_factory=list)
    coarse: bool = False
    point: Point | None = None
    region_id: int | None = None
    astray: bool = False

    def fault(self, name: str, what: object) -> None:
        self.faults.setdefault(name, str(what))

    def try_read(self, name: str, read: Any) -> Any:
        """What *read* gives; a fault that it raises is noted under the field that it names."""
        try:
            return read()
        except BadInput as fault:
            self.fault(fault.field or name, fault)
            return None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a form for *actor*: the sections that she may write, over what the fields showed."""

    actor: Actor
    known: Catalogue
    living: Tree
    sections: frozenset[str]

    def read(
        self, shown: Mapping[str, str], held: Mapping[str, str], form: Mapping[str, str]
    ) -> Draft:
        """The draft; a field that did not come is as *shown*, what was left so is as *held*."""
        draft = Draft(dict(shown))
        draft.texts |= {name: form[name] for name in self._names(shown, form) if name in form}
        if "facts" in self.sections:
            self._facts(draft, shown, held)
        if "place" in self.sections:
            self._place(draft, form.get("region_pick", ""))
            self._position(draft, shown, held)
        if "hours" in self.sections:
            self._hours(draft, held)
        if "offerings" in self.sections:
            self._offerings(draft)
        for section in DATED.keys() & self.sections:
            draft.days[section] = self._day(draft, section)
        reason = draft.texts["reason"] = rules.shown_text(draft.texts.get("reason", ""))
        if len(reason) > rules.MOST_REASON:
            draft.fault("reason", _l("内容太长，最多 %(most)s 个字。", most=rules.MOST_REASON))
        return draft

    def _names(self, shown: Mapping[str, str], form: Mapping[str, str]) -> Iterable[str]:
        """The fields that there are, seasons added or taken away with them."""
        yield from shown
        for number in range(hours.seasons_in({**shown, **form})):
            yield from hours.season_fields(number)

    def _facts(self, draft: Draft, shown: Mapping[str, str], held: Mapping[str, str]) -> None:
        for name, most in _BOUNDS.items():
            text = rules.shown_text(draft.texts[name])
            if draft.texts[name] == shown[name]:
                text = held.get(name, "")
            if len(text) > most:
                draft.fault(name, _l("内容太长，最多 %(most)s 个字。", most=most))
            else:
                draft.values[name] = text
        if draft.values.get("name") == "":
            draft.fault("name", _l("请填写名称。"))
        number = draft.try_read("phone", lambda: rules.phone(draft.texts["phone"]))
        if draft.texts["phone"] == shown["phone"]:
            draft.faults.pop("phone", None)
            number = held.get("phone", "")
        if number is not None:
            draft.values["phone"] = number

    def _place(self, draft: Draft, picked: str) -> None:
        if draft.texts["kind"] in set(Kind):
            draft.values["kind"] = draft.texts["kind"]
        else:
            draft.fault("kind", _l("请选择网点类型。"))
        node = draft.try_read("region", lambda: self._region(draft, picked))
        if node is not None:
            draft.values["region"] = node.code
            draft.region_id = node.id
            draft.texts["region"] = region_text(self.living, node)

    def _position(self, draft: Draft, shown: Mapping[str, str], held: Mapping[str, str]) -> None:
        value = draft.try_read("lat", lambda: self._read_position(draft))
        if all(draft.texts[name] == shown[name] for name in _PLACED):
            value = held.get("position", "")
        if value is not None:
            draft.values["position"] = value

    def _region(self, draft: Draft, picked: str) -> Node:
        text = picked or draft.texts["region"]
        if not text.strip():
            raise BadInput(_l("请填写所在区划。"), field="region")
        if len(text) > MOST_ASKED:
            raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_ASKED), field="region")
        within = queries.regions_meant(self.actor, text, self.living)
        if len(within) == 1:
            return within[0]
        draft.candidates = within[:MOST_CANDIDATES]
        if within:
            raise BadInput(_l("有多个这样的区划，请选一个，或写 12 位代码。"), field="region")
        raise BadInput(_l("没有这个区划，或不在您的管辖范围内。"), field="region")

    def _read_position(self, draft: Draft) -> str:
        typed = rules.read_position(draft.texts["lat"], draft.texts["lon"])
        if typed is None:
            return ""
        text = draft.texts["datum"]
        if text not in set(Datum):
            raise BadInput(_l("请选择坐标系：不知道坐标系的一对数不能用。"), field="datum")
        point = geo.check(typed.lat, typed.lon, Datum(text))
        draft.texts["lat"], draft.texts["lon"] = rules.written(typed.lat), rules.written(typed.lon)
        draft.point, draft.coarse = point, typed.coarse
        if draft.region_id is not None:
            draft.astray = boundaries.astray(draft.region_id, point)
        verified = draft.texts["verified"] == "1" and not (typed.coarse or draft.astray)
        return _position_value(typed.lat, typed.lon, text, verified)

    def _hours(self, draft: Draft, held: Mapping[str, str]) -> None:
        read = hours.read(draft.texts)
        for name, what in read.faults.items():
            draft.fault(name, what)
        if not read.faults:
            value = held.get("hours", "")
            same = hours.read(hours.write(json.loads(value) if value else None))
            # What is typed as it was shown is no change, in whatever form it is kept.
            draft.values["hours"] = (
                value if read.document == same.document else hours_value(read.document)
            )

    def _offerings(self, draft: Draft) -> None:
        for service in self.known.services:
            name = offering_field(service.code)
            if draft.texts[name] in {"", *Mode}:
                draft.values[f"offering:{service.code}"] = draft.texts[name]
            else:
                draft.fault(name, _l("请选择不办、代办或直办。"))

    def _day(self, draft: Draft, section: str) -> date | None:
        if draft.texts[f"{section}-how"] == "correction":
            return None
        name = f"{section}-on"
        day: date | None = draft.try_read(name, lambda: forms.day(draft.texts[name], name))
        if day is None:
            draft.fault(name, _l("请填写从哪一天起。"))
        return day
