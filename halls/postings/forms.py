"""The form of who is posted to a site: a row for each who is, and one for somebody more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.staff.queries import At
from core.staff.rules import DUTIES, Duty
from halls import forms
from halls.forms import Draft

#: The row of somebody who is not posted here yet.
NEW: Final = "new"

#: What a form and a proposal keep: the duties of each member, by code.
Document = dict[str, list[str]]


def field(code: str, duty: Duty) -> str:
    return f"{code}-{duty}"


def texts_of(held: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What the fields show of who is posted."""
    texts = forms.blank() | {"who": "", "none": ""}
    for code, duties in [*held.items(), (NEW, ())]:
        texts |= {field(code, duty): "1" if duty in duties else "" for duty in DUTIES}
    return texts


def document(held: Sequence[At]) -> Document:
    return {at.code: [duty.value for duty, _since, _until in at.duties] for at in held}


@dataclass(frozen=True, slots=True)
class Read:
    """What somebody wants otherwise than it was shown: the duties of members, by code."""

    draft: Draft
    wanted: dict[str, list[Duty]]
    none: bool
    on: date | None
    reason: str


def read(sent: Mapping[str, str], held: Document, find: Callable[[str], str]) -> Read:
    """The form, read against what it showed at first; *find* gives the code of who was named."""
    shown = forms.read_base(sent.get("base", ""), held)
    base = {code: list(map(str, duties)) for code, duties in shown.items() if type(duties) is list}
    draft = Draft(dict.fromkeys(texts_of({**held, **base}), ""))
    draft.texts |= {name: sent.get(name, "") for name in draft.texts}
    wanted = {}
    for code, duties in base.items():
        mine = _ticked(draft, code)
        if {duty.value for duty in mine} != set(duties):
            wanted[code] = mine
    if draft.texts["who"].strip():
        _add(draft, wanted, base, find)
    return Read(draft, wanted, bool(draft.texts["none"]), forms.moment(draft), forms.reason(draft))


def _ticked(draft: Draft, code: str) -> list[Duty]:
    return [duty for duty in DUTIES if draft.texts[field(code, duty)]]


def _add(
    draft: Draft, wanted: dict[str, list[Duty]], base: Document, find: Callable[[str], str]
) -> None:
    duties = _ticked(draft, NEW)
    if not duties:
        draft.fault("who", _l("请勾选这个人在这里做什么。"))
    try:
        code = find(draft.texts["who"])
    except BadInput as fault:
        draft.fault("who", fault)
        return
    if code in base:
        draft.fault("who", _l("这个人已经在上面，请在上面勾选职责。"))
    else:
        wanted[code] = duties


def overlaid(read_form: Read, held: Document) -> dict[str, str]:
    """The fields as they are now, with what somebody typed otherwise on top."""
    mine = {
        code: [duty.value for duty in duties]
        for code, duties in read_form.wanted.items()
        if code in held
    }
    kept = (*forms.blank(), "who", *(field(NEW, duty) for duty in DUTIES))
    texts = read_form.draft.texts
    return texts_of({**held, **mine}) | {name: texts[name] for name in kept}
