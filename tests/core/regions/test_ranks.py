"""Adding up over the tree in arrays, against walking it node by node."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from random import Random

import numpy as np
from flask import Flask

from core.access import command
from core.db import writing
from core.regions import importer
from core.regions.queries import tree
from core.regions.ranks import NONE, Ranks, ranks
from core.regions.tree import Tree

SINCE = date(2021, 1, 1)


def test_totals_and_inheritance_agree_with_walking_the_tree(app: Flask) -> None:
    with writing():
        for city in ("3710", "3703"):
            plan = importer.plan(importer.shipped_text(city), SINCE, "test")
            importer.apply(command("test"), plan)
    found, living = ranks(SINCE), tree(SINCE)
    assert len(found) == len(living.by_id) > 5000
    random = Random(7)
    where = random.choices([node.id for node in found.nodes], k=2000)
    amounts = [float(random.randrange(9)) for _ in where]
    expected: dict[int, float] = defaultdict(float)
    for region_id, amount in zip(where, amounts, strict=True):
        for node in living.path(region_id):
            expected[node.id] += amount
    totals = found.totals(found.places(np.array(where)), np.array(amounts))
    assert {node.id: total for node, total in zip(found.nodes, totals, strict=True) if total} == {
        region_id: total for region_id, total in expected.items() if total
    }
    own = np.zeros((len(found), 1), np.uint64)
    own[random.sample(range(len(found)), 40), 0] = [1 << bit for bit in range(40)]
    handed_down = found.inherited(own)
    for place, node in enumerate(found.nodes):
        bits = [own[found.place[above.id], 0] for above in living.path(node.id)]
        assert handed_down[place, 0] == np.bitwise_or.reduce(bits)


def test_a_region_of_no_such_day_has_no_place(app: Flask) -> None:
    empty = Ranks(Tree.of(SINCE, ()))
    assert empty.places(np.array([1, 2])).tolist() == [NONE, NONE]
    assert empty.totals(np.array([NONE]), np.array([1.0])).tolist() == []
