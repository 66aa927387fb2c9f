"""Differences from a census in words."""

from __future__ import annotations

import pytest
from flask import Flask

from stations.coverage.demand.words import signed, signed_share
from tests.databases import on_sqlite


@pytest.mark.parametrize(
    ("number", "words"),
    [(0.0, "0"), (1806.0, "+1,806"), (-1806.4, "−1,806"), (-0.3, "0")],
)
def test_a_number_has_its_sign(app: Flask, number: float, words: str) -> None:
    with app.test_request_context():
        assert signed(number) == words


@on_sqlite
@pytest.mark.parametrize(
    ("share", "words"),
    [
        *((0.0, "0%"), (0.2345, "+23.4%"), (-1.0, "−100%"), (0.0004, "+0.04%")),
        *((-0.00001, "<0.01%"), (0.000001, "<0.01%")),
    ],
)
def test_a_share_that_is_not_nothing_does_not_look_like_it(
    app: Flask, share: float, words: str
) -> None:
    with app.test_request_context():
        assert signed_share(share) == words
