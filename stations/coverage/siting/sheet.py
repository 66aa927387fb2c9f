"""Proposals as files: the chosen points, who is won, a list of proposals, and GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from flask import Response
from flask_babel import lazy_gettext as _l

from core import downloads
from core.regions.tree import Tree
from stations.coverage.siting import queries
from stations.coverage.siting.answer import Answer
from stations.coverage.siting.models import SitingProposal
from stations.coverage.siting.words import aim_words, question_words, state_words

POINTS: Final = "points"
WON: Final = "won"

_HEADINGS: Final = {
    POINTS: (
        *(_l("序号"), _l("纬度（WGS-84）"), _l("经度（WGS-84）"), _l("附近村居"), _l("村居代码")),
        *(_l("距该村居（米）"), _l("所在区划"), _l("现有网点代码")),
        *(_l("新覆盖居民"), _l("新覆盖村居"), _l("容量内服务")),
    ),
    WON: (
        *(_l("村居代码"), _l("村居"), _l("纬度（WGS-84）"), _l("经度（WGS-84）"), _l("居民")),
        *(_l("所在区划"), _l("原缺事项数"), _l("最近新站序号"), _l("直线距离（米）")),
        _l("容量内服务"),
    ),
}


def headings(name: str) -> list[str]:
    return [str(heading) for heading in _HEADINGS[name]]


def cells(name: str, answer: Answer, living: Tree) -> Iterable[Sequence[object]]:
    return _points(answer, living) if name == POINTS else _won(answer, living)


def where(living: Tree, region_id: int) -> str:
    """The full name of a region, empty where the day knows it no more."""
    return living.full_name(region_id) if region_id in living.by_id else ""


def _points(answer: Answer, living: Tree) -> Iterator[Sequence[object]]:
    for number, one in enumerate(answer.chosen, 1):
        yield (
            *(number, f"{one.lat:.7f}", f"{one.lon:.7f}", one.near, one.near_code),
            *(round(one.metres, 1), where(living, one.region_id), one.site),
            *(one.people, one.settlements, one.served),
        )


def _won(answer: Answer, living: Tree) -> Iterator[Sequence[object]]:
    for one in answer.won:
        yield (
            *(one.code, one.name, f"{one.lat:.7f}", f"{one.lon:.7f}", one.people),
            *(where(living, one.region_id), one.lacking, one.station + 1),
            *(round(one.metres, 3), one.served),
        )


def geojson(proposal: SitingProposal, answer: Answer, living: Tree) -> Response:
    """The chosen points and the settlements won, as GeoJSON in WGS-84."""
    body = json.dumps(
        {
            "type": "FeatureCollection",
            "features": features(answer, living),
            "siting": {
                "name": proposal.name,
                "question": json.loads(proposal.question),
                "value": answer.value,
                "bound": answer.bound,
                "proved": answer.proved,
            },
        },
        ensure_ascii=False,
    )
    response = Response(body, mimetype="application/geo+json")
    response.headers["Cache-Control"] = "no-store"
    return downloads.named(response, f"{proposal.name or 'siting'}.geojson")


def features(answer: Answer, living: Tree) -> list[dict[str, Any]]:
    """The chosen points and the settlements won as GeoJSON's features."""
    stations = [
        _feature(
            one.lat,
            one.lon,
            role="station",
            number=number,
            near=one.near,
            region=where(living, one.region_id),
            site=one.site or None,
            people=one.people,
            settlements=one.settlements,
            served=one.served,
        )
        for number, one in enumerate(answer.chosen, 1)
    ]
    won = [
        _feature(
            one.lat,
            one.lon,
            role="won",
            code=one.code,
            name=one.name,
            people=one.people,
            region=where(living, one.region_id),
            station=one.station + 1,
            metres=round(one.metres, 3),
            served=one.served,
        )
        for one in answer.won
    ]
    return [*stations, *won]


def _feature(lat: float, lon: float, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]},
        "properties": properties,
    }


# -- A list of proposals -------------------------------------------------------------------------

_LISTED: Final = (
    *(_l("名称"), _l("状态"), _l("所问"), _l("其他条件"), _l("新站"), _l("新覆盖居民")),
    *(
        _l("新覆盖村居"),
        _l("已证明最优"),
        _l("与上限相差（%）"),
        _l("提出人"),
        _l("提出时间（UTC）"),
    ),
)


def list_headings() -> list[str]:
    return [str(heading) for heading in _LISTED]


def list_cells(proposals: Sequence[SitingProposal]) -> Iterator[Sequence[object]]:
    """A list of proposals, a row each, to take away."""
    for one in proposals:
        ask = queries.ask_of(one)
        yield (
            *(one.name, state_words(one), aim_words(ask), question_words(ask), one.stations),
            *(one.people_won, one.settlements_won, _l("是") if one.proved else _l("否")),
            *(round(100 * one.gap, 4), one.asked_by, one.asked_at.isoformat(timespec="seconds")),
        )
