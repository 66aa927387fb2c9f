"""What Python reads as JSON and nobody else does."""

from __future__ import annotations

import pytest

from core.errors import BadInput
from core.jsontext import read_json


@pytest.mark.parametrize(
    "text",
    [
        *("NaN", "-Infinity", "[1e999]", "-1e400", f"1{'0' * 400}.5", "9" * 5000),
        *('{"a": 1, "a": 2}', '"\\ud800"', "[" * 100_000, "", "\x00", b"\xff"),
    ],
)
def test_what_is_no_json_is_refused_in_words(text: str | bytes) -> None:
    with pytest.raises(BadInput):
        read_json(text)


def test_what_is_json_is_read() -> None:
    assert read_json(b'{"a": [1, -2.5, 1e3, null, "\\ud83d\\ude00"]}') == {
        "a": [1, -2.5, 1000.0, None, "😀"]
    }
