"""lists of sites: when a site was last changed, filters kept under a name"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("site") as batch:
        batch.add_column(sa.Column("changed_at", sa.DateTime(), nullable=True))
        batch.create_index(batch.f("ix_site_confirmed_on"), ["confirmed_on"])
    _take_over_from_the_audit()
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_filter_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("uuid", name=op.f("uq_saved_filter_uuid")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_filter_account_id_name")),
    )


def _take_over_from_the_audit() -> None:
    """The audit knows of every site when it was last written."""
    site = sa.table("site", sa.column("code"), sa.column("changed_at", sa.DateTime()))
    event = sa.table(
        "audit_event",
        *(sa.column("id"), sa.column("at", sa.DateTime()), sa.column("action")),
        *(sa.column("subject_kind"), sa.column("subject_code")),
    )
    member = sa.table("audit_member", *map(sa.column, ("event_id", "subject_kind", "subject_code")))
    written = sa.and_(event.c.action.like("site.%"), event.c.action != "site.confirmed")
    alone = sa.select(event.c.subject_code.label("code"), event.c.at).where(
        written, event.c.subject_kind == "site"
    )
    together = (
        sa.select(member.c.subject_code.label("code"), event.c.at)
        .join(event, event.c.id == member.c.event_id)
        .where(written, member.c.subject_kind == "site")
    )
    every = sa.union_all(alone, together).subquery()
    connection = op.get_bind()
    latest = connection.execute(sa.select(every.c.code, sa.func.max(every.c.at)).group_by("code"))
    known = [{"known": code, "at": at} for code, at in latest if code]
    if known:
        written_at = sa.update(site).where(site.c.code == sa.bindparam("known"))
        connection.execute(written_at.values(changed_at=sa.bindparam("at")), known)


def downgrade() -> None:
    op.drop_table("saved_filter")
    # In place: the table, which others refer to, cannot be made anew on SQLite.
    op.drop_index(op.f("ix_site_confirmed_on"), "site")
    op.drop_column("site", "changed_at")
