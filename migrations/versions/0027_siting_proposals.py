"""proposals where new stations go"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "siting_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("stations", sa.Integer(), nullable=False),
        sa.Column("people_won", sa.Double(), nullable=False),
        sa.Column("settlements_won", sa.Integer(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("gap", sa.Double(), nullable=False),
        sa.Column("job_uuid", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=True),
        sa.Column("planned_at", sa.DateTime(), nullable=True),
        sa.Column("planned", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(saved_at IS NULL) = (name = '')", name=op.f("ck_siting_proposal_name")
        ),
        sa.CheckConstraint(
            "planned_at IS NULL OR saved_at IS NOT NULL", name=op.f("ck_siting_proposal_planned")
        ),
        sa.CheckConstraint(
            "gap >= 0 AND (NOT proved OR gap = 0)", name=op.f("ck_siting_proposal_gap")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_siting_proposal_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_siting_proposal_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_siting_proposal")),
        sa.UniqueConstraint("uuid", name=op.f("uq_siting_proposal_uuid")),
    )
    with op.batch_alter_table("siting_proposal", schema=None) as batch:
        batch.create_index("ix_siting_proposal_region", ["region_id", "saved_at"], unique=False)


def downgrade() -> None:
    op.drop_table("siting_proposal")
