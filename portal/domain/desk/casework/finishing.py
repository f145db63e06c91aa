"""Finishing a task by hand: not while the sign-in that it is about is still stopped.

A door that stays shut without a task would be nobody's: the household cannot open it, and no list
shows it.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct
from sqlalchemy import Select, select

from portal.domain.desk.casework.new_letters import is_out_of_reach
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.texts import Sentence, _s
from portal.domain.foundation.work import Work
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import LIVING, USABLE, CredentialState, Door
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task
from portal.domain.people.tasks.states import TaskState


class Stop(Struct, frozen=True):
    """What a task of a kind stopped.

    Attributes:
        holds: Whether it is stopped still.
        sentence: What staff do first.
    """

    holds: Callable[[Work, Task, Credential], bool]
    sentence: Sentence


def _is_reported(work: Work, task: Task, credential: Credential) -> bool:
    """Return whether only a new letter ends a report.

    Where none can be ordered any more the ward has seen to the family in its own way; the account
    stays suspended. One that was frozen when the loss was reported is kept shut by the task alone.
    """
    if credential.state == CredentialState.SUSPENDED:
        return not is_out_of_reach(work, task)
    return credential.state not in USABLE


def _by_proof() -> str:
    return _s(
        "サインインがまだ止まっているので、この用件は終わりにできません。"
        "本人と確かめて解くか、新しい手紙を出してください。"
    )


STOPS: Mapping[str, Stop] = {
    TaskKind.LOSS_REPORTED: Stop(lambda _work, _task, one: one.door != Door.OPEN, _by_proof),
    TaskKind.BIRTH_FROZEN: Stop(
        lambda _work, _task, one: one.state == CredentialState.LOCKED, _by_proof
    ),
    TaskKind.RETURNED_IN_USE: Stop(
        lambda _work, _task, one: one.state == CredentialState.ACTIVE,
        lambda: _s("二人で決めるまで、この用件は終わりにできません。"),
    ),
    TaskKind.REPORT_LOST: Stop(
        _is_reported,
        lambda: _s(
            "サインインがまだ止まっているので、この用件は終わりにできません。"
            "電話や窓口では解けません。新しい手紙を出してください。"
        ),
    ),
}


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
        if _stopped(work, task, work.session.scalar(account)):
            raise WrongStateError(STOPS[task.kind].sentence())
    return finish_task(work, task_id)


def why_not_yet(work: Work, task: Task) -> str:
    """Return the sentence for staff why a task cannot be finished by hand now, or ""."""
    if task.kind not in STOPS or task.state != TaskState.OPEN:
        return ""
    stopped = _stopped(work, task, work.session.scalar(_account_of(task)))
    return STOPS[task.kind].sentence() if stopped else ""


def _account_of(task: Task) -> Select[Credential]:
    return select(Credential).where(
        Credential.household_id == task.household_id, Credential.state.in_(LIVING)
    )


def _stopped(work: Work, task: Task, credential: Credential | None) -> bool:
    return credential is not None and STOPS[task.kind].holds(work, task, credential)
