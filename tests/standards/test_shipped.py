"""The standards that come with the product: whole, in two languages, honest about their sources."""

from __future__ import annotations

import pytest
from flask import Flask

from core.catalogue.rules import SourceKind
from core.clock import today
from core.db import writing
from core.regions.rules import ASSUMED_SINCE
from standards import format, queries, seeding
from standards.comparison import compare
from standards.rules import Version
from tests.standards.made import ACTOR

#: How many criteria there are, and how many of them the article names.
SHIPPED = {
    "comprehensive-window": (8, 7),
    "fifteen-systems": (15, 4),
    "five-ones": (6, 6),
    "nine-haves-hall": (9, 3),
    "nine-haves-station": (9, 3),
    "ten-completes-hall": (10, 3),
}


@pytest.fixture(scope="module")
def versions() -> dict[str, Version]:
    return {path.stem: format.read(path.read_bytes()).version for path in format.shipped()}


def test_they_are_whole(versions: dict[str, Version]) -> None:
    told = {
        code: (
            len(one.criteria),
            sum(each.source.kind is SourceKind.ARTICLE for each in one.criteria),
        )
        for code, one in versions.items()
    }
    assert told == SHIPPED
    assert all(one.code == stem for stem, one in versions.items())
    assert set(format.SHIPPED.iterdir()) == set(format.shipped())


def test_every_criterion_is_guided_in_two_languages(versions: dict[str, Version]) -> None:
    for version in versions.values():
        assert version.name_en
        assert version.about_en
        for one in version.criteria:
            assert one.text_en, one.code
            assert one.guidance is not None, one.code
            told = one.guidance.model_dump().values()
            assert all(len(text) > 3 for text in told), one.code


def test_what_is_proposed_says_why(versions: dict[str, Version]) -> None:
    for version in versions.values():
        for one in version.criteria:
            if one.source.kind is SourceKind.PROPOSED:
                assert one.source.note, one.code
                assert one.source.note_en, one.code


def test_written_back_they_say_the_same(versions: dict[str, Version]) -> None:
    for version in versions.values():
        assert format.read(format.write(version)).version == version


def test_they_are_put_in_force_once(app: Flask) -> None:
    with writing():
        made = seeding.seed(ACTOR, ASSUMED_SINCE)
    assert sorted(made) == sorted(SHIPPED)
    with writing():
        assert seeding.seed(ACTOR, ASSUMED_SINCE) == []
    assert {one.code for one in queries.in_force(on=today())} == set(SHIPPED)


def test_a_demonstration_has_a_revision_that_says_that_it_is_made(app: Flask) -> None:
    for _time in range(2):
        seeding.demonstrate("3710", today())
    assert len(queries.published()) == len(SHIPPED) + 1
    first, second = queries.versions(seeding.REVISED)
    assert first.holds(today())
    assert not second.holds(today())
    assert "演示" in second.version.about
    differs = compare(first.version, second.version)
    assert [one.code for one in differs.criteria] == ["standards"]
