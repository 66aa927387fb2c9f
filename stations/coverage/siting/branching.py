"""Whole-number programs, solved by HiGHS (scipy.optimize.milp), so that they can be stopped.

What is small is solved here within its first second.  What takes longer is begun anew in a process
of its own, which can be ended at any time; both give the same answer, for HiGHS leaves nothing to
chance.  ``python -m stations.coverage.siting.branching FILE FILE SECONDS GAP`` is that process.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy

from core.child import begin
from stations.coverage.siting.problem import Stopped, Watch
from stations.coverage.siting.rows import Bools, Floats

#: Seconds for which a program is tried without a process of its own.
AT_ONCE: Final = 1.0
#: Seconds between two looks at whether to stop.
LOOK: Final = 0.1
_OPTIMAL, _LIMIT, _INFEASIBLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Program:
    """Find x, 0 ≤ x ≤ ``upper``, with ``low`` ≤ ``rows`` · x ≤ ``high`` and ``costs`` · x least.

    Where ``whole``, x is a whole number.
    """

    costs: Floats
    rows: scipy.sparse.csr_array
    low: Floats
    high: Floats
    upper: Floats
    whole: Bools


@dataclass(frozen=True, slots=True)
class Outcome:
    """``x`` is None where none was found; no x costs less than ``bound``.

    ``proved``: up to the gap asked for none costs less than this one, or there is none.
    """

    x: Floats | None
    bound: float
    proved: bool


def solved(program: Program, watch: Watch, seconds: float, gap: float) -> Outcome:
    """The least x, or the best found after *seconds*. Raises Stopped.

    *gap*: how much less another may cost, as a share, for the search to end.
    """
    began = time.monotonic()
    found = _solve(program, min(AT_ONCE, seconds), gap)
    if found.proved or seconds <= AT_ONCE:
        return found
    if watch.over():
        raise Stopped
    return _apart(program, watch, seconds - (time.monotonic() - began), gap)


def _solve(program: Program, seconds: float, gap: float) -> Outcome:
    result: Any = scipy.optimize.milp(
        program.costs,
        integrality=program.whole.astype(np.int64),
        bounds=scipy.optimize.Bounds(np.zeros(len(program.costs)), program.upper),
        constraints=scipy.optimize.LinearConstraint(program.rows, program.low, program.high),
        options={"time_limit": seconds, "mip_rel_gap": gap},
    )
    if result.status == _INFEASIBLE:
        return Outcome(None, float("inf"), True)
    if result.status not in (_OPTIMAL, _LIMIT):
        raise ArithmeticError(f"HiGHS: {result.message}")
    bound = result.mip_dual_bound
    known = float("-inf") if bound is None or np.isnan(bound) else float(bound)
    return Outcome(result.x, known, result.status == _OPTIMAL)


def _apart(program: Program, watch: Watch, seconds: float, gap: float) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="onekm-siting-") as folder:
        asked, answered = Path(folder, "asked.npz"), Path(folder, "answered.npz")
        rows = program.rows
        np.savez(
            asked,
            costs=program.costs,
            low=program.low,
            high=program.high,
            upper=program.upper,
            whole=program.whole,
            data=rows.data,
            indices=rows.indices,
            indptr=rows.indptr,
        )
        limits = max(seconds, LOOK), gap
        child = begin(__name__, asked, answered, *limits, output=subprocess.DEVNULL)
        try:
            _await(child, watch)
        finally:
            child.kill()
            child.wait()
        if child.returncode:
            raise ArithmeticError(f"the process that solves ended with {child.returncode}")
        return _read(answered)


def _await(child: subprocess.Popen[str], watch: Watch) -> None:
    while True:
        try:
            child.wait(LOOK)
        except subprocess.TimeoutExpired:
            if watch.over():
                raise Stopped from None
        else:
            return


def _read(path: Path) -> Outcome:
    with np.load(path, allow_pickle=False) as kept:
        x = kept["x"] if kept["found"] else None
        return Outcome(x, float(kept["bound"]), bool(kept["proved"]))


def main(asked: str, answered: str, seconds: str, gap: str) -> None:
    """Solve the program in the one file into the other."""
    with np.load(asked, allow_pickle=False) as kept:
        shape = (len(kept["low"]), len(kept["costs"]))
        rows = scipy.sparse.csr_array((kept["data"], kept["indices"], kept["indptr"]), shape=shape)
        program = Program(
            kept["costs"], rows, kept["low"], kept["high"], kept["upper"], kept["whole"]
        )
    found = _solve(program, float(seconds), float(gap))
    x = np.zeros(0) if found.x is None else found.x
    np.savez(answered, x=x, found=found.x is not None, bound=found.bound, proved=found.proved)


if __name__ == "__main__":
    main(*sys.argv[1:])
