"""The one definition of a sheet of sites: its columns, how each value is written and read.

The import, its template and every export stand on it.  All cells are text, so that no spreadsheet
rounds a code; what :func:`columns` writes it reads again without loss.  Headings and words are
written in the language being spoken and read in either, and as towns write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.calendar import prose
from core.catalogue.rules import Service
from core.geo import Datum
from core.sheets import columns as sheets
from core.sheets import values
from core.sheets.words import DATUMS, YES_NO, YesNo
from core.sites.rules import Kind, Mode, Status
from network.sheets import values as own
from network.sheets.words import KINDS, MODES, STATUSES

#: What begins the code of a column that stands for a service, before the service's own.
OFFERING: Final = "offering:"
#: A column whose value may be in parts, each in a column of its own: county, town, village.
PARTED: Final = frozenset({"region_name"})


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


#: A column of a sheet of sites.
Column: TypeAlias = sheets.Column[Line]


def service_of(column: Column) -> str | None:
    """The code of the service that a column is about."""
    code = column.code
    return code.removeprefix(OFFERING) if code.startswith(OFFERING) else None


# -- The columns --------------------------------------------------------------------------------

_FIXED: Final = (
    Column(
        *("code", "网点编码", "Site code", ("编码", "站点编码", "网点代码")),
        lambda line: line.code,
        own.code,
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
        values.text(100),
    ),
    Column(
        *("name_en", "英文名称", "English name", ("英文名", "nameen", "name(english)")),
        lambda line: line.name_en,
        values.text(200),
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
        values.region,
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
        values.text(200),
    ),
    Column(
        *("address", "地址", "Address", ("详细地址", "网点地址", "站点地址", "机构地址", "位置")),
        lambda line: line.address,
        values.text(200),
    ),
    Column(
        *("phone", "电话", "Telephone"),
        ("联系电话", "咨询电话", "服务电话", "电话号码", "手机", "手机号", "tel", "phone"),
        lambda line: line.phone,
        own.phone,
    ),
    Column(
        *("lon", "经度", "Longitude", ("lng", "lon", "东经", "x")),
        lambda line: values.number(line.given_lon),
        values.degrees,
    ),
    Column(
        *("lat", "纬度", "Latitude", ("lat", "北纬", "y")),
        lambda line: values.number(line.given_lat),
        values.degrees,
    ),
    Column(
        *("datum", "坐标系", "Datum", ("坐标系统", "坐标类型")),
        lambda line: DATUMS.write(line.datum),
        DATUMS.read,
    ),
    Column(
        *("wgs84_lon", "WGS-84 经度", "WGS-84 longitude", ()),
        lambda line: values.number(line.lon),
    ),
    Column(
        *("wgs84_lat", "WGS-84 纬度", "WGS-84 latitude", ()),
        lambda line: values.number(line.lat),
    ),
    Column(
        *("verified", "位置已核实", "Position verified", ("已核实", "是否核实")),
        lambda line: own.verified(line.verified),
        lambda text: YES_NO.read(text) is YesNo.YES,
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


def hint(column: Column) -> LazyString | str:
    """What is said of a column on the template."""
    return HINT_OFFERING if service_of(column) else HINTS.get(column.code, "")
