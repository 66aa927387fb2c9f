"""The forms of a draft: its whole file, what it is as a whole, one criterion, sending it."""

from __future__ import annotations

import json
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length
from wtforms.validators import Optional as Maybe

from core import tomlfile
from core.catalogue.rules import SourceKind
from core.errors import BadInput
from core.facilities.rules import items
from core.figures.rules import Subject, defined
from core.forms import choices, decimal, whole_number
from core.i18n import named
from core.proposals.rules import MOST_WORDS
from core.sites.network import KINDS
from core.tomlfile import MOST_BYTES
from standards.drafting.rules import narrowed, with_chapters
from standards.rules import Chapter, Check, Comparison, Criterion, Method, Version

_NEEDED: Final = InputRequired(_l("请填写此项。"))
_WORDS: Final = Length(max=500)
_NONE: Final = ("", "—")


class Seen(FlaskForm):
    """A form of a draft that was seen at a version."""

    seen = HiddenField()

    @property
    def version(self) -> int:
        """The version of the draft that was shown. Raises BadInput."""
        return whole_number(self.seen.data or "", "seen")


class NewForm(FlaskForm):
    """Where a draft begins: a file where one is sent, else a version, else nothing."""

    file = FileField(_l("文件"))
    base = SelectField(_l("从哪里开始"), [Maybe()], default="")

    @property
    def sent(self) -> bytes:
        """The file, empty where none was sent."""
        return self.file.data.read() if self.file.data else b""


class TextForm(Seen):
    text = TextAreaField(_l("文件内容"), [_NEEDED, Length(max=MOST_BYTES)])


class SendForm(Seen):
    in_force = DateField(_l("从哪一天起生效"), [InputRequired(_l("请填写日期，例如 2026-11-21。"))])
    words = TextAreaField(_l("给审批人的说明"), [Length(max=MOST_WORDS)])


class WholeForm(Seen):
    """What a version is as a whole."""

    name = StringField(_l("名称"), [_NEEDED, Length(max=100)])
    name_en = StringField(_l("英文名称"), [Length(max=200)])
    about = TextAreaField(_l("说明"), [_NEEDED, _WORDS])
    about_en = TextAreaField(_l("英文说明"), [_WORDS])
    kinds = SelectMultipleField(_l("适用的网点"), [InputRequired(_l("请至少选一种。"))])
    meets = IntegerField(_l("达标线（得分占适用条目总分的百分比）"), [_NEEDED])
    months = IntegerField(_l("现场结果几个月内有效（不填即一直有效）"), [Maybe()])

    def __init__(self, version: Version, **rest: Any) -> None:
        super().__init__(
            data={
                "name": version.name,
                "name_en": version.name_en,
                "about": version.about,
                "about_en": version.about_en,
                "kinds": [kind.value for kind in version.kinds],
                "meets": version.meets,
                "months": version.months,
            },
            **rest,
        )
        self.kinds.choices = choices(KINDS)

    def apply(self, version: Version) -> Version:
        """The version with what was typed. Raises BadInput."""
        typed = version.model_dump(mode="json", by_alias=True) | {
            name: (self[name].data or "").strip()
            for name in ("name", "name_en", "about", "about_en")
        }
        typed |= {name: self[name].data for name in ("kinds", "meets", "months")}
        read = _strict(Version, typed, {})
        return narrowed(read, read.kinds)


