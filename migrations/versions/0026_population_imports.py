"""files of settlements, tried before they count"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "population_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("sent_by", sa.String(length=100), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("datum", sa.String(length=12), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("container", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("layouts", sa.Text(), nullable=False),
        sa.Column("notices", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("replaces", sa.String(length=36), nullable=False),
        sa.Column("set_uuid", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "datum IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')",
            name=op.f("ck_population_import_datum"),
        ),
        sa.CheckConstraint(
            "state IN ('reading', 'ready', 'applied', 'failed')",
            name=op.f("ck_population_import_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_population_import_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_population_import_file_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_population_import_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_import")),
        sa.UniqueConstraint("uuid", name=op.f("uq_population_import_uuid")),
    )
    with op.batch_alter_table("population_import", schema=None) as batch:
        batch.create_index(batch.f("ix_population_import_account_id"), ["account_id"], unique=False)
        batch.create_index(batch.f("ix_population_import_region_id"), ["region_id"], unique=False)

    op.create_table(
        "population_import_row",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=True),
        sa.Column("problems", sa.Text(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('take', 'refuse', 'note')", name=op.f("ck_population_import_row_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["population_import.id"],
            name=op.f("fk_population_import_row_run_id_population_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_population_import_row")),
    )
    with op.batch_alter_table("population_import_row", schema=None) as batch:
        batch.create_index(
            "ix_population_import_row_verdict", ["run_id", "verdict", "number"], unique=False
        )


def downgrade() -> None:
    op.drop_table("population_import_row")
    op.drop_table("population_import")
