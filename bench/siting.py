"""Where new stations go: the proved optimum, and the answer at once, beside others' ways to them.

Settlements lie in towns of a fixed seed; a candidate is a settlement.  All are given which of these
reaches which of those; spopt, which takes distances, is given them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from bench.measure import Finding, Promise, Sense, beside, duration, seconds
from core.geo import Floats
from stations.coverage.siting import covering
from stations.coverage.siting.problem import Problem
from stations.coverage.siting.rows import Rows

SEED: Final = 20260601
RADIUS: Final = 1000.0
SETTLEMENTS_A_TOWN: Final = 100
#: Metres that the settlements of a town lie about its middle, and of a side a settlement.
SPREAD, ROOM = 1500.0, 700.0
AGAINST_HIGHS: Final = Promise(Sense.AT_MOST, 0.5)
AGAINST_SPOPT: Final = Promise(Sense.AT_LEAST, 300)
A_SECOND: Final = Promise(Sense.AT_MOST, 1.0)
ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Instance:
    """Settlements and candidates in metres, and the question about them."""

    settlements: Floats
    candidates: Floats
    problem: Problem

    @property
    def name(self) -> str:
        sizes = f"{len(self.settlements):,} × {len(self.candidates):,}"
        return f"siting {sizes}, p = {self.problem.most}"


def instance(settlements: int, candidates: int, most: int) -> Instance:
    random = np.random.default_rng((SEED, settlements))
    towns = max(1, settlements // SETTLEMENTS_A_TOWN)
    middles = random.uniform(0, ROOM * np.sqrt(settlements), (towns, 2))
    town = random.integers(towns, size=settlements)
    at = middles[town] + random.normal(0, SPREAD, (settlements, 2))
    people = np.round(random.lognormal(5, 1, settlements))
    chosen = at[random.choice(settlements, candidates, replace=False)]
    return Instance(at, chosen, Problem.of(people, _reach(at, chosen), most))


def _reach(settlements: Floats, candidates: Floats) -> Rows:
    found: Any = cKDTree(settlements).query_ball_point(candidates, RADIUS)
    sizes = np.array([len(one) for one in found])
    members = np.concatenate([np.asarray(one, np.int64) for one in found])
    return Rows.of(np.repeat(np.arange(len(candidates)), sizes), members, len(candidates))


def findings(small: bool) -> Iterator[Finding]:
    city = instance(4_000, 400, 10) if small else instance(20_000, 2_000, 10)
    yield _beside_highs(city)
    yield _beside_spopt(city)
    yield _at_once(instance(20_000, 2_000, 50) if small else instance(200_000, 20_000, 100))


def _beside_highs(city: Instance) -> Finding:
    """The optimum, proved, beside HiGHS on the matrix as it is."""
    _agree(city, bare(city.problem))
    took = beside(lambda: covering.best(city.problem), lambda: bare(city.problem), ROUNDS)
    return took.finding(f"{city.name}, proved", "HiGHS", AGAINST_HIGHS)


def _beside_spopt(city: Instance) -> Finding:
    name = f"{city.name}, proved: how often as fast"
    missing = [one for one in ("spopt", "pulp", "highspy") if find_spec(one) is None]
    if missing:
        why = f"pip install spopt pulp highspy brings {', '.join(missing)}"
        return Finding.skipped(name, AGAINST_SPOPT, why)
    found: list[float] = []
    theirs = seconds(lambda: found.append(_spopt(city)))
    _agree(city, found[0])
    ours = sorted(seconds(lambda: covering.best(city.problem)) for _ in range(ROUNDS))[ROUNDS // 2]
    return Finding(name, duration(ours), f"spopt {duration(theirs)}", theirs / ours, AGAINST_SPOPT)


def _at_once(land: Instance) -> Finding:
    """Greedy with exchanges and a bound, beside the limit of a second."""
    answer = covering.at_once(land.problem)
    took = sorted(seconds(lambda: covering.at_once(land.problem)) for _ in range(ROUNDS))
    ours = took[ROUNDS // 2]
    return Finding(
        name=f"{land.name}, greedy with exchanges",
        ours=f"{duration(ours)}, at most {answer.gap:.4%} short",
        peer="limit 1 s",
        ratio=ours,
        promise=A_SECOND,
    )


def _agree(city: Instance, theirs: float) -> None:
    """What is fast but wrong is not worth measuring."""
    ours = covering.best(city.problem)
    if not ours.proved or abs(ours.value - theirs) > 0.5:
        raise AssertionError(f"{city.name}: {ours.value} proved={ours.proved}, theirs {theirs}")


# -- Others --------------------------------------------------------------------------------------


def bare(problem: Problem) -> float:
    """HiGHS on the unreduced matrix: a variable a candidate, one a settlement."""
    settlements, candidates = len(problem.weights), problem.candidates
    reached_by = problem.reach.turned(settlements)
    members = sparse.csr_array(
        (np.ones(len(reached_by.members)), reached_by.members, reached_by.starts),
        shape=(settlements, candidates),
    )
    rows: Any = sparse.hstack((members, -sparse.eye_array(settlements)), format="csr")
    chosen = np.arange(candidates + settlements) < candidates
    result: Any = milp(
        -np.concatenate((np.zeros(candidates), problem.weights)),
        integrality=chosen.astype(np.int64),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(rows, 0, np.inf),
            LinearConstraint(chosen.astype(float)[None, :], 0, problem.most),
        ],
        options={"mip_rel_gap": 0.0},
    )
    return -float(result.fun)


def _spopt(city: Instance) -> float:
    """The model that spopt makes of distances, solved by HiGHS."""
    from pulp import HiGHS
    from spopt.locate import MCLP

    costs = cdist(city.settlements, city.candidates)
    make: Callable[..., Any] = MCLP.from_cost_matrix
    model = make(costs, city.problem.weights, RADIUS, p_facilities=city.problem.most)
    solved = model.solve(HiGHS(msg=False, gapRel=0.0))
    return float(solved.problem.objective.value())
