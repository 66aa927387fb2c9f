"""outlines hold from one day to another"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("region_boundary") as batch:
        batch.add_column(sa.Column("since", sa.Date(), nullable=True))
        batch.add_column(sa.Column("until", sa.Date(), nullable=True))
    # What was loaded so far was taken to have held ever since the region was known.
    op.execute(
        "UPDATE region_boundary SET since = coalesce((SELECT min(region_period.since)"
        " FROM region_period WHERE region_period.region_id = region_boundary.region_id),"
        " '2021-01-01'), until = (SELECT CASE WHEN count(*) = count(region_period.until)"
        " THEN max(region_period.until) END FROM region_period"
        " WHERE region_period.region_id = region_boundary.region_id)"
    )
    with op.batch_alter_table("region_boundary") as batch:
        batch.alter_column("since", existing_type=sa.Date(), nullable=False)
        batch.drop_constraint(batch.f("uq_region_boundary_region_id"), type_="unique")
        batch.create_unique_constraint(
            batch.f("uq_region_boundary_region_id_since"), ["region_id", "since"]
        )
        batch.create_check_constraint(batch.f("ck_region_boundary_days"), "until > since")
        batch.create_index(batch.f("ix_region_boundary_region_id"), ["region_id"])
        batch.create_index(
            "uq_region_boundary_open",
            ["region_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )


def downgrade() -> None:
    """Of several outlines of a region the newest stays."""
    op.execute(
        "DELETE FROM region_boundary WHERE EXISTS (SELECT 1 FROM region_boundary AS later"
        " WHERE later.region_id = region_boundary.region_id"
        " AND later.since > region_boundary.since)"
    )
    with op.batch_alter_table("region_boundary") as batch:
        batch.drop_index("uq_region_boundary_open")
        batch.drop_index(batch.f("ix_region_boundary_region_id"))
        batch.drop_constraint(batch.f("ck_region_boundary_days"), type_="check")
        batch.drop_constraint(batch.f("uq_region_boundary_region_id_since"), type_="unique")
        batch.create_unique_constraint(batch.f("uq_region_boundary_region_id"), ["region_id"])
        batch.drop_column("until")
        batch.drop_column("since")
