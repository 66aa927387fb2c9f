"""The form by which a file of where people live is sent: of settlements, or of a grid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from core.errors import BadInput
from core.forms import choices, whole_number
from core.geo import Datum
from core.i18n import named
from core.regions.tree import Node
from stations.coverage.population import FIRST_YEAR, LAST_YEAR, MOST_SOURCE, Terms


class SendForm(FlaskForm):
    """A file and what is said about it; it is for one of *nodes*."""

    file = FileField(_l("文件"), [FileRequired(_l("请选择文件。"))])
    region = SelectField(_l("区划"))
    year = StringField(_l("年份"), [InputRequired(_l("请填写此项。"))])
    source = StringField(_l("来源"), [InputRequired(_l("请填写此项。")), Length(max=MOST_SOURCE)])
    datum = SelectField(_l("坐标系"), [InputRequired(_l("请选择坐标系，没有坐标系不能载入。"))])

    def __init__(self, nodes: Iterable[Node], **more: Any) -> None:
        super().__init__(**more)
        self._ids = {node.code: node.id for node in nodes}
        self.region.choices = choices((node.code, named(node.name, node.name_en)) for node in nodes)
        self.datum.choices = choices([("", _l("请选择")), *Datum])

    def validate_year(self, field: StringField) -> None:
        try:
            year = whole_number(field.data or "", "year")
        except BadInput as fault:
            raise ValidationError(str(fault)) from None
        if not FIRST_YEAR <= year <= LAST_YEAR:
            told = _("年份应在 %(first)s–%(last)s 之间。", first=FIRST_YEAR, last=LAST_YEAR)
            raise ValidationError(told)

    @property
    def terms(self) -> Terms:
        return Terms(
            self._ids[self.region.data],
            whole_number(self.year.data or "", "year"),
            (self.source.data or "").strip(),
            Datum(self.datum.data),
        )
