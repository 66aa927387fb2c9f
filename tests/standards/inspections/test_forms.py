"""Records read strictly: what is wrong is refused with its place, and nothing odd gets in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from standards.inspections import forms
from standards.inspections.rules import Unusable

GOOD: dict[str, Any] = {
    "site": "0000017",
    "versions": {"sample": "a" * 64},
    "started_at": "2026-11-25T09:42:00+08:00",
    "answers": [{"standard": "sample", "criterion": "guide", "result": "pass"}],
}
HASH = "b" * 64


def read(**changes: Any) -> Any:
    return forms.record(json.dumps({**GOOD, **changes}).encode())


def test_a_record_is_kept_byte_by_byte() -> None:
    sent = json.dumps(GOOD, indent=3, ensure_ascii=False)
    assert forms.record(sent.encode()).body == sent


@pytest.mark.parametrize(
    "changes",
    [
        {"site": "12345678"},
        {"site": "００00017"},
        {"versions": {}},
        {"versions": {"sample": "A" * 64}},
        {"versions": {"../x": HASH}},
        {"started_at": "2026-11-25T09:42:00"},
        {"started_at": "yesterday"},
        {"extra": 1},
        {"answers": [{"standard": "sample", "criterion": "guide", "result": "maybe"}]},
        {"answers": [{**GOOD["answers"][0], "due_days": 4}]},
        {"answers": [{**GOOD["answers"][0], "note": "x" * 501}]},
        {"answers": [{**GOOD["answers"][0], "note": "a\u202eb"}]},
        {"answers": GOOD["answers"] * 301},
        {"arrival": {"lat": 91, "lon": 0}},
        {"arrival": {"lat": 37.5, "lon": 122.1, "accuracy": -1}},
        {"photos": [{"sha256": HASH, "size": 0}]},
        {"photos": [{"sha256": HASH, "size": 10**9}]},
        {"photos": [{"sha256": HASH, "size": 1}] * 2},
        {"photos": [{"sha256": HASH, "size": 1, "kind": "signature"}]},
        {"signatures": [{"side": "site", "name": " ", "at": GOOD["started_at"]}]},
        {"signatures": [{"side": "site", "name": "王", "at": GOOD["started_at"], "sha256": HASH}]},
        {"signatures": [{"side": "site", "name": "王", "at": GOOD["started_at"]}] * 2},
        {"words": "x" * 2001},
    ],
)
def test_what_is_out_of_bounds_is_refused(changes: dict[str, Any]) -> None:
    read()
    with pytest.raises(Unusable):
        read(**changes)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"site": NaN}',
        b"[" * 20_000,
        json.dumps(GOOD)[:-1].encode() + b', "site": "0000017"}',
        b'{"words": "\\ud800"}',
        b"x" * (1024 * 1024 + 1),
    ],
)
def test_what_is_no_json_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(Unusable):
        forms.record(data)


@pytest.mark.parametrize(
    "text", [None, "", "noon", "2026-11-25T09:00", "9999-01-01T00:00:00+00:00"]
)
def test_a_clock_that_does_not_say_is_no_clock(text: str | None) -> None:
    assert forms.device_time(text) is None
