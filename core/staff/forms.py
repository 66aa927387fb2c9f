"""What pages of staff are asked, and the forms about a member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from core.clock import today
from core.errors import BadInput
from core.forms import one_of
from core.labels import Labelled
from core.regions.tree import Node
from core.search import sought
from core.sites import forms as site_forms
from core.staff.rules import MOST_NAME, Duty


class Show(Labelled):
    """Whether a list holds those who work somewhere today, those who do not, or both."""

    POSTED = "posted", _l("今天有派驻")
    FREE = "free", _l("今天没有派驻")


BY_CODE: Final = "code"


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list down; ``by_code``: in the order of codes and not of names."""

    text: str
    duty: Duty | None
    show: Show | None
    region: Node | None
    by_code: bool

    def query(self) -> dict[str, Any]:
        """The same as arguments of an address."""
        return {
            "q": self.text or None,
            "duty": self.duty,
            "show": self.show,
            "region": None if self.region is None else self.region.code,
            "order": BY_CODE if self.by_code else None,
        }


def filters(args: Mapping[str, str]) -> Filters:
    """``q``, ``duty``, ``show``, ``region`` and ``order``. Raises BadInput, NotFound."""
    order = args.get("order", "")
    if order not in {"", BY_CODE}:
        raise BadInput(_l("没有这种排序。"), field="order")
    return Filters(
        text=sought(args),
        duty=one_of(Duty, args, "duty"),
        show=one_of(Show, args, "show"),
        region=site_forms.region(args.get("region", ""), today()),
        by_code=order == BY_CODE,
    )


class MemberForm(FlaskForm):
    """A member as her record has it."""

    version = HiddenField()
    name = StringField(
        _l("姓名"),
        [
            DataRequired(_l("请填写姓名。")),
            Length(max=MOST_NAME, message=_l("内容太长，最多 %(max)d 个字。")),
        ],
    )
    region = StringField(_l("档案所在区划（12 位代码）"))
    account = StringField(_l("登录账号（可不填）"))


class LeaveForm(FlaskForm):
    """From when she works for the city no longer."""

    version = HiddenField()
    on = StringField(_l("从哪一天起不再工作"))

    def day(self) -> date:
        """The day. Raises BadInput."""
        found = site_forms.day(self.on.data or "", "on")
        if found is None:
            raise BadInput(_l("请填写日期。"), field="on")
        return found
