"""Changes kept as text, and told in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask_babel import lazy_gettext as _l

from core.audit import rules
from core.audit.rules import (
    HIDDEN,
    Changes,
    Field,
    canonical,
    change_words,
    compared,
    event_type,
    parse,
    sentence,
    subject_kind,
    subject_words,
)
from core.errors import NotFound
from tests.databases import on_sqlite


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test declares is gone after it."""
    monkeypatch.setattr(rules, "_types", dict(rules._types))
    monkeypatch.setattr(rules, "_kinds", dict(rules._kinds))


def raising(value: Any) -> str:
    raise NotFound(_l("没有"))


def declare() -> None:
    event_type(
        "thing.touched",
        _l("碰了"),
        _l("%(actor)s 碰了 %(subject)s"),
        {
            "hours": Field(_l("营业时间"), lambda value: f"<{value}>"),
            "name": Field(_l("名称")),
            "service": Field(_l("事项"), of=lambda code: f"事项{code}"),
            "strange": Field(_l("奇怪"), raising, raising),
            "vague": Field(_l("含糊"), lambda value: "许多"),
        },
    )


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hours": ("a", "b")}, ["把营业时间从 <a> 改为 <b>"]),
        ({"name": (None, "新")}, ["名称：新"]),
        ({"name": ("旧", None)}, ["去掉名称，原为 旧"]),
        ({"name": ("旧", "")}, ["把名称从 旧 改为 无"]),
        ({"name": (False, True)}, ["把名称从 否 改为 是"]),
        ({"name": (0, [1, {"二": 2}])}, ['把名称从 0 改为 [1, {"二": 2}]']),
        ({"name": HIDDEN}, ["改了名称，内容不显示"]),
        ({"service:17": ("x", "y")}, ["把事项 事项17从 x 改为 y"]),
        ({"strange:17": ("x", "y")}, ["把奇怪 17从 x 改为 y"]),
        ({"vague": (1, 2)}, ["把含糊从 1 改为 2"]),
        ({"unheard": (1, 2)}, ["把unheard从 1 改为 2"]),
        ({"zeal": (0, 1), "name": (1, 2), "hours": (3, 4)}, ["营业时间", "名称", "zeal"]),
    ],
)
def test_changes_in_words(app: Flask, changes: Changes, words: list[str]) -> None:
    declare()
    told = list(change_words("thing.touched", changes))
    assert len(told) == len(words)
    assert all(expected in line for expected, line in zip(words, told, strict=True))
    if len(words) == 1:
        assert told == words


def test_what_nobody_declared_is_told_by_its_code(app: Flask) -> None:
    assert sentence("thing.lost", "张三", "5") == "张三 thing.lost 5"
    assert list(change_words("thing.lost", {"a": (1, 2)})) == ["把a从 1 改为 2"]
    assert subject_words("nowhere", "5", 0) == "5"


def test_sentences(app: Flask) -> None:
    declare()
    subject_kind("thing", _l("东西"), name=lambda code: {"5": "第五%s"}[code])
    assert sentence("thing.touched", "张%三", "5") == "张%三 碰了 5"
    assert subject_words("thing", "5", 0) == "第五%s（5）"
    assert subject_words("thing", "6", 0) == "6"
    assert subject_words("thing", "", 21) == "（21 项）"


def test_a_code_is_declared_once(app: Flask) -> None:
    declare()
    with pytest.raises(ValueError, match="declared already"):
        declare()
    subject_kind("thing", _l("东西"))
    with pytest.raises(ValueError, match="declared already"):
        subject_kind("thing", _l("东西"))


def test_only_what_differs_is_kept() -> None:
    before = {"a": 1, "b": 2, "c": 3, "n": None}
    assert compared(before, {"a": 1, "b": 5, "d": 6}) == {
        "b": (2, 5),
        "d": (None, 6),
        "c": (3, None),
    }


def test_the_same_changes_are_the_same_text() -> None:
    one = canonical({"b": (1, {"y": 1, "x": 2}), "a": (None, "医\x1f\x00保")})
    assert one == canonical({"a": (None, "医\x1f\x00保"), "b": (1, {"x": 2, "y": 1})})
    assert one == '{"a":[null,"医\\u001f\\u0000保"],"b":[1,{"x":2,"y":1}]}'


def test_what_was_kept_is_read() -> None:
    day, moment = date(2026, 1, 2), datetime(2026, 1, 2, 3, tzinfo=UTC)
    kept = canonical({"a": (day, moment), "b": HIDDEN})
    assert parse(kept) == {"a": ("2026-01-02", "2026-01-02T03:00:00+00:00"), "b": HIDDEN}
