"""what was seen at sites that were merged, and their visits"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Plain statements: made anew, the table would lose its triggers on SQLite.
    op.add_column("observation", sa.Column("counts_from", sa.Date(), nullable=True))
    op.add_column("inspection", sa.Column("former", sa.String(length=7), nullable=True))


def downgrade() -> None:
    op.drop_column("inspection", "former")
    op.drop_column("observation", "counts_from")
