"""population grids, which count beside settlements"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "population_grid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("sent_by", sa.String(length=100), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("datum", sa.String(length=12), nullable=False),
        sa.Column("container", sa.String(length=8), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("fault_en", sa.Text(), nullable=False),
        sa.Column("job_uuid", sa.String(length=36), nullable=False),
        sa.Column("cells_id", sa.Integer(), nullable=True),
        sa.Column("cells_sha256", sa.String(length=64), nullable=False),
        sa.Column("north", sa.Double(), nullable=True),
        sa.Column("west", sa.Double(), nullable=True),
        sa.Column("lat_step", sa.Double(), nullable=True),
        sa.Column("lon_step", sa.Double(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("cols", sa.Integer(), nullable=True),
        sa.Column("people", sa.Double(), nullable=True),
        sa.Column("populated", sa.Integer(), nullable=True),
        sa.Column("outside", sa.Double(), nullable=True),
        sa.Column("odd", sa.Text(), nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'applied') = (set_id IS NOT NULL)", name=op.f("ck_population_grid_applied")
        ),
        sa.CheckConstraint(
            "state NOT IN ('ready', 'applied') OR cells_id IS NOT NULL",
            name=op.f("ck_population_grid_cells"),
        ),
        sa.CheckConstraint(
            "container IN ('tif', 'csv')", name=op.f("ck_population_grid_container")
        ),
        sa.CheckConstraint(
            "datum IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')", name=op.f("ck_population_grid_datum")
        ),
        sa.CheckConstraint(
            "state IN ('reading', 'ready', 'applied', 'failed')",
            name=op.f("ck_population_grid_state"),
        ),
        sa.CheckConstraint("year BETWEEN 1949 AND 2100", name=op.f("ck_population_grid_year")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_population_grid_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["cells_id"], ["file.id"], name=op.f("fk_population_grid_cells_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_population_grid_file_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_population_grid_region_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["population_set.id"], name=op.f("fk_population_grid_set_id_population_set")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_grid")),
        sa.UniqueConstraint("set_id", name=op.f("uq_population_grid_set_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_population_grid_uuid")),
    )
    with op.batch_alter_table("population_grid", schema=None) as batch:
        batch.create_index(batch.f("ix_population_grid_region_id"), ["region_id"], unique=False)
    _in_use("region_id", "year", "kind")


def _in_use(*columns: str) -> None:
    with op.batch_alter_table("population_set", schema=None) as batch:
        batch.drop_index("uq_population_set_in_use")
        batch.create_index(
            "uq_population_set_in_use",
            list(columns),
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )


def downgrade() -> None:
    op.drop_table("population_grid")
    # Without the grids their sets tell nothing.
    op.execute("DELETE FROM population_set WHERE kind = 'grid'")
    _in_use("region_id", "year")
