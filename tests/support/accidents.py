"""What goes wrong with letters after they were printed, each ended as the ward's and the contractor's people would."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from portal.domain.foundation.actors import Actor
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.services import order_again
from portal.domain.mailroom.incidents.register import Opening, open_incident
from portal.domain.mailroom.incidents.stopping import stop_letters
from portal.domain.mailroom.incidents.subjects import add_letters
from portal.domain.mailroom.printing.archives.sending import lose_archive
from portal.domain.mailroom.printing.dispatch.handover import confirm_hand_over, propose_hand_over
from portal.platform.database import Database
from tests.support.archives import make_mail_house
from tests.support.coupons import VAULT


def lose_batch(
    database: Database, folder: Path, run_id: int, officer: Actor, ward: Actor, now: datetime
) -> None:
    """The mail house loses the archive that it was handed: one action ends all its letters."""
    archive = make_mail_house(database, folder).build(run_id)
    with database.write() as session:
        propose_hand_over(session, run_id, officer, now)
        confirm_hand_over(session, VAULT, run_id, ward, now)
    with database.write() as session:
        lose_archive(session, archive.id, officer, now)


def wrong_counts(
    database: Database, households: Collection[int], officer: Actor, now: datetime
) -> None:
    """Envelopes held too many or too few sheets: an incident, their IDs stopped at once, new letters ordered."""
    opening = Opening("wrong_count", now, summary="封筒に入れた枚数がちがう")
    with database.write() as session:
        theirs = select(Letter.number).where(
            Letter.household_id.in_(households), Letter.state == "handed_over"
        )
        row = open_incident(session, VAULT, opening, officer, now)
        add_letters(session, row.id, "\n".join(session.scalars(theirs)), officer, now)
        stop_letters(session, row.id, officer, now)
        for household in households:
            order_again(session, household, officer, now, reason="wrong_count")
