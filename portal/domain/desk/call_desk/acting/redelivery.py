"""Requesting that a letter or parcel is sent again, for a caller."""

from portal.domain.contacts.calls.levels import Level
from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import ActSubject, admit, record_act, spoken
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.requests.redeliveries.letter_status import Bar, LetterStatus, letter_statuses
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.submitting import NotArrived, submit
from portal.domain.requests.redeliveries.words import said_text

REFUSED = frozenset({Bar.ON_THE_WAY, Bar.LIMIT, Bar.DELIVERED})
"""Refusals with a sentence for callers; the others read as in the portal."""


def ward_kind(status: LetterStatus) -> EscalationKind | None:
    """Return the kind of question to the ward if it must decide for the caller, else None."""
    if status.bar is Bar.LIMIT or (status.bar is Bar.ON_THE_WAY and status.next_day is None):
        return EscalationKind.ELIGIBILITY
    return EscalationKind.ACCIDENT if status.bar is Bar.DELIVERED else None


def next_step(status: LetterStatus) -> str:
    """Return what the agent does if the caller cannot be helped here, or ""."""
    match ward_kind(status):
        case EscalationKind.ELIGIBILITY:
            return _s(
                "「区に引き継ぐ」の「対象の判断」で、受け取り方を決めてもらってください。"
                "返事が来たら、折り返します。"
            )
        case EscalationKind.ACCIDENT:
            return _s(
                "家族も受け取っていないときは、「区に引き継ぐ」の「事故」で、"
                "郵便局への調査を頼んでください。"
            )
    return ""


def ask_redelivery(work: Work, household_id: int, item: str, shipment_id: int | None) -> DeskAct:
    """Request that a letter or parcel is sent again to the registered address.

    ``item`` is ``letter``, or a parcel with its ``shipment_id``. As in the portal, nothing can be
    requested while the item is on its way. A caller at the status level only is not taken for the
    household: if somebody has signed in already, the account's owner confirms first, on the
    account's own channel.

    Raises:
        as ``admit``; TooEarlyError, TooLateError: outside the window.
        NotFoundError: there is no such parcel.
        ConflictError: not now; the sentence says why and what else is possible (code: a ``Bar``).
    """
    admitted = admit(work, Act.REDELIVERY, household_id)
    for status in letter_statuses(work, household_id):
        key = (
            status.shipment.id
            if status.shipment is not None and item != MissingItem.LETTER
            else None
        )
        if status.item == item and key == shipment_id and status.bar in REFUSED:
            raise ConflictError(said_text(status), code=status.bar.value)
    request = submit(
        work.acting_as(admitted.actor),
        NotArrived(
            household_id,
            item,
            shipment_id,
            received_at=admitted.effective_at,
            sure=admitted.level >= Level.ACT,
        ),
    )
    request.language = spoken(admitted.call)
    return record_act(work, admitted, ActSubject.of_request(request))
