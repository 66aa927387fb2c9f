"""photos that came and are still to be made anew"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("file", schema=None) as batch:
        batch.add_column(sa.Column("held", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("failed_at", sa.DateTime(), nullable=True))
        batch.alter_column("sha256", existing_type=sa.String(length=64), nullable=True)
        batch.create_check_constraint(batch.f("ck_file_held"), "(held IS NULL) <> (sha256 IS NULL)")
        batch.create_check_constraint(
            batch.f("ck_file_failed"), "failed_at IS NULL OR held IS NOT NULL"
        )
        batch.create_index(
            "ix_file_held",
            ["held"],
            unique=False,
            sqlite_where=sa.text("held IS NOT NULL"),
            postgresql_where=sa.text("held IS NOT NULL"),
        )


def downgrade() -> None:
    # What is still to be made anew would have no content: make it first (flask files make).
    waiting = op.get_bind().scalar(sa.text("SELECT count(*) FROM file WHERE held IS NOT NULL"))
    if waiting:
        raise RuntimeError(f"{waiting} photos wait to be made anew: run flask files make first")
    with op.batch_alter_table("file", schema=None) as batch:
        batch.drop_index("ix_file_held", sqlite_where=sa.text("held IS NOT NULL"))
        batch.drop_constraint(batch.f("ck_file_failed"), type_="check")
        batch.drop_constraint(batch.f("ck_file_held"), type_="check")
        batch.alter_column("sha256", existing_type=sa.String(length=64), nullable=False)
        batch.drop_column("failed_at")
        batch.drop_column("held")
