"""Tables of requests, their paper forms, and the scans of these."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column


class Request(Base):
    """One request of any kind.

    Attributes:
        kind: A ``kinds.RequestKind``.
        household_id: Whose it is; None where nobody is known (yet).
        ward_only: Visible to the ward only, as requests of protected households are.
        result: A ``kinds.Result`` once it is closed.
        received_at: The instant that counts for a deadline (postmark, FAX header).
        warnings: Code words of the kind; with one of them it is never accepted in bulk.
        warned: Whether there is a warning.
        sealed: What the requester wrote, under a key of its own.
        version: Grows with every change, so that a decision on changed data is refused.
    """

    __tablename__ = "request"
    __table_args__ = (
        Index("ix_request_queue", "state", "received_at", "id"),
        Index("ix_request_kind", "state", "kind", "received_at", "id"),
        Index("ix_request_count", "state", "kind", "ward_only", "household_id"),
        Index("ix_request_due", "state", "due_on", "ward_only", "household_id"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="claim_whole"),
    )

    id: Mapped[int] = primary_key()
    receipt_no: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    ward_only: Mapped[bool] = mapped_column(default=False, server_default=false(), index=True)
    state: Mapped[str] = state_column("waiting")
    result: Mapped[str | None] = mapped_column(String(30))
    channel: Mapped[str] = mapped_column(String(10))
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    language: Mapped[str] = mapped_column(String(10), default="ja")
    received_at: Mapped[datetime]
    created_at: Mapped[datetime]
    due_on: Mapped[date]
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)
    warned: Mapped[bool] = mapped_column(default=False)
    children: Mapped[int] = mapped_column(default=0)
    amount_yen: Mapped[int] = mapped_column(default=0)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reply: Mapped[str | None] = mapped_column(String(40))
    reply_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"), index=True)
    claimed_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class PaperForm(Base):
    """A form on paper (post, FAX, counter) as staff entered it.

    ``signed_by`` is the signer's relation, not a name. ``detail`` has why there is no scan, who
    read the paper as a second person, and what was corrected (``evidence``).
    """

    __tablename__ = "paper_form"

    id: Mapped[int] = primary_key()
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    channel: Mapped[str] = mapped_column(String(10))
    received_at: Mapped[datetime]
    postmark_on: Mapped[date | None]
    signed_by: Mapped[str] = mapped_column(String(20))
    has_letter_of_attorney: Mapped[bool] = mapped_column(default=False)
    is_clear: Mapped[bool] = mapped_column(default=True)
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"))
    entered_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    entered_at: Mapped[datetime]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    @property
    def lacks_evidence(self) -> bool:
        """Whether there is no scan, and no second person has read the paper yet."""
        return self.scan_id is None and not self.detail.get("witnessed_by")

    @property
    def second_reading(self) -> dict[str, Any] | None:
        """What a second person read, where it differs from what was entered."""
        found: dict[str, Any] | None = self.detail.get("second")
        return found


class Scan(Base):
    """A checked file (PDF, TIFF, PNG, JPEG), encrypted under a key of its own; only ever shown.

    ``digest`` is keyed: it recognizes the same file and reveals nothing. ``sealed`` is loaded only
    on access. ``ward_only``: visible to the ward only.
    """

    __tablename__ = "scan"

    id: Mapped[int] = primary_key()
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    ward_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    media_type: Mapped[str] = mapped_column(String(40))
    pages: Mapped[int] = mapped_column(default=1)
    size: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    stored_by: Mapped[int | None] = mapped_column(BigId)
    stored_at: Mapped[datetime]


class ScanDraft(Base):
    """A file that came and waits for somebody to look at it; never longer than half an hour.

    ``sealed`` opens only with the key in the cookie of the browser that brought it: neither the
    database nor a backup of it can show the file.
    """

    __tablename__ = "scan_draft"

    id: Mapped[int] = primary_key()
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"), index=True)
    media_type: Mapped[str] = mapped_column(String(40))
    pages: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    made_at: Mapped[datetime] = mapped_column(index=True)


class ScanFinding(Base):
    """A number that may not be kept was found later on a stored scan, and was made black."""

    __tablename__ = "scan_finding"

    id: Mapped[int] = primary_key()
    scan_id: Mapped[int] = mapped_column(ForeignKey("scan.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    places: Mapped[int]
    found_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    found_at: Mapped[datetime] = mapped_column(index=True)
