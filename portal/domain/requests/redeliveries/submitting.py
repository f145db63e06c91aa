"""Asking for redelivery: by the household itself or for it, and by somebody who cannot sign in."""

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
from portal.domain.requests.redeliveries.announcing import tell
from portal.domain.requests.redeliveries.choosing import ACTIVATED, ADDRESS, has_account, warn_of
from portal.domain.requests.redeliveries.letter_status import (
    Bar,
    LetterStatus,
    letter_status,
    parcel_status,
)
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import LETTER, NONE, PARCEL, SESSION, STAFF
from portal.domain.requests.redeliveries.states import REDELIVERY as STATES
from portal.domain.requests.redeliveries.words import bar_text
from portal.domain.requests.redeliveries.written import WRITTEN, Wish
from portal.domain.requests.requests.kinds import REDELIVERY, REFUSED
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import LATE
from portal.domain.requests.requests.services import move, open_request, set_reply


def submit(
    work: Work,
    household_id: int,
    item: str,
    shipment_id: int | None,
    *,
    received_at: datetime | None = None,
    telephone: str = "",
    sure: bool = True,
) -> Request:
    """Ask for a letter (``item`` letter) or a parcel (its shipment) to be sent again to the registered address.

    An actor of the staff enters it on behalf of the household; ``received_at`` is then when it
    reached us (UTC), and ``telephone`` a number for a call back. Not ``sure``: the caller knew no
    more than a former husband knows, so a letter is treated as asked for without sign-in: the owner
    of an account is asked first, whom a new letter would shut out.

    Raises:
        TooEarlyError, TooLateError: outside the window.
        NotFoundError: the household has no such parcel.
        ConflictError: not now; the sentence says why and what else is possible (code: a ``Bar``).
    """
    require_open(work.program.windows.redelivery, received_at or work.now)
    # Where no request is open yet there is no row to lock: the household's row makes equal requests
    # wait.
    work.session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update(key_share=True)
    )
    status = _asked_for(work, household_id, item, shipment_id)
    if status.bar is not None and not (_of_staff(work.actor) and status.bar is Bar.ON_THE_WAY):
        raise ConflictError(bar_text(status), code=status.bar.value)
    request = open_request(
        work,
        REDELIVERY,
        household_id,
        received_at=received_at,
        written=WRITTEN.seal(Wish(telephone=telephone)),
        warnings=(ADDRESS,) if status.address_unknown else (),
    )
    proof = NONE if item == LETTER and not sure else STAFF if _of_staff(work.actor) else SESSION
    row = Redelivery(
        request_id=request.id,
        item=item,
        letter_id=status.letter.id if status.letter else None,
        shipment_id=status.shipment.id if status.shipment else None,
        proof=proof,
        matched_at=work.now if proof == NONE else None,
        changed_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    if proof == NONE and has_account(work.session, household_id):
        warn_of(request, ACTIVATED, work.now)
        move(work, request, "ask_back")
    tell(work, request, row, "received", card=False)
    return request


def keep_late(
    work: Work,
    household_id: int,
    item: str,
    shipment_id: int | None,
    *,
    received_at: datetime,
    telephone: str = "",
) -> Request:
    """Keep a form on paper that came after the window.

    Refused as late, and its household told of it.

    Raises:
        NotFoundError: the household has no such parcel.
    """
    status = _asked_for(work, household_id, item, shipment_id)
    request = open_request(
        work,
        REDELIVERY,
        household_id,
        received_at=received_at,
        written=WRITTEN.seal(Wish(telephone=telephone)),
        warnings=(LATE,),
    )
    row = Redelivery(
        request_id=request.id,
        item=item,
        letter_id=status.letter.id if status.letter else None,
        shipment_id=status.shipment.id if status.shipment else None,
        proof=STAFF,
        changed_at=work.now,
        decided_at=work.now,
        state=STATES.next(STATES.initial, "refuse"),
    )
    work.session.add(row)
    set_reply(work.vault, request, LATE, "")
    move(work, request, "close", result=REFUSED, reason=LATE)
    tell(work, request, row, "decided", card=True)
    return request


def submit_without_sign_in(work: Work, wish: Wish, form_key: str, address: str) -> str:
    """Take a request of somebody who cannot sign in.

    Returns its receipt number, the same for the same form.

    Nothing is looked up here, so that neither answer nor time tells whether anybody matches; the
    matching runs later and for staff only (``security.md`` §9). ``address`` is the network address,
    kept as a keyed hash.

    Raises:
        TooEarlyError, TooLateError: outside the window.
        ThrottledError: limit T9, per network and day; a form taken before still gets its number.
    """
    form = PublicForm(throttles.REDELIVERY_FORM, "redelivery", form_key, address)
    if receipt := earlier_receipt(work.session, form):
        return receipt
    require_open(work.program.windows.redelivery, work.now)
    return accept_once(work, form, lambda: _open_unmatched(work, wish))


def _open_unmatched(work: Work, wish: Wish) -> str:
    request = open_request(
        work.acting_as(Actor(Role.RESIDENT)), REDELIVERY, None, written=WRITTEN.seal(wish)
    )
    work.session.add(
        Redelivery(request_id=request.id, item=LETTER, proof=NONE, changed_at=work.now)
    )
    work.session.flush()
    return request.receipt_no


def _asked_for(work: Work, household_id: int, item: str, shipment_id: int | None) -> LetterStatus:
    if item == LETTER:
        return letter_status(work, household_id)
    row = shipment(work.session, shipment_id)
    if row is None or row.household_id != household_id or row.kind != PARCEL:
        raise NotFoundError(_("この郵便は見つかりませんでした。"))
    return parcel_status(work, row)


def _of_staff(actor: Actor) -> bool:
    return actor.organization is not None
