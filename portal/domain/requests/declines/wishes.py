"""Wishes told on the telephone, which are never declines, and requests of people who were locked out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Channel
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.opening import require_open_for_staff
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task, open_task
from portal.domain.requests.declines.declaring import HONORED, lock_household
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.paper import PaperEntry, enter_form, locked_out_task
from portal.domain.requests.declines.written import DeclineNote
from portal.domain.requests.requests import kinds
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import move, open_request

HONOR_CHECKS = ("counter", "form", "call_back")
"""How the person was checked.

Identity papers at the counter, a signed form, or a call back (then they confirm online).
"""


def phone_wish(work: Work, household_id: int, way: str) -> Request | Task:
    """Take down a wish told on the telephone, which is never a decline.

    A form is sent, or the portal asks for it.

    ``way``: ``form`` opens the task of sending a form to the registered address, ``portal`` a
    request that waits for the resident's own declaration there. Asking twice changes nothing.

    Raises:
        InputError: no such way.
        TooEarlyError, TooLateError: outside the window.
    """
    if way not in {"form", "portal"}:
        raise InputError(_s("用紙を送るか、本人の画面で手続きするかを選んでください。"))
    require_open_for_staff(work.program.windows.decline, work.now)
    lock_household(work.session, household_id)
    way_it_came = Channel.PHONE if work.actor.channel is Channel.PORTAL else work.actor.channel
    by_phone = Actor(work.actor.role, work.actor.id, work.actor.organization, way_it_came)
    if way == "form":
        same = select(Task).where(
            Task.kind == TaskKind.DECLINE_FORM,
            Task.household_id == household_id,
            Task.state == "open",
        )
        found = work.session.scalar(same)
        return found or open_task(work.acting_as(by_phone), TaskKind.DECLINE_FORM, household_id, {})
    return _wish(work.acting_as(by_phone), household_id, work.now, ())


def _wish(
    work: Work, household_id: int, received_at: datetime, warnings: tuple[str, ...]
) -> Request:
    has_items = select(DeclineItem.id).where(DeclineItem.request_id == Request.id).exists()
    waiting = work.session.scalar(
        select(Request)
        .where(
            Request.household_id == household_id,
            Request.kind == kinds.DECLINE,
            Request.state == "with_resident",
            ~has_items,
        )
        .with_for_update()
    )
    if waiting is not None:
        return waiting
    row = open_request(
        work, kinds.DECLINE, household_id, received_at=received_at, warnings=warnings
    )
    return move(work, row, "ask_back", waits_for="portal")


def honor(
    work: Work,
    receipt_no: str,
    household_id: int,
    ordinals: Sequence[int],
    check: str,
    form: PaperEntry[DeclineNote] | None = None,
) -> Request:
    """Let the receipt of somebody who was locked out count by its own time, after the person was checked.

    ``check`` is one of ``HONOR_CHECKS``: with papers seen at the counter or a signed form the
    decline is entered (another person reviews it); after a call back the household confirms it in
    the portal, even when the window is over by then.

    Raises:
        NotFoundError: no such receipt. InputError: no such check. TooEarlyError, TooLateError: the
            receipt was not in time.
        ConflictError, NotAllowedError: as ``declaring.declare``.
    """
    task = locked_out_task(work, receipt_no)
    require_open_for_staff(work.program.windows.decline, task.created_at)
    if check not in HONOR_CHECKS:
        raise InputError(_s("本人をどう確かめたかを選んでください。"))
    if check == "call_back":
        lock_household(work.session, household_id)
        by_phone = Actor(work.actor.role, work.actor.id, work.actor.organization, Channel.PHONE)
        row = _wish(work.acting_as(by_phone), household_id, task.created_at, (HONORED,))
    else:
        entry = replace(
            form or PaperEntry(Channel.COUNTER, work.now, DeclineNote()), evidence=receipt_no
        )
        row = enter_form(work, household_id, ordinals, entry)
    record(
        work,
        "decline.honored",
        "request",
        row.id,
        household_id=household_id,
        task=task.id,
        check=check,
    )
    if task.state == "open":
        finish_task(work, task.id)
    return row
