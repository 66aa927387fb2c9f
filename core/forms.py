"""Reading what people type: numbers, flags, moments; strict, and in whatever digits they use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from wtforms.fields import choices as library

from core.clock import CITY_TIME
from core.errors import BadInput
from core.labels import Labelled

_DECIMAL = re.compile(r"[+-]?\d{1,9}(\.\d{1,18})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_TOO_LARGE = re.compile(r"[+-]?\d{10,}(\.\d*)?", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)?(Z|[+ -]\d\d:?\d\d)?", re.ASCII
)

E = TypeVar("E", bound=StrEnum)

FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}


# The types of the library do not know its own class yet.
_CHOICE: Any = vars(library)["SelectChoice"]


def choices(offered: Iterable[Labelled | tuple[str, object]]) -> list[Any]:
    """What may be chosen in a field: members of an enum, or a value and a label each.

    WTForms itself takes no tuples from 3.4 on.
    """
    return [
        _CHOICE(one.value, one.label) if isinstance(one, Labelled) else _CHOICE(*one)
        for one in offered
    ]


def plain(text: str) -> str:
    """*text* with full-width forms and the digits of other scripts as ASCII, without the ends."""
    if text.isascii():
        return text.strip()
    folded = unicodedata.normalize("NFKC", text).strip()
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in folded)


def decimal(text: str, field: str) -> float:
    """A decimal number; no exponents, no ``nan``, no ``inf``. Raises BadInput."""
    found = _DECIMAL.fullmatch(plain(text))
    if found is None:
        _check_size(text, field)
        raise BadInput(_l("请填写一个数，例如 37.5091。"), field=field)
    return float(found.group())


def whole_number(text: str, field: str) -> int:
    """A whole number. Raises BadInput."""
    found = _WHOLE.fullmatch(plain(text))
    if found is None:
        _check_size(text, field)
        raise BadInput(_l("请填写一个整数。"), field=field)
    return int(found.group())


def _check_size(text: str, field: str) -> None:
    """Refuse what is a number, but larger than any that is asked for, as what it is."""
    if _TOO_LARGE.fullmatch(plain(text)):
        raise BadInput(_l("这个数太大了。"), field=field)


def flag(text: str, field: str) -> bool:
    """1 or 0. Raises BadInput."""
    try:
        return FLAGS[plain(text).lower()]
    except KeyError:
        raise BadInput(_l("请填写 1（是）或 0（否）。"), field=field) from None


def member(enum: type[E], text: str, field: str) -> E:
    """The member with the value *text*. Raises BadInput, which names those there are."""
    try:
        return enum(text)
    except ValueError:
        known = "、".join(enum)
        raise BadInput(_l("应为 %(known)s 之一。", known=known), field=field) from None


def one_of(enum: type[E], given: Mapping[str, str], field: str) -> E | None:
    """The member that the argument *field* names; None where it is empty. Raises BadInput."""
    text = plain(given.get(field, ""))
    return member(enum, text, field) if text else None


def day(text: str, field: str) -> date | None:
    """A date as 2026-11-21, from 2000 to 2099; None for an empty text. Raises BadInput."""
    written = plain(text)
    if not written:
        return None
    try:
        if _DAY.fullmatch(written) is None:
            raise ValueError(written)
        found = date.fromisoformat(written)
    except ValueError:
        raise BadInput(_l("日期写法有误，请写成 2026-11-21。"), field=field) from None
    if not 2000 <= found.year < 2100:
        raise BadInput(_l("日期应在 2000 年至 2099 年之间。"), field=field)
    return found


def moment(text: str, field: str) -> datetime:
    """An ISO 8601 date and time; city time unless it names its offset. Raises BadInput."""
    found = _MOMENT.fullmatch(plain(text).replace("：", ":"))
    try:
        if found is None:
            raise ValueError(text)
        day, clock, seconds, offset = found.groups(default="")
        # A "+" that nobody escaped reaches us as a blank.
        read = datetime.fromisoformat(f"{day}T{clock}{seconds}{offset.replace(' ', '+')}")
        if not 2000 <= read.year < 2100:
            raise ValueError(text)
        return read if read.tzinfo is not None else read.replace(tzinfo=CITY_TIME)
    except ValueError:
        raise BadInput(_l("时间写法有误，请写成 2026-11-21T09:30。"), field=field) from None
