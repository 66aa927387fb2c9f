"""A list to review, what its page is asked for, and what comes after each region that ends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from core.clock import today
from core.errors import BadInput
from core.forms import one_of, plain, whole_number
from core.proposals.rules import MOST_WORDS
from core.regions.heirs import Heirs
from core.regions.rules import MOST_SOURCE, ChangeKind
from core.search import sought
from core.sites.rules import is_site_code
from network.lineage.rules import Said

EARLIEST: Final = date(2000, 1, 1)
AHEAD: Final = timedelta(days=2 * 366)
_CODE: Final = re.compile(r"[1-9][0-9]{11}", re.ASCII)
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")
MOST_HEIRS: Final = 50


class NewForm(FlaskForm):
    file = FileField(_l("新的区划名单"))
    on = DateField(_l("从哪一天起"), [InputRequired(_l("请填写日期，例如 2026-11-21。"))])
    source = StringField(_l("依据"), [InputRequired(_l("请填写此项。")), Length(max=MOST_SOURCE)])

    def validate_on(self, field: DateField) -> None:
        if field.data is None or not EARLIEST <= field.data <= today() + AHEAD:
            raise ValidationError(_("日期应在 2000 年以后、两年以内。"))

    @property
    def day(self) -> date:
        """The day; today where none was read."""
        return self.on.data or today()

    @property
    def said(self) -> str:
        return self.source.data or ""

    @property
    def sent(self) -> tuple[bytes, str]:
        """The file, empty where none was sent, and what it is called."""
        return (
            (self.file.data.read(), self.file.data.filename or "") if self.file.data else (b"", "")
        )


class SendForm(FlaskForm):
    words = TextAreaField(_l("给审批人的说明"), [Length(max=MOST_WORDS)])


@dataclass(frozen=True, slots=True)
class Filters:
    """Which changes of a list are shown."""

    kind: ChangeKind | None = None
    text: str = ""
    undecided: bool = False

    def query(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value if self.kind else None,
            "q": self.text or None,
            "undecided": "1" if self.undecided else None,
        }


def filters(given: Mapping[str, str]) -> Filters:
    """``kind``, ``q`` and ``undecided``. Raises BadInput."""
    kind, text = one_of(ChangeKind, given, "kind"), plain(sought(given))
    return Filters(kind, text, given.get("undecided") == "1")


def heirs(sent: MultiDict[str, str]) -> dict[str, Heirs]:
    """What comes after each region of the page, ``ended``. Raises BadInput."""
    return {code: _heirs(sent, code) for code in sent.getlist("ended") if _CODE.fullmatch(code)}


def _heirs(sent: MultiDict[str, str], code: str) -> Heirs:
    typed = [one for one in _BETWEEN.split(plain(sent.get(f"other:{code}", ""))) if one]
    chosen = tuple(dict.fromkeys([*sent.getlist(f"heir:{code}"), *typed]))
    for one in chosen:
        if _CODE.fullmatch(one) is None:
            raise BadInput(
                _l("承接区划“%(code)s”应为 12 位代码。", code=one[:40]), field=f"other:{code}"
            )
    if len(chosen) > MOST_HEIRS:
        raise BadInput(_l("承接的区划太多。"), field=f"other:{code}")
    start = f"site:{code}:"
    sites = {
        name.removeprefix(start): heir
        for name, heir in sent.items()
        if name.startswith(start) and heir in chosen
    }
    return Heirs(chosen, sites, sent.get(f"grants:{code}") == "1")


def shares(sent: MultiDict[str, str]) -> dict[str, Said]:
    """What each new region of the page, ``begun``, takes over. Raises BadInput."""
    found = {}
    for code in sent.getlist("begun"):
        if _CODE.fullmatch(code):
            sites = tuple(dict.fromkeys(sent.getlist(f"takes:{code}")))
            if not all(map(is_site_code, sites)):
                raise BadInput(_l("没有这个选项。"), field="shares")
            found[code] = Said(sites, sent.get(f"shares-grants:{code}") == "1")
    return found


def seen(sent: Mapping[str, str]) -> int:
    """The version of the list that was shown."""
    return whole_number(sent.get("seen", ""), "seen")
