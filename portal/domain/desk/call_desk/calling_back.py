"""Calling back the enrolled number: requested in one call, dialed in the next.

Whoever answers there is verified again: the number alone reaches no level
(``calls.verification.confirm_call_back``). The number is shown for dialing only, and only if a
caller was verified for the household before, so that nobody gets a number by opening a household.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.domain.contacts.calls.gate import locked_call
from portal.domain.contacts.calls.kinds import CallChannel, Direction
from portal.domain.contacts.calls.levels import Level, level_of, require_level
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.desk.casework.access import count_unmasking
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn.channels import CodeChannel, SourceState
from portal.domain.people.authn.codes import secret_of
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState, Door
from portal.domain.people.households.models import Household

ASKED_FOR = timedelta(days=3)
"""How long a call back may be made after it was requested: over a weekend."""
SHOWN_FOR = timedelta(minutes=5)
LIST_LIMIT = 20


class Waiting(Struct, frozen=True):
    """A household that waits for a call back, since when, and the receipt number of that call."""

    household_id: int
    receipt_no: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Dialing:
    """A number to dial, as digits starting with 0, and until when (UTC) the page shows it."""

    number: str = field(repr=False)
    until: datetime


def _enrolled(session: Session, household_id: int) -> OtpAuthenticator | None:
    # Once it was reported lost, suspended or not, the telephone may be in other hands.
    statement = (
        select(OtpAuthenticator)
        .join(Credential, Credential.id == OtpAuthenticator.credential_id)
        .where(
            Credential.household_id == household_id,
            Credential.state.in_((CredentialState.ACTIVE, CredentialState.LOCKED)),
            Credential.door.not_in((Door.PHONE_LOST, Door.BOTH_LOST)),
            OtpAuthenticator.kind == CodeChannel.SMS,
            OtpAuthenticator.state.in_((SourceState.CONFIRMED, SourceState.CLOSED)),
        )
        .limit(1)
    )
    return session.scalar(statement)


def has_number(session: Session, household_id: int) -> bool:
    """Return whether there is a proven telephone number for a call back."""
    return _enrolled(session, household_id) is not None


def ask_call_back(work: Work, call: Call, household_id: int) -> None:
    """Record that the household is to be called back at its enrolled number.

    Raises:
        NotAllowedError: the caller is not verified for the status, or there is no number.
    """
    require_level(level_of(work.session, call, household_id), Level.STATUS)
    if not has_number(work.session, household_id):
        raise NotAllowedError(
            _s(
                "登録の電話番号がないため、かけなおしでは確認できません。"
                "手紙番号かIDを聞いてください。"
            )
        )
    place = _place(work.session, call, household_id)
    if place.call_back_asked_at is None:
        place.call_back_asked_at = work.now
        record(work, "call.call_back_asked", "call", call.id, household_id=household_id)
        work.session.flush()


def waiting_for_call_back(
    session: Session, now: datetime, limit: int = LIST_LIMIT
) -> list[Waiting]:
    """Return the households that wait for a call back, oldest first."""
    later = aliased(CallHousehold)
    made = select(later.id).where(
        later.household_id == CallHousehold.household_id,
        later.called_back,
        later.id > CallHousehold.id,
    )
    rows = session.execute(
        select(CallHousehold.household_id, Call.receipt_no, CallHousehold.call_back_asked_at)
        .join(Call, Call.id == CallHousehold.call_id)
        .join(Household, Household.id == CallHousehold.household_id)
        .where(
            CallHousehold.call_back_asked_at > now - ASKED_FOR,
            Household.protected.is_(False),
            ~made.exists(),
        )
        .order_by(CallHousehold.call_back_asked_at, CallHousehold.id)
        .limit(limit)
    )
    return [Waiting(row.household_id, row.receipt_no, row.call_back_asked_at) for row in rows]


def may_dial(work: Work, call: Call, household_id: int) -> bool:
    """Return whether this call is made to call the household back."""
    if call.channel != CallChannel.PHONE or call.direction != Direction.OUTBOUND:
        return False
    asked = select(CallHousehold.id).where(
        CallHousehold.household_id == household_id,
        CallHousehold.call_id != call.id,
        CallHousehold.call_back_asked_at > work.now - ASKED_FOR,
    )
    was_asked = work.session.scalar(asked.limit(1)) is not None
    return was_asked and has_number(work.session, household_id)


def show_number(work: Work, call: Call, household_id: int) -> Dialing:
    """Return the enrolled number for dialing; logged, and counted like unmasking.

    Raises:
        NotAllowedError: this call is not one that calls the household back, or there is no number.
    """
    locked_call(work)
    if not may_dial(work, call, household_id):
        raise NotAllowedError(
            _s(
                "番号を表示できるのは、かけなおしを受け付けた世帯に、"
                "こちらから電話をかける受付の間だけです。"
            )
        )
    place = _place(work.session, call, household_id)
    if place.dialed_at is None or place.dialed_at + SHOWN_FOR <= work.now:
        place.dialed_at = work.now
        record(work, "call.number_shown", "call", call.id, household_id=household_id)
        count_unmasking(work)
        work.session.flush()
    return _dialing(work, place)


def dialing_now(work: Work, place: CallHousehold) -> Dialing | None:
    """Return the number that this call was shown less than five minutes ago."""
    if place.dialed_at is None or place.dialed_at + SHOWN_FOR <= work.now:
        return None
    return _dialing(work, place) if has_number(work.session, place.household_id) else None


def _dialing(work: Work, place: CallHousehold) -> Dialing:
    enrolled = _enrolled(work.session, place.household_id)
    number = secret_of(work.vault, enrolled) if enrolled is not None else ""
    shown_from = place.dialed_at or place.opened_at
    return Dialing(
        "0" + number.removeprefix("+81") if number.startswith("+81") else number,
        shown_from + SHOWN_FOR,
    )


def _place(session: Session, call: Call, household_id: int) -> CallHousehold:
    place = session.scalar(
        select(CallHousehold)
        .join(Household, Household.id == CallHousehold.household_id)
        .where(
            CallHousehold.call_id == call.id,
            CallHousehold.household_id == household_id,
            Household.protected.is_(False),
        )
    )
    if place is None:
        raise NotAllowedError(_s("先に、この受付でこの世帯を開いてください。"))
    return place
