"""What may happen to sites, as the audit tells it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.audit.rules import Field, event_type, plain_words, subject_kind
from core.calendar.hours import parse
from core.calendar.rules import Intervals, WeekLine, summary, wall_time
from core.catalogue.story import service_name
from core.geo import Datum
from core.i18n import named
from core.regions.story import heirs_words, region_words
from core.sites import queries
from core.sites.rules import Kind, Mode, Status


def site_name(code: str) -> str:
    """What the site of a code is called today; empty where it has no such day."""
    place = queries.network().by_code(code)
    return "" if place is None else named(place.name, place.name_en)


def hours_words(document: Any) -> str:
    """A document of hours on one line."""
    hours = parse(json.dumps(document, ensure_ascii=False))
    told = [_line(line) for line in summary(hours)]
    told.append(str(_("节假日 %(times)s", times=_times(hours.holiday))))
    return str(_("；")).join(told)


def _line(line: WeekLine) -> str:
    names = get_locale().days["format"]["abbreviated"]
    days = names[line.first]
    if line.first != line.last:
        days = _("%(first)s至%(last)s", first=days, last=names[line.last])
    season = "" if line.season is None else f"{line.season.name} "
    return f"{season}{days} {_times(line.intervals)}"


def _times(intervals: Intervals) -> str:
    if not intervals:
        return str(_("休息"))
    return " ".join(f"{wall_time(start)}-{wall_time(end)}" for start, end in intervals)


def _label(members: Iterable[Kind | Status | Mode]) -> Any:
    """Words for values of an enumeration."""
    labels = {member.value: member.label for member in members}
    return lambda value: str(labels[value])


SITE: Final = subject_kind(queries.SITE, _l("网点"), "network.site", site_name).code

_SINCE: Final = {"since": Field(_l("起始日期"))}
#: Why somebody did what is grave.
_REASON: Final = {"reason": Field(_l("原因"))}

_FACTS: Final = {
    "name": Field(_l("名称")),
    "name_en": Field(_l("英文名称")),
    "kind": Field(_l("类型"), _label(Kind)),
    "status": Field(_l("状态"), _label(Status)),
    "region": Field(_l("区划"), region_words),
    "address": Field(_l("地址")),
    "phone": Field(_l("电话")),
    "lat": Field(_l("纬度")),
    "lon": Field(_l("经度")),
    "datum": Field(
        _l("坐标系"), lambda datum: Datum(datum).symbol if datum else plain_words(datum)
    ),
    "verified": Field(_l("位置已核实")),
    "made": Field(_l("演示数据")),
    **_SINCE,
    **_REASON,
}

ENTERED: Final = event_type(
    "site.entered", _l("登记网点"), _l("%(actor)s 登记了网点 %(subject)s"), _FACTS
)
DESCRIBED: Final = event_type(
    "site.described", _l("修改网点资料"), _l("%(actor)s 修改了 %(subject)s 的资料"), _FACTS
)
CORRECTED: Final = event_type(
    "site.corrected", _l("更正网点登记"), _l("%(actor)s 更正了 %(subject)s 的登记"), _FACTS
)
MOVED: Final = event_type(
    "site.moved", _l("变更网点"), _l("%(actor)s 登记了 %(subject)s 的变更"), _FACTS
)
CLOSED: Final = event_type(
    "site.closed", _l("撤销网点"), _l("%(actor)s 撤销了网点 %(subject)s"), _FACTS
)
OPENED: Final = event_type(
    "site.opened", _l("开办网点"), _l("%(actor)s 开办了网点 %(subject)s"), _FACTS
)
CONFIRMED: Final = event_type(
    queries.CONFIRMED, _l("确认网点信息"), _l("%(actor)s 确认 %(subject)s 的信息无误"), {}
)
HOURS_SET: Final = event_type(
    "site.hours.set",
    _l("登记营业时间"),
    _l("%(actor)s 登记了 %(subject)s 的营业时间"),
    {"hours": Field(_l("营业时间"), hours_words), **_SINCE, **_REASON},
)
OFFERED: Final = event_type(
    "site.services.offered",
    _l("登记开办事项"),
    _l("%(actor)s 登记了 %(subject)s 开办的事项"),
    {"offering": Field(_l("事项"), _label(Mode), service_name), **_SINCE, **_REASON},
)


def plan_name(which: str) -> str:
    """A kind of site and a service, of which a plan speaks. Raises NotFound, ValueError."""
    kind, _slash, code = which.partition("/")
    return f"{Kind(kind).label} {service_name(code)}"


PLANNED: Final = event_type(
    "plan.set",
    _l("设定下沉计划"),
    _l("%(actor)s 设定了 %(subject)s 的下沉计划"),
    {"plan": Field(_l("应开办"), plain_words, plan_name), **_SINCE},
)
_CLOSURE: Final = {
    "since": Field(_l("停办日期")),
    "until": Field(_l("恢复日期")),
    "start": Field(_l("开始时间"), wall_time),
    "end": Field(_l("结束时间"), wall_time),
    "words": Field(_l("公告")),
    "words_en": Field(_l("英文公告")),
    **_REASON,
}
CLOSURE_ANNOUNCED: Final = event_type(
    "closure.announced",
    _l("发布停办通知"),
    _l("%(actor)s 发布了 %(subject)s 的停办通知"),
    _CLOSURE,
)
CLOSURE_AMENDED: Final = event_type(
    "closure.amended",
    _l("修改停办通知"),
    _l("%(actor)s 修改了 %(subject)s 的停办通知"),
    _CLOSURE,
)
CLOSURE_WITHDRAWN: Final = event_type(
    "closure.withdrawn",
    _l("撤回停办通知"),
    _l("%(actor)s 撤回了 %(subject)s 的停办通知"),
    _CLOSURE,
)
CLOSURE_FOLLOWED: Final = event_type(
    "closure.followed",
    _l("停办通知随区划调整"),
    _l("%(actor)s 调整区划，停办通知随之变更 %(subject)s"),
    _CLOSURE,
)
PLAN_FOLLOWED: Final = event_type(
    "plan.followed",
    _l("下沉计划随区划调整"),
    _l("%(actor)s 调整区划，%(subject)s 的下沉计划转给承接区划"),
    {"lines": Field(_l("条数")), "heirs": Field(_l("承接区划"), heirs_words), **_SINCE},
)
PLAN_SHARED: Final = event_type(
    "plan.shared",
    _l("下沉计划用于新设区划"),
    _l("%(actor)s 调整区划，%(subject)s 的下沉计划同时用于新设区划"),
    {"lines": Field(_l("条数")), "heirs": Field(_l("新设区划"), heirs_words), **_SINCE},
)
_ALL: Final = {
    **_FACTS,
    "hours": Field(_l("营业时间"), hours_words),
    "offering": Field(_l("事项"), _label(Mode), service_name),
}
MERGED: Final = event_type(
    "site.merged",
    _l("合并网点"),
    _l("%(actor)s 把重复登记的网点并入 %(subject)s"),
    {"merged": Field(_l("并入的网点")), **_ALL},
)
MERGED_AWAY: Final = event_type(
    "site.merged_away",
    _l("并入其他网点"),
    _l("%(actor)s 把 %(subject)s 并入另一个网点"),
    {"merged_into": Field(_l("并入")), **_FACTS},
)
TAKEN_APART: Final = event_type(
    "site.taken_apart",
    _l("恢复并入的网点"),
    _l("%(actor)s 把 %(subject)s 恢复为单独的网点"),
    {"merged_into": Field(_l("并入")), **_FACTS},
)
PART_LEFT: Final = event_type(
    "site.part_left",
    _l("并入的网点恢复"),
    _l("%(actor)s 把并入 %(subject)s 的网点恢复为单独的网点"),
    {"merged": Field(_l("并入的网点")), **_SINCE},
)
RECORDS_FOLLOWED: Final = event_type(
    "site.records.followed",
    _l("登记范围随网点归并"),
    _l("%(actor)s 合并网点，%(subject)s 从此也登记了并入的网点登记过的方面"),
    {"merged": Field(_l("并入的网点")), "records": Field(_l("方面数")), **_SINCE},
)
