"""what a notice says is kept with it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("finding_notice") as batch:
        batch.add_column(sa.Column("document", sa.Text(), nullable=False, server_default="{}"))
    with op.batch_alter_table("finding_notice") as batch:
        batch.alter_column("document", existing_type=sa.Text(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("finding_notice") as batch:
        batch.drop_column("document")
