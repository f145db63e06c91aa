"""The entry to every act: the actor's active call, the household and the caller's level."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Self

from msgspec import Struct
from sqlalchemy import select

from portal.domain.contacts.calls.gate import locked_call, locked_household
from portal.domain.contacts.calls.kinds import SPOKEN, CallChannel
from portal.domain.contacts.calls.levels import Level, level_of, require_level
from portal.domain.contacts.calls.models import Call
from portal.domain.desk.call_desk.acting.effective_at import effective_at
from portal.domain.desk.call_desk.acting.kinds import NEEDED, Act
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.actors import Actor, Channel
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.models import Request

CHANNELS: Mapping[CallChannel, Channel] = MappingProxyType(
    {
        CallChannel.PHONE: Channel.PHONE,
        CallChannel.FAX: Channel.FAX,
        CallChannel.COUNTER: Channel.COUNTER,
        CallChannel.FORM: Channel.POST,
    }
)


def spoken(call: Call) -> str:
    """Return the locale id of the caller's language; an interpreter hears Japanese."""
    return SPOKEN.get(call.language, SOURCE_LOCALE)


class AdmittedCall(Struct, frozen=True):
    """A call that was admitted for an act on behalf of a household.

    ``actor`` is the staff person, on the channel of the call; ``effective_at`` is when the request
    counts as received (UTC), for windows.
    """

    act: Act
    call: Call
    household_id: int
    level: Level
    actor: Actor
    effective_at: datetime


def admit(work: Work, act: Act, household_id: int) -> AdmittedCall:
    """Check that the agent's call may act for the household; lock both rows.

    Raises:
        NotAllowedError: the actor has no active call (``no_call``), or the caller's level is too
            low (``level``).
        NotFoundError: there is no such household, or it is protected; agents get the same sentence.
        ConflictError: the household was removed from the roster.
    """
    call = locked_call(work)
    household = locked_household(work.session, household_id)
    if household is None:
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    level = level_of(work.session, call, household_id)
    require_level(level, NEEDED[act])
    if household.state != HouseholdState.ACTIVE:
        raise ConflictError(_s("名簿から外れた世帯です。区に引き継いでください。"), code="removed")
    by_channel = Actor(
        work.actor.role, work.actor.id, work.actor.organization, CHANNELS[CallChannel(call.channel)]
    )
    received_at = effective_at(work.session, call, work.now)
    return AdmittedCall(act, call, household_id, level, by_channel, received_at)


class ActSubject(Struct, frozen=True):
    """What an act made or changed: the name of its table, its key, and its receipt number."""

    kind: str
    key: int
    receipt_no: str

    @classmethod
    def of_request(cls, request: Request) -> Self:
        """Return the subject of an act that opened a request."""
        return cls("request", request.id, request.receipt_no)

    @classmethod
    def of_task(cls, task: Task) -> Self:
        """Return the subject of an act that opened a task."""
        return cls("task", task.id, task.receipt_no)


def record_act(work: Work, admitted: AdmittedCall, subject: ActSubject) -> DeskAct:
    """Store and log an act; the same receipt number twice in a call is one act."""
    act = admitted.act
    found = work.session.scalar(
        select(DeskAct).where(
            DeskAct.call_id == admitted.call.id,
            DeskAct.act == act.value,
            DeskAct.receipt_no == subject.receipt_no,
        )
    )
    if found is not None:
        return found
    row = DeskAct(
        call_id=admitted.call.id,
        household_id=admitted.household_id,
        act=act.value,
        level=int(admitted.level),
        receipt_no=subject.receipt_no,
        subject=subject.kind,
        subject_id=subject.key,
        channel=admitted.actor.channel.value,
        done_by=admitted.actor.id,
        done_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    record(
        work.acting_as(admitted.actor),
        f"desk.{act.value}",
        subject.kind,
        subject.key,
        household_id=admitted.household_id,
        call=admitted.call.id,
        way=admitted.actor.channel.value,
        level=int(admitted.level),
    )
    return row
