"""Coverage as figures: of regions whom the network reaches, of sites whom they do.

They are of the claim itself: one kilometre of straight line, any service, any hour of the day.
What nobody has said who lives there has no number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.figures.register import active
from core.figures.rules import Ask, Figure, Floats, Reduce, Rows, Subject, Worse, define
from core.regions.ranks import NONE
from core.regions.rules import Level
from stations.coverage.models import DEMAND
from stations.coverage.queries import cover_of, demand
from stations.coverage.rules import Cover, Question


def _cover(ask: Ask) -> Cover:
    return cover_of(ask.network, demand(ask.on), Question(None, ask.on))


def _of_regions(amounts: Callable[[Cover], Floats]) -> Callable[[Ask], Rows]:
    """A row for each region in which settlements lie and no lower one is known of them."""

    def rows(ask: Ask) -> Rows:
        found = _cover(ask)
        places, each = found.demand.places(ask.ranks), amounts(found)
        known = places != NONE
        places, each, covered = places[known], each[known], found.covered[known]
        regions = np.unique(places)
        base = np.bincount(places, each, len(ask.ranks))[regions]
        part = np.bincount(places, each * covered, len(ask.ranks))[regions]
        return Rows(regions, regions, part.astype(np.float64), base.astype(np.float64))

    return rows


def _of_sites(people: Callable[[Cover], Floats]) -> Callable[[Ask], Rows]:
    """A row for each site that serves in a county of which it is known who lives there."""

    def rows(ask: Ask) -> Rows:
        found = _cover(ask)
        told = np.zeros(len(ask.network))
        told[found.sites.indexes] = people(found)
        places = ask.ranks.places(ask.network.rows.region_ids)
        settled = ask.ranks.totals(found.demand.places(ask.ranks), np.ones(len(found.demand)))
        county = ask.ranks.above[places, Level.COUNTY.depth]
        above = np.where(county == NONE, ask.ranks.above[places, Level.CITY.depth], county)
        known = (places != NONE) & (settled[above] > 0) & ~np.isnan(ask.network.rows.lat)
        indexes = np.flatnonzero(active(ask) & known)
        return Rows(indexes, places[indexes], told[indexes], np.ones(len(indexes)))

    return rows


def sources(ask: Ask) -> list[str]:
    """Who has counted the people, when; said wherever the numbers stand."""
    return [
        str(
            _("人口数据：%(year)s 年，%(source)s（演示数据）", year=one.year, source=one.source)
            if one.made
            else _("人口数据：%(year)s 年，%(source)s", year=one.year, source=one.source)
        )
        for one in demand(ask.on).sets
    ]


_RULE: Final = _l(
    "按到最近网点的直线距离不超过 1000.0 米（含）计算，"
    "计入当日在服务、位置可以公开、没有全天停办的网点；没有载入人口数据的地方不计。"
)


def _share(
    code: str,
    title: LazyString,
    part: LazyString,
    base: LazyString,
    amounts: Callable[[Cover], Floats],
) -> Figure:
    return define(
        Figure(
            *(code, 1, title, "%"),
            rule=_RULE,
            subject=Subject.REGION,
            reduce=Reduce.SHARE,
            part=part,
            base=base,
            worse=Worse.LOW,
            follows=DEMAND,
            sources=sources,
            rows=_of_regions(amounts),
        )
    )


PEOPLE: Final = _share(
    "coverage.people",
    _l("一公里覆盖率（按居民）"),
    _l("已覆盖人口"),
    _l("人口"),
    lambda found: found.demand.people,
)
SETTLEMENTS: Final = _share(
    "coverage.settlements",
    _l("一公里覆盖率（按聚落点）"),
    _l("已覆盖聚落点"),
    _l("聚落点"),
    lambda found: np.ones(len(found.demand)),
)
REACHED: Final = define(
    Figure(
        *("coverage.reached", 1, _l("一公里内人口"), _l("人")),
        rule=_l(
            "网点 1000.0 米直线距离以内（含）各聚落点的人口；几个网点都能覆盖的人在每个网点都计，"
            "所以各网点不相加，取中位数。没有载入人口数据的县区不计。"
        ),
        subject=Subject.SITE,
        reduce=Reduce.MEDIAN,
        part=_l("一公里内人口"),
        follows=DEMAND,
        sources=sources,
        rows=_of_sites(lambda found: found.reached),
    )
)
DEPENDENT: Final = define(
    Figure(
        *("coverage.dependent", 1, _l("只靠一个网点的人口"), _l("人")),
        rule=_l(
            "1000.0 米直线距离以内（含）只有这一个网点的人口：它停办，这些人就不再被覆盖。"
            "没有载入人口数据的县区不计。"
        ),
        subject=Subject.SITE,
        reduce=Reduce.SUM,
        part=_l("只靠一个网点的人口"),
        worse=Worse.HIGH,
        follows=DEMAND,
        sources=sources,
        rows=_of_sites(lambda found: found.dependent),
    )
)

FIGURES: Final = (PEOPLE, SETTLEMENTS, REACHED, DEPENDENT)
