"""The table of mailed credentials."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.people.credentials.states import CREDENTIAL, DOOR

ALIVE = "state IN ('issued','active','locked','suspended')"


class Credential(Base):
    """The credential of one letter; at most one of a household is live.

    The password is only ever a hash. ``locale`` is the language in which the household last signed
    in, for messages to it. From ``reset_at`` (UTC) on, the first sign-in is repeated (decision
    0008). ``door`` says who may sign in after a report of a loss. Browsers that signed in before
    ``devices_forgotten_at`` (UTC) are unknown ones. Since ``card_wanted_at`` (UTC) a card is to
    tell the household what no channel could. Since ``reminders_ended_at`` (UTC) it wants no
    reminders of a last day; a new letter begins with them again.
    """

    __tablename__ = "credential"
    __table_args__ = (
        Index(
            "uq_credential_alive_household",
            "household_id",
            unique=True,
            postgresql_where=text(ALIVE),
            sqlite_where=text(ALIVE),
        ),
    )

    id: Mapped[int] = primary_key()
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    login_digest: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    login_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    password_hash: Mapped[str] = mapped_column(String(200))
    own_password_hash: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = state_column(CREDENTIAL.initial)
    locale: Mapped[str | None] = mapped_column(String(10))
    state_before: Mapped[str | None] = mapped_column(String(32))
    wrong_births: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    reset_at: Mapped[datetime | None]
    door: Mapped[str] = mapped_column(String(32), default=DOOR.initial, server_default=DOOR.initial)
    devices_forgotten_at: Mapped[datetime | None]
    card_wanted_at: Mapped[datetime | None] = mapped_column(index=True)
    reminders_ended_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
