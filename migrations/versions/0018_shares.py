"""lists under review say what new regions take over from those that live on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("region_change_set") as batch:
        batch.add_column(sa.Column("shares", sa.Text(), nullable=True))
    op.execute("UPDATE region_change_set SET shares = '{}'")
    with op.batch_alter_table("region_change_set") as batch:
        batch.alter_column("shares", existing_type=sa.Text(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("region_change_set") as batch:
        batch.drop_column("shares")
