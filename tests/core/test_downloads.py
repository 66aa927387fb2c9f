"""What a file is called, for browsers that read every script and for those that do not."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Response

from core import downloads


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("网点登记-2026-11-26.csv", "onekm-2026-11-26.csv"),
        ("检查记录.xlsx", "onekm.xlsx"),
        ("staff-2026-11-26.csv", "staff-2026-11-26.csv"),
        ("环翠区 mid-year 测算.geojson", "mid-year.geojson"),
        ("bad 问题.xlsx", "bad.xlsx"),
        ("Zürich №5.pdf", "Zurich-No5.pdf"),
        ("10-complete.toml", "onekm-10-complete.toml"),
        ('a"b\\c/d\r\nSet-Cookie: x.csv', "a-b-c-d-Set-Cookie-x.csv"),
        ("整改", "onekm"),
        ("", "onekm"),
        ("…", "onekm"),
    ],
)
def test_every_name_has_one_in_ascii(name: str, plain: str) -> None:
    assert downloads.plain_name(name) == plain


def test_both_names_are_told_and_nothing_of_a_name_ends_the_header() -> None:
    answer = downloads.named(Response(), '测算"; x=1\r\n/2026.csv')
    told = answer.headers["Content-Disposition"]
    assert told.isascii()
    assert told.isprintable()
    how, given = parse_options_header(told)
    assert how == "attachment"
    # The parser prefers what can be in any language, as browsers do.
    assert given == {"filename": "测算-; x=1-2026.csv"}
    assert 'filename="x-1-2026.csv"' in told


def test_what_is_shown_has_a_name_too_and_none_is_too_long_for_a_disk() -> None:
    told = downloads.named(Response(), f"{'站' * 400}.pdf", "inline").headers["Content-Disposition"]
    assert told.startswith('inline; filename="onekm.pdf"; ')
    assert len(unquote(told.partition("''")[2])) < 160
