"""photos of sites"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("caption", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("taken_out_by", sa.String(length=100), nullable=True),
        sa.Column("taken_out_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(taken_out_at IS NULL) = (taken_out_by IS NULL)",
            name=op.f("ck_site_photo_taken_out"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_site_photo_file_id_file")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_photo_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_photo")),
        sa.UniqueConstraint("file_id", name=op.f("uq_site_photo_file_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_site_photo_uuid")),
    )
    with op.batch_alter_table("site_photo") as batch:
        batch.create_index("ix_site_photo_site", ["site_id", "position"])


def downgrade() -> None:
    op.drop_table("site_photo")
