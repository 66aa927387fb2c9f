"""Points, grades, vetoes, chapters; and old answers under another version."""

from __future__ import annotations

from itertools import product

import pytest

from core.sites.rules import Kind
from standards import format, scoring
from standards.rules import Result, State, Version
from tests.standards.made import FILE, changed

PASSED, FAILED, ELSEWHERE = Result.PASSED, Result.FAILED, Result.NOT_APPLICABLE
ALL = dict.fromkeys(("guide", "hours", "position", "desk"), PASSED)


@pytest.fixture(scope="module")
def version() -> Version:
    return format.read(FILE).version


def grade(score: scoring.Score) -> str | None:
    return None if score.grade is None else score.grade.code


def test_all_pass(version: Version) -> None:
    found = scoring.score(version, ALL)
    assert (found.points.least, found.points.most, found.points.of) == (10, 10, 10)
    assert (found.state, grade(found), found.points.share) == (State.MET, "good", 100)
    assert [(one.chapter, one.points.least, one.points.of) for one in found.chapters] == [
        ("people", 4, 4),
        ("place", 6, 6),
    ]


@pytest.mark.parametrize(
    ("failed", "least", "state", "band"),
    [
        ("desk", 9, State.MET, "good"),
        ("position", 8, State.MET, "good"),
        ("hours", 7, State.MET, "fair"),
    ],
)
def test_weights(version: Version, failed: str, least: int, state: State, band: str) -> None:
    found = scoring.score(version, ALL | {failed: FAILED})
    assert (found.points.least, found.state, grade(found)) == (least, state, band)
    assert found.failed == (failed,)


def test_at_the_border_it_is_met_and_below_it_is_not(version: Version) -> None:
    at = ALL | {"hours": FAILED, "desk": FAILED}
    assert scoring.score(version, at).state is State.MET
    assert scoring.score(version, at | {"position": FAILED}).state is State.FAILED
    assert grade(scoring.score(version, at)) == "fair"


def test_a_veto_fails_whatever_the_points(version: Version) -> None:
    found = scoring.score(version, ALL | {"guide": FAILED})
    assert (found.state, grade(found), found.vetoes) == (State.FAILED, "poor", ("guide",))


def test_what_does_not_apply_counts_for_nothing(version: Version) -> None:
    found = scoring.score(version, ALL | {"hours": ELSEWHERE})
    assert (found.points.least, found.points.of, found.points.share) == (7, 7, 100)
    none = scoring.score(version, dict.fromkeys(ALL, ELSEWHERE))
    assert (none.state, none.grade, none.points.share) == (State.NOT_APPLICABLE, None, None)


def test_what_does_not_apply_to_the_kind_is_not_asked(version: Version) -> None:
    asked = version.of_kind(Kind.COMMUNITY)
    assert [one.code for one in asked] == ["guide", "hours", "position"]
    found = scoring.score(version, {"guide": PASSED, "hours": PASSED, "position": PASSED}, asked)
    assert (found.points.of, found.state) == (9, State.MET)
    assert version.of_kind(Kind.VILLAGE_CLINIC) == ()


def test_as_long_as_it_could_go_either_way_it_is_unknown(version: Version) -> None:
    found = scoring.score(version, {"hours": PASSED, "position": PASSED, "desk": PASSED})
    assert (found.state, found.grade, found.unanswered) == (State.UNKNOWN, None, ("guide",))
    sure = scoring.score(version, {"guide": PASSED, "hours": PASSED})
    assert sure.state is State.MET
    assert sure.grade is None
    assert (sure.points.least, sure.points.most) == (7, 10)


def test_unknown_is_never_what_further_answers_could_undo(version: Version) -> None:
    """Of every set of answers: what is said for certain holds however the rest is answered."""
    codes = list(ALL)
    for answers in product([PASSED, FAILED, ELSEWHERE, None], repeat=4):
        some = {code: one for code, one in zip(codes, answers, strict=True) if one is not None}
        said = scoring.score(version, some).state
        rest = [code for code in codes if code not in some]
        ends = {
            scoring.score(version, some | dict(zip(rest, more, strict=True))).state
            for more in product([PASSED, FAILED], repeat=len(rest))
        }
        assert said in ends or said is State.UNKNOWN
        assert (said is State.UNKNOWN) == (len(ends) > 1), (some, said, ends)


class TestUnderAnotherVersion:
    def test_what_is_asked_alike_is_carried(self, version: Version) -> None:
        text = changed('text = "有咨询台"', 'text = "有咨询台和投诉台"')
        after = format.read(text).version
        held = scoring.carried(ALL, version, after)
        assert held == {code: one for code, one in ALL.items() if code != "desk"}
        found = scoring.score(after, held)
        assert (found.points.least, found.points.most) == (9, 10)
        assert found.unanswered == ("desk",)

    def test_another_weight_is_another_score(self, version: Version) -> None:
        text = changed("weight = 3", "weight = 1")
        text = changed("weight = 2", "weight = 4", text)
        after = format.read(text).version
        answers = ALL | {"position": FAILED}
        held = scoring.carried(answers, version, after)
        assert held == answers
        least = [scoring.score(one, held).points.least for one in (version, after)]
        assert least[0] != least[1]

    def test_what_is_new_or_gone_is_not_answered(self, version: Version) -> None:
        text = FILE.replace('code = "desk"', 'code = "counter"')
        after = format.read(text).version
        held = scoring.carried(ALL, version, after)
        assert "desk" not in held
        assert scoring.score(after, held).unanswered == ("counter",)
