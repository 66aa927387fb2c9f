"""the plan: which kind of site in which region is to offer which service by when"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offering_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('hall', 'convenience_centre', 'designated_provider', 'village_clinic',"
            " 'community')",
            name=op.f("ck_offering_plan_kind"),
        ),
        sa.CheckConstraint("until > since", name=op.f("ck_offering_plan_days")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_offering_plan_region_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_offering_plan_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering_plan")),
        sa.UniqueConstraint(
            "region_id",
            "kind",
            "service_id",
            "since",
            name=op.f("uq_offering_plan_region_id_kind_service_id_since"),
        ),
    )
    with op.batch_alter_table("offering_plan") as batch:
        batch.create_index(batch.f("ix_offering_plan_region_id"), ["region_id"])
        batch.create_index(batch.f("ix_offering_plan_service_id"), ["service_id"])
        batch.create_index(
            "uq_offering_plan_open",
            ["region_id", "kind", "service_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )


def downgrade() -> None:
    op.drop_table("offering_plan")
