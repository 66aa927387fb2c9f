"""standards, and what was seen at sites

Whoever alters one of these tables later: on SQLite a table made anew loses its triggers.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

REFUSED = "what is published is only ever added to"
#: What stands in the way of a row of the same keys.
TAKEN = {
    "standard": "EXISTS (SELECT 1 FROM standard WHERE id = NEW.id OR code = NEW.code)",
    "standard_version": (
        "EXISTS (SELECT 1 FROM standard_version WHERE id = NEW.id OR standard_id = NEW.standard_id"
        " AND (number = NEW.number OR in_force = NEW.in_force))"
    ),
    "standard_criterion": (
        "EXISTS (SELECT 1 FROM standard_criterion WHERE id = NEW.id"
        " OR version_id = NEW.version_id AND code = NEW.code)"
    ),
    "observation": (
        "EXISTS (SELECT 1 FROM observation WHERE id = NEW.id OR source_kind = NEW.source_kind"
        " AND source_code = NEW.source_code AND site_id = NEW.site_id"
        " AND criterion_id = NEW.criterion_id)"
    ),
}


def upgrade() -> None:
    op.create_table(
        "standard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard")),
        sa.UniqueConstraint("code", name=op.f("uq_standard_code")),
    )
    op.create_table(
        "standard_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("in_force", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_by", sa.String(length=100), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_standard_version_number")),
        sa.ForeignKeyConstraint(
            ["standard_id"],
            ["standard.id"],
            name=op.f("fk_standard_version_standard_id_standard"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_version")),
        sa.UniqueConstraint(
            "standard_id", "in_force", name=op.f("uq_standard_version_standard_id_in_force")
        ),
        sa.UniqueConstraint(
            "standard_id", "number", name=op.f("uq_standard_version_standard_id_number")
        ),
    )
    op.create_index(op.f("ix_standard_version_digest"), "standard_version", ["digest"])
    op.create_index(op.f("ix_standard_version_standard_id"), "standard_version", ["standard_id"])
    op.create_table(
        "standard_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["standard_version.id"],
            name=op.f("fk_standard_criterion_version_id_standard_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_criterion")),
        sa.UniqueConstraint(
            "version_id", "code", name=op.f("uq_standard_criterion_version_id_code")
        ),
    )
    _observation()
    _draft()
    if op.get_bind().dialect.name == "postgresql":
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def _observation() -> None:
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("figure_value", sa.Double(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.String(length=20), nullable=False),
        sa.Column("source_code", sa.String(length=64), nullable=False),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("at_moment", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "result IN ('pass', 'fail', 'not_applicable')", name=op.f("ck_observation_result")
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["standard_criterion.id"],
            name=op.f("fk_observation_criterion_id_standard_criterion"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_observation_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint(
            *("source_kind", "source_code", "site_id", "criterion_id"),
            name=op.f("uq_observation_source_kind_source_code_site_id_criterion_id"),
        ),
    )
    op.create_index("ix_observation_site_id", "observation", ["site_id", "criterion_id"])
    op.create_index(op.f("ix_observation_criterion_id"), "observation", ["criterion_id"])


def _draft() -> None:
    op.create_table(
        "standard_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_id"],
            ["standard_version.id"],
            name=op.f("fk_standard_draft_base_id_standard_version"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_standard_draft_made_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposal.id"], name=op.f("fk_standard_draft_proposal_id_proposal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_draft")),
        sa.UniqueConstraint("uuid", name=op.f("uq_standard_draft_uuid")),
    )
    for column in ("base_id", "made_by_id", "proposal_id"):
        op.create_index(op.f(f"ix_standard_draft_{column}"), "standard_draft", [column])


def _guard_on_postgresql() -> None:
    op.execute(
        f"CREATE FUNCTION refuse_standard_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    for table in TAKEN:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_standard_change()"
        )


def _guard_on_sqlite() -> None:
    for table, taken in TAKEN.items():
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            )
        # INSERT OR REPLACE deletes what stands in its way, and no trigger learns of it.
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken}"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def downgrade() -> None:
    op.drop_table("standard_draft")
    op.drop_table("observation")
    op.drop_table("standard_criterion")
    op.drop_table("standard_version")
    op.drop_table("standard")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_standard_change()")
