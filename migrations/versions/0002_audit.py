"""the audit

Whoever alters one of these tables later: on SQLite a table made anew loses its triggers.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("audit_event", "audit_member")
REFUSED = "the audit is only ever added to"
TAKEN = {
    "audit_event": (
        "EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id OR previous = NEW.previous)"
    ),
    "audit_member": (
        "EXISTS (SELECT 1 FROM audit_member"
        " WHERE event_id = NEW.event_id AND position = NEW.position)"
    ),
}


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("previous", name=op.f("uq_audit_event_previous")),
    )
    op.create_index(op.f("ix_audit_event_actor"), "audit_event", ["actor"], unique=False)
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"], unique=False)
    op.create_index(op.f("ix_audit_event_region_id"), "audit_event", ["region_id"], unique=False)
    op.create_index(
        "ix_audit_event_subject",
        "audit_event",
        ["subject_kind", "subject_code", "id"],
        unique=False,
    )
    op.create_table(
        "audit_member",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name=op.f("fk_audit_member_event_id_audit_event")
        ),
        sa.PrimaryKeyConstraint("event_id", "position", name=op.f("pk_audit_member")),
    )
    op.create_index(
        "ix_audit_member_subject",
        "audit_member",
        ["subject_kind", "subject_code", "event_id"],
        unique=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def _guard_on_postgresql() -> None:
    op.execute(
        f"CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )


def _guard_on_sqlite() -> None:
    for table in TABLES:
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            )
    # INSERT OR REPLACE deletes what stands in its way, and no trigger learns of it.
    for table, taken in TAKEN.items():
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken}"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def downgrade() -> None:
    op.drop_index("ix_audit_member_subject", "audit_member")
    op.drop_table("audit_member")
    op.drop_index("ix_audit_event_subject", "audit_event")
    op.drop_index(op.f("ix_audit_event_region_id"), "audit_event")
    op.drop_index(op.f("ix_audit_event_at"), "audit_event")
    op.drop_index(op.f("ix_audit_event_actor"), "audit_event")
    op.drop_table("audit_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
