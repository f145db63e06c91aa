"""Unfreezing a first sign-in that five wrong birth dates froze, by an officer."""

from sqlalchemy import select

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
        WrongStateError: the task is of another kind or finished, or the letter was replaced
            meanwhile.
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


def open_again(work: Work, household_id: int) -> Credential:
    """Unfreeze a household's frozen letter and reset its failures.

    Raises:
        WrongStateError: none of its letters is frozen.
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
    credential.wrong_births = b""
    move(work, credential, "unlock", reason=TaskKind.BIRTH_FROZEN)
    return credential
