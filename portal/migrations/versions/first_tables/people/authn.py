"""The first tables of ``people/authn``."""

import sqlalchemy as sa
from alembic import op

from portal.migrations.versions.first_tables.column_types import INSTANT, NUMBER


def create() -> None:
    """Create the tables in the order of their foreign keys."""
    _auth_session()
    _backup_code()
    _one_time_code()
    _otp_authenticator()
    _throttle_bucket()


def _auth_session() -> None:
    op.create_table(
        "auth_session",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("site", sa.String(length=10), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("owner_id", NUMBER, nullable=True),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("device", sa.String(length=40), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("verified_at", INSTANT, nullable=True),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_auth_session_token_hash")),
    )
    op.create_index("ix_auth_session_ends_at", "auth_session", ["ends_at"])
    op.create_index("ix_auth_session_owner", "auth_session", ["site", "owner_id"])


def _backup_code() -> None:
    op.create_table(
        "backup_code",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("credential_id", NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_code")),
        sa.UniqueConstraint("credential_id", "digest", name=op.f("uq_backup_code_credential_id")),
    )
    op.create_index("ix_backup_code_credential_id", "backup_code", ["credential_id"])


def _one_time_code() -> None:
    op.create_table(
        "one_time_code",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("authenticator_id", NUMBER, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
    )
    op.create_index("ix_one_time_code_authenticator_id", "one_time_code", ["authenticator_id"])


def _otp_authenticator() -> None:
    op.create_table(
        "otp_authenticator",
        sa.Column("id", NUMBER, nullable=False, autoincrement=True),
        sa.Column("credential_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("address_digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("last_step", NUMBER, nullable=True),
        sa.Column("fails", NUMBER, nullable=False),
        sa.Column("total_fails", NUMBER, nullable=False),
        sa.Column("locks", NUMBER, nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_otp_authenticator")),
        sa.UniqueConstraint(
            "credential_id", "kind", name=op.f("uq_otp_authenticator_credential_id")
        ),
    )
    op.create_index("ix_otp_authenticator_address_digest", "otp_authenticator", ["address_digest"])
    op.create_index("ix_otp_authenticator_credential_id", "otp_authenticator", ["credential_id"])
    op.create_index("ix_otp_authenticator_state", "otp_authenticator", ["state"])


def _throttle_bucket() -> None:
    op.create_table(
        "throttle_bucket",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("window_start", INSTANT, nullable=False),
        sa.Column("count", NUMBER, nullable=False),
        sa.Column("total", NUMBER, nullable=False),
        sa.Column("blocked_until", INSTANT, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle_bucket")),
    )
    op.create_index("ix_throttle_bucket_expires_at", "throttle_bucket", ["expires_at"])
