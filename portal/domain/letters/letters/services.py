"""Change one letter: cancel it before it goes out, or order its replacement."""

from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.orders import living_letter, open_order, order
from portal.domain.letters.letters.states import LETTER, REISSUE
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row, move
from portal.domain.people.credentials.states import CREDENTIAL


def locked(session: Session, letter_id: int) -> Letter:
    """Return the row, read anew and locked to the end of the transaction.

    Raises:
        NotFoundError: no letter has this key.
    """
    row = session.get(Letter, letter_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この手紙は見つかりませんでした。"))
    return row


def cancel(work: Work, letter_id: int, *, reason: str) -> Letter:
    """Cancel a letter and close the ID and password in it.

    ``reason`` is a code word, not free text. The household may get another letter with the next
    print run, once nothing holds it.

    Raises:
        NotFoundError: no letter has this key.
        WrongStateError: it was cancelled or replaced before.
    """
    letter = locked(work.session, letter_id)
    letter.state = LETTER.next(letter.state, "cancel")
    if letter.credential_id is not None:
        credential: Credential = lock_row(work.session, letter.credential_id)
        if CREDENTIAL.can(credential.state, "close"):
            move(work, credential, "close", reason=reason)
    record(
        work, "letter.cancel", "letter", letter.id, household_id=letter.household_id, reason=reason
    )
    work.session.flush()
    return letter


def order_again(work: Work, household_id: int, *, reason: str) -> Letter | None:
    """Order a new letter after a loss or a forgotten password; return the one it will replace.

    Returns None if the household has no letter, so that a new one is due anyway, or if one is on
    order already. The old letter, ID and password stay valid until the new letter is printed
    (``design.md`` §4). ``reason`` is a code word, not free text. It is not counted as a redelivery.

    Raises:
        ConflictError: its letter was not handed over yet, so that it would receive two.
    """
    letter = living_letter(work.session, household_id)
    if letter is None or open_order(work.session, household_id) is not None:
        return None
    order(work, household_id, REISSUE, why=reason)
    return letter
