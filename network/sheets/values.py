"""Texts and numbers as a sheet has them, in and out of its cells. All readers raise BadInput."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.forms import decimal, plain
from core.sites.rules import SERIAL_DIGITS, is_site_code
from network.sheets.words import YES_NO, YesNo

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_EXPONENT: Final = re.compile(r"(?<!\d)\d+(\.\d+)?[eE][+]?\d+", re.ASCII)
_PHONE: Final = re.compile(r"[0-9+() /、,;，；转#*-]+")
_MOBILE: Final = re.compile(r"1\d{10,}", re.ASCII)


def text(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        clean = " ".join(_CONTROLS.sub(" ", text).split())
        if len(clean) > most:
            raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=most))
        return clean

    return read


def code(text: str) -> str:
    digits = _digits(text)
    if digits.isdigit() and len(digits) < SERIAL_DIGITS + 1:
        raise BadInput(_l("网点编码应为 7 位，开头的 0 可能丢了；请把这一列设为“文本”再填。"))
    if not is_site_code(digits):
        raise BadInput(_l("不是网点编码：应为 7 位数字，最后一位是校验码。新网点请留空。"))
    return digits


def region(text: str) -> str:
    """Twelve digits; the six of a county and the nine of a town are filled up."""
    digits = _digits(text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (6, 9, 12):
        raise BadInput(_l("区划代码应为 12 位数字（县 6 位、镇街 9 位也可以）。"))
    return digits.ljust(12, "0")


def _digits(text: str) -> str:
    """*text* without the ``.0`` of a number that a spreadsheet wrote; nothing else is guessed."""
    digits = plain(text)
    if _EXPONENT.fullmatch(digits):
        raise BadInput(
            _l(
                "表格把长数字写成了“%(text)s”，后面的位数已经丢失；请设为“文本”后重填。",
                text=digits,
            )
        )
    return re.sub(r"^(\d+)\.0+$", r"\1", digits, flags=re.ASCII)


def phone(text: str) -> str:
    number = " ".join(_digits(text).replace("—", "-").replace("–", "-").split())
    if not _PHONE.fullmatch(number) or not any(letter.isdigit() for letter in number):
        raise BadInput(_l("电话只能有数字、区号和分机，例如 0631-5310001 或 13800000000。"))
    if len(number) > 40:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=40))
    mobile = _MOBILE.search(number)
    if mobile is not None and len(mobile.group()) != 11:
        raise BadInput(_l("手机号应为 11 位，这里有 %(count)s 位。", count=len(mobile.group())))
    return number


def degrees(text: str) -> float:
    return decimal(text.strip().rstrip("°"), "lat")


def number(value: float | None) -> str:
    return "" if value is None else repr(value)


def verified(value: bool | None) -> str:
    return "" if value is None else YES_NO.write(YesNo.YES if value else YesNo.NO)
