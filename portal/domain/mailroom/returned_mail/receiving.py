"""Receive a returned item: end its shipment, settle its ID, and start the next step.

A letter in hand is taken in whatever the post's records say. An ID that nobody used yet is
suspended at once, since somebody may have read it on its way. One that is in use is left as it is:
the family may have it and a stranger may have sent the envelope back, so two people find out who
signs in.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import select

from portal.domain.contacts.escalations.call_back_results import call_off
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.sentences import together
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments import mail
from portal.domain.letters.shipments import services as shipments
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import absence_key
from portal.domain.letters.shipments.services import MailReturn
from portal.domain.letters.shipments.states import SHIPMENT
from portal.domain.mailroom.returned_mail.actions import NextAction
from portal.domain.mailroom.returned_mail.finding import Found, find
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.mailroom.returned_mail.next_step import start_next_step
from portal.domain.people.credentials.services import lock_row, move
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_once
from portal.domain.requests.alternatives import delivery
from portal.domain.requests.alternatives.models import AlternativeParcel

BOX_MAX = 20
SUSPENDED_FOR = "returned_mail"


@dataclass(frozen=True, slots=True)
class Pile:
    """The facts that all items of a pile share.

    These are the post's reason, the box, and the days (JST) of receipt and of the end of storage.
    """

    reason: str
    box: str
    received_on: date
    keep_until: date


class Received(Struct, frozen=True):
    """One received item; a ``protected`` one is shown only to readers with that permission."""

    item: ReturnedItem
    number: str
    action: NextAction
    protected: bool


def default_keep_until(program: Program, received_on: date) -> date:
    """Return the last day of storage (JST) that the desk proposes."""
    return received_on + timedelta(days=program.requests.returned_keep_days)


def check_pile(pile: Pile, now: datetime) -> dict[str, str]:
    """Return the faults in the facts of a pile, one sentence per field."""
    faults: dict[str, str] = {}
    if pile.reason not in mail.RETURN_REASONS:
        faults["reason"] = _s("郵便が戻った理由を選んでください。")
    if not 0 < len(pile.box.strip()) <= BOX_MAX:
        faults["box"] = _s("箱の名前を、20文字までで入力してください。")
    if pile.received_on > jst_date(now):
        faults["received_on"] = _s("戻った日が未来です。")
    if pile.keep_until < pile.received_on:
        faults["keep_until"] = _s("保管の最後の日は、戻った日よりあとにしてください。")
    return faults


def receive(work: Work, typed: str, pile: Pile) -> Received:
    """Receive the item whose number was scanned.

    An ID that was not used yet is suspended at once; for one in use a task is opened.

    Raises:
        InputError: a fact of the pile is missing or wrong.
        NotFoundError: no item has the number.
        ConflictError: it was received before, or was never handed over.
        WrongStateError: it is a parcel that is recorded as delivered or lost.
    """
    if faults := check_pile(pile, work.now):
        raise InputError(together(faults.values()))
    found = find(work.session, typed)
    household = work.session.scalars(
        select(Household).where(Household.id == found.household_id).with_for_update(key_share=True)
    ).one()
    shipment = found.shipment or _posting_of(work, found)
    _refuse_received_before(work, shipment)
    _come_back(work, shipment, pile)
    in_use = found.letter is not None and _settle_id(work, found.letter)
    item = _store(work, household, shipment, pile)
    action = start_next_step(work, household, shipment, pile.reason, in_use=in_use)
    item.action = action.value
    work.session.flush()
    if found.letter is not None:
        number = found.letter.number
    else:
        number = mail.printed(shipment.tracking_no or "")
    return Received(item, number, action, household.protected)


def _refuse_received_before(work: Work, shipment: Shipment) -> None:
    before = select(ReturnedItem.id).where(ReturnedItem.shipment_id == shipment.id)
    if work.session.scalar(before) is not None:
        raise ConflictError(_s("この郵便は、もう受け取ってあります。"), code="received_before")


def _store(work: Work, household: Household, shipment: Shipment, pile: Pile) -> ReturnedItem:
    """Store the item; the caller sets its next step."""
    item = ReturnedItem(
        shipment_id=shipment.id,
        household_id=household.id,
        reason=pile.reason,
        box=pile.box.strip(),
        received_on=pile.received_on,
        keep_until=pile.keep_until,
        received_by=work.actor.id,
        created_at=work.now,
        changed_at=work.now,
        action=NextAction.PEOPLE_DECIDE.value,
    )
    work.session.add(item)
    work.session.flush()
    record(
        work,
        "returned_mail.received",
        "returned_item",
        item.id,
        household_id=household.id,
        reason=pile.reason,
    )
    return item


def _posting_of(work: Work, found: Found) -> Shipment:
    """Create the shipment of a letter that came back before its posting was entered."""
    letter = found.letter
    if letter is None or letter.handed_over_at is None:
        raise ConflictError(
            _s("この手紙は、まだ差し出していません。番号を確かめてください。"), code="not_sent"
        )
    row = shipments.plan_letter(work, letter)
    shipments.post_unlabeled(work, row.id, jst_date(letter.handed_over_at))
    return row


def _come_back(work: Work, shipment: Shipment, pile: Pile) -> None:
    if shipment.absent_on is not None:
        call_off(work, absence_key(shipment.id))
    parcel = work.session.scalar(
        select(AlternativeParcel.id).where(AlternativeParcel.shipment_id == shipment.id)
    )
    back = MailReturn(pile.reason, pile.received_on)
    if parcel is not None:
        delivery.come_back(work, parcel, back)
    elif shipment.kind == mail.ItemKind.LETTER and SHIPMENT.can(shipment.state, "turn_up"):
        shipments.turn_up(work, shipment.id, back)
    else:
        shipments.come_back(work, shipment.id, back)


def _settle_id(work: Work, letter: Letter) -> bool:
    """Suspend the ID of a letter if nobody used it; return whether two people decide about it.

    An ID that is frozen, suspended or no longer valid is left as it is.
    """
    if letter.credential_id is None:
        return False
    credential = lock_row(work.session, letter.credential_id)
    if credential.state == CredentialState.ISSUED:
        move(work, credential, "suspend", reason=SUSPENDED_FOR)
        return False
    if credential.state != CredentialState.ACTIVE:
        return False
    open_once(work, TaskKind.RETURNED_IN_USE, letter.household_id, {"letter_number": letter.number})
    return True
