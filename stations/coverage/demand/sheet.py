"""The columns of a sheet of settlements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.errors import BadInput
from core.forms import plain
from core.sheets import columns as sheets
from core.sheets import values
from stations.coverage.population import MOST_CODE, MOST_NAME, MOST_PEOPLE


class Line(NamedTuple):
    """A settlement as a sheet tells it; the position in the datum of the whole sheet."""

    code: str = ""
    name: str = ""
    lat: float | None = None
    lon: float | None = None
    people: int | None = None


Column: TypeAlias = sheets.Column[Line]

_THOUSANDS: Final = re.compile(r"\d{1,3}(,\d{3})+(\.0+)?", re.ASCII)
_PEOPLE: Final = re.compile(r"(\d{1,12})(\.0+)?", re.ASCII)
_NEGATIVE: Final = re.compile(r"-\d{1,12}(\.\d{1,18})?", re.ASCII)


def code(text: str) -> str:
    """A code as the file has it; that of a county or a town is filled up to twelve digits.

    Raises BadInput.
    """
    found = values.digits_of(text)
    if len(found) > MOST_CODE:
        raise BadInput(_l("内容太长，最多 %(most)s 个字。", most=MOST_CODE))
    if found.isascii() and found.isdigit() and len(found) in (6, 9):
        return found.ljust(12, "0")
    return found


def people(text: str) -> int:
    """A whole number of people, maybe none. Raises BadInput."""
    given = plain(text)
    if _THOUSANDS.fullmatch(given):
        given = given.replace(",", "")
    if _NEGATIVE.fullmatch(given):
        raise BadInput(_l("人口不能是负数。请填写实际人数。"))
    found = _PEOPLE.fullmatch(given)
    if found is None:
        raise BadInput(_l("人口应为整数，例如 1286。请填写人数，不带单位。"))
    number = int(found[1])
    if number > MOST_PEOPLE:
        raise BadInput(_l("一个聚落的人口最多 %(most)s，请核对单位。", most=MOST_PEOPLE))
    return number


COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        *("code", "区划代码", "Code"),
        ("代码", "编码", "村居代码", "行政区划代码", "统计用区划代码", "regioncode", "villagecode"),
        lambda line: line.code,
        code,
    ),
    Column(
        *("name", "名称", "Name"),
        ("村居", "村居名称", "聚落", "聚落名称", "村名", "村(社区)", "社区", "自然村", "地名"),
        lambda line: line.name,
        values.text(MOST_NAME),
    ),
    Column(
        *("lat", "纬度", "Latitude", ("北纬", "y")),
        lambda line: values.number(line.lat),
        values.degrees,
    ),
    Column(
        *("lon", "经度", "Longitude", ("lng", "long", "东经", "x")),
        lambda line: values.number(line.lon),
        values.degrees,
    ),
    Column(
        *("people", "人口", "People"),
        ("人口数", "常住人口", "总人口", "人数", "population", "pop", "residents"),
        lambda line: "" if line.people is None else str(line.people),
        people,
    ),
)
BY_CODE: Final[Mapping[str, Column]] = {column.code: column for column in COLUMNS}
#: Without these nothing can be taken.
NEEDED: Final = ("lat", "lon", "people")

_HINTS: Final[Mapping[str, LazyString]] = {
    "code": _l("12 位区划代码（村居），单元格设为文本；没有就留空，按位置归入镇街或区县"),
    "name": _l("村、社区或自然村的名称"),
    "lat": _l("必填，十进制度，例如 37.1653"),
    "lon": _l("必填，十进制度，例如 122.4867"),
    "people": _l("必填，整数；没有人住填 0"),
}


def hint(column: Column) -> LazyString:
    """What is said of a column on the template."""
    return _HINTS[column.code]
