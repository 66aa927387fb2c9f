"""The one definition of a sheet of sites: its columns, how each value is written and read.

The import, its template and every export stand on it.  All cells are text, so that no spreadsheet
rounds a code; what :func:`columns` writes it reads again without loss.  Headings and words are
written in the language being spoken and read in either, and as towns write them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, Generic, NamedTuple, TypeVar

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.calendar import prose
from core.catalogue.rules import Service
from core.errors import BadInput
from core.forms import decimal, plain
from core.geo import Datum
from core.i18n import named
from core.sites.rules import SERIAL_DIGITS, Kind, Mode, Status, is_site_code

#: What begins the code of a column that stands for a service, before the service's own.
OFFERING: Final = "offering:"


@dataclass(frozen=True, slots=True)
class Line:
    """A site as a sheet tells it, on one day; ``hours`` is a canonical document or empty.

    ``modes`` is by the code of the service; ``given_lat`` and ``given_lon`` are as somebody gave
    them in ``datum``, ``lat`` and ``lon`` are WGS-84.
    """

    code: str = ""
    name: str = ""
    name_en: str = ""
    kind: Kind | None = None
    status: Status | None = None
    region: str = ""
    region_name: str = ""
    address: str = ""
    phone: str = ""
    given_lon: float | None = None
    given_lat: float | None = None
    datum: Datum | None = None
    lon: float | None = None
    lat: float | None = None
    verified: bool | None = None
    hours: str = ""
    modes: Mapping[str, Mode] | None = None
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is called, and how the value of a site gets in and out of a cell.

    ``read`` takes the text of a cell that is not empty and raises BadInput; where it is None the
    column is only told, and an import passes over it.
    """

    code: str
    heading: str
    heading_en: str
    also: tuple[str, ...]
    write: Callable[[Line], str]
    read: Callable[[str], Any] | None = None

    @property
    def title(self) -> str:
        """The heading in the language being spoken."""
        return named(self.heading, self.heading_en)

    @property
    def service(self) -> str | None:
        """The code of the service that the column is about."""
        return self.code.removeprefix(OFFERING) if self.code.startswith(OFFERING) else None


# -- Values that are one of a few ---------------------------------------------------------------

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


class _YesNo(StrEnum):
    YES = "1"
    NO = "0"


_YES_NO: Final = Choice(
    {
        _YesNo.YES: Word("是", "yes", ("已核实", "true", "y", "√", "✓")),
        _YesNo.NO: Word("否", "no", ("未核实", "false", "n", "×")),
    }
)

# -- Texts and numbers --------------------------------------------------------------------------

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_EXPONENT: Final = re.compile(r"(?<!\d)\d+(\.\d+)?[eE][+]?\d+", re.ASCII)
_PHONE: Final = re.compile(r"[0-9+() /、,;，；转#*-]+")
_MOBILE: Final = re.compile(r"1\d{10,}", re.ASCII)


def _text(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        clean = " ".join(_CONTROLS.sub(" ", text).split())
        if len(clean) > most:
            raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=most))
        return clean

    return read


def _code(text: str) -> str:
    digits = _digits(text)
    if digits.isdigit() and len(digits) < SERIAL_DIGITS + 1:
        raise BadInput(_l("网点编码应为 7 位，开头的 0 可能丢了；请把这一列设为“文本”再填。"))
    if not is_site_code(digits):
        raise BadInput(_l("不是网点编码：应为 7 位数字，最后一位是校验码。新网点请留空。"))
    return digits


