"""The small forms of keeping the register: away, closures, giving up and opening."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from core.calendar.rules import Intervals
from core.clock import today
from core.errors import BadInput
from core.forms import whole_number
from core.sites.closures import MOST_WORDS, Notice
from core.sites.forms import day
from network.editing import rules
from network.editing.rules import Away

_LONG: Final = _l("内容太长，最多 %(max)d 个字。")
_NEEDED: Final = DataRequired(_l("请填写此项。"))


def seen() -> int:
    """The version of the site that the form showed. Raises BadInput."""
    return whole_number(request.form.get("version", ""), "version")


def typed(field: StringField) -> str:
    return field.data or ""


class AwayForm(FlaskForm):
    """Away for some hours of today; each choice is a button of its own."""

    choice = StringField(_l("什么时候回来"), default=Away.AT.value)
    at = StringField(_l("回来的时间"))
    phone = StringField(_l("急事打这个电话"))

    def until(self, minute: int, intervals: Intervals) -> int:
        """The minute of the day at which she is back. Raises BadInput."""
        try:
            choice = Away(typed(self.choice))
        except ValueError:
            raise BadInput(_l("请说明什么时候回来。"), field="choice") from None
        return rules.away_until(choice, typed(self.at), minute, intervals)

    @property
    def number(self) -> str:
        """The number to ring. Raises BadInput."""
        number = rules.phone(typed(self.phone))
        if not number:
            raise BadInput(_l("请填写找得到您的电话。"), field="phone")
        return number


class ClosureForm(FlaskForm):
    """What the public is told, and the days that it is about; the last day is inclusive."""

    since = StringField(_l("从哪天起停办"))
    last = StringField(_l("停办的最后一天"))
    open_end = BooleanField(_l("恢复时间还不知道"))
    words = TextAreaField(_l("给公众看的话"), [_NEEDED, Length(max=MOST_WORDS, message=_LONG)])
    words_en = TextAreaField(_l("英文（可不填）"), [Length(max=MOST_WORDS, message=_LONG)])
    reason = StringField(_l("内部原因（不公开）"), [Length(max=rules.MOST_REASON, message=_LONG)])

    def first(self) -> date:
        """The first day. Raises BadInput."""
        found = day(typed(self.since), "since")
        if found is None:
            raise BadInput(_l("请填写停办从哪天起。"), field="since")
        if found < today():
            raise BadInput(_l("停办不能从过去的日子开始。"), field="since")
        return found

    def until(self, first: date) -> date | None:
        """The first day on which it serves again; None where nobody knows. Raises BadInput."""
        if self.open_end.data:
            return None
        last = day(typed(self.last), "last")
        if last is None:
            raise BadInput(_l("请填写停办的最后一天，或者勾选“恢复时间还不知道”。"), field="last")
        if last < first:
            raise BadInput(_l("最后一天不能早于第一天。"), field="last")
        return last + timedelta(days=1)

    def notice(self, site_id: int | None, region_id: int | None) -> Notice:
        """What is to be announced. Raises BadInput."""
        first = self.first()
        return Notice(first, self.until(first), *self.texts, site_id, region_id)

    @property
    def texts(self) -> tuple[str, str]:
        """The words for the public in both languages. Raises BadInput."""
        words = rules.shown_lines(typed(self.words))
        if not words:
            raise BadInput(_l("请写明给公众看的话。"), field="words")
        return words, rules.shown_lines(typed(self.words_en))

    @property
    def why(self) -> str:
        return rules.shown_text(typed(self.reason))

    def need_reason(self) -> None:
        """Raise BadInput where nobody says why."""
        if not self.why:
            raise BadInput(_l("请写明原因，供以后查考。"), field="reason")


class StandingForm(FlaskForm):
    """From when a site is given up, or serves, and why."""

    version = HiddenField()
    on = StringField(_l("从哪天起"))
    reason = StringField(
        _l("原因（记入操作记录）"), [_NEEDED, Length(max=rules.MOST_REASON, message=_LONG)]
    )

    def day(self) -> date:
        """The day. Raises BadInput."""
        found = day(typed(self.on), "on")
        if found is None:
            raise BadInput(_l("请填写日期。"), field="on")
        return found
