"""Read the register of subcontractors and of the files sent to them."""

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.letters.subcontractors.kinds import Purpose
from portal.domain.letters.subcontractors.models import SentFile, Subcontractor
from portal.domain.letters.subcontractors.states import CompanyState
from portal.domain.people.staff.models import StaffUser

SHOWN = 20


class FileSent(Struct, frozen=True):
    """One sent file with the names of the company and of the sender."""

    file: SentFile
    company: str
    sent_by: str


def subcontractors(session: Session) -> list[Subcontractor]:
    """Return all companies ever entered, in the order of entry."""
    return list(session.scalars(select(Subcontractor).order_by(Subcontractor.id)))


class Link(Struct, frozen=True):
    """A company in its chain; ``level`` is 1 for one that we gave the work.

    ``above`` are the names of the companies above it, the highest first.
    """

    row: Subcontractor
    level: int
    above: tuple[str, ...]

    @property
    def path(self) -> str:
        """Its name with those above it."""
        return " → ".join((*self.above, self.row.name))


def in_chains(session: Session) -> list[Link]:
    """Return all companies ever entered, each with those below it behind it."""
    below: dict[int | None, list[Subcontractor]] = {}
    for row in subcontractors(session):
        below.setdefault(row.parent_id, []).append(row)
    found: list[Link] = []
    waiting = [Link(row, 1, ()) for row in reversed(below.get(None, []))]
    while waiting:
        link = waiting.pop()
        found.append(link)
        above = (*link.above, link.row.name)
        waiting += [
            Link(row, link.level + 1, above) for row in reversed(below.get(link.row.id, []))
        ]
    return found


def without_chain(session: Session) -> list[str]:
    """Return the companies with the ward's consent under one that has none (any more)."""
    consented = {row.id for row in subcontractors(session) if row.state == CompanyState.CONSENTED}
    return [
        link.path
        for link in in_chains(session)
        if link.row.id in consented
        and link.row.parent_id is not None
        and link.row.parent_id not in consented
    ]


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
