"""files, and how much each person has sent on a day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sent_sha256", sa.String(length=64), nullable=False),
        sa.Column("sent_size", sa.BigInteger(), nullable=False),
        sa.Column("small_sha256", sa.String(length=64), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("size >= 0 AND sent_size >= 0", name=op.f("ck_file_sizes")),
        sa.CheckConstraint(
            "(small_sha256 IS NULL) = (width IS NULL) AND (width IS NULL) = (height IS NULL)",
            name=op.f("ck_file_picture"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_file_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("uuid", name=op.f("uq_file_uuid")),
    )
    with op.batch_alter_table("file") as batch:
        batch.create_index(batch.f("ix_file_sha256"), ["sha256"])
        batch.create_index(batch.f("ix_file_small_sha256"), ["small_sha256"])
    op.create_table(
        "file_day",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_file_day_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_file_day")),
    )


def downgrade() -> None:
    op.drop_table("file_day")
    op.drop_table("file")
