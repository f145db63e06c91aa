"""Unfreezing a first sign-in that five wrong birth dates froze, by an officer."""

from sqlalchemy import select

from portal.domain.desk.casework.locks import is_reported_lost
from portal.domain.foundation.errors import NotFoundError, WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import move
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task


def unfreeze(work: Work, task_id: int) -> Credential:
    """Unfreeze the letter of a ``birth_frozen`` task, reset its failures, and finish the task.

    Raises:
        NotFoundError: there is no such task.
        WrongStateError: the task is of another kind or finished, or the letter was replaced or
            reported lost meanwhile.
    """
    # the account is locked first, then its task, as by ``finish_by_hand``
    task = work.session.get(Task, task_id, populate_existing=True)
    if task is None or task.household_id is None:
        raise NotFoundError(_s("この用件は見つかりませんでした。"))
    if task.kind != TaskKind.BIRTH_FROZEN:
        raise WrongStateError(_s("この用件では、凍結を解けません。"))
    credential = open_again(work, task.household_id)
    finish_task(work, task_id)
    return credential


def can_unfreeze(work: Work, task: Task) -> bool:
    """Return whether a task is about a frozen letter that may be unfrozen, as far as it shows."""
    return (
        task.kind == TaskKind.BIRTH_FROZEN
        and task.household_id is not None
        and not is_reported_lost(work.session, task.household_id)
    )


def open_again(work: Work, household_id: int) -> Credential:
    """Unfreeze a household's frozen letter and reset its failures.

    Raises:
        WrongStateError: none of its letters is frozen, or it was reported lost since.
    """
    credential = work.session.scalar(
        select(Credential)
        .where(Credential.household_id == household_id, Credential.state == CredentialState.LOCKED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if credential is None:
        raise WrongStateError(
            _s("凍結された手紙がありません。手紙が作り直されたときは、用件を終わりにしてください。")
        )
    if is_reported_lost(work.session, household_id):
        raise WrongStateError(
            _s("紛失の届け出があるので、凍結を解けません。新しい手紙を出してください。")
        )
    credential.wrong_births = b""
    move(work, credential, "unlock", reason=TaskKind.BIRTH_FROZEN)
    return credential
