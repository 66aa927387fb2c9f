"""imports: the place of a new site among those of its file"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _let_them_be_tried_again()
    with op.batch_alter_table("import_offering") as batch:
        batch.add_column(sa.Column("place", sa.Integer(), nullable=False))


def downgrade() -> None:
    _let_them_be_tried_again()
    with op.batch_alter_table("import_offering") as batch:
        batch.drop_column("place")


def _let_them_be_tried_again() -> None:
    """What waits was made by a trial, and another trial makes it anew."""
    op.execute("DELETE FROM import_offering")
    op.execute("UPDATE import_run SET digest = '' WHERE state = 'ready'")
