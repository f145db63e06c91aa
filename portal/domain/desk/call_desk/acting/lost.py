"""Reporting a lost letter or telephone, for a caller; the account is suspended at once."""

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import ActSubject, admit, record_act
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.desk.casework.locks import living_credential
from portal.domain.foundation.work import Work
from portal.domain.people.signin import account


def report_lost(work: Work, household_id: int) -> DeskAct:
    """Suspend the household's account and open a task for a new letter; twice is one report.

    Raises:
        as ``admit``; ConflictError: there is no account (``no_account``).
    """
    admitted = admit(work, Act.LOST, household_id)
    credential = living_credential(work.session, household_id)
    task = account.report_lost(work.acting_as(admitted.actor), credential.id)
    return record_act(work, admitted, ActSubject.of_task(task))
