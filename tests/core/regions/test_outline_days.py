"""Outlines of a database from before they were dated hold as long as their regions did."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from core.clock import today
from core.db import db, writing
from core.regions import importer
from core.regions.heirs import Heirs
from tests.core.regions.test_outlines_following import (
    ACTOR,
    MERGED,
    ONE,
    SINCE,
    THREE,
    TWO,
    inside,
    listed,
    outline,
    take,
)


def rows() -> list[tuple[str, str | None]]:
    with db.engine.connect() as connection:
        found = connection.execute(
            sa.text("SELECT since, until FROM region_boundary ORDER BY region_id")
        )
        told = [(str(row.since), row.until and str(row.until)) for row in found]
    db.engine.dispose()
    return told


def test_they_go_down_and_come_up_again(app: Flask) -> None:
    with writing():
        plan = importer.plan(listed(ONE, TWO, THREE), SINCE, "a document")
        importer.apply(ACTOR, plan)
    outline([ONE, TWO, THREE])
    take(listed(ONE, THREE), {TWO: Heirs((ONE,))})
    db.session.remove()
    assert len(rows()) == 4
    downgrade(revision="0014")
    upgrade()
    # Of several the newest stays, and is taken to have held from the beginning.
    assert rows() == [
        (str(SINCE), None),
        (str(SINCE), str(MERGED)),
        (str(SINCE), None),
    ]
    assert inside(ONE, today()) == {ONE, TWO}
    assert inside(TWO, SINCE) == {TWO}
