"""Figures of what is recorded of sites: who is posted there, what they have, what they offer.

A site of which nobody ever recorded anything of a kind has no number of it, and no row; one of
which it is recorded that there is nothing has 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from core.catalogue.queries import catalogue
from core.facilities.queries import fittings, kinds_of
from core.facilities.rules import Group, items
from core.figures.register import active, count, of_sites, offered
from core.figures.rules import FACTS, Ask, Figure, Floats, Reduce, Rows, Subject, Worse, define
from core.sites.network import Bits
from core.staff.queries import FIRST_DUTY, POSTED, postings
from core.staff.rules import DUTIES, Duty


def of_recorded(ask: Ask, numbers: Floats) -> Rows:
    """A row for each site that serves and has a number."""
    indexes = np.flatnonzero(active(ask) & ~np.isnan(numbers))
    places = ask.ranks.places(ask.network.rows.region_ids[indexes])
    return Rows(indexes, places, numbers[indexes], np.ones(len(indexes)))


def recorded(
    code: str,
    title: LazyString,
    unit: LazyString,
    rule: LazyString,
    *,
    rows: Callable[[Ask], Rows],
) -> Figure:
    """A figure that adds up numbers on record."""
    return define(
        Figure(
            *(code, 1, title, unit),
            rule=rule,
            subject=Subject.SITE,
            reduce=Reduce.SUM,
            part=title,
            worse=Worse.LOW,
            follows=FACTS,
            rows=rows,
        )
    )


_UNRECORDED: Final = _l("从来没有登记过的网点不计；登记过的，没有登记到的按没有计。")


def _rule(what: LazyString) -> LazyString:
    return _l("%(what)s%(unrecorded)s", what=what, unrecorded=_UNRECORDED)


# -- Who is posted there ------------------------------------------------------------------------


def _posted(column: int) -> Callable[[Ask], Rows]:
    def rows(ask: Ask) -> Rows:
        return of_recorded(ask, postings(ask.on).of(ask.network.rows.ids)[:, column])

    return rows


def _duty(code: str, duty: Duty, title: LazyString, rule: LazyString) -> Figure:
    rows = _posted(FIRST_DUTY + DUTIES.index(duty))
    return recorded(code, title, _l("人"), _rule(rule), rows=rows)


POSTED_FIGURE: Final = recorded(
    *("staff.posted", _l("派驻人员"), _l("人")),
    _rule(_l("当天派驻在服务中的网点的人数，一人担任几项职责只计一次。")),
    rows=_posted(POSTED),
)
GUIDES: Final = _duty(
    *("staff.guides", Duty.GUIDE, _l("在岗引导员")),
    _l("当天以引导员职责派驻在服务中的网点的人数。"),
)
COMPREHENSIVE: Final = _duty(
    *("staff.comprehensive", Duty.COMPREHENSIVE, _l("在岗综合柜员")),
    _l("当天以综合柜员职责派驻在服务中的网点的人数。"),
)
AGENTS: Final = _duty(
    *("staff.agents", Duty.AGENT, _l("在岗帮办代办员")),
    _l("当天以帮办代办职责派驻在服务中的网点的人数。"),
)


# -- What they have -----------------------------------------------------------------------------


def _group(code: str, group: Group, rule: LazyString) -> Figure:
    def rows(ask: Ask) -> Rows:
        return of_recorded(ask, kinds_of(fittings(ask.on).of(ask.network.rows.ids), group))

    return recorded(code, group.label, _l("种"), _rule(rule), rows=rows)


ZONES: Final = _group(
    *("facilities.zones", Group.ZONE),
    _l("服务中的网点当天登记有的功能分区（含咨询台、投诉台），每种计 1。"),
)
EQUIPMENT: Final = _group(
    *("facilities.equipment", Group.EQUIPMENT),
    _l("服务中的网点当天登记有的设备设施种数，同一种不论几台计 1。"),
)
CONVENIENCES: Final = _group(
    *("facilities.conveniences", Group.CONVENIENCE),
    _l("服务中的网点当天登记有的便民设施种数，同一种不论几件计 1。"),
)
SIGNS: Final = _group(
    *("facilities.signs", Group.SIGN),
    _l("服务中的网点当天登记有的标识和公示种数。"),
)
NETWORKS: Final = _group(
    *("facilities.networks", Group.NETWORK),
    _l("服务中的网点当天登记接通的网络种数。"),
)
RULES: Final = _group(
    *("facilities.rules", Group.RULE),
    _l("服务中的网点当天登记执行的服务制度数，最多 15 项。"),
)
RATING_CHANNELS: Final = _group(
    *("facilities.rating_channels", Group.RATING_CHANNEL),
    _l("服务中的网点当天登记有的评价和意见渠道种数。"),
)


def _item(figure: str, code: str, title: LazyString, unit: LazyString, rule: LazyString) -> Figure:
    place = items().find(code).place

    def rows(ask: Ask) -> Rows:
        return of_recorded(ask, fittings(ask.on).of(ask.network.rows.ids)[:, place])

    return recorded(figure, title, unit, _rule(rule), rows=rows)


CONSULTATION: Final = _item(
    *("facilities.consultation_desks", "consultation_desk", _l("设有咨询台"), _l("个")),
    _l("服务中的网点里，当天登记有咨询台的个数。"),
)
SELF_SERVICE: Final = _item(
    *("facilities.self_service_machines", "self_service_machine", _l("自助服务终端"), _l("台")),
    _l("服务中的网点当天登记的自助服务终端台数。"),
)


# -- What they offer ----------------------------------------------------------------------------


def _limited(ask: Ask) -> Bits:
    """The bits of the services whose limit somebody has published."""
    bits = np.zeros(ask.network.rows.direct.shape[1], np.uint64)
    for service in catalogue(ask.on).services:
        bit = ask.network.bit.get(service.id)
        if bit is not None and {service.facts.statutory, service.facts.promised} != {"unknown"}:
            bits[bit // 64] |= np.uint64(1 << bit % 64)
    return bits


def _time_limits(ask: Ask) -> Rows:
    return of_sites(ask, count(offered(ask) & _limited(ask)), count(offered(ask)))


def _devolved(ask: Ask) -> Rows:
    return of_sites(ask, count(offered(ask) & ask.devolved))


def _helped(ask: Ask) -> Rows:
    devolved = np.full(len(ask.network), count(ask.devolved[None])[0])
    return of_sites(ask, count(offered(ask) & ask.devolved), devolved)


DEVOLVED: Final = define(
    Figure(
        *("offerings.devolved", 1, _l("开办的下沉事项"), _l("项")),
        rule=_l("服务中的网点当天开办（直接办或帮办）的下沉事项数，逐个网点相加。"),
        subject=Subject.SITE,
        reduce=Reduce.SUM,
        rows=_devolved,
        part=_l("下沉事项"),
        worse=Worse.LOW,
    )
)
HELPED: Final = define(
    Figure(
        *("services.agents", 1, _l("下沉事项可帮办比例"), "%"),
        rule=_l(
            "目录中的下沉事项里，当天在服务中的网点可以直接办、或由网点帮办代办的所占比例。"
            "目录中没有下沉事项时不计。"
        ),
        subject=Subject.SITE,
        reduce=Reduce.SHARE,
        rows=_helped,
        part=_l("可办"),
        base=_l("下沉事项"),
        worse=Worse.LOW,
    )
)
TIME_LIMITS: Final = define(
    Figure(
        *("services.time_limits", 1, _l("时限已公布的事项"), "%"),
        rule=_l(
            "服务中的网点当天开办的事项里，目录写明法定时限或承诺时限的所占比例。没有开办事项的网点不计。"
        ),
        subject=Subject.SITE,
        reduce=Reduce.SHARE,
        rows=_time_limits,
        part=_l("已公布"),
        base=_l("开办"),
        worse=Worse.LOW,
    )
)

FIGURES: Final = (
    *(POSTED_FIGURE, GUIDES, COMPREHENSIVE, AGENTS),
    *(ZONES, EQUIPMENT, CONVENIENCES, SIGNS, NETWORKS, RULES, RATING_CHANNELS),
    *(CONSULTATION, SELF_SERVICE, DEVOLVED, HELPED, TIME_LIMITS),
)
