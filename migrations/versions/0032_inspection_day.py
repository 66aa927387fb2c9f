"""records that somebody adds on a day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspection_day",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_inspection_day_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_inspection_day")),
    )


def downgrade() -> None:
    op.drop_table("inspection_day")
