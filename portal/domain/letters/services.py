"""Changing one letter: cancelled before it goes out, or replaced by a new one that the next print run makes."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.services import record
from portal.domain.credentials.models import Credential
from portal.domain.credentials.services import lock_row, move
from portal.domain.credentials.states import CREDENTIAL
from portal.domain.errors import ConflictError, NotFoundError
from portal.domain.letters.models import Letter
from portal.domain.letters.states import CREDENTIAL_LETTER, LETTER, LIVE
from portal.domain.texts import _s


def locked(session: Session, letter_id: int) -> Letter:
    """Return the row, fresh and locked to the end of the transaction.

    Raises:
        NotFoundError: there is none of that key.
    """
    row = session.scalar(
        select(Letter)
        .where(Letter.id == letter_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(_s("この手紙は見つかりませんでした。"))
    return row


def cancel(session: Session, letter_id: int, actor: Actor, now: datetime, *, reason: str) -> Letter:
    """Cancel a letter and close the ID and password in it; ``reason`` is a code word, not free text.

    The household may get another letter with the next print run, once nothing holds it.

    Raises:
        NotFoundError: there is none of that key.
        WrongStateError: it was cancelled or replaced before.
    """
    letter = locked(session, letter_id)
    letter.state = LETTER.next(letter.state, "cancel")
    if letter.credential_id is not None:
        credential: Credential = lock_row(session, letter.credential_id)
        if CREDENTIAL.can(credential.state, "close"):
            move(session, credential, "close", actor, now, reason=reason)
    record(
        session,
        actor,
        now,
        "letter.cancel",
        "letter",
        letter.id,
        household_id=letter.household_id,
        reason=reason,
    )
    session.flush()
    return letter


def order_again(
    session: Session, household_id: int, actor: Actor, now: datetime, *, reason: str
) -> Letter | None:
    """Let the next print run make a new letter for a household; return the letter that it replaces.

    None where no letter stands in the way, so that a new one is due anyway. The old ID and password stay as they are
    until the new letter is printed (``design.md`` §4); ``reason`` is a code word, not free text.

    Raises:
        ConflictError: its letter was not handed over yet, so a second one would meet it.
    """
    living = select(Letter.id, Letter.state).where(
        Letter.household_id == household_id, Letter.kind == CREDENTIAL_LETTER, Letter.state.in_(LIVE)
    )
    found = session.execute(living).one_or_none()
    if found is None:
        return None
    if found.state != "handed_over":
        raise ConflictError(
            _s(
                "この世帯の手紙は、まだ差し出していません。新しい手紙は作らずに、いまの手紙を差し出してください。"
            ),
            code="letter_not_handed_over",
        )
    letter = locked(session, found.id)
    if letter.state not in LIVE:
        return None  # somebody else ordered it a moment ago
    letter.state = LETTER.next(letter.state, "supersede")
    record(
        session, actor, now, "letter.supersede", "letter", letter.id, household_id=household_id, reason=reason
    )
    session.flush()
    return letter
