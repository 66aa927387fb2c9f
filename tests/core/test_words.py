"""Times and distances as people read them."""

from __future__ import annotations

import pytest
from flask import Flask

from core.words import metres


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "10 米"),
        (14.9, "10 米"),
        (326.0, "330 米"),
        (994.9, "990 米"),
        (999.9, "1.0 公里"),
        (1000.0, "1.0 公里"),
        (1000.1, "1.01 公里"),
        (1006.8, "1.01 公里"),
        (1050.0, "1.1 公里"),
        (20400.0, "20.4 公里"),
    ],
)
def test_a_distance_beyond_the_kilometre_never_looks_like_one(
    app: Flask, value: float, words: str
) -> None:
    assert metres(value) == words
