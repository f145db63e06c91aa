"""Read the letters posted last, and the runs that still have letters to be posted."""

from datetime import date

from msgspec import Struct
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from portal.domain.letters.letters.kinds import KINDS
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintRun
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.shipments.mail import ItemKind
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.people.households.models import Household

SHOWN = 20


class PostedLetter(Struct, frozen=True):
    """One posting of a letter, identified only by numbers."""

    number: str
    tracking_no: str | None
    mail_class: str
    posted_on: date


class RunWaiting(Struct, frozen=True):
    """A run with letters that are handed over and not posted yet."""

    run_id: int
    kind: str
    letters: int


def latest(session: Session, limit: int = SHOWN, *, include_protected: bool) -> list[PostedLetter]:
    """Return the letters that were posted last, newest day first.

    Those of protected households only with ``include_protected``: the post tells whoever has a
    tracking number where the letter went.
    """
    known = [True, False] if include_protected else [False]
    followed = session.execute(
        select(Letter.number, Shipment.tracking_no, Shipment.mail_class, Shipment.posted_on)
        .join(Letter, Letter.id == Shipment.letter_id)
        .join(Household, Household.id == Shipment.household_id)
        .where(
            Shipment.kind == ItemKind.LETTER,
            Shipment.posted_on.is_not(None),
            Household.protected.in_(known),
        )
        .order_by(Shipment.id.desc())
        .limit(limit)
    )
    without_id = session.execute(
        select(
            LetterWithoutId.number,
            LetterWithoutId.tracking_no,
            LetterWithoutId.mail_class,
            LetterWithoutId.posted_on,
        )
        .outerjoin(Household, Household.id == LetterWithoutId.household_id)  # a test has none
        .where(
            LetterWithoutId.posted_on.is_not(None),
            func.coalesce(Household.protected, literal(value=False)).in_(known),
        )
        .order_by(LetterWithoutId.posted_on.desc(), LetterWithoutId.id.desc())
        .limit(limit)
    )
    found = [
        PostedLetter(number, label, mail_class or "", day)
        for number, label, mail_class, day in (*followed, *without_id)
        if day is not None
    ]
    return sorted(found, key=lambda one: one.posted_on, reverse=True)[:limit]


def runs_waiting(session: Session, limit: int = SHOWN) -> list[RunWaiting]:
    """Return the runs with letters to be posted, oldest first."""
    posted = select(Shipment.letter_id).where(
        Shipment.letter_id.is_not(None), Shipment.state != ShipmentState.CANCELLED
    )
    found: list[RunWaiting] = []
    for kind in KINDS:
        letters = kind.table
        left = [letters.state == LetterState.HANDED_OVER, kind.by_post]
        if letters is Letter:
            left.append(Letter.id.not_in(posted))
        rows = session.execute(
            select(PrintRun.id, PrintRun.kind, func.count(letters.id))
            .join(letters, letters.print_run_id == PrintRun.id)
            .where(*left)
            .group_by(PrintRun.id, PrintRun.kind)
            .order_by(PrintRun.id)
            .limit(limit)
        )
        found += [RunWaiting(run_id, name, int(count)) for run_id, name, count in rows]
    return sorted(found, key=lambda run: run.run_id)[:limit]
