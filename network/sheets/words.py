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
from core.sites.rules import Kind, Mode, Status

M = TypeVar("M", bound=StrEnum)


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


KINDS: Final = Choice(
    {
        Kind.HALL: Word(
            "服务大厅", "Service hall", ("大厅", "医保大厅", "医保服务大厅", "政务服务大厅")
        ),
        Kind.CONVENIENCE_CENTRE: Word(
            "便民服务中心",
            "Convenience service centre",
            ("基层便民服务中心", "镇街便民服务中心", "便民服务站", "镇(街)便民服务中心"),
        ),
        Kind.DESIGNATED_PROVIDER: Word(
            "两定机构",
            "Designated provider",
            ("定点医药机构", "定点医疗机构", "定点医院", "定点药店", "定点零售药店"),
        ),
        Kind.VILLAGE_CLINIC: Word(
            "村卫生室", "Village clinic", ("卫生室", "村卫生所", "卫生所", "村(社区)卫生室")
        ),
        Kind.COMMUNITY: Word("社区", "Community", ("社区居委会", "居委会", "村居", "村(居)")),
    }
)
STATUSES: Final = Choice(
    {
        Status.PLANNED: Word("筹建中", "Planned", ("筹建", "在建", "规划")),
        Status.ACTIVE: Word("服务中", "In service", ("在用", "运行", "正常", "已开办", "active")),
        Status.CLOSED: Word("已撤销", "Permanently closed", ("撤销", "已关闭", "关闭", "停用")),
    }
)
DATUMS: Final = Choice(
    {
        Datum.WGS84: Word("WGS-84", "WGS-84", ("gps", "wgs84经纬度")),
        Datum.CGCS2000: Word("CGCS2000", "CGCS2000", ("2000国家大地坐标系", "国家2000", "天地图")),
        Datum.GCJ02: Word("GCJ-02", "GCJ-02", ("高德", "腾讯", "火星坐标", "火星坐标系")),
        Datum.BD09: Word("BD-09", "BD-09", ("百度", "bd09ll", "百度坐标")),
    }
)
MODES: Final = Choice(
    {
        Mode.DIRECT: Word("直办", "direct", ("直接办理", "可直接办理", "直接办")),
        Mode.ASSISTED: Word("帮办", "assisted", ("帮您代办", "帮办代办", "代办", "帮代办")),
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
