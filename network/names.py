"""Whether two names that people wrote may mean one site: a rule, without the register.

A name is read into parts: what the place is called (东关), what rank of region it is (村), which
of several (二组), and what sort of institution (卫生室).  Writings of one sort are one: 卫生所 is
卫生室, 街道办 is 便民服务中心.  Numbers and words that tell neighbours apart (东、南、大、新 …) are
held against a match, however alike the rest is: 东关村一组 is never 东关村二组.  Names recur from
town to town, so whoever compares looks first at where the sites stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from pypinyin import lazy_pinyin
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from core.labels import Labelled


class Sort(StrEnum):
    """What sort of institution a name says it is."""

    CLINIC = "clinic"
    HOSPITAL = "hospital"
    PHARMACY = "pharmacy"
    CENTRE = "centre"
    COMMITTEE = "committee"
    HALL = "hall"
    UNSAID = "unsaid"


class Rank(StrEnum):
    """What a name says its place is."""

    TOWN = "town"
    VILLAGE = "village"
    COMMUNITY = "community"
    UNSAID = "unsaid"


class Reason(Labelled):
    """Why two names are alike, or why they are less so than they look."""

    SAME = "same", _l("名称相同")
    WRITTEN_OTHERWISE = "written_otherwise", _l("名称只是写法不同")
    SOUNDS_SAME = "sounds_same", _l("名称同音")
    SPELLED_ALIKE = "spelled_alike", _l("名称用字相近")
    ONE_IN_OTHER = "one_in_other", _l("一个名称包含另一个")
    OTHER_SORT = "other_sort", _l("机构类型的叫法不同")
    OTHER_RANK = "other_rank", _l("一个叫村，一个叫社区或街镇")
    OTHER_NUMBER = "other_number", _l("名称中的序号不同")
    NEIGHBOURS = "neighbours", _l("名称中的方位或大小不同")

    @property
    def against(self) -> bool:
        """Whether it is held against a match."""
        return self in _AGAINST


_AGAINST: Final = frozenset(
    {Reason.OTHER_SORT, Reason.OTHER_RANK, Reason.OTHER_NUMBER, Reason.NEIGHBOURS}
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it was read; two of the same ``key`` are the same name written in two ways."""

    text: str
    core: str
    rank: Rank
    number: str
    sort: Sort

    @property
    def key(self) -> str:
        return f"{self.core}|{self.rank}|{self.number}|{self.sort}"

    @property
    def sound(self) -> str:
        """The core as it is spoken, without tones."""
        return sound(self.core)


@dataclass(frozen=True, slots=True)
class Alike:
    """How alike two names are, from 0 to 1, and why."""

    score: float
    reasons: tuple[Reason, ...] = ()


#: From here on two names of one town probably mean one site.
LIKELY: Final = 0.85


# -- Reading ------------------------------------------------------------------------------------

