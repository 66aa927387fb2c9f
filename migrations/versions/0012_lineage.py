"""lists of regions under review"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "region_change_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("heirs", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposal.id"],
            name=op.f("fk_region_change_set_proposal_id_proposal"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_region_change_set_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region_change_set")),
        sa.UniqueConstraint("uuid", name=op.f("uq_region_change_set_uuid")),
    )
    with op.batch_alter_table("region_change_set") as batch:
        batch.create_index(batch.f("ix_region_change_set_region_id"), ["region_id"])
        batch.create_index(batch.f("ix_region_change_set_proposal_id"), ["proposal_id"])


def downgrade() -> None:
    op.drop_table("region_change_set")
