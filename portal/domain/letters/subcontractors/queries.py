"""Read the register of subcontractors and of the files sent to them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.letters.subcontractors.kinds import Purpose
from portal.domain.letters.subcontractors.models import SentFile, Subcontractor
from portal.domain.letters.subcontractors.states import CompanyState
from portal.domain.people.staff.models import StaffUser

SHOWN = 20


@dataclass(frozen=True, slots=True)
class FileSent:
    """One sent file with the names of the company and of the sender."""

    file: SentFile
    company: str
    sent_by: str


def subcontractors(session: Session) -> list[Subcontractor]:
    """Return all companies ever entered, in the order of entry."""
    return list(session.scalars(select(Subcontractor).order_by(Subcontractor.id)))


def mail_houses(session: Session) -> list[Subcontractor]:
    """Return the mail houses with the ward's consent, to which letters may be sent now."""
    return list(
        session.scalars(
            select(Subcontractor)
            .where(
                Subcontractor.purpose == Purpose.MAIL_HOUSE,
                Subcontractor.state == CompanyState.CONSENTED,
            )
            .order_by(Subcontractor.id)
        )
    )


def files_sent(session: Session, limit: int | None = SHOWN) -> list[FileSent]:
    """Return the sent files, newest first; all of them with ``limit`` None."""
    rows = session.execute(
        select(SentFile, Subcontractor.name, StaffUser.display_name)
        .join(Subcontractor, Subcontractor.id == SentFile.subcontractor_id)
        .join(StaffUser, StaffUser.id == SentFile.sent_by)
        .order_by(SentFile.id.desc())
        .limit(limit)
    )
    return [FileSent(file, company, who) for file, company, who in rows]
