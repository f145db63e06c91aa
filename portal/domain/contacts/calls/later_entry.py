"""Later entry of calls recorded on paper while the system or power was down (clause 6(6)②)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.about import About
from portal.domain.contacts.calls.description import LINE_MAX, CallDescription
from portal.domain.contacts.calls.finishing import AfterCall, fill_in
from portal.domain.contacts.calls.kinds import CallChannel, CallLanguage, Direction
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.services import start_call
from portal.domain.contacts.calls.states import CALL, TALKING
from portal.domain.foundation.actors import Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import day_start, jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.program.calendar import CallCenterCalendar
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission, allows, may
from portal.domain.people.tasks.services import new_receipt_no

LONGEST = timedelta(hours=8)
NAME_MAX = 60
PAGE = 20


@dataclass(frozen=True, slots=True)
class WrittenDown:
    """A reception form as filled in by hand, with the true times from the sheet.

    ``agent_id`` is the account of the agent; None if the agent, named by ``agent_name``, has none.
    ``same_is_right``: somebody confirmed a sheet that seems to repeat another one.
    """

    started_at: datetime
    ended_at: datetime
    after: AfterCall = field(repr=False)
    agent_id: int | None = None
    agent_name: str = field(default="", repr=False)
    channel: CallChannel = CallChannel.PHONE
    direction: Direction = Direction.INBOUND
    language: CallLanguage = CallLanguage.JA
    line: str = ""
    same_is_right: bool = False


def write_down(work: Work, calendar: CallCenterCalendar, sheet: WrittenDown) -> Call:
    """Enter a sheet as an ended call, marked as written down.

    No household was or can be opened in it.

    Raises:
        InputError: a time or the agent is invalid, or the same sheet seems entered (code: the
            field).
        FieldsError: a field of the after-call record is invalid.
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("受付票を入力できるのは、アカウントのある職員だけです。"))
    _check_times(calendar, sheet, work.now)
    agent_id = _agent(work.session, sheet) or work.actor.id
    # two people who enter the same sheet at once wait for each other here
    work.session.execute(
        select(StaffUser.id).where(StaffUser.id == agent_id).with_for_update(key_share=True)
    )
    _refuse_same(work.session, sheet, agent_id)
    call = _ended_call(sheet, agent_id)
    taken_by = "" if sheet.agent_id else sheet.agent_name.strip()
    fill_in(work, call, replace(sheet.after, taken_by=taken_by))
    work.session.add(call)
    work.session.flush()
    record(
        work,
        "call.written_down",
        "call",
        call.id,
        agent=agent_id,
        channel=call.channel,
        has_account=sheet.agent_id is not None,
    )
    return call


def _ended_call(sheet: WrittenDown, agent_id: int) -> Call:
    return Call(
        receipt_no=new_receipt_no(),
        agent_id=agent_id,
        state=CALL.next(CALL.next(TALKING, "hang_up"), "finish"),
        channel=sheet.channel.value,
        direction=sheet.direction.value,
        language=sheet.language.value,
        line=sheet.line.strip()[:LINE_MAX],
        day=jst_date(sheet.started_at),
        started_at=sheet.started_at,
        talk_ended_at=sheet.ended_at,
        ended_at=sheet.ended_at,
        written_down=True,
    )


def _check_times(calendar: CallCenterCalendar, sheet: WrittenDown, now: datetime) -> None:
    if sheet.started_at > now:
        raise InputError(_s("始まりの日時が、いまより後になっています。"), code="started_at")
    if sheet.started_at < day_start(calendar.first_day):
        raise InputError(
            _s("コールセンターの初日（%(day)s）より前の日時です。受付票をもう一度見てください。")
            % {"day": calendar.first_day.isoformat()},
            code="started_on",
        )
    if sheet.ended_at < sheet.started_at:
        raise InputError(_s("終わりの時刻が、始まりより前になっています。"), code="ended_at")
    if sheet.ended_at > now:
        raise InputError(_s("終わりの時刻が、いまより後になっています。"), code="ended_at")
    if sheet.ended_at - sheet.started_at > LONGEST:
        raise InputError(
            _s("8時間より長い受付になっています。時刻をもう一度見てください。"), code="ended_at"
        )


def _agent(session: Session, sheet: WrittenDown) -> int | None:
    """Return the account of the call's agent; None for an agent without one."""
    if sheet.agent_id is None:
        if not sheet.agent_name.strip():
            raise InputError(_s("受けた人を選ぶか、名前を入力してください。"), code="agent")
        if len(sheet.agent_name.strip()) > NAME_MAX:
            raise InputError(
                _s("名前は、%(most)d文字までで入力してください。") % {"most": NAME_MAX},
                code="agent_name",
            )
        return None
    person = session.get(StaffUser, sheet.agent_id)
    if person is None or not may(person, Permission.HANDLE_CALLS):
        raise InputError(_s("受けた人を、一覧から選んでください。"), code="agent")
    return person.id


def _refuse_same(session: Session, sheet: WrittenDown, agent_id: int) -> None:
    known = session.scalar(
        select(Call.receipt_no).where(
            Call.day == jst_date(sheet.started_at),
            Call.agent_id == agent_id,
            Call.written_down.is_(True),
            Call.started_at == sheet.started_at,
        )
    )
    if known is not None and not sheet.same_is_right:
        raise InputError(
            _s(
                "同じ人が同じ時刻に受けた受付票が、もう入力されています（受付番号 "
                "%(number)s）。別の受付なら、印をつけてください。"
            )
            % {"number": known},
            code="same_is_right",
        )


def desk_people(session: Session) -> list[StaffUser]:
    """Return the accounts that may handle calls, by name."""
    people = session.scalars(
        select(StaffUser).where(StaffUser.active.is_(True)).order_by(StaffUser.display_name)
    )
    return [
        one
        for one in people
        if allows(Permission.HANDLE_CALLS, Role(one.role), Organization(one.organization))
    ]


def written_down(session: Session, *, before: int = 0, limit: int = PAGE) -> list[tuple[Call, str]]:
    """Return the calls that were entered later with their agents' names, newest entry first."""
    statement = (
        select(Call, StaffUser.display_name)
        .join(StaffUser, StaffUser.id == Call.agent_id)
        .where(Call.written_down.is_(True))
        .order_by(Call.id.desc())
        .limit(limit)
    )
    if before:
        statement = statement.where(Call.id < before)
    return [(call, name) for call, name in session.execute(statement)]


def start_live_call(work: Work, call_id: int) -> Call:
    """Start a live call about one that was written down; households may be opened only there.

    Raises:
        NotFoundError: no such call was written down.
        ConflictError: the actor has a call that is not ended.
    """
    sheet = work.session.get(Call, call_id)
    if sheet is None or not sheet.written_down:
        raise NotFoundError(_s("この受付は見つかりませんでした。"))
    described = CallDescription(direction=Direction.OUTBOUND, language=CallLanguage(sheet.language))
    return start_call(work, described, About(sheet_id=sheet.id))
