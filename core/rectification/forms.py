"""What is said in moving a finding."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField

from core.errors import BadInput
from core.forms import day, whole_number


class MoveForm(FlaskForm):
    """Words, a day or an owner; ``seen`` is the version of the finding that was shown."""

    words = TextAreaField(_l("整改情况"))
    verdict = TextAreaField(_l("复查情况"))
    reason = TextAreaField(_l("原因"))
    due = StringField(_l("整改期限"))
    owner = StringField(_l("责任人"))
    photos = StringField(_l("照片"))
    seen = HiddenField()

    @property
    def version(self) -> int:
        """Raises BadInput."""
        return whole_number(self.seen.data or "", "seen")

    @property
    def day(self) -> date | None:
        """Raises BadInput."""
        return day(self.due.data or "", "due")

    def said(self, field: str) -> str:
        return self[field].data or ""


def needed_day(found: date | None) -> date:
    """The day; raises BadInput where none was said."""
    if found is None:
        raise BadInput(_l("请填写日期。"), field="due")
    return found
