"""The forms of the import: the file and what is said about it, columns, choices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional, ValidationError

from core.errors import BadInput
from core.forms import choices as core_choices
from core.forms import whole_number
from core.geo import Datum
from network.imports.rules import Terms

CORRECTION, CHANGE = "correction", "change"

_DATUMS: Final = (
    ("", _l("文件里没有坐标，或每行都写明")),
    *Datum,
)
_WAYS: Final = (
    (CORRECTION, _l("更正：登记有误，改成文件里的样子")),
    (CHANGE, _l("变更：从某一天起改成文件里的样子，之前的保留")),
)
_CHOSEN: Final = re.compile(r"choice-(\d{1,9})", re.ASCII)
_COLUMN: Final = re.compile(r"column-(\d{1,3})-(\d{1,3})", re.ASCII)


class TermsForm(FlaskForm):
    """What the person says about the file."""

    datum = SelectField(_l("坐标系"))
    way = RadioField(_l("这份文件是"), [InputRequired(_l("请选择是更正还是变更。"))])
    on = DateField(_l("从哪一天起"), [Optional()])

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.datum.choices = core_choices(_DATUMS)
        self.way.choices = core_choices(_WAYS)

    def validate_way(self, field: RadioField) -> None:
        """A change has a day; what is left out is never validated itself."""
        if field.data == CHANGE and self.on.data is None:
            raise ValidationError(_("变更要写明从哪一天起。"))

    def validate_on(self, field: DateField) -> None:
        if field.data is not None and not 2000 <= field.data.year < 2100:
            raise ValidationError(_("请填写日期，例如 2026-11-21。"))

    @property
    def terms(self) -> Terms:
        datum = Datum(self.datum.data) if self.datum.data else None
        on: date | None = self.on.data if self.way.data == CHANGE else None
        return Terms(datum, on)

    def show(self, terms: Terms) -> None:
        """Let the form say what was said."""
        self.datum.data = "" if terms.datum is None else terms.datum.value
        self.way.data = CORRECTION if terms.on is None else CHANGE
        self.on.data = terms.on


class SendForm(TermsForm):
    file = FileField(_l("文件"), [FileRequired(_l("请选择文件。"))])


def named_columns(
    form: Mapping[str, str], sheets: Iterable[str], known: Iterable[str]
) -> dict[tuple[str, int], str]:
    """Which column is which, by sheet and number. Raises BadInput for one that there is not."""
    titles, codes = list(sheets), set(known)
    named = {}
    for name, code in form.items():
        found = _COLUMN.fullmatch(name)
        if found is None or int(found[1]) >= len(titles):
            continue
        if code and code not in codes:
            raise BadInput(_l("没有这样的列。"), field="columns")
        named[titles[int(found[1])], int(found[2])] = code
    return named


def first_lines(form: Mapping[str, str], sheets: Iterable[str]) -> dict[str, int]:
    """In which line the rows of each sheet begin. Raises BadInput."""
    found = {}
    for number, sheet in enumerate(sheets):
        text = form.get(f"first-{number}", "")
        if text:
            line = whole_number(text, "first")
            if not 1 <= line <= 10_000:
                raise BadInput(_l("数据应从第 1 行到第 10000 行之间开始。"), field="first")
            found[sheet] = line
    return found


def choices(form: Mapping[str, str]) -> dict[int, str]:
    """What was chosen, by the number of the row."""
    found = ((_CHOSEN.fullmatch(name), value) for name, value in form.items())
    return {int(name[1]): value for name, value in found if name is not None and value}
