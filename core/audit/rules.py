"""What an event is, and how it is told in words.

A room declares the kinds of things it keeps (:func:`subject_kind`) and what may happen to them
(:func:`event_type`) where it is loaded; what nobody declared is told by its code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from flask_babel import LazyString
from flask_babel import gettext as _

from core.errors import OneKmError

Words: TypeAlias = Callable[[Any], str]


class Hidden(Enum):
    """Stands for a change of which neither side is kept, because it is somebody's own."""

    HIDDEN = "hidden"


HIDDEN: Final = Hidden.HIDDEN

#: Per field what it was and what it became; None for what was or is not there.
Changes: TypeAlias = Mapping[str, tuple[Any, Any] | Hidden]

NOTHING: Final[Changes] = MappingProxyType({})


class Subject(NamedTuple):
    """What an event is about; an empty code stands for all of its members."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Member:
    """One of many that one event did something to."""

    subject: tuple[str, str]
    changes: Changes = field(default_factory=dict)


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """What differs between two states, in the order of the second; a missing field is None."""
    names = [*after, *(name for name in before if name not in after)]
    return {
        name: (before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    }


# -- Kept as text -------------------------------------------------------------------------------


def canonical(changes: Changes) -> str:
    """*changes* as they are kept: JSON, the same text for the same changes.

    A value is None, a truth, a number, a text, a date or a moment, or a list or dictionary of
    them. Raises TypeError or ValueError for another.
    """
    return _encode({name: None if pair is HIDDEN else pair for name, pair in changes.items()})


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be kept in the audit")


_encode: Final = json.JSONEncoder(
    ensure_ascii=False,
    sort_keys=True,
    separators=(",", ":"),
    allow_nan=False,
    default=_plain,
).encode


def parse(text: str) -> Changes:
    """The changes that *text* keeps, with dates and moments as texts."""
    kept: dict[str, list[Any] | None] = json.loads(text)
    return {name: HIDDEN if pair is None else (pair[0], pair[1]) for name, pair in kept.items()}


# -- In words -----------------------------------------------------------------------------------


def plain_words(value: Any) -> str:
    """A value of which nothing particular is known."""
    if value is None or value == "":
        return str(_("无"))
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Field:
    """How a field is called and its values are told.

    ``of`` names what follows the colon where a field is one of many, as in ``offering:002…``.
    """

    label: LazyString
    words: Words = plain_words
    of: Words | None = None


@dataclass(frozen=True, slots=True)
class EventType:
    """Something that may happen. ``sentence`` has ``%(actor)s`` and ``%(subject)s``."""

    code: str
    label: LazyString
    sentence: LazyString
    fields: Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of thing that events are about.

    ``endpoint`` is the view of its page, which takes ``code``; ``name`` gives what the thing of a
    code is called now, and may raise NotFound.
    """

    code: str
    label: LazyString
    endpoint: str | None = None
    name: Words | None = None


_types: dict[str, EventType] = {}
_kinds: dict[str, SubjectKind] = {}


def event_type(
    code: str, label: LazyString, sentence: LazyString, fields: Mapping[str, Field]
) -> EventType:
    """Declare what may happen. The code is kept for ever; it is declared once."""
    if code in _types:
        raise ValueError(f"{code} is declared already")
    _types[code] = EventType(code, label, sentence, fields)
    return _types[code]


def subject_kind(
    code: str, label: LazyString, endpoint: str | None = None, name: Words | None = None
) -> SubjectKind:
    """Declare a kind of thing, once."""
    if code in _kinds:
        raise ValueError(f"{code} is declared already")
    _kinds[code] = SubjectKind(code, label, endpoint, name)
    return _kinds[code]


def event_types() -> list[EventType]:
    """Every declared type, by code."""
    return [_types[code] for code in sorted(_types)]


def subject_kinds() -> list[SubjectKind]:
    """Every declared kind, by code."""
    return [_kinds[code] for code in sorted(_kinds)]


def find_kind(code: str) -> SubjectKind | None:
    return _kinds.get(code)


def sentence(action: str, actor: str, subject: str) -> str:
    """What was done, by whom, to what."""
    known = _types.get(action)
    if known is None:
        return f"{actor} {action} {subject}"
    return str(known.sentence) % {"actor": actor, "subject": subject}


def subject_name(kind: str, code: str) -> str:
    """What the subject is called now; empty where nobody knows."""
    known = _kinds.get(kind)
    return _told(known.name, code, "") if code and known is not None and known.name else ""


def subject_words(kind: str, code: str, members: int) -> str:
    """What the subject is called now, and its code; of many their number."""
    if not code:
        return str(_("（%(number)d 项）", number=members))
    name = subject_name(kind, code)
    return f"{name}（{code}）" if name else code


def change_words(action: str, changes: Changes) -> Iterator[str]:
    """Each change in words, in the order in which the fields are declared."""
    known = _types.get(action)
    fields = {} if known is None else known.fields
    order = list(fields)
    for name in sorted(changes, key=lambda name: _place(order, name)):
        base, _colon, which = name.partition(":")
        yield _change_words(fields.get(base), base, which, changes[name])


def _place(order: list[str], name: str) -> tuple[int, str]:
    base = name.partition(":")[0]
    return (order.index(base) if base in order else len(order), name)


def _change_words(
    known: Field | None, base: str, which: str, pair: tuple[Any, Any] | Hidden
) -> str:
    label = base if known is None else str(known.label)
    if which:
        named = which if known is None or known.of is None else _told(known.of, which, which)
        label = f"{label} {named}"
    if isinstance(pair, Hidden):
        return str(_("改了%(field)s，内容不显示", field=label))
    words = plain_words if known is None else known.words
    before, after = (
        "" if value is None else _told(words, value, plain_words(value)) for value in pair
    )
    if before == after:  # the words leave out what differs
        before, after = map(plain_words, pair)
    if pair[0] is None:
        return str(_("%(field)s：%(after)s", field=label, after=after))
    if pair[1] is None:
        return str(_("去掉%(field)s，原为 %(before)s", field=label, before=before))
    return str(
        _("把%(field)s从 %(before)s 改为 %(after)s", field=label, before=before, after=after)
    )


def _told(words: Words, value: Any, otherwise: str) -> str:
    """What *words* make of the value; the record may be older than what they know."""
    try:
        return words(value)
    except (OneKmError, LookupError, TypeError, ValueError):
        return otherwise
