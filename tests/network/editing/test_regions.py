"""Regions that are suggested while the field of a site's form is filled in."""

from __future__ import annotations

import pytest

from tests.network.conftest import Made
from tests.network.editing.conftest import Staff
from tests.network.editing.form import send
from tests.network.editing.test_new import FACTS, NEW


def suggested(staff: Staff, text: str) -> list[dict[str, str]]:
    answer = staff.county.get("/sites/regions", query_string={"q": text})
    assert answer.status_code == 200
    found: list[dict[str, str]] = answer.get_json()
    return found


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("西", "371082001202"),
        ("西村", "371082001202"),
        ("xicun", "371082001202"),
        ("xc", "371082001202"),
        ("宁津街道 西村", "371082001202"),
        ("371082001202", "371082001202"),
        ("371082001202 荣成市宁津街道西村", "371082001202"),
        ("宁津", "371082001000"),
    ],
)
def test_however_it_is_typed(staff: Staff, made: Made, text: str, first: str) -> None:
    assert suggested(staff, text)[0]["path"] == first


@pytest.mark.parametrize("text", ["", " ", "环翠", "hcq", "371002000000", "%", "没有这里"])
def test_nothing_beyond_ones_reach_is_suggested(staff: Staff, made: Made, text: str) -> None:
    assert suggested(staff, text) == []


def test_what_is_suggested_is_understood(staff: Staff, made: Made) -> None:
    value = suggested(staff, "xicun")[0]["value"]
    assert value == "371082001202 荣成市宁津街道西村"
    assert send(staff.county, NEW, **(FACTS | {"region": value})).status_code == 303


def test_a_text_that_is_too_long_is_refused(staff: Staff, made: Made) -> None:
    answer = staff.county.get("/sites/regions", query_string={"q": "长" * 101})
    assert (answer.status_code, answer.get_json()) == (400, [])
