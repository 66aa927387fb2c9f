"""A draw that anybody can repeat (双随机): which sites are visited, and by whom.

All that chance decides is the order of SHA-256 hashes of texts that hold the seed, so a line of
any language finds the same again.  :data:`ALGORITHM` names the rule; a rule that draws otherwise
bears another name, and old draws keep theirs.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from core.errors import BadInput

ALGORITHM: Final = "onekm-draw-1"

MOST_SEED: Final = 200
MOST_WORDS: Final = 500
MOST_VISITS: Final = 500
#: How many inspectors go to one site together.
TOGETHER: Final = (1, 2)
#: How many sites are named where nobody could visit them.
NAMED: Final = 5


@dataclass(frozen=True, slots=True, order=True)
class DrawnSite:
    """A site of the pool: its code, and that of the county in which it stands."""

    code: str
    county: str


@dataclass(frozen=True, slots=True, order=True)
class DrawnInspector:
    """An inspector of the pool; ``counties`` and ``stations`` are those that are his own."""

    username: str
    counties: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()

    def may_visit(self, site: DrawnSite) -> bool:
        """Whether the site is neither his own station nor in a county of his own."""
        return site.county not in self.counties and site.code not in self.stations


@dataclass(frozen=True, slots=True)
class Pools:
    """From what is drawn; what order they come in makes no difference."""

    sites: tuple[DrawnSite, ...]
    inspectors: tuple[DrawnInspector, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A site that was drawn, and who goes there; the first of them leads."""

    site: str
    inspectors: tuple[str, ...]


class Infeasible(BadInput):
    """There are sites that nobody may visit."""

    code = "infeasible"


def seed(text: str) -> str:
    """The seed as it is kept. Raises BadInput."""
    kept = " ".join(text.split())
    if not kept:
        raise BadInput(_l("请填写随机种子，例如当众摇出的号码。"), field="seed")
    if len(kept) > MOST_SEED or not kept.isprintable():
        raise BadInput(
            _l("种子太长或有不可用的字符，最多 %(most)s 个字。", most=MOST_SEED), field="seed"
        )
    return kept


def rank(seed: str, *parts: str) -> str:
    """What chance decides by: the SHA-256 of the seed and *parts*, each on a line of its own."""
    return hashlib.sha256("\n".join((seed, *parts)).encode()).hexdigest()


def draw(seed: str, pools: Pools, visits: int, together: int = 1) -> tuple[Drawn, ...]:
    """Draw *visits* sites and *together* inspectors for each.

    The sites are put in the order of their ranks, and the first *visits* are taken.  One after
    another is then given the inspectors with the fewest visits so far among those who may go
    there; of several with as few, those whose rank for this site comes first.

    Raises BadInput for pools that are too small, Infeasible where a site is left without enough.
    """
    _check(pools, visits, together)
    sites = sorted(pools.sites, key=lambda site: rank(seed, "site", site.code))[:visits]
    stuck = [site for site in sites if len(_eligible(pools, site)) < together]
    if stuck:
        raise _infeasible(stuck, together)
    visited: Counter[str] = Counter()
    drawn = []
    for site in sites:
        chosen = sorted(
            _eligible(pools, site),
            key=lambda one: (visited[one.username], rank(seed, "pair", site.code, one.username)),
        )[:together]
        visited.update(one.username for one in chosen)
        drawn.append(Drawn(site.code, tuple(one.username for one in chosen)))
    return tuple(drawn)


def _eligible(pools: Pools, site: DrawnSite) -> list[DrawnInspector]:
    return [one for one in pools.inspectors if one.may_visit(site)]


def _check(pools: Pools, visits: int, together: int) -> None:
    if not 1 <= visits <= MOST_VISITS:
        raise BadInput(_l("抽取数量应在 1 到 %(most)s 之间。", most=MOST_VISITS), field="visits")
    if together not in TOGETHER:
        raise BadInput(_l("每次检查应为 1 人或 2 人。"), field="together")
    if visits > len(pools.sites):
        raise BadInput(
            _l(
                "要抽 %(visits)s 个网点，名单里只有 %(there)s 个。请减少数量或扩大范围。",
                visits=visits,
                there=len(pools.sites),
            ),
            field="visits",
        )
    if len(pools.inspectors) < together:
        raise BadInput(
            _l(
                "名单里只有 %(there)s 名检查员，不够。请先授予检查员角色。",
                there=len(pools.inspectors),
            ),
            field="inspectors",
        )


def _infeasible(stuck: Sequence[DrawnSite], together: int) -> Infeasible:
    named = "、".join(site.code for site in stuck[:NAMED])
    return Infeasible(
        _l(
            "回避本县和本站以后，有 %(number)s 个网点没有 %(together)s 名检查员可派"
            "（%(named)s 等）。请在名单中加入其他区县的检查员，或缩小网点范围。",
            number=len(stuck),
            together=together,
            named=named,
        ),
        field="inspectors",
    )


# -- Kept as text -------------------------------------------------------------------------------


def written(pools: Pools) -> str:
    """The pools as they are kept and given out: JSON, sorted, the same text for the same pools."""
    return json.dumps(
        {
            "sites": [{"code": one.code, "county": one.county} for one in sorted(pools.sites)],
            "inspectors": [
                {
                    "username": one.username,
                    "counties": sorted(one.counties),
                    "stations": sorted(one.stations),
                }
                for one in sorted(pools.inspectors)
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read(text: str) -> Pools:
    """The pools that were :func:`written`."""
    kept: dict[str, list[dict[str, Any]]] = json.loads(text)
    return Pools(
        tuple(DrawnSite(one["code"], one["county"]) for one in kept["sites"]),
        tuple(
            DrawnInspector(one["username"], tuple(one["counties"]), tuple(one["stations"]))
            for one in kept["inspectors"]
        ),
    )


def breaks(pools: Pools, drawn: Iterable[Drawn]) -> list[str]:
    """The sites to which somebody would go who may not; none, if all is well."""
    sites = {site.code: site for site in pools.sites}
    people = {one.username: one for one in pools.inspectors}
    return [
        one.site
        for one in drawn
        for username in one.inspectors
        if not people[username].may_visit(sites[one.site])
    ]
