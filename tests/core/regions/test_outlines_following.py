"""Outlines of regions that are merged: one from the day on, the old ones on the days before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
import shapely
import sqlalchemy as sa
from flask import Flask

from core.access import command
from core.audit.models import AuditEvent
from core.clock import today
from core.db import db, writing
from core.geo import Datum, Point
from core.regions import boundaries, importer, queries
from core.regions.boundaries import Origin
from core.regions.heirs import Heirs
from tests.core.regions.test_boundaries import feature, file

ACTOR = command("test")
HEADER = (
    "code,name,level,parent\n371000000000,威海市,city,\n371082000000,荣成市,county,371000000000\n"
)
ONE, TWO, THREE, NEW = "371082001000", "371082002000", "371082003000", "371082009000"
SINCE, MERGED = date(2021, 1, 1), date(2024, 1, 1)
DAY_BEFORE = MERGED - timedelta(days=1)


def listed(*codes: str) -> str:
    return HEADER + "".join(f"{code},镇{code},town,371082000000\n" for code in codes)


def square(west: float) -> list[list[float]]:
    east = west + 0.5
    return [[west, 37.0], [east, 37.0], [east, 37.5], [west, 37.5], [west, 37.0]]


#: One beside the other; a point in each.
SQUARES = {ONE: square(122.0), TWO: square(122.5), THREE: square(123.0)}
POINTS = {code: Point(37.2, ring[0][0] + 0.2) for code, ring in SQUARES.items()}


@pytest.fixture(autouse=True)
def lists(app: Flask) -> None:
    with writing():
        importer.apply(ACTOR, importer.plan(listed(ONE, TWO, THREE), SINCE, "a document"))


def outline(codes: Iterable[str], source: str = "a survey") -> None:
    features = [feature([SQUARES[code]], adcode=code) for code in codes]
    with writing():
        boundaries.load(ACTOR, file(*features), Origin(Datum.WGS84, source, f"© {source}"))


def take(text: str, heirs: dict[str, Heirs], on: date = MERGED) -> None:
    with writing():
        importer.apply(ACTOR, importer.plan(text, on, "a document"), heirs)


def inside(code: str, on: date) -> set[str] | None:
    """Whose points lie in the outline of a region on a day; None where it has none."""
    region = queries.load(on).by_code[code].id
    shape = boundaries.shapes(on).get(region)
    if shape is None:
        return None
    return {
        one for one, point in POINTS.items() if shapely.intersects_xy(shape, point.lon, point.lat)
    }


def test_what_took_others_in_has_their_outlines_too() -> None:
    outline([ONE, THREE])
    outline([TWO], "another survey")
    take(listed(ONE, THREE), {TWO: Heirs((ONE,))})
    assert inside(ONE, DAY_BEFORE) == {ONE}
    assert inside(TWO, DAY_BEFORE) == {TWO}
    assert inside(ONE, MERGED) == inside(ONE, today()) == {ONE, TWO}
    assert inside(THREE, today()) == {THREE}
    region = queries.load(today()).by_code[ONE].id
    (now,) = boundaries.outlines([region], today())
    assert (now.source, now.attribution) == (
        "a survey; another survey",
        "© a survey; © another survey",
    )
    assert now.geometry["type"] == "Polygon"  # the line between them is gone
    actions = db.session.scalars(sa.select(AuditEvent.action)).all()
    assert actions.count("region.outlines.followed") == 1


def test_a_new_region_has_the_outlines_of_all_that_went_into_it() -> None:
    outline([ONE, TWO])
    take(listed(NEW, THREE), {ONE: Heirs((NEW,)), TWO: Heirs((NEW,))})
    assert inside(NEW, today()) == {ONE, TWO}
    assert inside(THREE, today()) is None


@pytest.mark.parametrize(
    ("known", "after", "heirs"),
    [
        ((TWO,), (ONE, THREE), {TWO: Heirs((ONE,))}),
        ((ONE,), (ONE, THREE), {TWO: Heirs((ONE,))}),
        ((ONE, TWO, THREE), (ONE, THREE), {TWO: Heirs((ONE, THREE))}),
    ],
    ids=["its own is not known", "the other's is not known", "the other was split"],
)
def test_where_a_part_is_not_known_the_whole_is_not(
    known: tuple[str, ...], after: tuple[str, ...], heirs: dict[str, Heirs]
) -> None:
    outline(known)
    take(listed(*after), heirs)
    assert inside(ONE, today()) is None
    for code in known:
        assert inside(code, DAY_BEFORE) == {code}


def test_a_list_from_a_later_day_changes_nothing_before() -> None:
    soon = today() + timedelta(days=10)
    outline([ONE, TWO])
    take(listed(ONE, THREE), {TWO: Heirs((ONE,))}, soon)
    assert inside(ONE, today()) == {ONE}
    assert inside(ONE, soon) == {ONE, TWO}
    assert boundaries.inside(queries.load(today()).by_code[ONE].id, POINTS[TWO]) is False


def test_an_outline_that_is_loaded_corrects_the_day_and_no_other() -> None:
    outline([ONE, TWO])
    take(listed(ONE, THREE), {TWO: Heirs((ONE,))})
    with writing():
        wide = [[122.0, 37.0], [123.5, 37.0], [123.5, 37.5], [122.0, 37.5], [122.0, 37.0]]
        text = file(feature([wide], adcode=ONE))
        boundaries.load(ACTOR, text, Origin(Datum.WGS84, "a better one"))
    assert inside(ONE, today()) == {ONE, TWO, THREE}
    assert inside(ONE, DAY_BEFORE) == {ONE}


def test_an_outline_that_was_lost_can_be_loaded_anew() -> None:
    outline([ONE])
    take(listed(ONE, THREE), {TWO: Heirs((ONE,))})
    assert inside(ONE, today()) is None
    outline([ONE])
    assert inside(ONE, today()) == inside(ONE, MERGED) == inside(ONE, DAY_BEFORE) == {ONE}
