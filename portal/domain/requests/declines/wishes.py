"""Records wishes on the telephone, which are never declines, and receipts of people locked out."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Channel
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.opening import require_open_for_staff
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import finish_task, open_task
from portal.domain.requests.declines.declaring import lock_household
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.paper import enter_form, locked_out_task
from portal.domain.requests.declines.reasons import DeclineWarning
from portal.domain.requests.declines.written import DeclineNote
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import PaperEntry
from portal.domain.requests.requests.services import NewRequest, move, open_request
from portal.domain.requests.requests.states import RequestState


class NextStep(Labeled):
    """What follows a wish on the telephone, as staff read it."""

    PORTAL = "portal", lambda: _s("本人が、自分の画面で手続きするのを待つ")
    FORM = "form", lambda: _s("辞退届の用紙を、登録された住所に送る")


class PersonCheck(StrEnum):
    """How the person who left a receipt was checked."""

    COUNTER = "counter"
    """Identity papers at the counter."""
    FORM = "form"
    """A signed form."""
    CALL_BACK = "call_back"
    """A call back; the person then confirms in the portal."""


def phone_wish(work: Work, household_id: int, way: str) -> Request | Task:
    """Record a wish on the telephone: a form is sent, or the portal asks for the declaration.

    ``way`` is a ``NextStep``: ``form`` opens the task of sending a form to the registered address,
    ``portal`` a request that waits for the resident's own declaration there. Asking twice changes
    nothing.

    Raises:
        InputError: no such way.
        TooEarlyError, TooLateError: outside the window.
    """
    following = NextStep.known(way)
    if following is None:
        raise InputError(_s("用紙を送るか、本人の画面で手続きするかを選んでください。"))
    require_open_for_staff(work.program.windows.decline, work.now)
    lock_household(work.session, household_id)
    channel = Channel.PHONE if work.actor.channel is Channel.PORTAL else work.actor.channel
    entering = _on_channel(work, channel)
    if following is NextStep.FORM:
        same = select(Task).where(
            Task.kind == TaskKind.DECLINE_FORM,
            Task.household_id == household_id,
            Task.state == "open",
        )
        found = work.session.scalar(same)
        return found or open_task(entering, TaskKind.DECLINE_FORM, household_id, {})
    return _wish(entering, NewRequest(RequestKind.DECLINE, household_id, received_at=work.now))


def _on_channel(work: Work, channel: Channel) -> Work:
    actor = work.actor
    return work.acting_as(Actor(actor.role, actor.id, actor.organization, channel))


def _wish(work: Work, wish: NewRequest) -> Request:
    """Return the household's wish that waits for its declaration, or open one."""
    has_items = select(DeclineItem.id).where(DeclineItem.request_id == Request.id).exists()
    waiting = work.session.scalar(
        select(Request)
        .where(
            Request.household_id == wish.household_id,
            Request.kind == RequestKind.DECLINE,
            Request.state == RequestState.WITH_RESIDENT,
            ~has_items,
        )
        .with_for_update()
    )
    if waiting is not None:
        return waiting
    return move(work, open_request(work, wish), "ask_back", waits_for="portal")


def honor_after_call(work: Work, household_id: int, receipt_no: str) -> Request:
    """Let the receipt of a locked-out person count by its own instant, after a call back.

    The household confirms it in the portal, even when the window is over by then.

    Raises:
        NotFoundError: no such receipt.
        TooEarlyError, TooLateError: the receipt was not in time.
    """
    task = _task_in_time(work, receipt_no)
    lock_household(work.session, household_id)
    wish = NewRequest(
        RequestKind.DECLINE,
        household_id,
        received_at=task.created_at,
        warnings=(DeclineWarning.HONORED,),
    )
    row = _wish(_on_channel(work, Channel.PHONE), wish)
    _finish(work, row, task, PersonCheck.CALL_BACK)
    return row


def honor_form(
    work: Work, household_id: int, ordinals: Sequence[int], form: PaperEntry[DeclineNote]
) -> Request:
    """Let the receipt of a locked-out person (``form.evidence``) count by its own instant.

    With identity papers seen at the counter, or a signed form, the decline is entered; another
    person reviews it.

    Raises:
        NotFoundError: no such receipt.
        TooEarlyError, TooLateError: the receipt was not in time.
        ConflictError, NotAllowedError: as ``declaring.declare``.
    """
    task = _task_in_time(work, form.evidence)
    row = enter_form(work, household_id, ordinals, form)
    at_counter = form.channel is Channel.COUNTER
    _finish(work, row, task, PersonCheck.COUNTER if at_counter else PersonCheck.FORM)
    return row


def _task_in_time(work: Work, receipt_no: str) -> Task:
    task = locked_out_task(work, receipt_no)
    require_open_for_staff(work.program.windows.decline, task.created_at)
    return task


def _finish(work: Work, row: Request, task: Task, check: PersonCheck) -> None:
    record(
        work,
        "decline.honored",
        "request",
        row.id,
        household_id=row.household_id,
        task=task.id,
        check=check,
    )
    if task.state == "open":
        finish_task(work, task.id)