def _region(text: str) -> str:
    """Twelve digits; the six of a county and the nine of a town are filled up."""
    digits = _digits(text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (6, 9, 12):
        raise BadInput(_l("区划代码应为 12 位数字（县 6 位、镇街 9 位也可以）。"))
    return digits.ljust(12, "0")


def _digits(text: str) -> str:
    """*text* without the ``.0`` of a number that a spreadsheet wrote; nothing else is guessed."""
    digits = plain(text)
    if _EXPONENT.fullmatch(digits):
        raise BadInput(
            _l(
                "表格把长数字写成了“%(text)s”，后面的位数已经丢失；请设为“文本”后重填。",
                text=digits,
            )
        )
    return re.sub(r"^(\d+)\.0+$", r"\1", digits, flags=re.ASCII)


def _phone(text: str) -> str:
    number = " ".join(_digits(text).replace("—", "-").replace("–", "-").split())
    if not _PHONE.fullmatch(number) or not any(letter.isdigit() for letter in number):
        raise BadInput(_l("电话只能有数字、区号和分机，例如 0631-5310001 或 13800000000。"))
    if len(number) > 40:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=40))
    mobile = _MOBILE.search(number)
    if mobile is not None and len(mobile.group()) != 11:
        raise BadInput(_l("手机号应为 11 位，这里有 %(count)s 位。", count=len(mobile.group())))
    return number


def _degrees(text: str) -> float:
    return decimal(text.strip().rstrip("°"), "lat")


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _verified(value: bool | None) -> str:
    return "" if value is None else _YES_NO.write(_YesNo.YES if value else _YesNo.NO)


# -- The columns --------------------------------------------------------------------------------

_FIXED: Final = (
    Column(
        *("code", "网点编码", "Site code", ("编码", "站点编码", "网点代码")),
        lambda line: line.code,
        _code,
    ),
    Column(
        *("name", "网点名称", "Name"),
        (
            "名称",
            "站点名称",
            "机构名称",
            "单位名称",
            "医保站名称",
            "工作站名称",
            "网点",
            "站点",
            "name",
        ),
        lambda line: line.name,
        _text(100),
    ),
    Column(
        *("name_en", "英文名称", "English name", ("英文名", "nameen", "name(english)")),
        lambda line: line.name_en,
        _text(200),
    ),
    Column(
        *("kind", "类型", "Kind", ("网点类型", "站点类型", "机构类型", "类别", "type")),
        lambda line: KINDS.write(line.kind),
        KINDS.read,
    ),
    Column(
        *("status", "状态", "Status", ("运行状态", "网点状态")),
        lambda line: STATUSES.write(line.status),
        STATUSES.read,
    ),
    Column(
        *("region", "区划代码", "Region code"),
        ("行政区划代码", "所在区划代码", "村居代码", "行政区划", "区划", "citycode6", "regioncode"),
        lambda line: line.region,
        _region,
    ),
    Column(
        *("region_name", "所在区划", "Region name"),
        (
            "所属区划",
            "所在地区",
            "区划名称",
            "所属镇街",
            "镇街",
            "村居",
            "所在村居",
            "区县",
            "county",
        ),
        lambda line: line.region_name,
        _text(200),
    ),
    Column(
        *("address", "地址", "Address", ("详细地址", "网点地址", "站点地址", "机构地址", "位置")),
        lambda line: line.address,
        _text(200),
    ),
    Column(
        *("phone", "电话", "Telephone"),
        ("联系电话", "咨询电话", "服务电话", "电话号码", "手机", "手机号", "tel", "phone"),
        lambda line: line.phone,
        _phone,
    ),
    Column(
        *("lon", "经度", "Longitude", ("lng", "lon", "东经", "x")),
        lambda line: _number(line.given_lon),
        _degrees,
    ),
    Column(
        *("lat", "纬度", "Latitude", ("lat", "北纬", "y")),
        lambda line: _number(line.given_lat),
        _degrees,
    ),
    Column(
        *("datum", "坐标系", "Datum", ("坐标系统", "坐标类型")),
        lambda line: DATUMS.write(line.datum),
        DATUMS.read,
    ),
    Column(
        *("wgs84_lon", "WGS-84 经度", "WGS-84 longitude", ()),
        lambda line: _number(line.lon),
    ),
    Column(
        *("wgs84_lat", "WGS-84 纬度", "WGS-84 latitude", ()),
        lambda line: _number(line.lat),
    ),
    Column(
        *("verified", "位置已核实", "Position verified", ("已核实", "是否核实")),
        lambda line: _verified(line.verified),
        lambda text: _YES_NO.read(text) is _YesNo.YES,
    ),
    Column(
        *("hours", "营业时间", "Opening hours"),
        ("服务时间", "办公时间", "工作时间", "开放时间", "营业时段", "上班时间", "hours"),
        lambda line: prose.write(line.hours) if line.hours else "",
        prose.read,
    ),
    Column(
        *("confirmed_on", "最近确认", "Last confirmed", ("确认日期", "最近确认日期")),
        lambda line: "" if line.confirmed_on is None else line.confirmed_on.isoformat(),
    ),
)


