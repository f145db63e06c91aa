"""Start the next step for a returned item, and decide it anew where the reason was wrong."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, DomainError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments import mail
from portal.domain.letters.shipments import services as shipments
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.returned_mail.actions import NextAction, next_action
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.mailroom.returned_mail.states import ItemState
from portal.domain.mailroom.returned_mail.storage import locked
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.households.models import Household
from portal.domain.people.notices.events import ProgressEvent
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_once
from portal.domain.requests.redeliveries.queries import letters_sent_again, open_request
from portal.domain.requests.redeliveries.states import MissingItem
from portal.domain.requests.redeliveries.submitting import NotArrived, submit


def start_next_step(
    work: Work, household: Household, shipment: Shipment, reason: str, *, in_use: bool
) -> NextAction:
    """Start the next step; a letter whose ID is ``in_use`` is never replaced unasked."""
    letter = shipment.kind == mail.ItemKind.LETTER
    used = letters_sent_again(work.session, household.id) if letter else shipment.attempt
    left = max(0, work.program.requests.redeliveries - used)
    asked = open_request(work.session, household.id, None if letter else shipment.id) is not None
    action = next_action(reason, protected=household.protected, left=left, asked=asked)
    if action is NextAction.ON_REQUEST and letter:
        if work.program.requests.first_redelivery_unasked and used == 0 and not in_use:
            try:
                with work.session.begin_nested():
                    submit(work, NotArrived(household.id, MissingItem.LETTER))
                action = NextAction.ASKED_FOR
            except DomainError:
                # for example because the period is over: then the household is informed as usual
                action = NextAction.ON_REQUEST
        announce(
            work, Event(household.id, ProgressEvent.CAME_BACK, f"shipment:{shipment.id}:came_back")
        )
    elif action is NextAction.WARD_LOOKS:
        open_once(work, TaskKind.ADDRESS_CHECK, household.id, {"reason": reason})
    return action


def correct_reason(
    work: Work, item_id: int, reason: str, *, include_protected: bool = False
) -> ReturnedItem:
    """Correct a wrong reason on the day on which the item was received.

    The next step is decided anew.

    Raises:
        NotFoundError: no item has this key.
        InputError: no such reason.
        ConflictError: it was received on an earlier day, or is no longer in storage.
    """
    item = locked(work.session, item_id, include_protected=include_protected)
    if reason not in mail.RETURN_REASONS:
        raise InputError(_s("郵便が戻った理由を選んでください。"))
    if item.state != ItemState.KEPT or jst_date(item.created_at) != jst_date(work.now):
        raise ConflictError(
            _s("理由を直せるのは、受け取ったその日だけです。責任者に相談してください。")
        )
    shipment = shipments.locked(work.session, item.shipment_id)
    before, item.reason, shipment.returned_reason = item.reason, reason, reason
    item.changed_at = work.now
    household = work.session.get_one(Household, item.household_id)
    in_use = _id_in_use(work.session, shipment)
    item.action = start_next_step(work, household, shipment, reason, in_use=in_use).value
    record(
        work,
        "returned_mail.corrected",
        "returned_item",
        item.id,
        household_id=household.id,
        before=before,
        after=reason,
    )
    work.session.flush()
    return item


def _id_in_use(session: Session, shipment: Shipment) -> bool:
    # not whether the two still decide: a family that they found to use its ID keeps it
    state = session.scalar(
        select(Credential.state)
        .join(Letter, Letter.credential_id == Credential.id)
        .where(Letter.id == shipment.letter_id)
    )
    return state == CredentialState.ACTIVE
