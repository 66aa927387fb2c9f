"""The first figures: what the register itself tells of sites, of the plan, and of its own state."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np
from flask_babel import lazy_gettext as _l

from core.figures.rules import Ask, Figure, Floats, Reduce, Rows, Subject, Worse, define
from core.regions.ranks import NONE, Places
from core.regions.rules import Level
from core.sites.network import STATUSES, Bits, Wanted
from core.sites.queries import confirmed_since
from core.sites.rules import Status

#: For so long what somebody confirmed counts as known.
FRESH: Final = timedelta(days=365)


def active(ask: Ask) -> Wanted:
    """Which sites serve on the day."""
    serving: Wanted = ask.network.rows.statuses == STATUSES.index(Status.ACTIVE)
    return serving


def count(bits: Bits) -> Floats:
    """How many services the bits of each site, or region, name."""
    counted: Floats = np.bitwise_count(bits).sum(axis=1, dtype=np.float64)
    return counted


def offered(ask: Ask) -> Bits:
    """The bits of what each site offers, in either mode."""
    return ask.network.rows.direct | ask.network.rows.assisted


def of_sites(ask: Ask, part: Floats | Wanted, base: Floats | None = None) -> Rows:
    """A row for each site that serves; with a base, for each that has any."""
    wanted = active(ask) if base is None else active(ask) & (base > 0)
    indexes = np.flatnonzero(wanted)
    parts = np.asarray(part, np.float64)[indexes]
    places = ask.ranks.places(ask.network.rows.region_ids[indexes])
    return Rows(indexes, places, parts, np.ones(len(indexes)) if base is None else base[indexes])


def _active(ask: Ask) -> Rows:
    return of_sites(ask, np.ones(len(ask.network)))


def _planned(ask: Ask) -> Rows:
    planned = count(ask.plan.planned)
    return of_sites(ask, planned, planned)


def _kept(ask: Ask) -> Rows:
    return of_sites(ask, count(ask.plan.planned & offered(ask)), count(ask.plan.planned))


def _gaps(ask: Ask) -> Rows:
    return of_sites(ask, count(ask.plan.planned & ~offered(ask)), count(ask.plan.planned))


def offered_in(ask: Ask, level: Level) -> tuple[Places, Bits]:
    """The regions of a level by place, and the bits of what the sites in each of them offer."""
    regions = np.flatnonzero(ask.ranks.depths == level.depth)
    together = np.zeros((len(ask.ranks), offered(ask).shape[1]), np.uint64)
    serving = np.flatnonzero(active(ask))
    places = ask.ranks.places(ask.network.rows.region_ids[serving])
    above = np.where(places == NONE, NONE, ask.ranks.above[places, level.depth])
    known = above != NONE
    np.bitwise_or.at(together, above[known], offered(ask)[serving[known]])
    return regions, together[regions]


def _unoffered(ask: Ask) -> Rows:
    towns, bits = offered_in(ask, Level.TOWN)
    missing = count(ask.devolved & ~bits)
    return Rows(towns, towns, missing, np.full(len(towns), count(ask.devolved[None])[0]))


def _verified(ask: Ask) -> Rows:
    return of_sites(ask, ~np.isnan(ask.network.rows.lat))


def _confirmed(ask: Ask) -> Rows:
    return of_sites(ask, confirmed_since(ask.network, ask.on - FRESH))


def _hourless(ask: Ask) -> Rows:
    known = np.isin(ask.network.rows.ids, list(ask.network.rows.hours))
    return of_sites(ask, ~known)


def _shut(ask: Ask) -> Rows:
    rows = ask.network.rows
    shut = [one for one in rows.closures if one.shut.covers(ask.on)]
    sites = [one.site_id for one in shut if one.site_id is not None]
    regions = [
        ask.ranks.place[one.region_id]
        for one in shut
        if one.region_id is not None and one.region_id in ask.ranks.place
    ]
    places = ask.ranks.places(rows.region_ids)
    inside: Wanted = np.asarray(np.isin(ask.ranks.above, regions).any(axis=1))
    below = np.where(places == NONE, False, inside[places])
    return of_sites(ask, np.isin(rows.ids, sites) | below)


ACTIVE: Final = define(
    Figure(
        *("sites.active", 1, _l("服务中的网点"), _l("个")),
        rule=_l("当天状态为“服务中”的网点，不论类型，每个计 1。"),
        subject=Subject.SITE,
        reduce=Reduce.SUM,
        rows=_active,
        part=_l("网点"),
        nothing=0.0,
    )
)
PLANNED: Final = define(
    Figure(
        *("plan.cells", 1, _l("计划开办"), _l("格")),
        rule=_l("服务中的网点按当天有效的下沉计划应开办的事项数，一个网点的一个事项计 1 格。"),
        subject=Subject.SITE,
        reduce=Reduce.SUM,
        rows=_planned,
        part=_l("应开办"),
    )
)
KEPT: Final = define(
    Figure(
        *("plan.kept", 1, _l("计划落实率"), "%"),
        rule=_l("应开办的格子里，当天确实开办（直接办或帮办）的所占比例。没有计划的网点不计。"),
        subject=Subject.SITE,
        reduce=Reduce.SHARE,
        rows=_kept,
        part=_l("已开办"),
        base=_l("应开办"),
        worse=Worse.LOW,
    )
)
GAPS: Final = define(
    Figure(
        *("plan.gaps", 1, _l("应开未开"), _l("格")),
        rule=_l("应开办而当天没有开办的格子数。没有计划的网点不计。"),
        subject=Subject.SITE,
        reduce=Reduce.SUM,
        rows=_gaps,
        part=_l("应开未开"),
        worse=Worse.HIGH,
    )
)
UNOFFERED: Final = define(
    Figure(
        *("towns.unoffered", 1, _l("镇街无处可办的事项"), _l("项")),
        rule=_l("每个镇（街道）里没有一个服务中的网点开办的下沉事项数，逐镇相加。"),
        subject=Subject.REGION,
        reduce=Reduce.SUM,
        rows=_unoffered,
        part=_l("无处可办"),
        worse=Worse.HIGH,
    )
)
VERIFIED: Final = define(
    Figure(
        *("positions.verified", 1, _l("位置已核实"), "%"),
        rule=_l("服务中的网点里，坐标已经核实、可以给公众看的所占比例。"),
        subject=Subject.SITE,
        reduce=Reduce.SHARE,
        rows=_verified,
        part=_l("已核实"),
        base=_l("网点"),
        worse=Worse.LOW,
    )
)
CONFIRMED: Final = define(
    Figure(
        *("records.confirmed", 1, _l("一年内确认过"), "%"),
        rule=_l(
            "服务中的网点里，到当天为止 365 天之内有人确认过登记信息无误的所占比例。"
            "确认以审计记录为准。"
        ),
        subject=Subject.SITE,
        reduce=Reduce.SHARE,
        rows=_confirmed,
        part=_l("已确认"),
        base=_l("网点"),
        worse=Worse.LOW,
        kept=False,
    )
)
HOURLESS: Final = define(
    Figure(
        *("hours.missing", 1, _l("没有登记营业时间"), _l("个")),
        rule=_l("服务中的网点里，当天没有登记营业时间的个数。"),
        subject=Subject.SITE,
        reduce=Reduce.SUM,
        rows=_hourless,
        part=_l("没有登记"),
        worse=Worse.HIGH,
    )
)
SHUT: Final = define(
    Figure(
        *("closures.shut", 1, _l("当天停办"), _l("个")),
        rule=_l("服务中的网点里，当天有停办通知（本网点或所在区划，含只停几小时）的个数。"),
        subject=Subject.SITE,
        reduce=Reduce.SUM,
        rows=_shut,
        part=_l("停办"),
        worse=Worse.HIGH,
    )
)

FIGURES: Final = (ACTIVE, PLANNED, KEPT, GAPS, UNOFFERED, VERIFIED, CONFIRMED, HOURLESS, SHUT)
