"""Texts and numbers as a sheet has them, in and out of its cells. All readers raise BadInput."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.forms import decimal, plain

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_EXPONENT: Final = re.compile(r"(?<!\d)\d+(\.\d+)?[eE][+]?\d+", re.ASCII)


def text(most: int) -> Callable[[str], str]:
    """Reads one line of at most so many letters, blanks folded. The reader raises BadInput."""

    def read(text: str) -> str:
        clean = " ".join(_CONTROLS.sub(" ", text).split())
        if len(clean) > most:
            raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=most))
        return clean

    return read


def region(text: str) -> str:
    """Twelve digits; the six of a county and the nine of a town are filled up. Raises BadInput."""
    digits = digits_of(text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (6, 9, 12):
        raise BadInput(_l("区划代码应为 12 位数字（县 6 位、镇街 9 位也可以）。"))
    return digits.ljust(12, "0")


def digits_of(text: str) -> str:
    """*text* without the ``.0`` of a number that a spreadsheet wrote; nothing else is guessed.

    Raises BadInput.
    """
    digits = plain(text)
    if _EXPONENT.fullmatch(digits):
        raise BadInput(
            _l(
                "表格把长数字写成了“%(text)s”，后面的位数已经丢失；请设为“文本”后重填。",
                text=digits,
            )
        )
    return re.sub(r"^(\d+)\.0+$", r"\1", digits, flags=re.ASCII)


def degrees(text: str) -> float:
    return decimal(text.strip().rstrip("°"), "lat")


def number(value: float | None) -> str:
    return "" if value is None else repr(value)
