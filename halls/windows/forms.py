"""The form of a site's windows: a row for each there is, and some empty ones for more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.forms import whole_number
from halls import forms
from halls.forms import Draft
from halls.windows import rules
from halls.windows.rules import LANES, MOST_TITLE, Lane, Opened, WindowKind

#: How many empty rows a form offers, and how many rows it has at most.
SPARE: Final = 3
MOST_ROWS: Final = 99

_PARTS: Final = ("number", "kind", "title", *(lane.value for lane in LANES), "gone")


def cell(row: int, part: str) -> str:
    """The name of a field."""
    return f"r{row}-{part}"


def texts_of(held: Mapping[str, Opened], spare: int = SPARE) -> dict[str, str]:
    """What the fields show of the windows of a site."""
    texts = forms.blank() | {"none": ""}
    rows = [*held.items(), *[("", Opened(WindowKind.COMPREHENSIVE))] * spare]
    for number, (name, opened) in enumerate(rows[:MOST_ROWS]):
        texts |= {cell(number, "number"): name, cell(number, "gone"): ""}
        texts |= {cell(number, "kind"): opened.kind.value, cell(number, "title"): opened.title}
        texts |= {cell(number, lane): "1" if lane in opened.lanes else "" for lane in LANES}
    return texts | {"rows": str(min(len(rows), MOST_ROWS))}


def document(held: Mapping[str, Opened]) -> dict[str, Any]:
    """The windows as they are kept in a form and in a proposal."""
    return {number: rules.told(opened) for number, opened in held.items()}


def read_document(told: Mapping[str, Any]) -> dict[str, Opened | None]:
    """What :func:`document` wrote, with None for what is there no longer."""
    return {number: None if one is None else rules.read(one) for number, one in told.items()}


@dataclass(frozen=True, slots=True)
class Read:
    """What somebody wants otherwise than it was shown, and from when.

    ``none``: she says that the site has no windows.
    """

    draft: Draft
    wanted: dict[str, Opened | None]
    none: bool
    on: date | None
    reason: str


def read(sent: Mapping[str, str], held: Mapping[str, Opened]) -> Read:
    """The form, read against what it showed at first. Raises BadInput for a form that is none."""
    count = whole_number(sent.get("rows", ""), "rows")
    if not 0 <= count <= MOST_ROWS:
        raise BadInput(_l("窗口太多，一个网点最多 %(most)s 个。", most=MOST_ROWS), field="rows")
    draft = Draft(forms.blank() | {"rows": str(count)})
    for name in (*draft.texts, "none"):
        draft.texts[name] = sent.get(name, "")
    for row in range(count):
        for part in _PARTS:
            draft.texts[cell(row, part)] = sent.get(cell(row, part), "")
    base = forms.read_base(sent.get("base", ""), document(held))
    mine = _windows(draft, count)
    wanted: dict[str, Opened | None] = {
        number: opened
        for number, opened in mine.items()
        if (None if opened is None else rules.told(opened)) != base.get(number)
    }
    wanted |= dict.fromkeys(base.keys() - mine.keys(), None)
    none = bool(draft.texts["none"])
    return Read(draft, wanted, none, forms.moment(draft), forms.reason(draft))


def _windows(draft: Draft, count: int) -> dict[str, Opened | None]:
    """The windows that were typed, by number; None for one that is no longer there."""
    found: dict[str, Opened | None] = {}
    for row in range(count):
        field = cell(row, "number")
        if not draft.texts[field].strip():
            continue
        try:
            number = rules.number(draft.texts[field])
        except BadInput as fault:
            draft.fault(field, fault)
            continue
        if number in found:
            draft.fault(field, _l("%(number)s 号窗口写了两次。", number=number))
        gone = draft.texts[cell(row, "gone")]
        found[number] = None if gone else _opened(draft, row)
    return found


def _opened(draft: Draft, row: int) -> Opened:
    kind, title = draft.texts[cell(row, "kind")], forms.line(draft.texts[cell(row, "title")])
    if kind not in set(WindowKind):
        draft.fault(cell(row, "kind"), _l("请选择综合窗口或专项窗口。"))
        kind = WindowKind.SPECIAL.value
    if len(title) > MOST_TITLE:
        draft.fault(cell(row, "title"), _l("内容太长，最多 %(most)s 个字。", most=MOST_TITLE))
    lanes = frozenset(Lane(lane) for lane in LANES if draft.texts[cell(row, lane)])
    return Opened(WindowKind(kind), lanes, title)


def with_more(draft: Draft) -> Draft:
    """The form with more empty rows, nothing told as wrong yet."""
    count = int(draft.texts["rows"])
    texts = dict(draft.texts)
    for row in range(count, min(count + SPARE, MOST_ROWS)):
        texts |= {cell(row, part): "" for part in _PARTS}
        texts[cell(row, "kind")] = WindowKind.COMPREHENSIVE.value
        texts["rows"] = str(row + 1)
    return Draft(texts)


def overlaid(read_form: Read, held: Mapping[str, Opened]) -> dict[str, str]:
    """The fields as they are now, with what somebody typed otherwise on top."""
    mine = {number: one for number, one in read_form.wanted.items() if one is not None}
    texts = texts_of({**held, **mine})
    for row in range(int(texts["rows"])):
        number = texts[cell(row, "number")]
        if number in read_form.wanted and read_form.wanted[number] is None:
            texts[cell(row, "gone")] = "1"
    return texts | {name: read_form.draft.texts[name] for name in forms.blank()}
