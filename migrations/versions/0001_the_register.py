"""the register"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "region",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("point_source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_region_point")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
    )
    op.create_table(
        "revision",
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_revision")),
    )
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("code", name=op.f("uq_service_code")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
        sa.UniqueConstraint("serial", name=op.f("uq_site_serial")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'makeup')", name=op.f("ck_calendar_day_kind")),
        sa.ForeignKeyConstraint(
            ["year"], ["calendar_year.year"], name=op.f("fk_calendar_day_year_calendar_year")
        ),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_index(op.f("ix_calendar_day_year"), "calendar_day", ["year"], unique=False)

    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(site_id IS NULL) <> (region_id IS NULL)", name=op.f("ck_closure_subject")
        ),
        sa.CheckConstraint("until > since", name=op.f("ck_closure_days")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_closure_region_id_region")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_closure_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index(op.f("ix_closure_region_id"), "closure", ["region_id"], unique=False)
    op.create_index(op.f("ix_closure_site_id"), "closure", ["site_id"], unique=False)

    op.create_table(
        "offering",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("mode IN ('direct', 'assisted')", name=op.f("ck_offering_mode")),
        sa.CheckConstraint("until > since", name=op.f("ck_offering_days")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_offering_service_id_service")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_offering_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering")),
        sa.UniqueConstraint(
            "site_id", "service_id", "since", name=op.f("uq_offering_site_id_service_id_since")
        ),
    )
    op.create_index(op.f("ix_offering_service_id"), "offering", ["service_id"], unique=False)
    op.create_index(op.f("ix_offering_site_id"), "offering", ["site_id"], unique=False)
    op.create_index(
        "uq_offering_open",
        "offering",
        ["site_id", "service_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )

    op.create_table(
        "region_boundary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("geometry", sa.Text(), nullable=False),
        sa.Column("datum_given", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("attribution", sa.String(length=200), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_region_boundary_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_boundary")),
        sa.UniqueConstraint("region_id", name=op.f("uq_region_boundary_region_id")),
    )
    op.create_table(
        "region_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_region_id", sa.Integer(), nullable=True),
        sa.Column("to_region_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "kind IN ('created', 'renamed', 'recoded', 'reparented', 'reclassified', 'abolished', 'merged', 'split')",
            name=op.f("ck_region_change_kind"),
        ),
        sa.CheckConstraint(
            "from_region_id IS NOT NULL OR to_region_id IS NOT NULL",
            name=op.f("ck_region_change_ends"),
        ),
        sa.ForeignKeyConstraint(
            ["from_region_id"], ["region.id"], name=op.f("fk_region_change_from_region_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["to_region_id"], ["region.id"], name=op.f("fk_region_change_to_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_change")),
    )
    op.create_index(
        op.f("ix_region_change_from_region_id"), "region_change", ["from_region_id"], unique=False
    )
    op.create_index(
        op.f("ix_region_change_to_region_id"), "region_change", ["to_region_id"], unique=False
    )

    op.create_table(
        "region_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("statutory", sa.Boolean(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(level = 'city') = (parent_id IS NULL)", name=op.f("ck_region_period_top")
        ),
        sa.CheckConstraint(
            "level IN ('city', 'county', 'town', 'village')", name=op.f("ck_region_period_level")
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_region_period_name")),
        sa.CheckConstraint("length(code) = 12", name=op.f("ck_region_period_code")),
        sa.CheckConstraint("parent_id <> region_id", name=op.f("ck_region_period_parent")),
        sa.CheckConstraint("until > since", name=op.f("ck_region_period_days")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["region.id"], name=op.f("fk_region_period_parent_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_region_period_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_period")),
        sa.UniqueConstraint("code", "since", name=op.f("uq_region_period_code_since")),
        sa.UniqueConstraint("region_id", "since", name=op.f("uq_region_period_region_id_since")),
    )
    op.create_index(
        op.f("ix_region_period_parent_id"), "region_period", ["parent_id"], unique=False
    )
    op.create_index(
        "uq_region_period_open",
        "region_period",
        ["region_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "uq_region_period_open_code",
        "region_period",
        ["code"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )

    op.create_table(
        "service_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("group", sa.String(length=100), nullable=False),
        sa.Column("group_en", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("devolved", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until > since", name=op.f("ck_service_period_days")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_period_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_period")),
        sa.UniqueConstraint("service_id", "since", name=op.f("uq_service_period_service_id_since")),
    )
    op.create_index(
        op.f("ix_service_period_service_id"), "service_period", ["service_id"], unique=False
    )
    op.create_index(
        "uq_service_period_open",
        "service_period",
        ["service_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )

    op.create_table(
        "site_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until > since", name=op.f("ck_site_hours_days")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_hours_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_hours")),
        sa.UniqueConstraint("site_id", "since", name=op.f("uq_site_hours_site_id_since")),
    )
    op.create_index(op.f("ix_site_hours_site_id"), "site_hours", ["site_id"], unique=False)
    op.create_index(
        "uq_site_hours_open",
        "site_hours",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )

    op.create_table(
        "site_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("given_lat", sa.Double(), nullable=True),
        sa.Column("given_lon", sa.Double(), nullable=True),
        sa.Column("datum", sa.String(length=12), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "datum IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')", name=op.f("ck_site_period_datum")
        ),
        sa.CheckConstraint(
            "kind IN ('hall', 'convenience_centre', 'designated_provider', 'village_clinic', 'community')",
            name=op.f("ck_site_period_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'active', 'closed')", name=op.f("ck_site_period_status")
        ),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_site_period_position")),
        sa.CheckConstraint(
            "lat IS NULL OR datum IS NOT NULL", name=op.f("ck_site_period_datum_given")
        ),
        sa.CheckConstraint("until > since", name=op.f("ck_site_period_days")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_site_period_region_id_region")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_period_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_period")),
        sa.UniqueConstraint("site_id", "since", name=op.f("uq_site_period_site_id_since")),
    )
    op.create_index(op.f("ix_site_period_region_id"), "site_period", ["region_id"], unique=False)
    op.create_index(op.f("ix_site_period_site_id"), "site_period", ["site_id"], unique=False)
    op.create_index(
        "uq_site_period_open",
        "site_period",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_site_period_open",
        "site_period",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(op.f("ix_site_period_site_id"), "site_period")
    op.drop_index(op.f("ix_site_period_region_id"), "site_period")

    op.drop_table("site_period")
    op.drop_index(
        "uq_site_hours_open",
        "site_hours",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(op.f("ix_site_hours_site_id"), "site_hours")

    op.drop_table("site_hours")
    op.drop_index(
        "uq_service_period_open",
        "service_period",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(op.f("ix_service_period_service_id"), "service_period")

    op.drop_table("service_period")
    op.drop_index(
        "uq_region_period_open_code",
        "region_period",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(
        "uq_region_period_open",
        "region_period",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(op.f("ix_region_period_parent_id"), "region_period")

    op.drop_table("region_period")
    op.drop_index(op.f("ix_region_change_to_region_id"), "region_change")
    op.drop_index(op.f("ix_region_change_from_region_id"), "region_change")

    op.drop_table("region_change")
    op.drop_table("region_boundary")
    op.drop_index(
        "uq_offering_open",
        "offering",
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.drop_index(op.f("ix_offering_site_id"), "offering")
    op.drop_index(op.f("ix_offering_service_id"), "offering")

    op.drop_table("offering")
    op.drop_index(op.f("ix_closure_site_id"), "closure")
    op.drop_index(op.f("ix_closure_region_id"), "closure")

    op.drop_table("closure")
    op.drop_index(op.f("ix_calendar_day_year"), "calendar_day")

    op.drop_table("calendar_day")
    op.drop_table("site")
    op.drop_table("service")
    op.drop_table("revision")
    op.drop_table("region")
    op.drop_table("calendar_year")