def columns(services: Iterable[Service]) -> tuple[Column, ...]:
    """The columns of a sheet, in their order: one for each service after the others."""
    return (*_FIXED[:-1], *map(_offering, services), _FIXED[-1])


def _offering(service: Service) -> Column:
    def write(line: Line) -> str:
        return MODES.write((line.modes or {}).get(service.code))

    return Column(
        f"{OFFERING}{service.code}",
        service.name,
        service.name_en or service.name,
        (service.code,),
        write,
        MODES.read,
    )


def row(line: Line, shown: Iterable[Column]) -> list[str]:
    """The cells of a site."""
    return [column.write(line) for column in shown]


def recognised(known: Iterable[Column]) -> dict[str, str]:
    """The code of a column by each folded way of writing its heading."""
    found: dict[str, str] = {}
    for column in known:
        for heading in (column.code, column.heading, column.heading_en, *column.also):
            found.setdefault(folded(heading), column.code)
    return found


# -- Cells that a spreadsheet would take for a formula ------------------------------------------

_FORMULA: Final = "=+-@\t\r"
_QUOTE: Final = "'"


def guarded(text: str) -> str:
    """*text* for a cell of a CSV file, so that no spreadsheet takes it for a formula."""
    risky = text[:1] in _FORMULA or (text[:1] == _QUOTE and text[1:2] in _FORMULA + _QUOTE)
    return _QUOTE + text if text and risky else text


def unguarded(text: str) -> str:
    """What :func:`guarded` was given."""
    quoted = text[:1] == _QUOTE and len(text) > 1 and text[1] in _FORMULA + _QUOTE
    return text[1:] if quoted else text


#: What stands in a cell to take away what is known.
CLEAR: Final = frozenset({"清空", "(清空)", "clear"})
#: What is said of the columns on the template, by code.
HINTS: Final[Mapping[str, LazyString]] = {
    "code": _l("已登记的网点填 7 位编码；新网点留空"),
    "name": _l("必填，最多 100 个字"),
    "kind": _l("必填：服务大厅、便民服务中心、两定机构、村卫生室、社区"),
    "status": _l("筹建中、服务中、已撤销；新网点留空即服务中"),
    "region": _l("必填：12 位区划代码，单元格设为文本"),
    "region_name": _l("没有区划代码时按名称查找，例如 荣成市崖头街道东荣成村"),
    "phone": _l("例如 0631-5310001"),
    "lon": _l("十进制度，例如 122.4867；不知道就留空"),
    "lat": _l("十进制度，例如 37.1653；不知道就留空"),
    "datum": _l("WGS-84、CGCS2000、GCJ-02（高德、腾讯）或 BD-09（百度）；留空则按上传时说明的"),
    "verified": _l("是 或 否；只有核实过的位置才向公众显示"),
    "hours": _l("例如 周一至周五 8:30-11:30 13:30-17:00；周六 8:30-11:30；节假日 休息"),
    "wgs84_lon": _l("导出时给出，导入时不读"),
    "wgs84_lat": _l("导出时给出，导入时不读"),
    "confirmed_on": _l("导出时给出，导入时不读"),
}
HINT_OFFERING: Final = _l("直办 或 帮办；不办理就留空")
