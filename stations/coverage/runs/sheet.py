"""Runs as lines of a list, on the page and in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.catalogue.queries import catalogue
from core.catalogue.rules import Service
from core.clock import today
from core.i18n import named
from core.regions.rules import Level
from stations.coverage.rules import Rule, Tally, metres_text
from stations.coverage.runs import queries
from stations.coverage.runs.models import CoverageRun
from stations.coverage.runs.queries import From
from stations.coverage.runs.rules import Kind

LEVELS = {Level.COUNTY: _l("县（区）"), Level.TOWN: _l("镇（街道）")}


@dataclass(frozen=True, slots=True)
class Line:
    """A run as a list shows it; ``parts`` of it are done where it is not finished."""

    run: CoverageRun
    tally: Tally | None
    service: Service | None
    sources: list[From]
    parts: int


def lines(runs: Sequence[CoverageRun]) -> list[Line]:
    """The rows of a list of runs, in its order."""
    parts = queries.parts_done([run.id for run in runs if run.finished_at is None])
    return [
        Line(
            run,
            queries.total_of(run),
            _service(run),
            queries.sources_of(run),
            parts.get(run.id, 0),
        )
        for run in runs
    ]


def _service(run: CoverageRun) -> Service | None:
    """Its service as it is called today, else as it was on its day."""
    if run.service_id is None:
        return None
    now = catalogue(today()).by_id.get(run.service_id)
    return now or catalogue(run.on).by_id.get(run.service_id)


def line(run: CoverageRun) -> Line:
    return lines([run])[0]


# -- Words ----------------------------------------------------------------------------------------


def asked_words(line: Line) -> str:
    """The service and the hour of a run."""
    run, service = line.run, line.service
    what = (
        _("全部事项（任何网点都算）") if service is None else named(service.name, service.name_en)
    )
    if run.minute is None or run.day_kind is None:
        return what
    clock = f"{run.minute // 60:02}:{run.minute % 60:02}"
    return str(
        _("%(what)s，%(day)s %(clock)s", what=what, day=Kind(run.day_kind).label, clock=clock)
    )


def rule_words(run: CoverageRun) -> str:
    """The rule of a run in short."""
    radius = metres_text(run.radius)
    if Rule(run.radius, run.factor).walking:
        return str(
            _(
                "%(radius)s 米，步行估计（直线 × %(factor)s）",
                radius=radius,
                factor=f"{run.factor:g}",
            )
        )
    return str(_("%(radius)s 米，直线", radius=radius))


def run_sources(run: CoverageRun) -> str:
    """Years and origins of the people of a run."""
    return source_words(queries.sources_of(run))


def source_words(sources: Iterable[From]) -> str:
    """Years and origins of the people of a run."""
    told = dict.fromkeys(
        str(_("%(year)s 年，%(source)s", year=one.year, source=one.source)) for one in sources
    )
    return str(_("；")).join(told)


def points_words(moved: float | None) -> str:
    """By how many percentage points a share has moved, with its sign; nothing if it has not."""
    if moved is None:
        return ""
    points = round(moved * 100, 1)
    if points == 0:
        return str(_("持平")) if abs(moved) < 1e-12 else ("+0.0" if moved > 0 else "−0.0")
    return ("+" if points > 0 else "−") + str(format_decimal(abs(points)))


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "asked_words": asked_words,
    "rule_words": rule_words,
    "source_words": source_words,
    "sources": run_sources,
    "points_words": points_words,
}


# -- Files ----------------------------------------------------------------------------------------


def headings() -> list[str]:
    """The heads of the columns of a list of runs."""
    return [
        str(text)
        for text in (
            *(_l("日期"), _l("事项"), _l("时刻"), _l("半径（米）"), _l("步行系数")),
            *(_l("居民"), _l("已覆盖居民"), _l("村居"), _l("已覆盖村居"), _l("计入网点")),
            *(_l("人口年份与来源"), _l("演示数据"), _l("覆盖规则"), _l("人口数据指纹")),
            *(_l("完成时间"), _l("发现已更正"), _l("编号")),
        )
    ]


def cells(runs: Sequence[CoverageRun]) -> Iterable[list[object]]:
    """A list of runs, a row each, to take away."""
    for line in lines(runs):
        run, tally = line.run, line.tally
        numbers = (
            [""] * 4
            if tally is None
            else [
                *(tally.people, tally.people_covered),
                *(tally.settlements, tally.settlements_covered),
            ]
        )
        clock = "" if run.minute is None else f"{run.minute // 60:02}:{run.minute % 60:02}"
        yield [
            *(run.on, "" if line.service is None else line.service.name, clock),
            *(run.radius, run.factor, *numbers, run.sites),
            source_words(line.sources),
            _("是") if any(one.made for one in line.sources) else _("否"),
            *(run.rule_key, run.people_key),
            *(_instant(run.finished_at), _instant(run.corrected_at), run.uuid),
        ]


def _instant(moment: object) -> str:
    return "" if moment is None else str(moment)


def row_headings() -> list[str]:
    """The heads of the columns of the regions of one run."""
    return [
        str(text)
        for text in (
            *(_l("区划代码"), _l("区划"), _l("级别")),
            *(_l("居民"), _l("已覆盖居民"), _l("村居"), _l("已覆盖村居")),
        )
    ]


def row_cells(run: CoverageRun) -> Iterable[list[object]]:
    """The regions of one run, a row each, to take away."""
    for line in queries.lines(run):
        tally = line.tally
        numbers = (
            [""] * 4
            if tally is None
            else [
                *(tally.people, tally.people_covered),
                *(tally.settlements, tally.settlements_covered),
            ]
        )
        yield [line.node.code, line.node.name, LEVELS[line.node.level], *numbers]
