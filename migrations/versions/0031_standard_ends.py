"""standards that end"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_REFUSED = "what is published is only ever added to"
_TAKEN = (
    "EXISTS (SELECT 1 FROM standard_end WHERE id = NEW.id OR standard_id = NEW.standard_id"
    " AND until = NEW.until)"
)


def upgrade() -> None:
    op.create_table(
        "standard_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("ended_by", sa.String(length=100), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["standard_id"], ["standard.id"], name=op.f("fk_standard_end_standard_id_standard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_end")),
        sa.UniqueConstraint("standard_id", "until", name=op.f("uq_standard_end_standard_id_until")),
    )
    # As the other tables of what is published (0019): it only grows.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER standard_end_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE"
            " ON standard_end FOR EACH STATEMENT EXECUTE FUNCTION refuse_standard_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER standard_end_no_{change.lower()} BEFORE {change} ON standard_end"
            f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )
    op.execute(
        f"CREATE TRIGGER standard_end_no_replace BEFORE INSERT ON standard_end WHEN {_TAKEN}"
        f" BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    )


def downgrade() -> None:
    op.drop_table("standard_end")
