"""From answers to a score: points, grade, vetoes, chapter by chapter; and the same answers under
another version, as a comparison that changes nothing."""

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


# -- Under another version ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rescored:
    """The same answers under two versions. ``carried`` are asked alike in both; ``changed`` stand
    in both but ask something else; ``dropped`` and ``added`` stand in one alone."""

    before: Score
    after: Score
    carried: tuple[str, ...]
    changed: tuple[str, ...]
    dropped: tuple[str, ...]
    added: tuple[str, ...]


def rescore(answers: Answers, before: Version, after: Version) -> Rescored:
    """What *answers*, given under *before*, would give under *after*; only what is asked alike is
    carried over, the rest is unanswered there."""
    shared = [code for code in before.by_code if code in after.by_code]
    alike = [code for code in shared if before.by_code[code].asked == after.by_code[code].asked]
    carried = {code: answers[code] for code in alike if code in answers}
    return Rescored(
        before=score(before, answers),
        after=score(after, carried),
        carried=tuple(alike),
        changed=tuple(code for code in shared if code not in alike),
        dropped=tuple(code for code in before.by_code if code not in after.by_code),
        added=tuple(code for code in after.by_code if code not in before.by_code),
    )
