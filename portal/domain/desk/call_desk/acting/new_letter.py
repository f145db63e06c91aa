"""Requesting a new letter with another ID and password, for a caller.

It goes only to the registered address.
"""

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import ActSubject, admit, record_act
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.program.opening import require_open
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.queries import sent_on
from portal.domain.people.credentials.queries import latest_credential
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.signin.account import ask_new_letter
from portal.domain.people.signin.notify import notify_owner


def ask_letter(work: Work, household_id: int) -> DeskAct:
    """Open a task for a new letter, which the back office decides; notify the account's owner.

    Raises:
        as ``admit``; TooEarlyError, TooLateError: outside the window.
        ConflictError: its letter has not been sent yet (``not_sent``).
    """
    admitted = admit(work, Act.NEW_LETTER, household_id)
    require_open(work.program.windows.new_letter, admitted.effective_at)
    if sent_on(work.session, household_id) is None:
        raise ConflictError(
            _("まだ送っていません。届くまで、もう少しお待ちください。"), code="not_sent"
        )
    task = ask_new_letter(work.acting_as(admitted.actor), household_id)
    credential = latest_credential(work.session, household_id)
    if task.created_at == work.now and credential is not None:
        notify_owner(work, credential, AccountEvent.NEW_LETTER)
    return record_act(work, admitted, ActSubject.of_task(task))
