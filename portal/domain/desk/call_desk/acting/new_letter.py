"""Asking for a new letter with another ID and password, for a caller: only ever to the registered address."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import admit, note
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.program.opening import require_open
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import Vault
from portal.domain.letters.letters.orders import living_letter
from portal.domain.people.credentials.queries import latest_credential
from portal.domain.people.signin.account import ask_new_letter
from portal.domain.people.signin.notify import tell_owner


def ask_letter(
    session: Session, vault: Vault, program: Program, household_id: int, actor: Actor, now: datetime
) -> DeskAct:
    """Leave the wish for a new letter with the back office, which decides; the owner of an account is told at once.

    Raises:
        as ``admit``; TooEarlyError, TooLateError: outside the window.
        ConflictError: the first letter was not sent yet (``not_sent``).
    """
    desk = admit(session, Act.NEW_LETTER, household_id, actor, now)
    require_open(program.windows.new_letter, desk.asked_at)
    letter = living_letter(session, household_id)
    if letter is None or letter.handed_over_at is None:
        raise ConflictError(
            _("まだ送っていません。届くまで、もう少しお待ちください。"), code="not_sent"
        )
    task = ask_new_letter(session, vault, household_id, desk.actor, now)
    credential = latest_credential(session, household_id)
    if task.created_at == now and credential is not None:
        tell_owner(session, vault, credential, "new_letter", now)
    return note(session, desk, Act.NEW_LETTER, task.receipt_no, "task", task.id, now)
