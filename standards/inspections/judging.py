"""What the answers of a visit come to, under the versions it is pinned to, or under others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from core.sites.rules import Kind
from standards import queries as standards
from standards.inspections.rules import Unusable
from standards.queries import Published
from standards.rules import Criterion, Result
from standards.scoring import Score, score


def pinned(versions: Mapping[str, str]) -> dict[str, Published]:
    """The versions with these digests, by their standards. Raises Unusable for an unknown one."""
    known = {(one.code, one.digest): one for one in standards.published()}
    missing = [code for code, digest in versions.items() if (code, digest) not in known]
    if missing:
        raise Unusable(
            _l("系统中没有检查所用的标准版本：%(codes)s。", codes="、".join(missing)),
            field="versions",
        )
    return {code: known[code, digest] for code, digest in versions.items()}


def asked(one: Published, kind: Kind) -> tuple[Criterion, ...]:
    """The criteria that an inspector answers at a site of the kind."""
    return tuple(each for each in one.version.of_kind(kind) if each.observable)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a visit came to under one version of a standard."""

    published: Published
    score: Score


def judge(
    versions: Iterable[Published], kind: Kind, answers: Mapping[str, Mapping[str, Result]]
) -> list[Judged]:
    """The scores under the versions; *answers* are by standard and criterion."""
    return [
        Judged(one, score(one.version, answers.get(one.code, {}), one.version.of_kind(kind)))
        for one in versions
    ]


def kept(judged: Iterable[Judged]) -> dict[str, Any]:
    """What is kept of the scores: by standard, in plain values."""
    return {one.published.code: _kept(one) for one in judged}


def _kept(one: Judged) -> dict[str, Any]:
    found = one.score
    return {
        "number": one.published.number,
        "points": asdict(found.points),
        "grade": None if found.grade is None else found.grade.code,
        "state": found.state.value,
        "vetoes": list(found.vetoes),
        "failed": list(found.failed),
        "unanswered": list(found.unanswered),
        "chapters": [
            {"chapter": each.chapter, "points": asdict(each.points), "failed": list(each.failed)}
            for each in found.chapters
        ],
    }
