"""Unlocking sign-in for a caller: a frozen birth date, or the wait after wrong tries."""

from sqlalchemy import select

from portal.domain.desk.call_desk.acting.channel import was_called_back
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import (
    ActSubject,
    AdmittedCall,
    admit,
    record_act,
)
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.desk.casework.frozen import open_again, unfreeze
from portal.domain.desk.casework.locks import (
    Locks,
    living_credential,
    locks_of,
    password_key,
)
from portal.domain.desk.casework.loss_reports import lift_report
from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.program.opening import require_open
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes, throttles
from portal.domain.people.credentials.services import lock_row
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.signin.evidence import Item
from portal.domain.people.signin.notify import notify_owner
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import new_receipt_no
from portal.domain.people.tasks.states import TaskState


def unlock(work: Work, household_id: int) -> DeskAct:
    """End the locks of ``Locks`` that may be ended by telephone; notify the account's owner.

    A frozen birth date is unfrozen as the back office does it, with its task; a report of a loss
    ends, with its task. Tries still count in
    total (T1, T6 of ``security.md`` §2), so that no number of calls allows unlimited guessing.

    Raises:
        as ``admit``; TooEarlyError, TooLateError: nobody can sign in now.
        WrongStateError: the caller's proof is what was reported lost.
        ConflictError: no account (``no_account``), nothing is locked (``open``), or only a new
            letter helps (``letter``).
    """
    admitted = admit(work, Act.UNLOCK, household_id)
    require_open(work.program.windows.sign_in, work.now)
    credential = living_credential(work.session, household_id)
    locks = locks_of(work.session, household_id, work.now)
    _refuse_hopeless(locks)
    if locks.shut:
        _lift(work.acting_as(admitted.actor), admitted)
    if locks.birth_frozen:
        _unfreeze_birth(work.acting_as(admitted.actor), household_id)
    credential = lock_row(work.session, credential.id)
    throttles.end_wait(work.session, throttles.UNKNOWN_DEVICE.of(password_key(credential)))
    codes.end_wait(work.session, credential.id, work.now)
    notify_owner(work, credential, AccountEvent.UNLOCKED)
    return record_act(work, admitted, ActSubject("credential", credential.id, new_receipt_no()))


def _refuse_hopeless(locks: Locks) -> None:
    """Refuse if nothing is locked, or if only a new letter helps."""
    if not locks.any:
        raise ConflictError(
            _s(
                "いま止まっているものはありません。手紙のIDとパスワードを、"
                "見ながら入力するように伝えてください。"
            ),
            code="open",
        )
    if locks.closed or not locks.can_end:
        raise ConflictError(
            _s("この状態は、電話では解けません。新しい手紙を案内してください。"), code="letter"
        )


def _lift(work: Work, admitted: AdmittedCall) -> None:
    """End a report of a loss, unless the caller proved it by what was reported lost."""
    called_back = was_called_back(work.session, admitted.call, admitted.household_id)
    item = Item.CALL_BACK if called_back else Item.CALL_WITH_LETTER
    lift_report(work, admitted.household_id, item)


def _unfreeze_birth(work: Work, household_id: int) -> None:
    """Unfreeze the first sign-in as the back office does, with its task if there is one."""
    frozen = select(Task.id).where(
        Task.kind == TaskKind.BIRTH_FROZEN,
        Task.household_id == household_id,
        Task.state == TaskState.OPEN,
    )
    task_id = work.session.scalar(frozen.order_by(Task.id).limit(1))
    if task_id is not None:
        unfreeze(work, task_id)
    else:
        open_again(work, household_id)
