"""The form of what a site has: a number or a tick for each item, with a word about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.errors import BadInput
from core.facilities.queries import Held
from core.facilities.rules import GROUPS, Fit, Group, Item, check_fit, items
from core.forms import whole_number
from halls import forms
from halls.forms import Draft


def count_field(item: Item) -> str:
    return f"n-{item.code}"


def note_field(item: Item) -> str:
    return f"w-{item.code}"


def group_field(group: Group) -> str:
    return f"all-{group}"


def texts_of(fits: Mapping[str, Fit]) -> dict[str, str]:
    """What the fields show of what a site has."""
    texts = forms.blank()
    for item in items().all:
        fit = fits.get(item.code)
        texts[count_field(item)] = "" if fit is None else str(fit.count)
        texts[note_field(item)] = "" if fit is None else fit.note
    return texts


def document(fits: Mapping[str, Fit]) -> dict[str, Any]:
    """What a site has, as it is kept in a form and in a proposal."""
    return {code: {"count": fit.count, "note": fit.note} for code, fit in sorted(fits.items())}


def read_document(told: Mapping[str, Any]) -> dict[str, Fit | None]:
    """What :func:`document` wrote, with None for what is there no longer."""
    return {
        code: None if one is None else Fit(one["count"], one["note"]) for code, one in told.items()
    }


@dataclass(frozen=True, slots=True)
class Read:
    """What somebody wants otherwise than it was shown, and from when."""

    draft: Draft
    wanted: dict[str, Fit | None]
    groups: tuple[Group, ...]
    on: date | None
    reason: str

    @property
    def says_something(self) -> bool:
        return bool(self.wanted or self.groups)


def read(sent: Mapping[str, str], held: Held) -> Read:
    """The form, read against what it showed at first."""
    draft = Draft(texts_of({}))
    for name in [*draft.texts, *map(group_field, GROUPS)]:
        draft.texts[name] = sent.get(name, "")
    base = forms.read_base(sent.get("base", ""), document(held.fits))
    wanted: dict[str, Fit | None] = {}
    for item in items().all:
        mine = _fit(draft, item)
        told = None if mine is None else {"count": mine.count, "note": mine.note}
        if told != base.get(item.code):
            wanted[item.code] = mine
    groups = tuple(
        group for group in GROUPS if draft.texts[group_field(group)] and group not in held.groups
    )
    return Read(draft, wanted, groups, forms.moment(draft), forms.reason(draft))


def _fit(draft: Draft, item: Item) -> Fit | None:
    """How many of an item were typed; none of them where nothing was, or 0."""
    name = count_field(item)
    text = draft.texts[name].strip()
    if not text:
        return None
    try:
        count = whole_number(text, name)
        note = forms.line(draft.texts[note_field(item)])
        return None if count == 0 else check_fit(item, Fit(count, note))
    except BadInput as fault:
        draft.fault(name, fault)
        return None


def overlaid(read_form: Read, held: Held) -> dict[str, str]:
    """The fields as they are now, with what somebody typed otherwise on top."""
    texts = texts_of(held.fits)
    for code in read_form.wanted:
        item = items().by_code[code]
        for name in (count_field(item), note_field(item)):
            texts[name] = read_form.draft.texts[name]
    return texts | {name: read_form.draft.texts[name] for name in forms.blank()}
