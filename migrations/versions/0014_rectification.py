"""findings and how they are put right"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "finding_notice_count",
        sa.Column("county", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county", "year", name=op.f("pk_finding_notice_count")),
    )
    op.create_table(
        "finding_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("county", sa.String(length=12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("issuer", sa.String(length=100), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.String(length=100), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["account.id"], name=op.f("fk_finding_notice_issued_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_finding_notice_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_notice")),
        sa.UniqueConstraint("county", "year", "serial", name="uq_finding_notice_serial"),
        sa.UniqueConstraint("uuid", name=op.f("uq_finding_notice_uuid")),
    )
    with op.batch_alter_table("finding_notice") as batch:
        batch.create_index(batch.f("ix_finding_notice_site_id"), ["site_id"])

    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("standard", sa.String(length=200), nullable=False),
        sa.Column("criterion", sa.String(length=100), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("found_by", sa.String(length=100), nullable=False),
        sa.Column("found_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by", sa.String(length=100), nullable=True),
        sa.Column("closed_words", sa.Text(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('closed', 'lapsed')) = (closed_on IS NOT NULL)",
            name=op.f("ck_finding_closed"),
        ),
        sa.CheckConstraint(
            "severity IN ('minor', 'serious', 'grave')", name=op.f("ck_finding_severity")
        ),
        sa.CheckConstraint(
            "state <> 'answered' OR answered_on IS NOT NULL", name=op.f("ck_finding_answered")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'returned', 'closed', 'lapsed')",
            name=op.f("ck_finding_state"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["account.id"], name=op.f("fk_finding_answered_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["found_by_id"], ["account.id"], name=op.f("fk_finding_found_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["finding_notice.id"], name=op.f("fk_finding_notice_id_finding_notice")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["account.id"], name=op.f("fk_finding_owner_id_account")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_finding_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("source", "reference", "criterion", name="uq_finding_source"),
        sa.UniqueConstraint("uuid", name=op.f("uq_finding_uuid")),
    )
    with op.batch_alter_table("finding") as batch:
        batch.create_index(batch.f("ix_finding_criterion"), ["criterion"])
        batch.create_index(batch.f("ix_finding_notice_id"), ["notice_id"])
        batch.create_index(batch.f("ix_finding_owner_id"), ["owner_id"])
        batch.create_index("ix_finding_site_criterion", ["site_id", "criterion", "found_on"])
        batch.create_index("ix_finding_state_due", ["state", "due"])

    op.create_table(
        "finding_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.Column("answered_by", sa.String(length=100), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=8), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checked_at", sa.DateTime(), nullable=True),
        sa.Column("checked_by", sa.String(length=100), nullable=True),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("checked_words", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('accepted', 'returned')", name=op.f("ck_finding_answer_verdict")
        ),
        sa.CheckConstraint(
            "(verdict IS NULL) = (checked_on IS NULL)", name=op.f("ck_finding_answer_checked")
        ),
        sa.CheckConstraint(
            "checked_by_id <> answered_by_id", name=op.f("ck_finding_answer_second_person")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["account.id"],
            name=op.f("fk_finding_answer_answered_by_id_account"),
        ),
        sa.ForeignKeyConstraint(
            ["checked_by_id"], ["account.id"], name=op.f("fk_finding_answer_checked_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_answer_finding_id_finding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_answer")),
        sa.UniqueConstraint("finding_id", "round", name="uq_finding_answer_round"),
    )
    op.create_table(
        "finding_climb",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("climbed_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "level IN ('station', 'county', 'city')", name=op.f("ck_finding_climb_level")
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_climb_finding_id_finding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_climb")),
        sa.UniqueConstraint("finding_id", "due", "level", name="uq_finding_climb"),
    )
    op.create_table(
        "finding_deadline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "why IN ('found', 'returned', 'extended')", name=op.f("ck_finding_deadline_why")
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_deadline_finding_id_finding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_deadline")),
    )
    with op.batch_alter_table("finding_deadline") as batch:
        batch.create_index("ix_finding_deadline", ["finding_id", "id"])

    op.create_table(
        "finding_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_finding_photo_file_id_file")
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_photo_finding_id_finding")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_photo")),
        sa.UniqueConstraint("file_id", name=op.f("uq_finding_photo_file_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_finding_photo_uuid")),
    )
    with op.batch_alter_table("finding_photo") as batch:
        batch.create_index("ix_finding_photo", ["finding_id", "round", "id"])


def downgrade() -> None:
    for table in ("photo", "deadline", "climb", "answer"):
        op.drop_table(f"finding_{table}")
    op.drop_table("finding")
    op.drop_table("finding_notice")
    op.drop_table("finding_notice_count")
