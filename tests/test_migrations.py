"""Migrations: one head, the same tables as the models, up and down with data in them."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from core.access import command
from core.db import Base, db, writing
from core.regions import importer
from core.regions.models import RegionPeriod
from core.sites.actions import Entry, enter, set_hours
from core.sites.closures import Notice, announce
from core.sites.models import Site
from core.sites.rules import Kind

ACTOR = command("tests")


def fill() -> None:
    """Something in the tables that hang together the most."""
    with writing():
        text = importer.shipped_text("3710")
        plan = importer.plan(text, date(2021, 1, 1), "test")
        importer.apply(ACTOR, plan)
        region_id = db.session.scalars(sa.select(RegionPeriod.region_id).limit(1)).one()
        entry = Entry("测试", Kind.HALL, region_id, position=None)
        site = enter(ACTOR, entry, date(2021, 1, 1))
        set_hours(ACTOR, site.id, {"week": {"mon": ["08:30-11:30"]}}, date(2021, 1, 1))
        announce(ACTOR, Notice(date(2026, 1, 1), None, "停办", site_id=site.id))


def test_there_is_one_head(app: Flask) -> None:
    directory = app.extensions["migrate"].directory
    assert len(ScriptDirectory(directory).get_heads()) == 1


def test_the_tables_are_those_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again_with_data(app: Flask) -> None:
    fill()
    db.session.remove()
    downgrade(revision="base")
    assert sa.inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()
    fill()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Site)) == 1
