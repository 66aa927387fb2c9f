"""accounts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_at", sa.DateTime(), nullable=False),
        sa.Column("one_time_until", sa.DateTime(), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "office IN ('business', 'system', 'audit')", name=op.f("ck_account_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("id", "office", name=op.f("uq_account_id_office")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "login_attempt",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('account', 'address', 'code')", name=op.f("ck_login_attempt_kind")
        ),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_login_attempt")),
    )
    op.create_index(
        op.f("ix_login_attempt_started_at"), "login_attempt", ["started_at"], unique=False
    )
    op.create_table(
        "account_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.String(length=100), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(role = 'auditor' AND office = 'audit') OR (role = 'system_admin' AND office = 'system') OR (role NOT IN ('auditor', 'system_admin') AND office = 'business')",
            name=op.f("ck_account_grant_role_office"),
        ),
        sa.CheckConstraint(
            "role IN ('hotline_agent', 'window_clerk', 'station_manager', 'inspector', 'county_admin', 'city_admin', 'auditor', 'system_admin')",
            name=op.f("ck_account_grant_role"),
        ),
        sa.CheckConstraint(
            "region_id IS NULL OR site_id IS NULL", name=op.f("ck_account_grant_place")
        ),
        sa.CheckConstraint("until > since", name=op.f("ck_account_grant_days")),
        sa.ForeignKeyConstraint(
            ["account_id", "office"],
            ["account.id", "account.office"],
            name=op.f("fk_account_grant_account_id_office_account"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_account_grant_region_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_account_grant_site_id_site")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_grant")),
    )
    op.create_index(
        op.f("ix_account_grant_account_id"), "account_grant", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_account_grant_region_id"), "account_grant", ["region_id"], unique=False
    )
    op.create_index(op.f("ix_account_grant_site_id"), "account_grant", ["site_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("permissions", sa.String(length=400), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_api_token_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_token_prefix")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "past_password",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_past_password_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_password")),
    )
    op.create_index(
        op.f("ix_past_password_account_id"), "past_password", ["account_id"], unique=False
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint(
            "account_id", "code_hash", name=op.f("uq_recovery_code_account_id_code_hash")
        ),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("fresh_at", sa.DateTime(), nullable=False),
        sa.Column("second_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("agent", sa.String(length=40), nullable=False),
        sa.Column("offered", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
        sa.UniqueConstraint("uuid", name=op.f("uq_sign_in_uuid")),
    )
    op.create_index(op.f("ix_sign_in_account_id"), "sign_in", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_sign_in_account_id"), "sign_in")
    op.drop_table("sign_in")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_past_password_account_id"), "past_password")
    op.drop_table("past_password")
    op.drop_index(op.f("ix_api_token_account_id"), "api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_account_grant_site_id"), "account_grant")
    op.drop_index(op.f("ix_account_grant_region_id"), "account_grant")
    op.drop_index(op.f("ix_account_grant_account_id"), "account_grant")
    op.drop_table("account_grant")
    op.drop_index(op.f("ix_login_attempt_started_at"), "login_attempt")
    op.drop_table("login_attempt")
    op.drop_table("account")
