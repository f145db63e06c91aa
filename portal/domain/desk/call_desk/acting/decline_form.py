"""Sending the decline form to a caller who wishes to decline: a call alone is never a decline."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import admit, note
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.vault import Vault
from portal.domain.requests.declines.wishes import phone_wish


def ask_decline_form(
    session: Session, vault: Vault, program: Program, household_id: int, actor: Actor, now: datetime
) -> DeskAct:
    """Let a decline form be sent to the registered address; no child and no coupon is touched. Twice is one task.

    Raises:
        as ``admit``; TooEarlyError, TooLateError: outside the window.
    """
    desk = admit(session, Act.DECLINE_FORM, household_id, actor, now)
    task = phone_wish(session, vault, program, household_id, "form", desk.actor, now)
    return note(session, desk, Act.DECLINE_FORM, task.receipt_no, "task", task.id, now)
