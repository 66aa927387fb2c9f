"""What HiGHS solves in a process of its own, and how that is ended."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from stations.coverage.siting import branching
from stations.coverage.siting.branching import Program, solved
from stations.coverage.siting.problem import Stopped, Unwatched


def test_a_process_of_its_own_gives_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    program = _knapsack(30)
    here = solved(program, Unwatched(), 60, 0.0)
    monkeypatch.setattr(branching, "AT_ONCE", 0.0)
    there = solved(program, Unwatched(), 60, 0.0)
    assert here.x is not None
    assert there.x is not None
    assert (here.x == there.x).all()
    assert (here.bound, here.proved) == (there.bound, there.proved)


def test_it_is_ended_soon_after_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branching, "AT_ONCE", 0.0)
    watch = _Asked()
    threading.Timer(1.0, watch.asked.set).start()
    began = time.process_time()
    with pytest.raises(Stopped):
        solved(_endless(), watch, 600, 0.0)
    assert watch.looks > 1
    assert time.process_time() - began < 30


def test_what_cannot_be_is_told_as_proved() -> None:
    program = _knapsack(5)
    impossible = replace(program, low=np.array([1e9]), high=np.array([np.inf]))
    found = solved(impossible, Unwatched(), 10, 0.0)
    assert (found.x, found.proved) == (None, True)


class _Asked(Unwatched):
    def __init__(self) -> None:
        self.asked = threading.Event()
        self.looks = 0

    def over(self) -> bool:
        self.looks += 1
        return self.asked.is_set()


def _knapsack(count: int) -> Program:
    random = np.random.default_rng(3)
    sizes = random.integers(5, 30, count).astype(float)
    return Program(
        costs=-random.integers(5, 30, count).astype(float),
        rows=sparse.csr_array(sizes[None, :]),
        low=np.array([0.0]),
        high=np.array([sizes.sum() / 3]),
        upper=np.ones(count),
        whole=np.ones(count, bool),
    )


def _endless() -> Program:
    """A covering of a dense matrix, which takes HiGHS more than minutes."""
    random = np.random.default_rng(4)
    rows = sparse.csr_array((random.random((500, 250)) < 0.04).astype(float))
    return Program(
        costs=np.ones(250),
        rows=rows,
        low=np.minimum(np.asarray(rows.sum(axis=1)).ravel(), 1.0),
        high=np.full(500, np.inf),
        upper=np.ones(250),
        whole=np.ones(250, bool),
    )
