"""The form of what belongs to a version beside its criteria: chapters, grades, documents."""

from __future__ import annotations

import json
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, HiddenField, SelectField, StringField
from wtforms.validators import Length
from wtforms.validators import Optional as Maybe

from core import tomlfile
from core.catalogue.rules import Standing
from core.errors import BadInput
from core.forms import choices, whole_number
from standards.drafting.forms import Seen
from standards.rules import Version

#: How many empty rows are offered for more.
MORE: Final = 2

_CODE: Final = [Length(max=40)]
_NAME: Final = [Length(max=100)]
_TITLE: Final = [Length(max=500)]


class ChapterRow(Form):
    code = HiddenField()
    name = StringField(_l("名称"), _NAME)
    name_en = StringField(_l("英文名称"), [Length(max=200)])


class BandRow(Form):
    code = StringField(_l("代码"), _CODE)
    name = StringField(_l("名称"), _NAME)
    name_en = StringField(_l("英文名称"), [Length(max=200)])
    start = StringField(_l("从百分之"), [Length(max=3)])
    end = StringField(_l("到百分之"), [Length(max=3)])


class DocumentRow(Form):
    code = StringField(_l("代码"), _CODE)
    title = StringField(_l("文件标题"), _TITLE)
    title_en = StringField(_l("英文标题"), _TITLE)
    date = StringField(_l("日期"), [Length(max=40)])
    read_at = StringField(_l("在哪里读到的"), _TITLE)
    standing = SelectField(_l("性质"), [Maybe()], choices=choices(Standing))


class PartsForm(Seen):
    """A row whose code is empty is none; so a grade or a document is taken out."""

    chapters = FieldList(FormField(ChapterRow))
    bands = FieldList(FormField(BandRow))
    documents = FieldList(FormField(DocumentRow))

    def __init__(self, version: Version, **rest: Any) -> None:
        super().__init__(data=_data(version), **rest)

    def apply(self, version: Version) -> Version:
        """The version with what was typed. Raises BadInput, which names the row."""
        told = version.model_dump(mode="json", by_alias=True)
        known = {row["code"]: row for row in told["chapters"]}
        typed = {row["code"]: row for row in _rows(self.chapters)}
        told["chapters"] = [known[code] | typed.get(code, {}) for code in known]
        told["bands"] = [_band(row) for row in _rows(self.bands)]
        documents = _rows(self.documents)
        doubled = [row["code"] for row in documents]
        if len(set(doubled)) < len(doubled):
            raise BadInput(_l("依据的文件中有重复的代码。"))
        told["documents"] = {row.pop("code"): row for row in documents}
        made, wrong = tomlfile.shaped(Version, json.dumps(told, ensure_ascii=False))
        if made is None:
            location, kind, context, otherwise = wrong[0]
            where, why = tomlfile.dotted(location), tomlfile.message(kind, context, otherwise)
            raise BadInput(_l("%(where)s：%(why)s", where=where, why=why))
        return made


def _data(version: Version) -> dict[str, Any]:
    bands = [
        one.model_dump(include={"code", "name", "name_en"})
        | {"start": str(one.start), "end": str(one.end)}
        for one in version.bands
    ]
    documents = [
        {"code": code} | one.model_dump(mode="json") for code, one in version.documents.items()
    ]
    return {
        "chapters": [one.model_dump() for one in version.chapters],
        "bands": [*bands, *({} for _ in range(MORE))],
        "documents": [*documents, *({"standing": Standing.OFFICIAL} for _ in range(MORE))],
    }


def _rows(entries: FieldList[Any]) -> list[dict[str, str]]:
    """What was typed into the rows that have a code."""
    rows = [{name: (text or "").strip() for name, text in one.data.items()} for one in entries]
    return [row for row in rows if row["code"]]


def _band(row: dict[str, str]) -> dict[str, Any]:
    ends = {"from": whole_number(row["start"], "bands"), "to": whole_number(row["end"], "bands")}
    return {name: row[name] for name in ("code", "name", "name_en")} | ends
