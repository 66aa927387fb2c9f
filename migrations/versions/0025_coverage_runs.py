"""what coverage was on a day, kept"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_PEOPLE = "people >= 0 AND people_covered >= 0 AND people_covered <= people"
_SETTLEMENTS = (
    "settlements >= 0 AND settlements_covered >= 0 AND settlements_covered <= settlements"
)


def upgrade() -> None:
    op.create_table(
        "coverage_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("minute", sa.Integer(), nullable=True),
        sa.Column("day_kind", sa.String(length=8), nullable=True),
        sa.Column("radius", sa.Double(), nullable=False),
        sa.Column("factor", sa.Double(), nullable=False),
        sa.Column("rule_key", sa.String(length=100), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=True),
        sa.Column("people_key", sa.String(length=64), nullable=False),
        sa.Column("state_key", sa.String(length=64), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("sites", sa.Integer(), nullable=False),
        sa.Column("shards", sa.Integer(), nullable=False),
        sa.Column("people", sa.Double(), nullable=True),
        sa.Column("people_covered", sa.Double(), nullable=True),
        sa.Column("settlements", sa.Integer(), nullable=True),
        sa.Column("settlements_covered", sa.Integer(), nullable=True),
        sa.Column("job_uuid", sa.String(length=36), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("corrected_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(_PEOPLE, name=op.f("ck_coverage_run_people")),
        sa.CheckConstraint(_SETTLEMENTS, name=op.f("ck_coverage_run_settlements")),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_coverage_run_minute")),
        sa.CheckConstraint(
            "(minute IS NULL) = (day_kind IS NULL)", name=op.f("ck_coverage_run_hour")
        ),
        sa.CheckConstraint("day_kind IN ('working', 'off')", name=op.f("ck_coverage_run_day_kind")),
        sa.CheckConstraint("radius > 0 AND factor >= 1", name=op.f("ck_coverage_run_rule")),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (people IS NULL)", name=op.f("ck_coverage_run_finished")
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_coverage_run_region_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_coverage_run_service_id_service")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_run")),
        sa.UniqueConstraint("region_id", "month", name=op.f("uq_coverage_run_region_id_month")),
        sa.UniqueConstraint("uuid", name=op.f("uq_coverage_run_uuid")),
    )
    with op.batch_alter_table("coverage_run", schema=None) as batch:
        batch.create_index(
            "ix_coverage_run_question", ["region_id", "service_id", "on_day"], unique=False
        )
    _part("coverage_shard", sa.Column("done_at", sa.DateTime(), nullable=False))
    _part("coverage_row")


def _part(table: str, *more: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("people", sa.Double(), nullable=False),
        sa.Column("people_covered", sa.Double(), nullable=False),
        sa.Column("settlements", sa.Integer(), nullable=False),
        sa.Column("settlements_covered", sa.Integer(), nullable=False),
        *more,
        sa.CheckConstraint(_PEOPLE, name=op.f(f"ck_{table}_people")),
        sa.CheckConstraint(_SETTLEMENTS, name=op.f(f"ck_{table}_settlements")),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f(f"fk_{table}_region_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["coverage_run.id"],
            name=op.f(f"fk_{table}_run_id_coverage_run"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "region_id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    op.drop_table("coverage_row")
    op.drop_table("coverage_shard")
    op.drop_table("coverage_run")
