"""Propose other opening hours; the ward approves, refuses or takes them back.

A change never concerns a day that is over: figures and deadlines of past days stay as they were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from msgspec import Struct

from portal.domain.contacts.hours.models import HoursKind, OpeningHours
from portal.domain.contacts.hours.queries import stored, unknown
from portal.domain.contacts.hours.states import OPENING_HOURS
from portal.domain.contacts.ward_decides import WardDecides
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError, WrongStateError
from portal.domain.foundation.program.calendar import WEEKDAYS, Hours, Payer
from portal.domain.foundation.program.public_reasons import PublicReason
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.staff.permissions import Permission

LONGEST = timedelta(days=31)
"""Special days for longer than this are other hours of the weekdays."""


BY_THE_WARD = WardDecides(
    table=OpeningHours,
    states=OPENING_HOURS,
    writer=lambda row: row.proposed_by,
    permission=Permission.APPROVE_OPENING_HOURS,
    unknown=unknown,
    own=lambda: _s("自分の出した提案です。区のほかの担当が決めます。"),
)


@dataclass(frozen=True, slots=True)
class Week:
    """Other hours of the weekdays from a day on; None: closed.

    ``paid_by`` is the word of a ``Payer``.
    """

    first_day: date
    hours: Sequence[Hours | None]
    paid_by: str


class Special(Struct, frozen=True):
    """Days with other hours (None: closed), both ends included, for a public reason.

    ``reason`` is the word of a ``PublicReason``, ``paid_by`` that of a ``Payer``.
    """

    first_day: date
    last_day: date
    hours: Hours | None
    reason: str
    paid_by: str


def propose_week(work: Work, week: Week) -> OpeningHours:
    """Propose other hours of the weekdays; nothing changes until the ward approves.

    Raises:
        InputError: a day that is over or outside the call center's period, no open weekday, times
            in the wrong order, or nobody who pays (code: the field).
        NotAllowedError: the actor is no person with an account.
    """
    _check_days(work, week.first_day, week.first_day)
    if not any(week.hours):
        raise InputError(
            _s("毎日休みでは、だれも電話に出られません。開く曜日を残してください。"),
            code="mon_opens",
        )
    for name, hours in zip(WEEKDAYS, week.hours, strict=True):
        _check_order(hours, f"{name}_closes")
    return _propose(
        work,
        OpeningHours(
            kind=HoursKind.WEEK,
            first_day=week.first_day,
            hours=stored(week.hours),
            paid_by=_payer(week.paid_by),
        ),
    )


def propose_special(work: Work, special: Special) -> OpeningHours:
    """Propose special days; nothing changes until the ward approves.

    Raises:
        InputError: as for ``propose_week``, or too many days, or no reason (code: the field).
        NotAllowedError: the actor is no person with an account.
    """
    if special.last_day < special.first_day:
        raise InputError(_s("終わりの日は、始まりの日かそのあとにしてください。"), code="last_day")
    if special.last_day - special.first_day >= LONGEST:
        raise InputError(_s("特別の日は、続けて31日までです。"), code="last_day")
    _check_days(work, special.first_day, special.last_day)
    _check_order(special.hours, "closes")
    if PublicReason.known(special.reason) is None:
        raise InputError(_s("住民に知らせる理由を選んでください。"), code="reason")
    return _propose(
        work,
        OpeningHours(
            kind=HoursKind.SPECIAL,
            first_day=special.first_day,
            last_day=special.last_day,
            hours=stored([special.hours]),
            reason=special.reason,
            paid_by=_payer(special.paid_by),
        ),
    )


def approve(work: Work, change_id: int) -> OpeningHours:
    """Put a change in force from its first day on, for the ward and as the second person.

    Raises:
        NotAllowedError: the actor proposed it, or is not of the ward.
        NotFoundError: no change has this key.
        WrongStateError: it is not proposed, or its first day is over.
    """
    row = BY_THE_WARD.decided(work, change_id, "approve")
    if row.first_day < jst_date(work.now):
        raise WrongStateError(
            _s("始まりの日が過ぎました。この提案は断り、これからの日で、もう一度出してください。")
        )
    row.decided_by, row.decided_at = work.actor.id, work.now
    _record_step(work, row, "approved")
    return row


def refuse(work: Work, change_id: int) -> OpeningHours:
    """Refuse a proposed change, for the ward.

    Raises:
        NotAllowedError: the actor proposed it, or is not of the ward.
        NotFoundError: no change has this key.
        WrongStateError: it is not proposed.
    """
    row = BY_THE_WARD.refused(work, change_id)
    _record_step(work, row, "refused")
    return row


def take_back(work: Work, change_id: int) -> OpeningHours:
    """Take a change back: from today on, what was before holds again.

    One's own proposal, or for the ward any change. It needs no second person: what holds again was
    approved before.

    Raises:
        NotAllowedError: the actor is neither of the ward nor the one who proposed it.
        NotFoundError: no change has this key.
        WrongStateError: it was refused or taken back before.
    """
    row = BY_THE_WARD.taken_back(work, change_id)
    _record_step(work, row, "taken_back")
    return row


def _check_days(work: Work, first: date, last: date) -> None:
    if first < jst_date(work.now):
        raise InputError(_s("今日か、これからの日にしてください。"), code="first_day")
    calendar = work.program.calendar
    if not calendar.is_within(first):
        raise InputError(_s("コールセンターの期間の外です。"), code="first_day")
    if not calendar.is_within(last):
        raise InputError(_s("コールセンターの期間の外です。"), code="last_day")


def _check_order(hours: Hours | None, field: str) -> None:
    if hours is not None and hours.opens >= hours.closes:
        raise InputError(_s("開く時刻より後の時刻にしてください。"), code=field)


def _payer(word: str) -> str:
    if Payer.known(word) is None:
        raise InputError(_s("費用をだれが持つかを選んでください。"), code="paid_by")
    return word


def _propose(work: Work, row: OpeningHours) -> OpeningHours:
    if work.actor.id is None:
        raise NotAllowedError(_s("提案できるのは、アカウントのある職員だけです。"))
    row.proposed_by, row.proposed_at = work.actor.id, work.now
    work.session.add(row)
    _record_step(work, row, "proposed")
    return row


def _record_step(work: Work, row: OpeningHours, action: str) -> None:
    work.session.flush()
    record(
        work,
        f"opening_hours.{action}",
        "opening_hours",
        row.id,
        kind=row.kind,
        first_day=row.first_day.isoformat(),
        last_day=row.last_day.isoformat() if row.last_day is not None else "",
        hours=row.hours,
        state=row.state,
    )
