"""What goes wrong with printed letters, each ended as people of ward and contractor do."""

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
from tests.support.mailroom.archives import make_mail_house
from tests.support.work import work_in


def lose_batch(
    database: Database, folder: Path, run_id: int, officer: Actor, ward: Actor, now: datetime
) -> None:
    """The mail house loses the archive that it was handed: one action ends all its letters."""
    archive = make_mail_house(database, folder).build(run_id)
    with database.write() as session:
        propose_hand_over(work_in(session, officer, now), run_id)
        confirm_hand_over(work_in(session, ward, now), run_id)
    with database.write() as session:
        lose_archive(work_in(session, officer, now), archive.id)


def wrong_counts(
    database: Database, households: Collection[int], officer: Actor, now: datetime
) -> None:
    """Envelopes held too many or too few sheets.

    An incident, their IDs stopped at once, new letters ordered.
    """
    opening = Opening("wrong_count", now, summary="封筒に入れた枚数がちがう")
    with database.write() as session:
        theirs = select(Letter.number).where(
            Letter.household_id.in_(households), Letter.state == "handed_over"
        )
        row = open_incident(work_in(session, officer, now), opening)
        add_letters(work_in(session, officer, now), row.id, "\n".join(session.scalars(theirs)))
        stop_letters(work_in(session, officer, now), row.id)
        for household in households:
            order_again(work_in(session, officer, now), household, reason="wrong_count")
