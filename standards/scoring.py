"""From answers to a score: points, grade, vetoes, chapter by chapter; and which of the answers hold
under another version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from standards.rules import Band, Criterion, Result, State, Version

#: Answers by the code of the criterion.
Answers = Mapping[str, Result]


@dataclass(frozen=True, slots=True)
class Points:
    """``least`` are had already, ``most`` if all that is unanswered passes, of all that apply."""

    least: int
    most: int
    of: int

    @property
    def share(self) -> float | None:
        """In percent, of what is answered for certain; None where nothing applies."""
        return self.least * 100 / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class ChapterScore:
    chapter: str
    points: Points
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """``grade`` is None as long as what is unanswered could change it."""

    points: Points
    grade: Band | None
    state: State
    vetoes: tuple[str, ...]
    failed: tuple[str, ...]
    unanswered: tuple[str, ...]
    chapters: tuple[ChapterScore, ...]


def score(version: Version, answers: Answers, criteria: Sequence[Criterion] | None = None) -> Score:
    """What the answers give; *criteria* are those that apply to the site, all if not said.

    Answers to what is not in the version count for nothing: whoever takes them refuses them.
    """
    asked = version.criteria if criteria is None else criteria
    points = _points(asked, answers)
    failed = [one for one in asked if answers.get(one.code) is Result.FAILED]
    vetoes = tuple(one.code for one in failed if one.veto)
    unanswered = [one for one in asked if one.code not in answers]
    open_veto = any(one.veto for one in unanswered)
    return Score(
        points=points,
        grade=_grade(version, points, bool(vetoes), open_veto),
        state=state(version, points, bool(vetoes), open_veto),
        vetoes=vetoes,
        failed=tuple(one.code for one in failed),
        unanswered=tuple(one.code for one in unanswered),
        chapters=tuple(
            _chapter([one for one in asked if one.chapter == chapter.code], chapter.code, answers)
            for chapter in version.chapters
        ),
    )


def _chapter(asked: Sequence[Criterion], code: str, answers: Answers) -> ChapterScore:
    failed = tuple(one.code for one in asked if answers.get(one.code) is Result.FAILED)
    return ChapterScore(code, _points(asked, answers), failed)


def _points(asked: Sequence[Criterion], answers: Answers) -> Points:
    weights = dict.fromkeys([*Result, None], 0)
    for one in asked:
        weights[answers.get(one.code)] += one.weight
    least = weights[Result.PASSED]
    return Points(least, least + weights[None], least + weights[None] + weights[Result.FAILED])


def state(version: Version, points: Points, vetoed: bool, open_veto: bool) -> State:
    """Met or failed as soon as nothing unanswered can change it."""
    if points.of == 0:
        return State.NOT_APPLICABLE
    if vetoed or points.most * 100 < version.meets * points.of:
        return State.FAILED
    if open_veto or points.least * 100 < version.meets * points.of:
        return State.UNKNOWN
    return State.MET


def _grade(version: Version, points: Points, vetoed: bool, open_veto: bool) -> Band | None:
    if vetoed:
        return version.lowest
    least = version.band(points.least, points.of)
    return least if not open_veto and least == version.band(points.most, points.of) else None


def carried(answers: Answers, before: Version, after: Version) -> Answers:
    """Of *answers* given under *before*, those that hold under *after* too: what is asked alike."""
    return {
        code: answers[code]
        for code, one in before.by_code.items()
        if code in answers and code in after.by_code and after.by_code[code].asked == one.asked
    }
