"""The code, the telephone and the like of a site, as a sheet has them. Readers raise BadInput."""

from __future__ import annotations

import re
from typing import Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.sheets.values import digits_of
from core.sheets.words import YES_NO, YesNo
from core.sites.rules import SERIAL_DIGITS, is_site_code

_PHONE: Final = re.compile(r"[0-9+() /、,;，；转#*-]+")
_MOBILE: Final = re.compile(r"1\d{10,}", re.ASCII)


def code(text: str) -> str:
    """The code of a site, seven digits with the check digit. Raises BadInput."""
    digits = digits_of(text)
    if digits.isdigit() and len(digits) < SERIAL_DIGITS + 1:
        raise BadInput(_l("网点编码应为 7 位，开头的 0 可能丢了；请把这一列设为“文本”再填。"))
    if not is_site_code(digits):
        raise BadInput(_l("不是网点编码：应为 7 位数字，最后一位是校验码。新网点请留空。"))
    return digits


def phone(text: str) -> str:
    """A telephone number with area code and extension, 40 letters at most. Raises BadInput."""
    number = " ".join(digits_of(text).replace("—", "-").replace("–", "-").split())
    if not _PHONE.fullmatch(number) or not any(letter.isdigit() for letter in number):
        raise BadInput(_l("电话只能有数字、区号和分机，例如 0631-5310001 或 13800000000。"))
    if len(number) > 40:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=40))
    mobile = _MOBILE.search(number)
    if mobile is not None and len(mobile.group()) != 11:
        raise BadInput(_l("手机号应为 11 位，这里有 %(count)s 位。", count=len(mobile.group())))
    return number


def verified(value: bool | None) -> str:
    return "" if value is None else YES_NO.write(YesNo.YES if value else YesNo.NO)
