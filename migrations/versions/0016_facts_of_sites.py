"""facts of sites: what is on record, fittings, windows, staff and postings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _dated() -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
    )


def _of_site(table: str, *subject: str) -> tuple[sa.schema.SchemaItem, ...]:
    key = ("site_id", *subject, "since")
    return (
        sa.CheckConstraint("until > since", name=op.f(f"ck_{table}_days")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f(f"fk_{table}_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(*key, name=op.f(f"uq_{table}_{'_'.join(key)}")),
    )


def _indexes(table: str, *subject: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.create_index(batch.f(f"ix_{table}_site_id"), ["site_id"], unique=False)
        batch.create_index(
            f"uq_{table}_open",
            ["site_id", *subject],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )


def upgrade() -> None:
    op.create_table(
        "site_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        *_dated(),
        *_of_site("site_record", "about"),
    )
    _indexes("site_record", "about")
    op.create_table(
        "fitting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=100), nullable=False),
        *_dated(),
        sa.CheckConstraint("count >= 1 AND count <= 999", name=op.f("ck_fitting_count")),
        *_of_site("fitting", "item"),
    )
    _indexes("fitting", "item")
    op.create_table(
        "site_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("elderly", sa.Boolean(), nullable=False),
        sa.Column("veteran", sa.Boolean(), nullable=False),
        sa.Column("talent", sa.Boolean(), nullable=False),
        sa.Column("weekend", sa.Boolean(), nullable=False),
        *_dated(),
        sa.CheckConstraint(
            "kind IN ('comprehensive', 'special')", name=op.f("ck_site_window_kind")
        ),
        *_of_site("site_window", "number"),
    )
    _indexes("site_window", "number")
    op.create_table(
        "staff_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_staff_member_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_staff_member_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
        sa.UniqueConstraint("account_id", name=op.f("uq_staff_member_account_id")),
        sa.UniqueConstraint("code", name=op.f("uq_staff_member_code")),
        sa.UniqueConstraint("serial", name=op.f("uq_staff_member_serial")),
    )
    with op.batch_alter_table("staff_member") as batch:
        batch.create_index(batch.f("ix_staff_member_region_id"), ["region_id"], unique=False)
    op.create_table(
        "posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=16), nullable=False),
        *_dated(),
        sa.CheckConstraint(
            "duty IN ('guide', 'comprehensive', 'clerk', 'agent', 'manager')",
            name=op.f("ck_posting_duty"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["staff_member.id"], name=op.f("fk_posting_member_id_staff_member")
        ),
        *_of_site("posting", "member_id", "duty"),
    )
    _indexes("posting", "member_id", "duty")
    with op.batch_alter_table("posting") as batch:
        batch.create_index(batch.f("ix_posting_member_id"), ["member_id"], unique=False)


def downgrade() -> None:
    for table in ("posting", "staff_member", "site_window", "fitting", "site_record"):
        op.drop_table(table)
