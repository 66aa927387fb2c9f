"""where people live, and what the census counted"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "population_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("datum", sa.String(length=12), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Double(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("entered_by", sa.String(length=100), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "datum IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')", name=op.f("ck_population_set_datum")
        ),
        sa.CheckConstraint("kind IN ('points', 'grid')", name=op.f("ck_population_set_kind")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_population_set_source")),
        sa.CheckConstraint("people >= 0 AND people <= 1e10", name=op.f("ck_population_set_people")),
        sa.CheckConstraint("places >= 0", name=op.f("ck_population_set_places")),
        sa.CheckConstraint("year BETWEEN 1949 AND 2100", name=op.f("ck_population_set_year")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_population_set_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_set")),
        sa.UniqueConstraint("uuid", name=op.f("uq_population_set_uuid")),
    )
    with op.batch_alter_table("population_set", schema=None) as batch:
        batch.create_index(batch.f("ix_population_set_region_id"), ["region_id"], unique=False)
        batch.create_index(
            "uq_population_set_in_use",
            ["region_id", "year"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )

    op.create_table(
        "region_census",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("source <> ''", name=op.f("ck_region_census_source")),
        sa.CheckConstraint("people >= 0", name=op.f("ck_region_census_people")),
        sa.CheckConstraint("until > since", name=op.f("ck_region_census_days")),
        sa.CheckConstraint("year BETWEEN 1949 AND 2100", name=op.f("ck_region_census_year")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_region_census_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_census")),
        sa.UniqueConstraint(
            "region_id", "year", "since", name=op.f("uq_region_census_region_id_year_since")
        ),
    )
    with op.batch_alter_table("region_census", schema=None) as batch:
        batch.create_index(batch.f("ix_region_census_region_id"), ["region_id"], unique=False)
        batch.create_index(
            "uq_region_census_open",
            ["region_id", "year"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )

    op.create_table(
        "settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("people", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "lat BETWEEN 3.0 AND 54.0 AND lon BETWEEN 73.0 AND 136.0",
            name=op.f("ck_settlement_place"),
        ),
        sa.CheckConstraint("people >= 0 AND people <= 10000000", name=op.f("ck_settlement_people")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_settlement_region_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["population_set.id"],
            name=op.f("fk_settlement_set_id_population_set"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
    )
    with op.batch_alter_table("settlement", schema=None) as batch:
        batch.create_index(batch.f("ix_settlement_region_id"), ["region_id"], unique=False)
        batch.create_index(batch.f("ix_settlement_set_id"), ["set_id"], unique=False)
        batch.create_index(
            "uq_settlement_code",
            ["set_id", "code"],
            unique=True,
            sqlite_where=sa.text("code <> ''"),
            postgresql_where=sa.text("code <> ''"),
        )


def downgrade() -> None:
    op.drop_table("settlement")
    op.drop_table("region_census")
    op.drop_table("population_set")
