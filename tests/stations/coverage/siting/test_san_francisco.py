"""A published instance: 16 candidate stores and the 205 census tracts of San Francisco."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from stations.coverage.siting import covering
from stations.coverage.siting.problem import Problem
from stations.coverage.siting.rows import Rows

_FILE = Path(__file__).with_name("spopt_SF") / "distances.csv"
RADIUS = 5000.0
PEOPLE, TRACTS = 955_113, 205


def test_four_stores_reach_875247_people_and_leave_21_tracts_out_of_reach() -> None:
    asked = _instance(most=4)
    found = covering.best(asked)
    reached = asked.reached(np.array(found.chosen, np.int64))
    assert (asked.weights.sum(), len(asked.weights)) == (PEOPLE, TRACTS)
    assert found.proved
    assert found.value == found.bound == 875_247
    assert int((~reached).sum()) == 21
    assert len(found.chosen) == 4


def test_what_is_found_at_once_is_within_a_hundredth_of_it() -> None:
    assert covering.at_once(_instance(most=4)).value == pytest.approx(875_247, rel=0.01)


def _instance(most: int) -> Problem:
    with _FILE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tracts = {row["DestinationName"]: float(row["demand"]) for row in rows}
    numbers = {name: number for number, name in enumerate(tracts)}
    stores = sorted({row["name"] for row in rows})
    near = [row for row in rows if float(row["distance"]) <= RADIUS]
    reach = Rows.of(
        np.array([stores.index(row["name"]) for row in near]),
        np.array([numbers[row["DestinationName"]] for row in near]),
        len(stores),
    )
    return Problem.of(np.array(list(tracts.values())), reach, most)
