"""sites that are entered many at once, and the members that the audit lists of them before"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

REFUSED = "the audit is only ever added to"
SEALED = "EXISTS (SELECT 1 FROM audit_event WHERE batch_id = {row}.batch_id)"
TAKEN = (
    "EXISTS (SELECT 1 FROM audit_batch_member"
    " WHERE batch_id = NEW.batch_id AND position = NEW.position)"
)


def upgrade() -> None:
    _audit()
    _sites()
    _let_them_be_tried_again()
    with op.batch_alter_table("import_offering") as batch:
        batch.drop_column("place")
    op.add_column("import_run", sa.Column("batch_id", sa.Integer(), nullable=True))
    op.drop_column("import_run", "first_serial")


def _audit() -> None:
    op.create_table(
        "audit_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_batch")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_batch_member",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_code", sa.String(length=64), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["audit_batch.id"],
            name=op.f("fk_audit_batch_member_batch_id_audit_batch"),
        ),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_audit_batch_member")),
    )
    op.create_index(
        "ix_audit_batch_member_subject",
        "audit_batch_member",
        ["subject_kind", "subject_code", "batch_id"],
    )
    # In place: a table made anew on SQLite loses its triggers.
    op.add_column("audit_event", sa.Column("batch_id", sa.Integer(), nullable=True))
    op.create_index("ix_audit_event_batch_id", "audit_event", ["batch_id"], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def _guard_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_sealed_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'INSERT' THEN IF {SEALED.format(row='NEW')} THEN"
        f" RAISE EXCEPTION '{REFUSED}'; END IF; RETURN NEW; END IF;"
        f" IF {SEALED.format(row='OLD')} THEN RAISE EXCEPTION '{REFUSED}'; END IF;"
        " RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_batch_member_sealed BEFORE INSERT OR DELETE ON audit_batch_member"
        " FOR EACH ROW EXECUTE FUNCTION refuse_sealed_change()"
    )
    op.execute(
        "CREATE TRIGGER audit_batch_member_stays BEFORE UPDATE OR TRUNCATE ON audit_batch_member"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )


def _guard_on_sqlite() -> None:
    refusals = (
        ("no_update", "UPDATE", "1"),
        ("no_delete", "DELETE", SEALED.format(row="OLD")),
        # INSERT OR REPLACE deletes what stands in its way, and no trigger learns of it.
        ("no_insert", "INSERT", f"{SEALED.format(row='NEW')} OR {TAKEN}"),
    )
    for name, change, when in refusals:
        op.execute(
            f"CREATE TRIGGER audit_batch_member_{name} BEFORE {change} ON audit_batch_member"
            f" WHEN {when} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def _sites() -> None:
    op.create_table(
        "site_batch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("touched_at", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_batch")),
    )
    op.create_table(
        "site_arrival",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("given_lat", sa.Double(), nullable=True),
        sa.Column("given_lon", sa.Double(), nullable=True),
        sa.Column("datum", sa.String(length=12), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["site_batch.id"], name=op.f("fk_site_arrival_batch_id_site_batch")
        ),
        sa.PrimaryKeyConstraint("batch_id", "site_id", name=op.f("pk_site_arrival")),
    )


def downgrade() -> None:
    op.drop_table("site_arrival")
    op.drop_table("site_batch")
    _let_them_be_tried_again()
    op.add_column(
        "import_run", sa.Column("first_serial", sa.Integer(), nullable=False, server_default="0")
    )
    op.drop_column("import_run", "batch_id")
    with op.batch_alter_table("import_offering") as batch:
        batch.add_column(sa.Column("place", sa.Integer(), nullable=False))
    _members_join_their_events()
    op.drop_index("ix_audit_event_batch_id", "audit_event")
    op.drop_index("ix_audit_batch_member_subject", "audit_batch_member")
    op.drop_table("audit_batch_member")
    op.drop_table("audit_batch")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_sealed_change()")
    op.drop_column("audit_event", "batch_id")


def _members_join_their_events() -> None:
    """What was listed before an event is, to the hash, the same as what is listed with it."""
    op.execute(
        "INSERT INTO audit_member (event_id, position, subject_kind, subject_code, changes)"
        " SELECT e.id, m.position, m.subject_kind, m.subject_code, m.changes"
        " FROM audit_event e JOIN audit_batch_member m ON m.batch_id = e.batch_id"
    )


def _let_them_be_tried_again() -> None:
    """What waits was made by a trial, and another trial makes it anew."""
    op.execute("DELETE FROM import_offering")
    op.execute("UPDATE import_run SET digest = '' WHERE state = 'ready'")
