"""Tables of shipments and of other mail."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.foundation.texts import label_of
from portal.domain.letters.shipments.mail import OtherMailKind
from portal.domain.letters.shipments.states import SHIPMENT


class Shipment(Base):
    """One posting of a letter or a parcel; a second posting is a second row (``previous_id``).

    ``attempt`` is 0 for the first delivery and 1 to n for redeliveries. ``value_yen`` is what the
    content is worth to a thief: 0 for a letter, which is worthless alone. ``absent_on`` is the day
    on which nobody was at home, ``kept_until`` the last day of storage at the post office (JST).
    The post reuses tracking numbers after some time, so only number and posting day together are
    unique (``domain.md`` §3.4).
    """

    __tablename__ = "shipment"
    __table_args__ = (
        UniqueConstraint("tracking_no", "posted_on"),
        CheckConstraint("(kind = 'letter') = (letter_id IS NOT NULL)", name="letter_named"),
        CheckConstraint("value_yen >= 0 AND attempt >= 0", name="not_negative"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(10))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"), index=True)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"), unique=True)
    attempt: Mapped[int] = mapped_column(default=0)
    value_yen: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = state_column(SHIPMENT.initial)
    mail_class: Mapped[str | None] = mapped_column(String(20))
    tracking_no: Mapped[str | None] = mapped_column(String(12), index=True)
    posted_on: Mapped[date | None]
    absent_on: Mapped[date | None]
    kept_until: Mapped[date | None]
    delivered_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    returned_reason: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class OtherMail(Base):
    """Pieces of mail posted on one day (JST) that are neither letters, cards nor parcels.

    They count for the postage until the entry is dropped.
    """

    __tablename__ = "other_mail"
    __table_args__ = (CheckConstraint("pieces > 0", name="some_pieces"),)

    id: Mapped[int] = primary_key()
    posted_on: Mapped[date] = mapped_column(index=True)
    mail_class: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(String(20))
    pieces: Mapped[int]
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    entered_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]

    @property
    def what_name(self) -> str:
        """The label of such mail, for staff."""
        return label_of(OtherMailKind, self.what)
