"""Tables of sessions, sources of codes, codes, passkeys, backup codes, reports and counters."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.people.authn.channels import SourceState
from portal.domain.people.authn.hold import Held

PROVEN = "state = 'confirmed'"


class AuthSession(Base):
    """A browser's session, of which only the hash of its 256-bit ID is stored.

    The ID changes at every step up. ``site`` is resident or staff, ``stage`` is how far the
    sign-in has come, ``owner_id`` is the key of the credential or staff user.
    """

    __tablename__ = "auth_session"
    __table_args__ = (Index("ix_auth_session_owner", "site", "owner_id"),)

    id: Mapped[int] = primary_key()
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    site: Mapped[str] = mapped_column(String(10))
    stage: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int | None] = mapped_column(BigId)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    device: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class OtpAuthenticator(Held, Base):
    """A resident's source of one-time codes: a sealed app secret, SMS or email address.

    At most one of a kind is confirmed; sessions that enroll one have a pending row each. The
    address of a ``quiet`` one was set at the ward's counter and is hinted at nowhere.
    """

    __tablename__ = "otp_authenticator"
    __table_args__ = (
        Index(
            "uq_otp_authenticator_confirmed",
            "credential_id",
            "kind",
            unique=True,
            postgresql_where=text(PROVEN),
            sqlite_where=text(PROVEN),
        ),
    )

    id: Mapped[int] = primary_key()
    credential_id: Mapped[int] = mapped_column(BigId, index=True)
    kind: Mapped[str] = mapped_column(String(8))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    address_digest: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    state: Mapped[str] = state_column(SourceState.PENDING)
    last_step: Mapped[int | None]
    fails: Mapped[int] = mapped_column(default=0)
    total_fails: Mapped[int] = mapped_column(default=0)
    locks: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    quiet: Mapped[bool] = mapped_column(default=False, server_default=false())


class OneTimeCode(Base):
    """A sent code, as a keyed hash: ten minutes, five tries, one use, one purpose."""

    __tablename__ = "one_time_code"

    id: Mapped[int] = primary_key()
    authenticator_id: Mapped[int] = mapped_column(BigId, index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Held, Base):
    """A key on a household's device that signs it in, found by a keyed digest of its number.

    Sealed: that number, the public key, the account's number for devices, and the name that the
    household gave it. ``sign_count`` is what its device counted at the last sign-in.
    """

    __tablename__ = "passkey"

    id: Mapped[int] = primary_key()
    credential_id: Mapped[int] = mapped_column(BigId, index=True)
    key_digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = state_column(SourceState.WAITING)
    sign_count: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime]


class BackupCode(Base):
    """One of ten codes shown once; a keyed hash, burned on use."""

    __tablename__ = "backup_code"
    __table_args__ = (UniqueConstraint("credential_id", "digest"),)

    id: Mapped[int] = primary_key()
    credential_id: Mapped[int] = mapped_column(BigId, index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LossReport(Base):
    """A report of a loss that waits for the worker, sealed, whatever is right about it."""

    __tablename__ = "loss_report"

    id: Mapped[int] = primary_key()
    carried: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class ThrottleBucket(Base):
    """One counter of one limit for one key.

    Keys are keyed digests, so that no network address is stored in clear.
    """

    __tablename__ = "throttle_bucket"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    window_start: Mapped[datetime]
    count: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    blocked_until: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
