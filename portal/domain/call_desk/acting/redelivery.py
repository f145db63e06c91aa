"""Asking for a letter or a parcel to be sent again, for a caller."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.call_desk.acting.kinds import Act
from portal.domain.call_desk.acting.on_behalf import admit, note, spoken
from portal.domain.call_desk.models import DeskAct
from portal.domain.calls.levels import Level
from portal.domain.errors import ConflictError
from portal.domain.program.schema import Program
from portal.domain.redeliveries.standing import Bar, standings
from portal.domain.redeliveries.submitting import submit
from portal.domain.redeliveries.words import bar_text
from portal.domain.vault import Vault


def ask_redelivery(
    session: Session,
    vault: Vault,
    program: Program,
    household_id: int,
    item: str,
    shipment_id: int | None,
    actor: Actor,
    now: datetime,
) -> DeskAct:
    """Ask for the letter (``item`` letter) or a parcel (its shipment) to be sent again to the registered address.

    As in the portal, nothing is asked for while it is on its way. A caller who reached only the status is not taken for
    the household: where somebody signed in already, the account's owner is asked first, on the account's own channel.

    Raises:
        as ``admit``; TooEarlyError, TooLateError: outside the window. NotFoundError: no such parcel.
        ConflictError: not now; the sentence says why and what else is possible (code: a ``Bar``).
    """
    desk = admit(session, Act.REDELIVERY, household_id, actor, now)
    for standing in standings(session, program, household_id, now):
        key = standing.shipment.id if standing.shipment is not None and item != "letter" else None
        if standing.item == item and key == shipment_id and standing.bar is Bar.ON_THE_WAY:
            raise ConflictError(bar_text(standing), code=Bar.ON_THE_WAY.value)
    request = submit(
        session, vault, program, household_id, item, shipment_id, desk.actor, now, received_at=desk.asked_at,
        sure=desk.level >= Level.ACT,
    )  # fmt: skip
    request.language = spoken(desk.call)
    return note(session, desk, Act.REDELIVERY, request.receipt_no, "request", request.id, now)
