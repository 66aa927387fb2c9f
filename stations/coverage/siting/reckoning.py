"""From a question to its answer: the ground, the search, the recount, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from flask_babel import lazy_gettext as _l

from stations.coverage.positions import NONE, Places, distances
from stations.coverage.siting import capacity, covering, recount
from stations.coverage.siting.answer import Answer, Chosen, How, Won
from stations.coverage.siting.assigning import Limited, Shares
from stations.coverage.siting.capacity import Short
from stations.coverage.siting.problem import Infeasible, Problem, Solution, Undecided, Watch
from stations.coverage.siting.rows import Floats
from stations.coverage.siting.rules import Aim, CannotBe, NothingToDo
from stations.coverage.siting.setting import Setting
from stations.coverage.siting.smallest import smallest

#: Seconds for what is answered within a request.
AT_ONCE: Final[float | None] = None


def answer(setting: Setting, watch: Watch, seconds: float | None = AT_ONCE) -> Answer:
    """The answer: with *seconds* the best one in that time, without a good one at once.

    Raises NothingToDo, CannotBe and BadInput in words, Miscount where the recount differs.
    """
    _check(setting)
    try:
        solution, shares = _search(setting, watch, seconds)
    except Short as fault:
        raise CannotBe(
            _l(
                "所有候选点加起来也装不下所有人：还差 %(people)s 人的容量。",
                people=f"{fault.people:,.0f}",
            )
        ) from fault
    except Infeasible as fault:
        raise _cannot(setting, fault) from fault
    except Undecided as fault:
        raise CannotBe(
            _l("在限定时间内没有找到能满足“必须覆盖”的选址：请放宽容量或增加新站数。")
        ) from fault
    chosen = np.array(solution.chosen, np.int64)
    won, stations, metres = recount.recounted(setting, chosen)
    _verify(setting, won, chosen, solution, shares)
    how = How.QUICK if seconds is None else How.EXACT
    people = np.bincount(stations, setting.demand.people[won], len(chosen))
    order = np.argsort(-people, kind="stable")
    found = _Reached(chosen[order], won, np.argsort(order)[stations], metres, shares)
    return _told(setting, how, solution, found)


def _check(setting: Setting) -> None:
    """Raise NothingToDo, or CannotBe, where no search is needed to know."""
    if not setting.inside.any():
        raise NothingToDo(_l("本区划还没有人口数据：请先导入村居（聚落点）及其人口。"))
    if not len(setting.open):
        raise NothingToDo(_l("按这条规则，本区划的村居已经全部覆盖，不需要新增站点。"))
    if not float(setting.people.sum()) and not setting.must.any():
        raise NothingToDo(_l("未覆盖的村居人口都是 0，新增站点不会多覆盖任何人。"))
    if not len(setting.spots):
        raise NothingToDo(_l("没有候选点：请换一种候选点，或选大一些的区划。"))
    if not len(setting.reach.members):
        raise NothingToDo(_l("没有一个候选点能够到未覆盖的村居：请换一种候选点，或放宽半径。"))


def _search(
    setting: Setting, watch: Watch, seconds: float | None
) -> tuple[Solution, Shares | None]:
    ask = setting.ask
    if ask.capacity is not None:
        limited = Limited(
            setting.people, setting.worth, setting.reach, ask.most, setting.must, ask.capacity
        )
        if ask.aim is Aim.EVERYBODY:
            assigned = capacity.fewest(limited, watch, seconds)
        elif seconds is None:
            assigned = capacity.at_once(limited)
        else:
            assigned = capacity.best(limited, watch, seconds)
        return assigned.solution, assigned.shares
    if ask.aim is Aim.EVERYBODY:
        return _fewest(setting, watch, seconds), None
    problem = Problem(setting.people * setting.worth, setting.reach, ask.most, setting.must)
    if seconds is None:
        return covering.at_once(problem), None
    return covering.best(problem, watch, seconds), None


def _fewest(setting: Setting, watch: Watch, seconds: float | None) -> Solution:
    """Numbers of stations, below zero, as what is better is greater."""
    wanted = (setting.people > 0) | setting.must
    numbers = np.flatnonzero(wanted)
    try:
        found = smallest(setting.reach.among(wanted), len(numbers), watch, seconds)
    except Infeasible as fault:
        raise Infeasible(numbers[fault.unreached]) from fault
    return Solution(found.chosen, -float(len(found.chosen)), -float(found.bound), found.proved)


def _cannot(setting: Setting, fault: Infeasible) -> CannotBe:
    """What cannot be done, in words, with the settlements nobody could reach."""
    lost = setting.open[fault.unreached]
    if len(lost):
        return CannotBe(
            _l(
                "有 %(count)s 个要覆盖的村居，没有一个候选点够得着（名单见下）。"
                "请换一种候选点、放宽半径，或去掉这些村居。",
                count=len(lost),
            ),
            tuple(lost.tolist()),
        )
    if fault.needed is not None:
        return CannotBe(
            _l(
                "要覆盖全部“必须覆盖”的村居，至少要新增 %(needed)s 个站；现在只许 %(most)s 个。",
                needed=fault.needed,
                most=setting.ask.most,
            )
        )
    return CannotBe(_l("在这样的容量和站数之下，“必须覆盖”的村居无法全部满足。"))


def _verify(
    setting: Setting, won: Places, chosen: Places, solution: Solution, shares: Shares | None
) -> None:
    """Raise Miscount where the recount says otherwise than the search."""
    recount.check_must(setting, won)
    everybody = setting.ask.aim is Aim.EVERYBODY
    if everybody:
        recount.check_everybody(setting, won)
    if shares is not None:
        recount.check_shares(setting, chosen, shares, None if everybody else solution.value)
    elif not everybody:
        recount.check(setting, won, solution.value)


class _Reached:
    """The chosen candidates, the settlements won, whose they are and how far."""

    def __init__(
        self, chosen: Places, won: Places, stations: Places, metres: Floats, shares: Shares | None
    ) -> None:
        self.chosen, self.won, self.stations, self.metres = chosen, won, stations, metres
        self.shares = shares

    def served_at(self, candidate: int) -> float | None:
        if self.shares is None:
            return None
        return float(self.shares.people[self.shares.candidates == candidate].sum())


def _told(setting: Setting, how: How, solution: Solution, found: _Reached) -> Answer:
    nobody: Places = np.zeros(0, np.int64)
    lacking, people = setting.lacking, setting.demand.people
    reachable = np.zeros(len(setting.open), bool)
    reachable[setting.reach.members] = True
    left = lacking.copy()
    left[found.won] = 0
    return Answer(
        how=how,
        value=abs(solution.value),
        bound=abs(solution.bound),
        proved=solution.proved,
        before=setting.tally(nobody),
        after=setting.tally(found.won),
        lacking_before=float((people * lacking).sum()),
        lacking_after=float((people * left).sum()),
        candidates=len(setting.spots),
        useful=int((setting.reach.sizes > 0).sum()),
        unreached=float(setting.people[~reachable].sum()),
        chosen=tuple(_stations(setting, found)),
        won=tuple(_won(setting, found)),
    )


def _stations(setting: Setting, found: _Reached) -> Sequence[Chosen]:
    spots, demand = setting.spots, setting.demand
    near = spots.near[found.chosen]
    metres = distances(spots.positions, found.chosen, demand.positions, near)
    told = []
    for place, number in enumerate(found.chosen.tolist()):
        theirs = found.won[found.stations == place]
        settlement, site = int(near[place]), int(spots.sites[number])
        told.append(
            Chosen(
                lat=float(spots.positions.lat[number]),
                lon=float(spots.positions.lon[number]),
                near=demand.names[settlement],
                near_code=demand.codes[settlement],
                metres=float(metres[place]),
                region_id=int(demand.region_ids[settlement]),
                site="" if site == NONE else setting.net.place(site).code,
                people=float(demand.people[theirs].sum()),
                settlements=len(theirs),
                served=found.served_at(number),
            )
        )
    return told


def _won(setting: Setting, found: _Reached) -> Sequence[Won]:
    """Those won, the largest first."""
    demand = setting.demand
    served = _served(setting, found)
    order = np.lexsort((found.won, -demand.people[found.won]))
    told = []
    for place in order.tolist():
        number = int(found.won[place])
        told.append(
            Won(
                code=demand.codes[number],
                name=demand.names[number],
                lat=float(demand.lat[number]),
                lon=float(demand.lon[number]),
                people=float(demand.people[number]),
                region_id=int(demand.region_ids[number]),
                lacking=int(setting.lacking[number]),
                station=int(found.stations[place]),
                metres=float(found.metres[place]),
                served=None if served is None else served.get(number, 0.0),
            )
        )
    return told


def _served(setting: Setting, found: _Reached) -> dict[int, float] | None:
    """The people of each settlement who find room."""
    if found.shares is None:
        return None
    gone: dict[int, float] = {}
    for one, people in zip(
        setting.open[found.shares.settlements].tolist(), found.shares.people.tolist(), strict=True
    ):
        gone[one] = gone.get(one, 0.0) + people
    return gone
