"""whose telephone the record of a visit comes from, and who brings it does not let it stand"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_OTHERS = (
    "reviewed_by_id IS NULL OR (reviewed_by_id <> inspector_id"
    " AND (companion_id IS NULL OR reviewed_by_id <> companion_id)"
)
_BEFORE = f"{_OTHERS} AND (filed_by_id IS NULL OR imported OR reviewed_by_id <> filed_by_id))"
_AFTER = (
    f"{_OTHERS} AND (filed_by_id IS NULL OR reviewed_by_id <> filed_by_id)"
    " AND (owner_id IS NULL OR reviewed_by_id <> owner_id))"
)


def upgrade() -> None:
    with op.batch_alter_table("inspection", schema=None) as batch:
        batch.add_column(
            sa.Column("owner", sa.String(length=100), nullable=False, server_default="")
        )
        batch.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            batch.f("fk_inspection_owner_id_account"), "account", ["owner_id"], ["id"]
        )
    _fill()
    with op.batch_alter_table("inspection", schema=None) as batch:
        batch.alter_column("owner", existing_type=sa.String(length=100), server_default=None)
        batch.drop_constraint(batch.f("ck_inspection_second_person"), type_="check")
        batch.create_check_constraint(batch.f("ck_inspection_second_person"), _AFTER)


def _fill() -> None:
    table = sa.table(
        "inspection",
        *map(sa.column, ("owner", "owner_id", "filed_by", "filed_by_id", "reviewed_by_id")),
        *(sa.column("inspector"), sa.column("inspector_id"), sa.column("imported", sa.Boolean())),
    )
    own = table.update().where(table.c.filed_by.is_not(None))
    op.execute(
        own.where(~table.c.imported).values(owner=table.c.filed_by, owner_id=table.c.filed_by_id)
    )
    # Whose they were was not kept: those who were sent stand for them.
    op.execute(
        own.where(table.c.imported).values(owner=table.c.inspector, owner_id=table.c.inspector_id)
    )
    # Who both brought and reviewed one, as was once allowed, stays by name alone.
    op.execute(
        table.update()
        .where(table.c.imported, table.c.reviewed_by_id == table.c.filed_by_id)
        .values(reviewed_by_id=None)
    )


def downgrade() -> None:
    with op.batch_alter_table("inspection", schema=None) as batch:
        batch.drop_constraint(batch.f("ck_inspection_second_person"), type_="check")
        batch.create_check_constraint(batch.f("ck_inspection_second_person"), _BEFORE)
        batch.drop_constraint(batch.f("fk_inspection_owner_id_account"), type_="foreignkey")
        batch.drop_column("owner_id")
        batch.drop_column("owner")
