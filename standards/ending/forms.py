"""The form by which the end of a standard is asked for."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length

from core.proposals.rules import MOST_WORDS


class EndForm(FlaskForm):
    until = DateField(
        _l("从哪一天起不再判定"), [InputRequired(_l("请填写日期，例如 2026-11-21。"))]
    )
    words = TextAreaField(
        _l("为什么终止"), [InputRequired(_l("请写明为什么终止。")), Length(max=MOST_WORDS)]
    )