# Longer writings before shorter ones, as the first that fits the end of a name is taken off.
_SORTS: Final = {
    Sort.HALL: "医疗保障服务大厅 医疗保障服务中心 医保服务大厅 医保服务中心 医疗保障局 政务服务大厅"
    " 医保大厅 医保中心 医保局 服务大厅 大厅",
    Sort.CLINIC: "社区卫生服务站 社区卫生服务中心 卫生服务中心 卫生服务站 中心卫生室 卫生室 卫生所"
    " 卫生站 医务室 医疗室 保健站 保健室 诊所 门诊部 门诊",
    Sort.HOSPITAL: "中心卫生院 人民医院 中医院 卫生院 医院",
    Sort.PHARMACY: "连锁药店 大药房 大药店 药房 药店",
    Sort.CENTRE: "基层便民服务中心 便民服务中心 为民服务中心 党群服务中心 政务服务中心 便民服务大厅"
    " 便民服务站 为民服务站 党群服务站 便民服务点 街道办事处 人民政府 街道办 办事处 镇政府 乡政府",
    Sort.COMMITTEE: "社区居民委员会 村民委员会 社区居委会 居民委员会 村委会 居委会",
}
_ENDINGS: Final = tuple(
    (ending, sort) for sort, endings in _SORTS.items() for ending in endings.split()
)
#: What such an ending says of the place it stands behind.
_RANK_OF_ENDING: Final = {
    **dict.fromkeys(("社区居民委员会", "社区居委会", "居民委员会", "居委会"), "社区"),
    **dict.fromkeys(("社区卫生服务站", "社区卫生服务中心"), "社区"),
    **dict.fromkeys(("村民委员会", "村委会"), "村"),
    **dict.fromkeys(("街道办事处", "街道办"), "街道"),
    "镇政府": "镇",
    "乡政府": "乡",
}
#: What every station is called besides; it tells none from another.
_ROLE: Final = re.compile(
    r"(基层)?(医疗保障|医保)(经办|便民|综合)?(服务)?(工作站|服务站|工作点|服务点|站点|站|点|窗口)$"
    r"|(便民)?工作站$"
)
_RANKS: Final = (
    ("街道", Rank.TOWN),
    ("社区", Rank.COMMUNITY),
    ("镇", Rank.TOWN),
    ("乡", Rank.TOWN),
    ("村", Rank.VILLAGE),
)
_PROVINCE: Final = re.compile(r"^[\u4e00-\u9fff]{2,3}省")
_NUMERAL: Final = re.compile(r"[〇零一二三四五六七八九十百两]+")
_NUMBER_AT_END: Final = re.compile(
    r"(?:第|(?<!\d))(\d+)(号|组|队|店|分店|分部|部|室|站|所|分站|分院)?$"
)
_PLACE_OF_NUMBER: Final = re.compile(r"村(?=第?\d+(组|队)$)")
_DIGITS: Final = dict(
    zip("〇零一二三四五六七八九两", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True)
)
_ONE_BY_ONE: Any = list


@lru_cache(maxsize=1 << 16)
def read(text: str, above: tuple[str, ...] = ()) -> Name:
    """A name in its parts. *above*: the regions over the site's own, which names may repeat."""
    name = _without_regions(_folded(text), above)
    name = _cut(_ROLE, name)
    name, number = _numbered(name)
    name, sort, place = _institution(name)
    if not number:
        name, number = _numbered(name)
    core, rank = _ranked(name + place)
    return Name(text, core, rank, number, sort)


def _folded(text: str) -> str:
    """Letters and digits alone, in one form, numerals as digits."""
    letters = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(letter for letter in letters if unicodedata.category(letter)[0] in "LN")
    return _NUMERAL.sub(_digits, kept)


def _digits(found: re.Match[str]) -> str:
    """三 is 3, 十五 is 15, 二十 is 20, 一百零三 is 103, 一二三 is 123."""
    written = found[0]
    if not set(written) & set("十百"):
        return "".join(str(_DIGITS[letter]) for letter in written)
    total, digit = 0, None
    for letter in written:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
        else:
            total += (1 if digit is None else digit) * (10 if letter == "十" else 100)
            digit = None
    return str(total + (digit or 0))


def _without_regions(name: str, above: Iterable[str]) -> str:
    """Without the province, city, county and town in front, as long as something is left."""
    name = _cut(_PROVINCE, name)
    for region in above:
        whole = _folded(region)
        # 威海火炬高技术产业开发区 is not written out by anybody; 崖头街道 may be 崖头街道办.
        if name.startswith(whole) and _tells(name.removeprefix(whole)):
            name = name.removeprefix(whole)
    return name


def _tells(rest: str) -> bool:
    """Whether *rest* says where, not only what: in 崖头街道便民服务中心 the town is the name."""
    bare = _cut(_ROLE, rest)
    return bool(bare) and not any(bare == ending for ending, _sort in _ENDINGS) and bare[0] != "办"


def _cut(pattern: re.Pattern[str], name: str) -> str:
    """*name* without what the pattern finds, unless that is all of it."""
    return pattern.sub("", name, count=1) or name


def _numbered(name: str) -> tuple[str, str]:
    """A number that *name* ends in: which of several it is."""
    found = _NUMBER_AT_END.search(name)
    if found is None or found.start() == 0:
        return name, ""
    without = _PLACE_OF_NUMBER.sub("", name)
    return without[: len(without) - len(found[0])], f"{found[1]}"


def _institution(name: str) -> tuple[str, Sort, str]:
    """*name* without its institution, the sort of it, and what that says of the place."""
    for ending, sort in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending), sort, _RANK_OF_ENDING.get(ending, "")
    return name, Sort.UNSAID, ""


