"""Tables of subcontractors and of the files sent to them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.foundation.base import Base, BigId, primary_key, state_column
from portal.domain.foundation.texts import label_of
from portal.domain.letters.subcontractors.kinds import Purpose, SentKind
from portal.domain.letters.subcontractors.states import SUBCONTRACTOR, CompanyState


class Subcontractor(Base):
    """One company: what it does for us, its public key (age) and the ward's consent (number, date).

    The key cannot be changed: another key takes another entry with the ward's consent, so that
    nobody can redirect the letters to a key of their own. ``parent_id`` is the company that gives
    it the work (再々委託), None where we do; it always has the smaller key. ``certificate_until``
    is the last day of its certificate (12①), ``work_until`` that of its work (JST).
    """

    __tablename__ = "subcontractor"
    __table_args__ = (
        CheckConstraint(
            "state <> 'consented' OR (consent_no IS NOT NULL AND consent_on IS NOT NULL)",
            name="consent_named",
        ),
    )

    id: Mapped[int] = primary_key()
    name: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(20))
    work: Mapped[str] = mapped_column(String(200))
    public_key: Mapped[str | None] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("subcontractor.id"), index=True)
    certificate_no: Mapped[str | None] = mapped_column(String(60))
    certificate_until: Mapped[date | None]
    work_until: Mapped[date | None]
    state: Mapped[str] = state_column(SUBCONTRACTOR.initial)
    consent_no: Mapped[str | None] = mapped_column(String(40))
    consent_on: Mapped[date | None]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def purpose_name(self) -> str:
        """The label of its purpose, for staff."""
        return label_of(Purpose, self.purpose)

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(CompanyState, self.state)

    @property
    def is_undecided(self) -> bool:
        """Whether the company waits for the ward's consent."""
        return self.state == CompanyState.PROPOSED

    @property
    def can_end(self) -> bool:
        """Whether the work with the company can be ended."""
        return SUBCONTRACTOR.can(self.state, "end")


class SentFile(Base):
    """One file sent to a subcontractor: what it was, SHA-256, number of letters, when and by whom.

    ``subject`` and ``subject_id`` name what it was made from (a print run). ``consent_no`` and
    ``consent_on`` are a copy of the ward's consent at that time.
    """

    __tablename__ = "sent_file"

    id: Mapped[int] = primary_key()
    subcontractor_id: Mapped[int] = mapped_column(ForeignKey("subcontractor.id"), index=True)
    what: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str | None] = mapped_column(String(20))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    file_name: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    letters: Mapped[int] = mapped_column(default=0)
    consent_no: Mapped[str] = mapped_column(String(40))
    consent_on: Mapped[date]
    sent_by: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    sent_at: Mapped[datetime]

    @property
    def what_name(self) -> str:
        """The label of such a file, for staff."""
        return label_of(SentKind, self.what)
