"""A region, a kind, a status, a day, a page, as addresses ask for them; read strictly."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.clock import today
from core.errors import BadInput, NotFound
from core.forms import plain
from core.regions.queries import find_code
from core.regions.tree import Node
from core.sites.rules import Kind, Status

E = TypeVar("E", bound=StrEnum)

#: From before there was such a network to what anybody may have announced by now.
EARLIEST = date(2000, 1, 1)
DAYS_AHEAD = 366

_REGION = re.compile(r"\d{12}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def region(text: str, on: date) -> Node | None:
    """A region by its code; None for an empty text. Raises BadInput, NotFound."""
    code = plain(text)
    if not code:
        return None
    if _REGION.fullmatch(code) is None:
        raise BadInput(_l("区划代码应为 12 位数字。"), field="region")
    try:
        return find_code(code, on).node
    except NotFound as error:
        raise NotFound(error.message, field="region") from None


def kind(text: str) -> Kind | None:
    """A kind of site; None for an empty text. Raises BadInput."""
    return _member(Kind, text, "kind", _l("没有这种网点类型。")) if text else None


def status(text: str) -> Status:
    """A state of a site, serving if nobody says. Raises BadInput."""
    message = _l("网点状态应为 planned、active、closed 之一。")
    return _member(Status, text or Status.ACTIVE, "status", message)


def _member(enum: type[E], text: str, field: str, message: LazyString) -> E:
    try:
        return enum(text)
    except ValueError:
        raise BadInput(message, field=field) from None


def day(text: str, field: str) -> date | None:
    """A date as 2026-11-21; None for an empty text. Raises BadInput."""
    written = plain(text)
    if not written:
        return None
    try:
        if _DAY.fullmatch(written) is None:
            raise ValueError(written)
        asked = date.fromisoformat(written)
    except ValueError:
        raise BadInput(_l("日期写法有误，请写成 2026-11-21。"), field=field) from None
    if asked < EARLIEST or (asked - today()).days > DAYS_AHEAD:
        raise BadInput(_l("日期应在 2000 年至一年以后之间。"), field=field)
    return asked
