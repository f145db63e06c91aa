"""Ending a report of a loss that one item alone made: for a verified caller, or at the counter."""

from sqlalchemy import select

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotFoundError, WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.queries import latest_credential
from portal.domain.people.credentials.services import lock_row
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.signin.evidence import Item
from portal.domain.people.signin.loss import lift
from portal.domain.people.signin.notify import notify_owner
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task
from portal.domain.people.tasks.states import TaskState
from portal.domain.requests.recipients.counter import IdentityDocument


def lift_report(work: Work, household_id: int, item: Item) -> Credential:
    """End the report on a household's account, with its task, for what the person showed.

    Raises:
        WrongStateError: nothing is reported, or what was shown was reported lost itself.
    """
    found = latest_credential(work.session, household_id)
    if found is None:
        raise WrongStateError(_s("この世帯には、解く届け出がありません。"))
    codes.lock_all(work.session, found.id)
    credential = lock_row(work.session, found.id)
    lift(work, credential, frozenset({item}))
    waiting = select(Task.id).where(
        Task.kind == TaskKind.LOSS_REPORTED,
        Task.household_id == household_id,
        Task.state == TaskState.OPEN,
    )
    for task_id in work.session.scalars(waiting).all():
        finish_task(work, task_id)
    return credential


def lift_at_counter(work: Work, task_id: int, document: str) -> None:
    """End the report of a task for a person who showed an identity document; tell the household.

    Raises:
        InputError: no document was chosen (``document``).
        NotFoundError: there is no such task.
        WrongStateError: the task is of another kind or finished, or nothing is reported any more.
    """
    if IdentityDocument.known(document) is None:
        raise InputError(_s("本人と確かめた書類を選んでください。"), code="document")
    # the account is locked first, then its tasks, as for a caller: two people never wait in a ring
    task = work.session.get(Task, task_id, populate_existing=True)
    if task is None or task.household_id is None:
        raise NotFoundError(_s("この用件は見つかりませんでした。"))
    if task.kind != TaskKind.LOSS_REPORTED or task.state != TaskState.OPEN:
        raise WrongStateError(_s("この用件では、サインインを再開できません。"))
    credential = lift_report(work, task.household_id, Item.COUNTER)
    record(
        work,
        "loss.lifted_at_counter",
        "credential",
        credential.id,
        household_id=task.household_id,
        document=document,
    )
    notify_owner(work, credential, AccountEvent.REOPENED)
