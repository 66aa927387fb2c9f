"""sites that are one place: what was merged into what, and which pairs are two places"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("site") as batch:
        batch.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("merged_on", sa.Date(), nullable=True))
        batch.create_index(batch.f("ix_site_merged_into_id"), ["merged_into_id"])
        batch.create_foreign_key(
            batch.f("fk_site_merged_into_id_site"), "site", ["merged_into_id"], ["id"]
        )
        batch.create_check_constraint(op.f("ck_site_merged_into_another"), "merged_into_id <> id")
        batch.create_check_constraint(
            op.f("ck_site_merged"), "(merged_into_id IS NULL) = (merged_on IS NULL)"
        )
    op.create_table(
        "pair_verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("high_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_pair_verdict_unordered")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_pair_verdict_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["high_id"], ["site.id"], name=op.f("fk_pair_verdict_high_id_site")
        ),
        sa.ForeignKeyConstraint(["low_id"], ["site.id"], name=op.f("fk_pair_verdict_low_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair_verdict")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_pair_verdict_low_id_high_id")),
    )
    with op.batch_alter_table("pair_verdict") as batch:
        batch.create_index(batch.f("ix_pair_verdict_high_id"), ["high_id"])


def downgrade() -> None:
    op.drop_table("pair_verdict")
    with op.batch_alter_table("site") as batch:
        batch.drop_constraint(op.f("ck_site_merged"), type_="check")
        batch.drop_constraint(op.f("ck_site_merged_into_another"), type_="check")
        batch.drop_constraint(batch.f("fk_site_merged_into_id_site"), type_="foreignkey")
        batch.drop_index(batch.f("ix_site_merged_into_id"))
        batch.drop_column("merged_on")
        batch.drop_column("merged_into_id")
