"""The table of redeliveries."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column


class Redelivery(Base):
    """What a request asks to be sent again: a letter, or the parcel of ``shipment_id``.

    Attributes:
        item: A ``MissingItem``.
        proof: A ``Proof`` of the requester.
        matches: Without proof, the keys of households that fit what was written, with the parts
            that agree; only staff ever see them.
        confirmed_at: When the owner of the account confirmed that the request is theirs.
        ward_only: Passed to the ward.
        elsewhere: The other address that the ward orders, under the household's data key.
    """

    __tablename__ = "redelivery"
    __table_args__ = (
        CheckConstraint("item = 'letter' OR shipment_id IS NOT NULL", name="parcel_named"),
    )

    id: Mapped[int] = primary_key()
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), unique=True)
    item: Mapped[str] = mapped_column(String(10))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipment.id"), index=True)
    state: Mapped[str] = state_column("submitted")
    proof: Mapped[str] = mapped_column(String(10))
    matches: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    matched_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    ward_only: Mapped[bool] = mapped_column(default=False)
    elsewhere: Mapped[bytes | None] = mapped_column(LargeBinary)
    decided_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
