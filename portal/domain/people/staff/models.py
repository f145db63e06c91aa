"""Staff accounts."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key


class StaffUser(Base):
    """One person of the ward, the contractor or a subcontractor.

    ``totp_sealed`` is sealed with the key-encryption key. ``enrolled_at`` is when the owner set an
    own password and key, UTC; without it whoever made the account knows both.
    """

    __tablename__ = "staff_user"

    id: Mapped[int] = primary_key()
    login: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(60))
    organization: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    totp_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int | None]
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(String(10), default="ja")
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]
    enrolled_at: Mapped[datetime | None]


class StaffKey(Base):
    """A security key of an account: bound to one device, registered by two people.

    Sealed: its number, its public key, the account's number for devices, and its owner's label.
    ``sign_count`` is what its device counted at the last sign-in.
    """

    __tablename__ = "staff_key"

    id: Mapped[int] = primary_key()
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime]
