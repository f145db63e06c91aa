"""Finishing a task by hand: not while the sign-in that it is about is still stopped.

A door that stays shut without a task would be nobody's: the household cannot open it, and no list
shows it.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Select, select

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import LIVING, CredentialState, Door
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task
from portal.domain.people.tasks.states import TaskState

STOPS: Mapping[str, Callable[[Credential], bool]] = {
    TaskKind.LOSS_REPORTED: lambda credential: credential.door != Door.OPEN,
    TaskKind.BIRTH_FROZEN: lambda credential: credential.state == CredentialState.LOCKED,
}
"""What a task of a kind stopped, as long as it is stopped."""


def finish_by_hand(work: Work, task_id: int) -> Task:
    """Finish a task that somebody has dealt with.

    Raises:
        NotFoundError: there is no such task.
        WrongStateError: it was finished before, or what it stopped is still stopped.
    """
    # The account is locked first, as for a caller. A report that comes meanwhile waits for it, and
    # then opens a task of its own.
    task = work.session.get(Task, task_id, populate_existing=True)
    if task is not None and task.state == TaskState.OPEN and task.kind in STOPS:
        account = _account_of(task).with_for_update().execution_options(populate_existing=True)
        if _stopped(task, work.session.scalar(account)):
            raise WrongStateError(_still_stopped())
    return finish_task(work, task_id)


def why_not_yet(work: Work, task: Task) -> str:
    """Return the sentence for staff why a task cannot be finished by hand now, or ""."""
    if task.kind not in STOPS or task.state != TaskState.OPEN:
        return ""
    return _still_stopped() if _stopped(task, work.session.scalar(_account_of(task))) else ""


def _account_of(task: Task) -> Select[Credential]:
    return select(Credential).where(
        Credential.household_id == task.household_id, Credential.state.in_(LIVING)
    )


def _stopped(task: Task, credential: Credential | None) -> bool:
    return credential is not None and STOPS[task.kind](credential)


def _still_stopped() -> str:
    return _s(
        "サインインがまだ止まっているので、この用件は終わりにできません。"
        "本人と確かめて解くか、新しい手紙を出してください。"
    )
