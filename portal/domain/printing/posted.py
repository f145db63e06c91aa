"""What was posted last, and which runs still have letters to be posted."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.letters.models import Letter, PrintRun
from portal.domain.shipments.models import Shipment
from portal.domain.shipments.services import LETTER

SHOWN = 20


@dataclass(frozen=True, slots=True)
class PostedLetter:
    """One posting of a letter, by its numbers alone."""

    number: str
    tracking_no: str | None
    mail_class: str
    posted_on: date


@dataclass(frozen=True, slots=True)
class RunWaiting:
    """A run with letters that are handed over and not posted yet."""

    run_id: int
    kind: str
    letters: int


def latest(session: Session, limit: int = SHOWN) -> list[PostedLetter]:
    """Return the letters that were entered last, newest first."""
    rows = session.execute(
        select(Letter.number, Shipment.tracking_no, Shipment.mail_class, Shipment.posted_on)
        .join(Letter, Letter.id == Shipment.letter_id)
        .where(Shipment.kind == LETTER, Shipment.posted_on.is_not(None))
        .order_by(Shipment.id.desc())
        .limit(limit)
    )
    return [
        PostedLetter(number, tracking_no, mail_class or "", day)
        for number, tracking_no, mail_class, day in rows
        if day is not None
    ]


def runs_waiting(session: Session, limit: int = SHOWN) -> list[RunWaiting]:
    """Return the runs with letters to be posted, oldest first."""
    posted = select(Shipment.letter_id).where(Shipment.letter_id.is_not(None), Shipment.state != "cancelled")
    rows = session.execute(
        select(PrintRun.id, PrintRun.kind, func.count(Letter.id))
        .join(Letter, Letter.print_run_id == PrintRun.id)
        .where(Letter.state == "handed_over", Letter.counter.is_(False), Letter.id.not_in(posted))
        .group_by(PrintRun.id, PrintRun.kind)
        .order_by(PrintRun.id)
        .limit(limit)
    )
    return [RunWaiting(run_id, kind, int(count)) for run_id, kind, count in rows]
