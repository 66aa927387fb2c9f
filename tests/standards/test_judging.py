"""The verdicts of all sites at once are those of each site by itself."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any, cast

import numpy as np
import pytest

from core.sites.network import KINDS, STATUSES, Network, Rows
from core.sites.rules import Status
from standards import format, judging, scoring
from standards.judging import NOT_SEEN, RESULTS, STATES, Asked, Judged, Looked
from standards.rules import Comparison, Criterion, Method, Result, State, Version
from tests.standards.made import FILE, changed

SITES = 400
ON = date(2026, 6, 1)
#: Sums of numbers such as a register has; nan where nobody recorded any.
NUMBERS = (0.0, 1.0, 2.0, 3.0, 0.5, float("nan"))

LARGE = FILE + "".join(
    f"""
[[criteria]]
code = "more-{number}"
chapter = "place"
text = "要求 {number}"
weight = {number % 4 + 1}
veto = false
method = "{method}"
{extra}
[criteria.source]
kind = "proposed"
note = "测试"
"""
    for number, (method, extra) in enumerate(
        [
            (method, f'check = {{ figure = "f.{at}", comparison = "{one}", {target} }}')
            for at, method in enumerate(("derived", "both"))
            for one in Comparison
            for target in ("value = 1", 'than = "f.other"')
        ]
        + [
            ("observed", 'kinds = ["hall"]'),
            ("observed", 'applies_if = { figure = "f.0", comparison = "more_than", value = 1 }'),
            ("both", 'check = { item = "seats", comparison = "at_least", value = 1 }'),
        ]
    )
)


@pytest.fixture(scope="module")
def version() -> Version:
    return format.kept(changed("meets = 60", "meets = 45", LARGE))


def network(rng: Random) -> Network:
    empty = [""] * SITES
    nothing: Any = np.zeros((SITES, 1), np.uint64)
    rows = Rows(
        ids=np.arange(1, SITES + 1) * 3,
        region_ids=np.ones(SITES, np.int64),
        kinds=np.array([rng.randrange(len(KINDS)) for _ in range(SITES)], np.int8),
        statuses=np.array([rng.randrange(len(STATUSES)) for _ in range(SITES)], np.int8),
        lat=np.full(SITES, np.nan),
        lon=np.full(SITES, np.nan),
        codes=empty,
        names=empty,
        names_en=empty,
        addresses=empty,
        phones=empty,
        made=[False] * SITES,
        hours={},
        closures=(),
        services=(),
        direct=nothing,
        assisted=nothing,
    )
    return Network(ON, cast(Any, None), cast(Any, None), rows)


class Known:
    """What is known of all sites, made up."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.net = network(self.rng)
        self.numbers: dict[Asked, Any] = {}
        self.seen: dict[str, Looked | None] = {}

    def values(self, asked: Asked) -> Any:
        if asked not in self.numbers:
            found = [self.rng.choice(NUMBERS) for _ in range(SITES)]
            self.numbers[asked] = np.array(found)
        return self.numbers[asked]

    def sight(self, criterion: Criterion) -> Looked | None:
        if criterion.code not in self.seen:
            results = [self.rng.choice([NOT_SEEN, 0, 1, 2]) for _ in range(SITES)]
            values = [self.rng.choice(NUMBERS) for _ in range(SITES)]
            looked = Looked(np.array(results, np.int8), np.array(values))
            self.seen[criterion.code] = looked if self.rng.random() < 0.9 else None
        return self.seen[criterion.code]

    def naively(self, criterion: Criterion, index: int) -> State:
        """How the site stands with the criterion, said plainly."""
        kind = KINDS[self.net.rows.kinds[index]]
        needed = criterion.applies_if
        if criterion.kinds and kind not in criterion.kinds:
            return State.NOT_APPLICABLE
        if needed is not None and self.figure(needed, index) is State.FAILED:
            return State.NOT_APPLICABLE
        said = self.said(criterion, index)
        if said is not None:
            return {
                Result.PASSED: State.MET,
                Result.FAILED: State.FAILED,
                Result.NOT_APPLICABLE: State.NOT_APPLICABLE,
            }[said]
        if criterion.check is None:
            return State.UNKNOWN
        return self.figure(criterion.check, index)

    def said(self, criterion: Criterion, index: int) -> Result | None:
        """What was said of it and still holds."""
        looked = self.sight(criterion)
        if criterion.method is Method.DERIVED or looked is None:
            return None
        if int(looked.results[index]) == NOT_SEEN:
            return None
        if criterion.method is Method.BOTH and criterion.check is not None:
            then = float(looked.values[index])
            now = float(self.values(Asked.of(criterion.check))[index])
            if then != now and not (then != then and now != now):
                return None
        return RESULTS[int(looked.results[index])]

    def figure(self, check: Any, index: int) -> State:
        value = float(self.values(Asked.of(check))[index])
        target = check.value
        if check.than is not None:
            target = float(self.values(Asked(check.than))[index])
        if value != value or target != target:
            return State.UNKNOWN
        passes = {
            Comparison.AT_LEAST: value >= target,
            Comparison.AT_MOST: value <= target,
            Comparison.MORE_THAN: value > target,
            Comparison.LESS_THAN: value < target,
            Comparison.EQUALS: value == target,
        }[check.comparison]
        return State.MET if passes else State.FAILED


@pytest.fixture(params=range(4))
def known(request: pytest.FixtureRequest) -> Known:
    return Known(request.param)


@pytest.fixture
def judged(known: Known, version: Version) -> Judged:
    return judging.judge(version, known.net, known.values, known.sight)


def test_every_criterion_of_every_site(known: Known, judged: Judged, version: Version) -> None:
    serving = [
        index
        for index in range(SITES)
        if STATUSES[known.net.rows.statuses[index]] is Status.ACTIVE
        and KINDS[known.net.rows.kinds[index]] in version.kinds
    ]
    assert judged.indexes.tolist() == serving
    for column, index in enumerate(serving):
        told = [STATES[number] for number in judged.criteria[:, column]]
        assert told == [known.naively(one, index) for one in version.criteria]


def test_every_sum_is_that_of_the_answers(judged: Judged, version: Version) -> None:
    result = {
        State.MET: Result.PASSED,
        State.FAILED: Result.FAILED,
        State.NOT_APPLICABLE: Result.NOT_APPLICABLE,
    }
    seen = set()
    for column in range(len(judged.indexes)):
        states = [STATES[number] for number in judged.criteria[:, column]]
        answers = {
            one.code: result[state]
            for one, state in zip(version.criteria, states, strict=True)
            if state is not State.UNKNOWN
        }
        score = scoring.score(version, answers)
        points = score.points
        assert (judged.least[column], judged.most[column], judged.of[column]) == (
            points.least,
            points.most,
            points.of,
        )
        assert STATES[judged.states[column]] is score.state
        assert bool(judged.vetoed[column]) == bool(score.vetoes)
        seen.add(score.state)
    assert seen >= {State.MET, State.FAILED, State.UNKNOWN}


def test_where_a_site_stands(judged: Judged) -> None:
    for column, index in enumerate(judged.indexes.tolist()):
        assert judged.column(index) == column
    assert judged.column(-1) is None
    assert judged.column(10**6) is None
