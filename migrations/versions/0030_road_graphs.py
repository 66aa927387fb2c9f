"""graphs of roads"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "road_graph",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("datum", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("graph_id", sa.Integer(), nullable=False),
        sa.Column("graph_sha256", sa.String(length=64), nullable=False),
        sa.Column("snap", sa.Double(), nullable=False),
        sa.Column("crossings", sa.Integer(), nullable=False),
        sa.Column("roads", sa.Integer(), nullable=False),
        sa.Column("metres", sa.Double(), nullable=False),
        sa.Column("guessed", sa.Integer(), nullable=False),
        sa.Column("short", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.String(length=100), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "datum IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')", name=op.f("ck_road_graph_datum")
        ),
        sa.CheckConstraint("snap > 0", name=op.f("ck_road_graph_snap")),
        sa.CheckConstraint(
            "crossings >= 0 AND roads >= 0 AND metres >= 0", name=op.f("ck_road_graph_sizes")
        ),
        sa.ForeignKeyConstraint(
            ["graph_id"], ["file.id"], name=op.f("fk_road_graph_graph_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_road_graph_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_graph")),
        sa.UniqueConstraint("uuid", name=op.f("uq_road_graph_uuid")),
    )
    with op.batch_alter_table("road_graph", schema=None) as batch:
        batch.create_index(batch.f("ix_road_graph_region_id"), ["region_id"], unique=False)
        batch.create_index(
            "uq_road_graph_in_use",
            ["region_id"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )


def downgrade() -> None:
    op.drop_table("road_graph")
