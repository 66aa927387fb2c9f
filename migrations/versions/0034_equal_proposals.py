"""what tells equal proposals of one person that wait from others"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("proposal") as batch:
        batch.add_column(sa.Column("digest", sa.String(length=64), nullable=True))
    # Those of before have none, and so are equal to none.
    op.create_index(
        "uq_proposal_waiting",
        "proposal",
        ["digest"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_index("uq_proposal_waiting", table_name="proposal")
    with op.batch_alter_table("proposal") as batch:
        batch.drop_column("digest")
