"""Values that are one of a few, as a sheet has them: written in one language, read in either."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Generic, NamedTuple, TypeVar

from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.geo import Datum
from core.i18n import named

M = TypeVar("M", bound=StrEnum)

#: The sheet of a template that says what goes into each column; it is not read.
ABOUT: Final = _l("填写说明")


class Word(NamedTuple):
    """How a value is written in Chinese and in English, and how else people write it."""

    zh: str
    en: str
    also: tuple[str, ...] = ()


class Choice(Generic[M]):
    """A value that is one of a few, written in words."""

    def __init__(self, words: Mapping[M, Word]) -> None:
        self._words = words
        self._known = {
            folded(text): member
            for member, word in words.items()
            for text in (member.value, word.zh, word.en, *word.also)
        }

    def write(self, member: M | None) -> str:
        return "" if member is None else named(*self._words[member][:2])

    def read(self, text: str) -> M:
        found = self._known.get(folded(text))
        if found is None:
            known = "、".join(word.zh for word in self._words.values())
            raise BadInput(
                _l("没有“%(text)s”这种写法，请填写：%(known)s。", text=text[:40], known=known)
            )
        return found


def folded(text: str) -> str:
    """*text* so that two ways of writing one heading or word are the same."""
    whole = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s*:·._()\[\]\-]", "", whole)


def without_brackets(text: str) -> str:
    """*text* without what stands in brackets: 联系电话（区号-号码） is 联系电话."""
    return re.sub(r"[(\[][^)\]]*[)\]]", "", unicodedata.normalize("NFKC", text))


DATUMS: Final = Choice(
    {
        Datum.WGS84: Word("WGS-84", "WGS-84", ("gps", "wgs84经纬度")),
        Datum.CGCS2000: Word("CGCS2000", "CGCS2000", ("2000国家大地坐标系", "国家2000", "天地图")),
        Datum.GCJ02: Word("GCJ-02", "GCJ-02", ("高德", "腾讯", "火星坐标", "火星坐标系")),
        Datum.BD09: Word("BD-09", "BD-09", ("百度", "bd09ll", "百度坐标")),
    }
)


class YesNo(StrEnum):
    YES = "1"
    NO = "0"


YES_NO: Final = Choice(
    {
        YesNo.YES: Word("是", "yes", ("已核实", "true", "y", "√", "✓")),
        YesNo.NO: Word("否", "no", ("未核实", "false", "n", "×")),
    }
)
