"""Starting and ending calls.

A person has at most one call that is not ended; it survives a closed browser.
"""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.about import CONVERSATION, About, is_conversation
from portal.domain.contacts.calls.description import ORDINARY, CallDescription
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.states import CALL, OPEN
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import (
    ConflictError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.tasks.services import new_receipt_no

# built once: every staff page of the call desk asks this, for its bar
_CURRENT = select(Call).where(Call.agent_id == bindparam("agent_id"), Call.state.in_(OPEN))


def start_call(
    work: Work, described: CallDescription = ORDINARY, about: About = CONVERSATION
) -> Call:
    """Start a call of the actor.

    Raises:
        InputError: the line is not the name of a line.
        ConflictError: the actor has a call that is not ended (code: its id).
    """
    line = described.stored_line()
    # There is no call to lock yet: the person's row makes a second press wait.
    work.session.execute(
        select(StaffUser.id).where(StaffUser.id == work.actor.id).with_for_update(key_share=True)
    )
    if (open_one := current_call(work)) is not None:
        raise ConflictError(
            _s("まだ終わっていない受付があります。先にそれを終えてください。"),
            code=str(open_one.id),
        )
    call = Call(
        receipt_no=new_receipt_no(),
        agent_id=work.actor.id,
        channel=described.channel.value,
        direction=described.direction.value,
        language=described.language.value,
        line=line,
        fax_case_id=about.fax_case_id,
        task_id=about.task_id,
        sheet_id=about.sheet_id,
        subject=about.stored_text,
        day=work.now.astimezone(JST).date(),
        started_at=work.now,
    )
    work.session.add(call)
    work.session.flush()
    record(work, "call.started", "call", call.id, channel=call.channel, language=call.language)
    return call


def current_call(work: Work) -> Call | None:
    """Return the actor's call that is not ended, or None."""
    return work.session.scalar(_CURRENT, {"agent_id": work.actor.id})


def locked_own(work: Work, call_id: int) -> Call:
    """Return a call of the actor, locked to the end of the transaction.

    Raises:
        NotFoundError: there is no such call, or it is another person's.
    """
    call = work.session.get(Call, call_id, with_for_update=True, populate_existing=True)
    if call is None or call.agent_id != work.actor.id:
        raise NotFoundError(_s("この受付は見つかりませんでした。"))
    return call


def hang_up(work: Work, call_id: int) -> Call:
    """End the conversation; the after-call time starts.

    Raises:
        NotFoundError: not this person's call.
        WrongStateError: the conversation is ended already.
    """
    call = locked_own(work, call_id)
    call.state = CALL.next(call.state, "hang_up")
    call.talk_ended_at = work.now
    record(work, "call.hung_up", "call", call.id)
    return call


def describe(work: Work, call_id: int, described: CallDescription) -> Call:
    """Correct channel, direction, language or line of an active call.

    A FAX case or a form keeps its channel.

    Raises:
        NotFoundError: not this person's call.
        WrongStateError: the call is ended.
        InputError: the line is not the name of a line.
        NotAllowedError: another channel or direction after a household was opened: a caller on the
            line does not become somebody whom we called back.
    """
    call = locked_own(work, call_id)
    CALL.next(call.state, "finish")  # asked only: what may still be finished may still be described
    way = {
        "channel": described.channel.value if is_conversation(call) else call.channel,
        "direction": described.direction.value,
    }
    wanted = way | {"language": described.language.value, "line": described.stored_line()}
    changed = {name: value for name, value in wanted.items() if getattr(call, name) != value}
    if way.keys() & changed.keys() and _has_opened(work.session, call):
        raise NotAllowedError(
            _s(
                "世帯を開いたあとは、方法と向きを変えられません。この受付を終えて、"
                "新しい受付を始めてください。"
            )
        )
    for name, value in changed.items():
        setattr(call, name, value)
    if changed:
        record(work, "call.described", "call", call.id, fields=sorted(changed))
    return call


def _has_opened(session: Session, call: Call) -> bool:
    return (
        session.scalar(select(CallHousehold.id).where(CallHousehold.call_id == call.id).limit(1))
        is not None
    )
