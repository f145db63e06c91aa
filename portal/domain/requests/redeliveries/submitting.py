"""Asks for redelivery: by or for a household, or by a person who cannot sign in."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.program.opening import require_open
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.queries import shipment
from portal.domain.people.authn import throttles
from portal.domain.people.authn.public_forms import PublicForm, accept_once, earlier_receipt
from portal.domain.people.households.models import Household
from portal.domain.requests.redeliveries.announcing import News, tell
from portal.domain.requests.redeliveries.choosing import has_account, warn_of
from portal.domain.requests.redeliveries.letter_status import (
    Bar,
    LetterStatus,
    letter_status,
    parcel_status,
)
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import RedeliveryCase
from portal.domain.requests.redeliveries.reasons import RedeliveryReason, RedeliveryWarning
from portal.domain.requests.redeliveries.states import REDELIVERY as STATES
from portal.domain.requests.redeliveries.states import MissingItem, Proof
from portal.domain.requests.redeliveries.words import bar_text
from portal.domain.requests.redeliveries.written import WRITTEN, Wish
from portal.domain.requests.requests.decisions import Reply
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import (
    NewRequest,
    close,
    move,
    open_request,
    set_reply,
)


@dataclass(frozen=True, slots=True)
class NotArrived:
    """What a household says did not arrive.

    Attributes:
        household_id: The household.
        item: The letter, or a parcel.
        shipment_id: The parcel's shipment; None for the letter.
        received_at: When a form or a call of it reached us (UTC); None for now.
        telephone: A number for a call back.
        sure: False where the caller knew no more than a former spouse knows: a letter is then
            treated as asked for without sign-in, and the owner of an account is asked first.
    """

    household_id: int
    item: str
    shipment_id: int | None = None
    received_at: datetime | None = None
    telephone: str = field(default="", repr=False)
    sure: bool = True


def submit(work: Work, missing: NotArrived) -> Request:
    """Ask for a letter or a parcel to be sent again to the registered address.

    An actor of the staff enters it on behalf of the household.

    Raises:
        TooEarlyError, TooLateError: outside the window.
        NotFoundError: the household has no such parcel.
        ConflictError: not now; the sentence says why and what else is possible (code: a ``Bar``).
    """
    require_open(work.program.windows.redelivery, missing.received_at or work.now)
    # No row of an open request exists yet: the household's row serializes equal requests.
    household = select(Household.id).where(Household.id == missing.household_id)
    work.session.execute(household.with_for_update(key_share=True))
    status = _status(work, missing)
    by_staff = work.actor.organization is not None
    if status.bar is not None and not (by_staff and status.bar is Bar.ON_THE_WAY):
        raise ConflictError(bar_text(status), code=status.bar.value)
    warnings = (RedeliveryWarning.ADDRESS,) if status.address_unknown else ()
    request = _open(work, missing, warnings)
    proof = _proof(work, missing)
    row = _row(request, status, proof)
    row.matched_at = work.now if proof is Proof.NONE else None
    row.changed_at = work.now
    work.session.add(row)
    work.session.flush()
    if proof is Proof.NONE and has_account(work.session, missing.household_id):
        warn_of(request, RedeliveryWarning.ACTIVATED, work.now)
        move(work, request, "ask_back")
    tell(work, RedeliveryCase(request, row), News.RECEIVED)
    return request


def _proof(work: Work, missing: NotArrived) -> Proof:
    if missing.item == MissingItem.LETTER and not missing.sure:
        return Proof.NONE
    return Proof.SESSION if work.actor.organization is None else Proof.STAFF


def _open(work: Work, missing: NotArrived, warnings: tuple[str, ...]) -> Request:
    return open_request(
        work,
        NewRequest(
            RequestKind.REDELIVERY,
            missing.household_id,
            written=WRITTEN.seal(Wish(telephone=missing.telephone)),
            received_at=missing.received_at,
            warnings=warnings,
        ),
    )


def _row(request: Request, status: LetterStatus, proof: Proof) -> Redelivery:
    return Redelivery(
        request_id=request.id,
        item=status.item.value,
        letter_id=status.letter.id if status.letter else None,
        shipment_id=status.shipment.id if status.shipment else None,
        proof=proof.value,
    )


def keep_late(work: Work, missing: NotArrived) -> Request:
    """Store a form on paper that came after the window, refuse it as late, and tell its household.

    Raises:
        NotFoundError: the household has no such parcel.
    """
    status, late = _status(work, missing), RedeliveryReason.LATE
    request = _open(work, missing, (RedeliveryWarning.LATE,))
    row = _row(request, status, Proof.STAFF)
    row.state = STATES.next(STATES.initial, "refuse")
    row.changed_at = row.decided_at = work.now
    work.session.add(row)
    set_reply(work.vault, request, Reply(late))
    close(work, request, Result.REFUSED, reason=late.value)
    tell(work, RedeliveryCase(request, row), News.REFUSED)
    return request


def submit_without_sign_in(work: Work, wish: Wish, form_key: str, address: str) -> str:
    """Open a request of a person who cannot sign in; returns its receipt number.

    The same form gets the same number. Nothing is looked up here, so that neither answer nor time
    reveals whether anybody matches; matching runs later and for staff only (``security.md`` §9).
    ``address`` is the network address, kept as a keyed hash.

    Raises:
        TooEarlyError, TooLateError: outside the window.
        ThrottledError: limit T9 of a day; a form sent before still gets its number.
    """
    sender = (wish.name, str(wish.birth), wish.postal_code, wish.letter_number, wish.telephone)
    form = PublicForm(throttles.REDELIVERY_FORM, "redelivery", form_key, address, sender)
    if receipt := earlier_receipt(work.session, form):
        return receipt
    require_open(work.program.windows.redelivery, work.now)
    return accept_once(work, form, lambda: _open_unmatched(work, wish))


def _open_unmatched(work: Work, wish: Wish) -> str:
    request = open_request(
        work.acting_as(Actor(Role.RESIDENT)),
        NewRequest(RequestKind.REDELIVERY, None, written=WRITTEN.seal(wish)),
    )
    work.session.add(
        Redelivery(
            request_id=request.id,
            item=MissingItem.LETTER.value,
            proof=Proof.NONE.value,
            changed_at=work.now,
        )
    )
    work.session.flush()
    return request.receipt_no


def _status(work: Work, missing: NotArrived) -> LetterStatus:
    if missing.item == MissingItem.LETTER:
        return letter_status(work, missing.household_id)
    row = shipment(work.session, missing.shipment_id)
    if (
        row is None
        or row.household_id != missing.household_id
        or row.kind != MissingItem.PARCEL.value
    ):
        raise NotFoundError(_("この郵便は見つかりませんでした。"))
    return parcel_status(work, row)
