"""visits, plans and draws"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspection_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("ended_by", sa.String(length=100), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('hall', 'convenience_centre', 'designated_provider', 'village_clinic', 'community')",
            name=op.f("ck_inspection_plan_kind"),
        ),
        sa.CheckConstraint("visits > 0", name=op.f("ck_inspection_plan_visits")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_inspection_plan_year")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_inspection_plan_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_plan")),
        sa.UniqueConstraint("uuid", name=op.f("uq_inspection_plan_uuid")),
    )
    with op.batch_alter_table("inspection_plan", schema=None) as batch:
        batch.create_index(batch.f("ix_inspection_plan_region_id"), ["region_id"], unique=False)
        batch.create_index(batch.f("ix_inspection_plan_year"), ["year"], unique=False)

    op.create_table(
        "inspection_draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("algorithm", sa.String(length=20), nullable=False),
        sa.Column("seed", sa.String(length=200), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("together", sa.Integer(), nullable=False),
        sa.Column("pools", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("drawn_by", sa.String(length=100), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(), nullable=False),
        sa.Column("voided_by", sa.String(length=100), nullable=True),
        sa.Column("voided_at", sa.DateTime(), nullable=True),
        sa.Column("voided_words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (voided_by IS NULL)", name=op.f("ck_inspection_draw_voided")
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_inspection_draw_days")),
        sa.CheckConstraint(
            "visits > 0 AND together IN (1, 2)", name=op.f("ck_inspection_draw_numbers")
        ),
        sa.ForeignKeyConstraint(
            ["drawn_by_id"], ["account.id"], name=op.f("fk_inspection_draw_drawn_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["inspection_plan.id"],
            name=op.f("fk_inspection_draw_plan_id_inspection_plan"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_inspection_draw_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_draw")),
        sa.UniqueConstraint("uuid", name=op.f("uq_inspection_draw_uuid")),
    )
    with op.batch_alter_table("inspection_draw", schema=None) as batch:
        batch.create_index(batch.f("ix_inspection_draw_plan_id"), ["plan_id"], unique=False)
        batch.create_index(batch.f("ix_inspection_draw_region_id"), ["region_id"], unique=False)

    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("draw_id", sa.Integer(), nullable=True),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("planned_by", sa.String(length=100), nullable=False),
        sa.Column("planned_at", sa.DateTime(), nullable=False),
        sa.Column("inspector_id", sa.Integer(), nullable=True),
        sa.Column("inspector", sa.String(length=100), nullable=False),
        sa.Column("companion_id", sa.Integer(), nullable=True),
        sa.Column("companion", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("filed_by", sa.String(length=100), nullable=True),
        sa.Column("filed_by_id", sa.Integer(), nullable=True),
        sa.Column("filed_at", sa.DateTime(), nullable=True),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("device_at", sa.DateTime(), nullable=True),
        sa.Column("skew", sa.BigInteger(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("accuracy", sa.Double(), nullable=True),
        sa.Column("distance", sa.Double(), nullable=True),
        sa.Column("flags", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("completed_at", sa.DateTime(), nullable=True),
        sa.Column("score", sa.Text(), nullable=True),
        sa.Column("reviewed_by", sa.String(length=100), nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.Column("review_words", sa.Text(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('planned', 'cancelled')) = (digest IS NULL)",
            name=op.f("ck_inspection_filed"),
        ),
        sa.CheckConstraint(
            "origin IN ('plan', 'draw', 'follow_up', 'own')", name=op.f("ck_inspection_origin")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'filed', 'complete', 'signed_off', 'returned', 'cancelled')",
            name=op.f("ck_inspection_state"),
        ),
        sa.CheckConstraint("(digest IS NULL) = (body IS NULL)", name=op.f("ck_inspection_body")),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_inspection_position")),
        sa.CheckConstraint(
            "reviewed_by_id IS NULL OR (reviewed_by_id <> inspector_id AND (companion_id IS NULL OR reviewed_by_id <> companion_id) AND (filed_by_id IS NULL OR imported OR reviewed_by_id <> filed_by_id))",
            name=op.f("ck_inspection_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["companion_id"], ["account.id"], name=op.f("fk_inspection_companion_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["inspection_draw.id"], name=op.f("fk_inspection_draw_id_inspection_draw")
        ),
        sa.ForeignKeyConstraint(
            ["filed_by_id"], ["account.id"], name=op.f("fk_inspection_filed_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["inspection.id"], name=op.f("fk_inspection_follows_id_inspection")
        ),
        sa.ForeignKeyConstraint(
            ["inspector_id"], ["account.id"], name=op.f("fk_inspection_inspector_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["inspection_plan.id"], name=op.f("fk_inspection_plan_id_inspection_plan")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["account.id"], name=op.f("fk_inspection_reviewed_by_id_account")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_inspection_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("uuid", name=op.f("uq_inspection_uuid")),
    )
    with op.batch_alter_table("inspection", schema=None) as batch:
        batch.create_index(batch.f("ix_inspection_companion_id"), ["companion_id"], unique=False)
        batch.create_index("ix_inspection_day", ["day", "state"], unique=False)
        batch.create_index(batch.f("ix_inspection_draw_id"), ["draw_id"], unique=False)
        batch.create_index(batch.f("ix_inspection_follows_id"), ["follows_id"], unique=False)
        batch.create_index(batch.f("ix_inspection_inspector_id"), ["inspector_id"], unique=False)
        batch.create_index(batch.f("ix_inspection_plan_id"), ["plan_id"], unique=False)
        batch.create_index("ix_inspection_site", ["site_id", "completed_at"], unique=False)
        batch.create_index(batch.f("ix_inspection_state"), ["state"], unique=False)

    op.create_table(
        "inspection_draw_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("site_code", sa.String(length=7), nullable=False),
        sa.Column("inspectors", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["draw_id"],
            ["inspection_draw.id"],
            name=op.f("fk_inspection_draw_result_draw_id_inspection_draw"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_draw_result")),
        sa.UniqueConstraint(
            "draw_id", "position", name=op.f("uq_inspection_draw_result_draw_id_position")
        ),
    )
    op.create_table(
        "inspection_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("standard", sa.String(length=64), nullable=False),
        sa.Column("criterion", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=True),
        sa.Column("derived", sa.Boolean(), nullable=False),
        sa.Column("finding", sa.String(length=36), nullable=True),
        sa.CheckConstraint(
            "result IN ('pass', 'fail', 'not_applicable')", name=op.f("ck_inspection_answer_result")
        ),
        sa.CheckConstraint(
            "due_days BETWEEN 1 AND 366", name=op.f("ck_inspection_answer_due_days")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_inspection_answer_inspection_id_inspection"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_answer")),
        sa.UniqueConstraint(
            "inspection_id",
            "standard",
            "criterion",
            name=op.f("uq_inspection_answer_inspection_id_standard_criterion"),
        ),
    )
    with op.batch_alter_table("inspection_answer", schema=None) as batch:
        batch.create_index(
            "ix_inspection_answer_criterion", ["standard", "criterion", "result"], unique=False
        )

    op.create_table(
        "inspection_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_inspection_comment_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_inspection_comment_inspection_id_inspection"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_comment")),
    )
    with op.batch_alter_table("inspection_comment", schema=None) as batch:
        batch.create_index(
            batch.f("ix_inspection_comment_inspection_id"), ["inspection_id"], unique=False
        )

    op.create_table(
        "inspection_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.String(length=100), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("settled_by", sa.String(length=100), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_inspection_copy_settled")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_inspection_copy_inspection_id_inspection"),
        ),
        sa.ForeignKeyConstraint(
            ["sent_by_id"], ["account.id"], name=op.f("fk_inspection_copy_sent_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_copy")),
        sa.UniqueConstraint(
            "inspection_id", "digest", name=op.f("uq_inspection_copy_inspection_id_digest")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_inspection_copy_uuid")),
    )
    op.create_table(
        "inspection_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "side IN ('inspector', 'site')", name=op.f("ck_inspection_signature_side")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_inspection_signature_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_inspection_signature_inspection_id_inspection"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_signature")),
        sa.UniqueConstraint(
            "inspection_id", "side", name=op.f("uq_inspection_signature_inspection_id_side")
        ),
    )
    op.create_table(
        "inspection_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("standard", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_inspection_version_inspection_id_inspection"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_version")),
        sa.UniqueConstraint(
            "inspection_id", "standard", name=op.f("uq_inspection_version_inspection_id_standard")
        ),
    )
    with op.batch_alter_table("inspection_version", schema=None) as batch:
        batch.create_index(batch.f("ix_inspection_version_digest"), ["digest"], unique=False)

    op.create_table(
        "inspection_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inspection_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=130), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(), nullable=True),
        sa.Column("lost_by", sa.String(length=100), nullable=True),
        sa.Column("lost_words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('evidence', 'signature')", name=op.f("ck_inspection_photo_kind")
        ),
        sa.CheckConstraint(
            "(file_id IS NULL) = (arrived_at IS NULL)", name=op.f("ck_inspection_photo_arrived")
        ),
        sa.CheckConstraint(
            "lost_by IS NULL OR file_id IS NULL", name=op.f("ck_inspection_photo_lost")
        ),
        sa.ForeignKeyConstraint(
            ["copy_id"],
            ["inspection_copy.id"],
            name=op.f("fk_inspection_photo_copy_id_inspection_copy"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_inspection_photo_file_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspection.id"],
            name=op.f("fk_inspection_photo_inspection_id_inspection"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_photo")),
    )
    with op.batch_alter_table("inspection_photo", schema=None) as batch:
        batch.create_index(batch.f("ix_inspection_photo_file_id"), ["file_id"], unique=False)
        batch.create_index(
            batch.f("ix_inspection_photo_inspection_id"), ["inspection_id"], unique=False
        )
        batch.create_index(
            "uq_inspection_photo_copy",
            ["copy_id", "sha256"],
            unique=True,
            sqlite_where=sa.text("copy_id IS NOT NULL"),
            postgresql_where=sa.text("copy_id IS NOT NULL"),
        )
        batch.create_index(
            "uq_inspection_photo_record",
            ["inspection_id", "sha256"],
            unique=True,
            sqlite_where=sa.text("copy_id IS NULL"),
            postgresql_where=sa.text("copy_id IS NULL"),
        )


def downgrade() -> None:
    for table in (
        "inspection_photo",
        "inspection_version",
        "inspection_signature",
        "inspection_copy",
        "inspection_comment",
        "inspection_answer",
        "inspection_draw_result",
        "inspection",
        "inspection_draw",
        "inspection_plan",
    ):
        op.drop_table(table)
