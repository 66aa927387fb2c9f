"""changes of sites: closures known by a UUID and of some hours, proposals"""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("closure") as batch:
        batch.add_column(sa.Column("uuid", sa.String(length=36), nullable=True))
        batch.add_column(sa.Column("start_minute", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("end_minute", sa.Integer(), nullable=True))
    closure = sa.table("closure", sa.column("id", sa.Integer), sa.column("uuid", sa.String))
    connection = op.get_bind()
    for number in connection.scalars(sa.select(closure.c.id)).all():
        named = sa.update(closure).where(closure.c.id == number).values(uuid=str(uuid4()))
        connection.execute(named)
    with op.batch_alter_table("closure") as batch:
        batch.alter_column("uuid", existing_type=sa.String(length=36), nullable=False)
        batch.create_unique_constraint(op.f("uq_closure_uuid"), ["uuid"])
        batch.create_check_constraint(
            op.f("ck_closure_minutes"),
            "(start_minute IS NULL) = (end_minute IS NULL) AND (start_minute IS NULL"
            " OR until IS NOT NULL AND 0 <= start_minute AND start_minute < end_minute"
            " AND end_minute <= 1440)",
        )
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decision_words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'refused', 'withdrawn')",
            name=op.f("ck_proposal_state"),
        ),
        sa.CheckConstraint("decided_by_id <> made_by_id", name=op.f("ck_proposal_second_person")),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_proposal_decided")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_proposal_decided_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_proposal_made_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_proposal_region_id_region")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_proposal_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("uuid", name=op.f("uq_proposal_uuid")),
    )
    with op.batch_alter_table("proposal") as batch:
        batch.create_index("ix_proposal_subject", ["subject_kind", "subject_code", "state"])
        batch.create_index(batch.f("ix_proposal_region_id"), ["region_id"])
        batch.create_index(batch.f("ix_proposal_site_id"), ["site_id"])
        batch.create_index(batch.f("ix_proposal_state"), ["state"])
        batch.create_index(batch.f("ix_proposal_made_by_id"), ["made_by_id"])


def downgrade() -> None:
    op.drop_table("proposal")
    with op.batch_alter_table("closure") as batch:
        batch.drop_constraint(op.f("ck_closure_minutes"), type_="check")
        batch.drop_constraint(op.f("uq_closure_uuid"), type_="unique")
        batch.drop_column("end_minute")
        batch.drop_column("start_minute")
        batch.drop_column("uuid")
