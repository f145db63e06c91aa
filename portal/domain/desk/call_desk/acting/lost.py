"""Reporting a lost letter or telephone, for a caller: the account is shut at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.locks import living_credential
from portal.domain.desk.call_desk.acting.on_behalf import admit, note
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.actors import Actor
from portal.domain.foundation.vault import Vault
from portal.domain.people.signin import account


def report_lost(
    session: Session, vault: Vault, household_id: int, actor: Actor, now: datetime
) -> DeskAct:
    """Shut the household's account and let the back office send a new letter. Twice is one report.

    Raises:
        as ``admit``; ConflictError: there is no account to shut (``no_account``).
    """
    desk = admit(session, Act.LOST, household_id, actor, now)
    credential = living_credential(session, household_id)
    task = account.report_lost(session, vault, credential.id, desk.actor, now)
    return note(session, desk, Act.LOST, task.receipt_no, "task", task.id, now)
