"""A region, a kind, a status, a day, a page, as addresses ask for them; read strictly."""

from __future__ import annotations

import re
from datetime import date

from flask_babel import lazy_gettext as _l

from core import forms
from core.clock import today
from core.errors import BadInput, NotFound
from core.forms import member, plain
from core.regions.queries import find_code
from core.regions.tree import Node
from core.sites.rules import Kind, Status

#: To what anybody may have announced by now.
DAYS_AHEAD = 366

_REGION = re.compile(r"\d{12}", re.ASCII)


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
    return member(Kind, text, "kind") if text else None


def status(text: str) -> Status:
    """A state of a site, serving if nobody says. Raises BadInput."""
    return member(Status, text or Status.ACTIVE, "status")


def day(text: str, field: str) -> date | None:
    """A day the register can be asked about, as 2026-11-21; None for an empty text.

    Raises BadInput.
    """
    asked = forms.day(text, field)
    if asked is not None and (asked - today()).days > DAYS_AHEAD:
        raise BadInput(_l("日期应在 2000 年至一年以后之间。"), field=field)
    return asked
