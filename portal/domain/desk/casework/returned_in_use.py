"""A letter came back although its ID is in use: two people find out who uses it, and decide.

A stranger who sends the envelope back must not lock a family out, and a thief who read the letter
must not stay in. Sign-in goes on until the second person has confirmed.
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.approvals import services as approvals
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_for
from portal.domain.foundation.errors import InputError, NotFoundError, WrongStateError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.returned_mail import receiving
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import move
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task
from portal.domain.people.tasks.states import TaskState

KIND, SUBJECT = "returned_in_use", "task"


class Finding(Labeled):
    """What somebody found out about who uses the ID, as staff read it."""

    REACHED = "reached", lambda: _s("登録された連絡先で、本人が使っていると確かめた")
    AT_COUNTER = "at_counter", lambda: _s("窓口で、書類を見て、本人が使っていると確かめた")
    NOT_REACHED = "not_reached", lambda: _s("本人と連絡がつかない")
    STRANGER = "stranger", lambda: _s("本人は使っていない")

    @property
    def stops(self) -> bool:
        """Whether the ID is stopped for it."""
        return self in {Finding.NOT_REACHED, Finding.STRANGER}

    @property
    def outcome(self) -> str:
        """What happens when the second person confirms, in the staff's language."""
        return _s("サインインを止める") if self.stops else _s("サインインは、そのまま")


class ProposedFinding(Struct, frozen=True):
    """What the first person found out, and when (UTC); ``own``: by the reader."""

    finding: Finding
    proposed_by: int
    proposed_at: datetime
    own: bool


def proposed(work: Work, task: Task) -> ProposedFinding | None:
    """Return what the first person found out about a task's ID; None if nobody did yet."""
    approval = _proposal(work, task.id)
    if approval is None:
        return None
    return ProposedFinding(
        Finding(approval.detail["finding"]),
        approval.proposed_by,
        approval.proposed_at,
        own=approval.proposed_by == work.actor.id,
    )


def propose(work: Work, task_id: int, typed: str) -> Approval:
    """Record what the first person found out; nothing changes for the household yet.

    Raises:
        NotFoundError: there is no such task.
        WrongStateError: it is finished, or about something else.
        InputError: nothing was chosen (``finding``).
        NotAllowedError: the actor has no account.
    """
    task = _locked(work, task_id)
    finding = Finding.known(typed)
    if finding is None:
        raise InputError(_s("わかったことを選んでください。"), code="finding")
    return approvals.propose(
        work,
        KIND,
        SUBJECT,
        task.id,
        household_id=task.household_id,
        detail={"finding": finding.value, "credential": _in_use(work, task)},
    )


def confirm(work: Work, task_id: int) -> Finding:
    """Confirm, as another person, what the first one found out, and finish the task.

    Raises:
        NotFoundError: there is no such task, or nobody proposed anything.
        WrongStateError: it is finished, or about something else.
        NotAllowedError: the actor proposed it.
    """
    task = _locked(work, task_id)
    approval = _needed(work, task)
    approvals.confirm(work, approval.id, ward_needed=False, household_id=task.household_id)
    finding = Finding(approval.detail["finding"])
    if finding.stops:
        _stop(work, approval.detail["credential"])
    finish_task(work, task.id)
    return finding


def turn_down(work: Work, task_id: int) -> Approval:
    """Reject what the first person found out, or withdraw one's own; the task stays open.

    Raises:
        NotFoundError: there is no such task, or nobody proposed anything.
        WrongStateError: it is finished, or about something else.
    """
    task = _locked(work, task_id)
    return approvals.turn_down(work, _needed(work, task).id, household_id=task.household_id)


def _locked(work: Work, task_id: int) -> Task:
    task = work.session.get(Task, task_id, with_for_update=True, populate_existing=True)
    if task is None or task.household_id is None:
        raise NotFoundError(_s("この用件は見つかりませんでした。"))
    if task.kind != TaskKind.RETURNED_IN_USE or task.state != TaskState.OPEN:
        raise WrongStateError(
            _s("この用件は、もう終わっているか、二人で決めるものではありません。")
        )
    return task


def _proposal(work: Work, task_id: int) -> Approval | None:
    return open_for(work.session, KIND, SUBJECT, [task_id]).get(task_id)


def _needed(work: Work, task: Task) -> Approval:
    approval = _proposal(work, task.id)
    if approval is None:
        raise NotFoundError(_s("この提案は見つかりませんでした。"))
    return approval


def _in_use(work: Work, task: Task) -> int | None:
    """Return the key of the ID that the household uses now; None if it uses none."""
    return work.session.scalar(
        select(Credential.id).where(
            Credential.household_id == task.household_id,
            Credential.state == CredentialState.ACTIVE,
        )
    )


def _stop(work: Work, credential_id: int | None) -> None:
    """Suspend the ID that was in use when it was found out who uses it.

    One that was stopped meanwhile is left as it is, and so is the ID of a new letter that replaced
    it: nobody found out anything about that.
    """
    credential = work.session.scalar(
        select(Credential)
        .where(Credential.id == credential_id, Credential.state == CredentialState.ACTIVE)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if credential is not None:
        move(work, credential, "suspend", reason=receiving.SUSPENDED_FOR)