class CriterionForm(Seen):
    """One criterion, piece by piece."""

    code = StringField(_l("代码"), [_NEEDED, Length(max=40)])
    chapter = SelectField(_l("章"), [Maybe()])
    new_chapter = StringField(_l("或新的一章的代码"), [Length(max=40)])
    new_chapter_name = StringField(_l("新的一章的名称"), [Length(max=100)])
    text = TextAreaField(_l("要求"), [_NEEDED, _WORDS])
    text_en = TextAreaField(_l("英文"), [_WORDS])
    weight = IntegerField(_l("分值"), [_NEEDED])
    veto = BooleanField(_l("一票否决"))
    method = SelectField(_l("判定方式"))
    about = SelectField(_l("看哪个指标或登记项目"), [Maybe()])
    comparison = SelectField(_l("怎样比"), [Maybe()])
    value = StringField(_l("与多少相比"), [Length(max=20)])
    months = IntegerField(_l("现场结果几个月内有效（不填即按整个标准）"), [Maybe()])
    than = SelectField(_l("或与另一个指标相比"), [Maybe()])
    kinds = SelectMultipleField(_l("只适用于（不选即全部）"), [Maybe()])
    look = TextAreaField(_l("看什么"), [_WORDS])
    look_en = TextAreaField(_l("看什么（英文）"), [_WORDS])
    evidence = TextAreaField(_l("凭什么"), [_WORDS])
    evidence_en = TextAreaField(_l("凭什么（英文）"), [_WORDS])
    judge = TextAreaField(_l("怎么判"), [_WORDS])
    judge_en = TextAreaField(_l("怎么判（英文）"), [_WORDS])
    source = SelectField(_l("来源"))
    documents = SelectMultipleField(_l("依据的文件"), [Maybe()])
    note = TextAreaField(_l("来源说明（拟定的必填）"), [_WORDS])
    note_en = TextAreaField(_l("来源说明（英文）"), [_WORDS])

    def __init__(self, version: Version, criterion: Criterion | None, **rest: Any) -> None:
        super().__init__(data=_data(criterion, version), **rest)
        self.criterion = criterion
        self.chapter.choices = choices(
            (one.code, named(one.name, one.name_en)) for one in version.chapters
        )
        self.method.choices = choices(Method)
        self.about.choices = choices([_NONE, *_subjects()])
        self.comparison.choices = choices(Comparison)
        self.than.choices = choices([_NONE, *_figures("")])
        self.kinds.choices = choices(version.kinds)
        self.source.choices = choices(SourceKind)
        self.documents.choices = choices(
            (code, named(one.title, one.title_en)) for code, one in version.documents.items()
        )

    def apply(self, version: Version) -> tuple[Version, Criterion]:
        """The version with a new chapter, if one was named, and the criterion that was typed.

        Raises BadInput with the field at fault.
        """
        chapter = self.chapter.data
        if self.new_chapter.data:
            made = {
                "code": self.new_chapter.data.strip(),
                "name": (self.new_chapter_name.data or "").strip(),
            }
            names = {"code": "new_chapter", "name": "new_chapter_name"}
            version = with_chapters(version, [_strict(Chapter, made, names)])
            chapter = made["code"]
        typed: dict[str, Any] = {
            "code": (self.code.data or "").strip(),
            "chapter": chapter,
            **self._texts("text", "text_en"),
            "weight": self.weight.data,
            "veto": self.veto.data,
            "method": self.method.data,
            "check": self._check(),
            "months": self.months.data,
            "kinds": self.kinds.data or [],
            "guidance": self._guidance(),
            "source": {
                "kind": self.source.data,
                "of": self.documents.data or [],
                **self._texts("note", "note_en"),
            },
        }
        if self.criterion is not None and self.criterion.applies_if is not None:
            typed["applies_if"] = self.criterion.applies_if.model_dump(mode="json")
        return version, _strict(Criterion, typed, {"source.kind": "source", "check": "about"})

    def _texts(self, *names: str) -> dict[str, str]:
        return {name: (self[name].data or "").strip() for name in names}

    def _guidance(self) -> dict[str, str] | None:
        names = ("look", "look_en", "evidence", "evidence_en", "judge", "judge_en")
        told = self._texts(*names)
        return told if any(told.values()) else None

    def _check(self) -> dict[str, Any] | None:
        if not self.about.data or self.method.data == Method.OBSERVED:
            return None
        kind, code = self.about.data.split(":", 1)
        told: dict[str, Any] = {kind: code, "comparison": self.comparison.data}
        if self.than.data:
            told["than"] = self.than.data.split(":", 1)[1]
        if self.value.data:
            told["value"] = decimal(self.value.data, "value")
        return told


def _data(criterion: Criterion | None, version: Version) -> dict[str, Any]:
    if criterion is None:
        return {"method": Method.OBSERVED, "source": SourceKind.PROPOSED, "weight": 1}
    told: dict[str, Any] = {
        name: getattr(criterion, name)
        for name in ("code", "chapter", "text", "text_en", "weight", "veto", "method", "months")
    }
    told |= {"kinds": [kind.value for kind in criterion.kinds]}
    if criterion.check is not None:
        told |= _check_data(criterion.check)
    if criterion.guidance is not None:
        told |= criterion.guidance.model_dump()
    source = criterion.source
    return told | {
        "source": source.kind,
        "documents": [one for one in source.of if one in version.documents],
        "note": source.note,
        "note_en": source.note_en,
    }


def _check_data(check: Check) -> dict[str, Any]:
    about = f"item:{check.item}" if check.item is not None else f"figure:{check.figure}"
    return {
        "about": about,
        "comparison": check.comparison,
        "value": "" if check.value is None else f"{check.value:.12g}",
        "than": "" if check.than is None else f"figure:{check.than}",
    }


def _subjects() -> list[tuple[str, str]]:
    found = [
        (f"item:{one.code}", f"{one.group.label} · {named(one.name, one.name_en)}")
        for one in items().all
    ]
    return [*_figures(str(_l("指标"))), *found]


def _figures(label: str) -> list[tuple[str, str]]:
    """The figures of sites that a criterion may follow."""
    start = f"{label} · " if label else ""
    return [
        (f"figure:{one.code}", f"{start}{one.title}（{one.unit}）")
        for one in defined()
        if one.subject is Subject.SITE
    ]


def _strict(model: type[Any], typed: dict[str, Any], names: dict[str, str]) -> Any:
    """What was typed as *model*, by the rules of the file. Raises BadInput for the first fault."""
    made, wrong = tomlfile.shaped(model, json.dumps(typed, ensure_ascii=False))
    if made is None:
        location, kind, context, otherwise = wrong[0]
        path = tomlfile.dotted(location)
        field = names.get(path) or names.get(str(location[0])) or str(location[-1])
        raise BadInput(str(_message(kind, context, otherwise)), field=field)
    return made


def _message(kind: str, context: Any, otherwise: str) -> Any:
    if kind == "string_pattern_mismatch":
        return _l("代码只能用小写字母、数字和连字符，以字母开头，例如 guide-desk。")
    return tomlfile.message(kind, context, otherwise)
