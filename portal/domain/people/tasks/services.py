"""Open and finish tasks; each has a receipt number, given out whether or not anything matched."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.queries import open_of
from portal.domain.people.tasks.states import TASK

RECEIPT_ALPHABET = "CDFGHJKLMNPQRTVWXY34679"


def new_receipt_no() -> str:
    """Return a new receipt number (4-4), random so that it reveals nothing about others."""
    body = "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(8))
    return f"{body[:4]}-{body[4:]}"


def open_task(
    work: Work,
    kind: TaskKind,
    household_id: int | None,
    details: dict[str, Any],
    *,
    due_at: datetime | None = None,
) -> Task:
    """Open a task; ``details`` (what the requester wrote) is sealed with a data key of its own."""
    key, wrapped = work.vault.new_data_key()
    receipt_no = new_receipt_no()
    task = Task(
        kind=kind,
        receipt_no=receipt_no,
        household_id=household_id,
        wrapped_key=wrapped,
        created_at=work.now,
        due_at=due_at,
        sealed=seal_json(key, details, f"task:{receipt_no}"),
    )
    work.session.add(task)
    work.session.flush()
    record(work, "task.opened", "task", task.id, household_id=household_id, kind=kind)
    return task


def open_once(work: Work, kind: TaskKind, household_id: int, details: dict[str, Any]) -> Task:
    """Return the household's open task of this kind, or open one: repeated requests share it."""
    # Where no task is open yet there is no row to lock: the household's row makes equal requests
    # wait.
    work.session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update(key_share=True)
    )
    found = open_of(work.session, kind, household_id)
    return found or open_task(work, kind, household_id, details)


def finish_task(work: Work, task_id: int, action: str = "finish") -> Task:
    """Finish or cancel a task.

    Raises:
        NotFoundError: no task has this key.
        WrongStateError: it was finished before.
    """
    task = work.session.get(Task, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise NotFoundError(_s("この用件は見つかりませんでした。"))
    task.state = TASK.next(task.state, action)
    task.done_at = work.now
    task.done_by = work.actor.id
    record(work, f"task.{action}", "task", task.id, household_id=task.household_id, kind=task.kind)
    return task


def details_of(vault: Vault, task: Task) -> dict[str, Any]:
    """Decrypt what the requester wrote."""
    if task.sealed is None or task.wrapped_key is None:
        return {}
    opened: dict[str, Any] = unseal_json(
        vault.unwrap(task.wrapped_key), task.sealed, f"task:{task.receipt_no}"
    )
    return opened
