"""The table of files that change hands; it holds figures, nothing personal."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, primary_key, state_column
from portal.domain.foundation.texts import label_of
from portal.domain.foundation.transfers.figures import Difference, Figures, read_differences
from portal.domain.foundation.transfers.kinds import KindRule, TransferKind, rule_of
from portal.domain.foundation.transfers.states import AGREED, FITTING, OPEN, TRANSFER, TransferState


class FileTransfer(Base):
    """One file that changes hands: the sender's figures, the receiver's, and what they make.

    ``sent_*`` are the sender's (of a file that comes to us: its sheet), ``got_*`` the receiver's
    (of a file that we send: the receipt). ``file_name`` is what the file was called when it came,
    ``sheet_file`` what the sheet calls it. ``findings`` are differences of our count to other
    things than the sheet. ``vouched_by`` is the account that stands for the other side's figures:
    it entered or confirmed them. A secret checksum is stored as a keyed digest. ``subject`` and
    ``subject_id`` name what the file became or was made of; ``reason_sealed`` is why somebody
    withdrew it, or two people accepted it.
    """

    __tablename__ = "file_transfer"
    __table_args__ = (
        Index("ix_file_transfer_subject", "subject", "subject_id"),
        Index("ix_file_transfer_kind", "kind", "state"),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = state_column(TRANSFER.initial)
    file_name: Mapped[str] = mapped_column(String(200))
    partner: Mapped[str] = mapped_column(String(80))
    sheet_no: Mapped[str] = mapped_column(String(40), default="")
    sheet_file: Mapped[str] = mapped_column(String(200), default="")
    sent_rows: Mapped[int | None]
    sent_children: Mapped[int | None]
    sent_yen: Mapped[int | None]
    sent_sha256: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    got_rows: Mapped[int | None]
    got_children: Mapped[int | None]
    got_yen: Mapped[int | None]
    got_sha256: Mapped[str | None] = mapped_column(String(64))
    got_at: Mapped[datetime | None]
    got_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    vouched_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    vouched_at: Mapped[datetime | None]
    subject: Mapped[str | None] = mapped_column(String(30))
    subject_id: Mapped[int | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    @property
    def rule(self) -> KindRule:
        """The rules of its kind."""
        return rule_of(self.kind)

    @property
    def sent(self) -> Figures:
        """The sender's figures."""
        return Figures(self.sent_rows, self.sent_children, self.sent_yen, self.sent_sha256)

    @property
    def got(self) -> Figures:
        """The receiver's figures."""
        return Figures(self.got_rows, self.got_children, self.got_yen, self.got_sha256)

    @property
    def disagreements(self) -> tuple[Difference, ...]:
        """Where the sides disagree."""
        return read_differences(self.differences)

    @property
    def is_open(self) -> bool:
        """Whether the chain is broken here."""
        return self.state in OPEN

    @property
    def is_agreed(self) -> bool:
        """Whether both sides agree, or two people accepted that they do not."""
        return self.state in AGREED

    @property
    def fits(self) -> bool:
        """Whether the file may be stored, though perhaps nobody of the other side confirmed it."""
        return self.state in FITTING

    @property
    def is_one_sided(self) -> bool:
        """Whether both sides agree, but nobody of the other side stands for its figures."""
        return self.state == TransferState.ONE_SIDED

    @property
    def counted_by(self) -> int | None:
        """Who entered or counted our side; None if a command without an account did."""
        return self.sent_by if self.rule.outgoing else self.got_by

    @property
    def differs(self) -> bool:
        """Whether the sides disagree, and nobody accepted it."""
        return self.state == TransferState.DIFFERING

    @property
    def waits_for_sheet(self) -> bool:
        """Whether the file came without its sheet."""
        return self.state == TransferState.WITHOUT_SHEET

    @property
    def waits_for_receipt(self) -> bool:
        """Whether we sent the file, and the receiver has not said what arrived."""
        return self.state == TransferState.SENT

    @property
    def may_be_accepted(self) -> bool:
        """Whether two people may accept the difference.

        It is the same file on both sides, or what was stored before its sheet came stands.
        """
        stored = self.rule.stands and self.subject_id is not None
        return self.differs and (
            stored or not any(one.figure in self.rule.identity for one in self.disagreements)
        )

    @property
    def kind_name(self) -> str:
        """The label of its kind, for staff."""
        return label_of(TransferKind, self.kind)

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(TransferState, self.state)
