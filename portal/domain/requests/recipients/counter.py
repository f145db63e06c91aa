"""Letters without an address: handed over at the ward's counter against a signed receipt."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.services import locked
from portal.domain.letters.letters.states import CREDENTIAL_LETTER, LETTER
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import has_open_hold, open_holds
from portal.domain.requests.recipients.models import CounterHandOver
from portal.domain.requests.recipients.newcomer import of_ward

AT_ONCE = 200


class IdentityDocument(Labeled):
    """The documents by which a person is identified at the counter, as staff read them."""

    INDIVIDUAL_NUMBER = "individual_number", lambda: _s("マイナンバーカード")
    DRIVING_LICENSE = "driving_license", lambda: _s("運転免許証")
    PASSPORT = "passport", lambda: _s("パスポート")
    RESIDENCE_CARD = "residence_card", lambda: _s("在留カード")
    OTHER = "other", lambda: _s("そのほかの書類")


class SignedReceipt(Struct, frozen=True):
    """What the person at the counter confirms before handing over a letter.

    Attributes:
        checked: The ``IdentityDocument`` that was looked at; never its number.
        signed: Whether the receipt is signed.
        scan_id: The stored scan of the receipt.
    """

    checked: str
    signed: bool
    scan_id: int | None = None


class Waiting(Struct, frozen=True):
    """A sealed letter that waits at the counter."""

    letter_id: int
    number: str
    household_id: int
    printed_at: datetime | None
    held: bool


def waiting_letters(session: Session) -> list[Waiting]:
    """Return the printed letters that wait at the counter, oldest first."""
    rows = session.execute(
        select(
            Letter.id,
            Letter.number,
            Letter.household_id,
            Letter.printed_at,
            has_open_hold(Household.id.expression),
        )
        .join(Household, Household.id == Letter.household_id)
        .where(Letter.counter, Letter.kind == CREDENTIAL_LETTER, Letter.state == "printed")
        .order_by(Letter.id)
        .limit(AT_ONCE)
    )
    return [Waiting(*row) for row in rows]


def handed(session: Session, *, limit: int = 50) -> list[tuple[CounterHandOver, str]]:
    """Return what was handed over, newest first, with the letters' numbers."""
    query = (
        select(CounterHandOver, Letter.number)
        .join(Letter, Letter.id == CounterHandOver.letter_id)
        .order_by(CounterHandOver.id.desc())
        .limit(limit)
    )
    return [(row, number) for row, number in session.execute(query)]


def counter_letter(session: Session, letter_id: int) -> Letter:
    """Return a letter of the counter. Raises NotFoundError for any other."""
    letter = session.scalar(
        select(Letter).where(
            Letter.id == letter_id, Letter.counter, Letter.kind == CREDENTIAL_LETTER
        )
    )
    if letter is None:
        raise NotFoundError(_s("この手紙は見つかりませんでした。"))
    return letter


def handed_at_counter(work: Work, letter_id: int, receipt: SignedReceipt) -> CounterHandOver:
    """Record that a sealed letter was handed over against a signed receipt: it is delivered.

    Raises:
        NotAllowedError: the actor is not of the ward.
        NotFoundError: no letter of the counter.
        InputError: no document was looked at, or the receipt is not signed.
        ConflictError: the household is held.
        WrongStateError: handed over or replaced before.
    """
    actor_id = _officer(work)
    counter_letter(work.session, letter_id)
    if IdentityDocument.known(receipt.checked) is None:
        raise InputError(_s("本人と確かめた書類を選んでください。"), code="checked")
    if not receipt.signed:
        raise InputError(_s("受領書に署名をもらってから、渡してください。"), code="signed")
    letter = locked(work.session, letter_id)
    household = _free_household(work.session, letter.household_id)
    letter.state = LETTER.next(letter.state, "hand_over")
    letter.handed_over_at = work.now
    row = CounterHandOver(
        letter_id=letter.id,
        household_id=household.id,
        checked=receipt.checked,
        receipt_scan_id=receipt.scan_id,
        handed_by=actor_id,
        handed_at=work.now,
    )
    work.session.add(row)
    record(
        work,
        "letter.handed_at_counter",
        "letter",
        letter.id,
        household_id=household.id,
        checked=receipt.checked,
    )
    work.session.flush()
    return row


def _officer(work: Work) -> int:
    """Return the key of the ward's person who acts. Raises NotAllowedError."""
    if not of_ward(work.actor) or work.actor.id is None:
        raise NotAllowedError(_s("窓口で渡せるのは、区の職員だけです。"))
    return work.actor.id


def _free_household(session: Session, household_id: int) -> Household:
    """Return the household, locked; raise ConflictError while it is held."""
    household = session.get_one(Household, household_id, with_for_update=True)
    if household.state != "active" or open_holds(session, household.id):
        raise ConflictError(
            _s("この世帯は保留中です。保留を解いてから、渡してください。"), code="held"
        )
    return household