def _ranked(name: str) -> tuple[str, Rank]:
    """*name* without 村, 社区, 街道 … behind it, however often; one character is no name alone."""
    rank = Rank.UNSAID
    while True:
        found = next((one for one in _RANKS if name.endswith(one[0])), None)
        if found is None or len(name) - len(found[0]) < 2:
            break
        name = name.removesuffix(found[0])
        # 东关村社区居委会 is a community: the last word counts.
        rank = found[1] if rank is Rank.UNSAID else rank
    if rank is Rank.UNSAID and name.endswith("村"):  # 黄村: the word is the name
        rank = Rank.VILLAGE
    return name, rank


@lru_cache(maxsize=1 << 16)
def sound(core: str) -> str:
    return " ".join(lazy_pinyin(core, errors=_ONE_BY_ONE))


# -- Comparing ----------------------------------------------------------------------------------

#: Words of which a village has one and its neighbour the other.
_CONTRASTS: Final = tuple(
    map(set, ("东西南北中", "上下中", "前后", "大小", "新老旧", "内外里", "左右"))
)
_TELLING: Final = frozenset("东西南北上下前后大小新老")

_SOUNDS: Final = 0.92
_OTHER_SORT: Final = 0.65
_OTHER_RANK: Final = 0.7
_CONTAINED: Final = 0.8
_NEIGHBOURS: Final = 0.4
_OTHER_NUMBER: Final = 0.3
_NUMBER_UNSAID: Final = 0.6
#: Below this nothing is said to be alike in spelling.
_SPELLED: Final = 0.6


def similar(a: Name, b: Name) -> Alike:
    """How alike the names of two sites of one place are. Symmetric; 1 for the same ``key``."""
    if a.key == b.key:
        same = _folded(a.text) == _folded(b.text)
        return Alike(1.0, (Reason.SAME if same else Reason.WRITTEN_OTHERWISE,))
    score, reasons = _cores(a, b)
    for most, reason in _against(a, b):
        if reason in (Reason.OTHER_SORT, Reason.OTHER_RANK):
            score *= most
        else:
            score = min(score, most)
        reasons.append(reason)
    return Alike(round(score, 3), tuple(reasons))


def _cores(a: Name, b: Name) -> tuple[float, list[Reason]]:
    if a.core == b.core:
        return 1.0, [Reason.WRITTEN_OTHERWISE]
    if len(a.core) == len(b.core) and a.sound == b.sound:
        return _SOUNDS, [Reason.SOUNDS_SAME]
    ratio = fuzz.ratio(a.core, b.core) / 100
    short, long = sorted((a.core, b.core), key=len)
    if len(short) >= 3 and short in long:
        return max(ratio, _CONTAINED), [Reason.ONE_IN_OTHER]
    return ratio, [Reason.SPELLED_ALIKE] if ratio >= _SPELLED else []


def _against(a: Name, b: Name) -> list[tuple[float, Reason]]:
    """What is held against a match: as a factor for sort and rank, else as the most it can be."""
    found = []
    if Sort.UNSAID not in (a.sort, b.sort) and a.sort is not b.sort:
        found.append((_OTHER_SORT, Reason.OTHER_SORT))
    if Rank.UNSAID not in (a.rank, b.rank) and a.rank is not b.rank:
        found.append((_OTHER_RANK, Reason.OTHER_RANK))
    if a.number != b.number:
        most = _OTHER_NUMBER if a.number and b.number else _NUMBER_UNSAID
        found.append((most, Reason.OTHER_NUMBER))
    elif _numbers(a.core) != _numbers(b.core):
        found.append((_OTHER_NUMBER, Reason.OTHER_NUMBER))
    if _contrast(a.core, b.core):
        found.append((_NEIGHBOURS, Reason.NEIGHBOURS))
    return found


def _numbers(core: str) -> Sequence[str]:
    return re.findall(r"\d+", core)


def _contrast(a: str, b: str) -> bool:
    """Whether one edit alone turns *a* into *b*, and it is a word that tells neighbours apart."""
    edits = Levenshtein.editops(a, b)
    if len(edits) != 1:
        return False
    [edit] = edits
    if edit.tag == "replace":
        pair = {a[edit.src_pos], b[edit.dest_pos]}
        return any(pair <= group for group in _CONTRASTS)
    letter = a[edit.src_pos] if edit.tag == "delete" else b[edit.dest_pos]
    return letter in _TELLING
