"""Planned stops, announced in time, and the log of all downtime (clause 14(1))."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import day_start, jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents import site_notices
from portal.domain.mailroom.incidents.models import Downtime
from portal.domain.mailroom.incidents.sentences import PLANNED
from portal.domain.mailroom.incidents.states import DOWNTIME

WHAT = ("resident_site", "staff_site", "codes", "issuer", "telephone")
NOTICE_DAYS = 7
"""A planned stop is announced so many days (JST) before the day on which it begins.

The specification (14(1)) frees planned
stops from damages and gives no number, so we agree on a week, as public sites usually do.
"""
SENTENCE = {"issuer": "planned_shops"}
PAGE = 20


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes of downtime within a period: planned and announced, and not."""

    what: str
    planned: int
    unplanned: int


def plan(work: Work, what: str, starts_at: datetime, ends_at: datetime) -> Downtime:
    """Plan a stop and announce it at once; the notice is shown until the stop is over.

    Raises:
        InputError: nothing that stops, an end before the beginning, or a beginning too soon (code:
            the field).
        NotAllowedError: the actor is no person with an account.
    """
    _check(what, starts_at, ends_at, work.actor)
    if jst_date(starts_at) < jst_date(work.now) + timedelta(days=NOTICE_DAYS):
        raise InputError(
            _s(
                "計画停止は、%(days)s日前までに知らせます。もっとあとの日にするか、"
                "急ぎなら、止まったあとに記録してください。"
            )
            % {"days": NOTICE_DAYS},
            code="starts_on",
        )
    draft = site_notices.Draft(PLANNED, work.now, ends_at, SENTENCE.get(what, "planned_site"))
    notice = None
    if what in {"resident_site", "issuer"}:
        notice = site_notices.write(work, draft)
        site_notices.publish(work, notice.id)
    row = Downtime(
        what=what,
        planned=True,
        starts_at=starts_at,
        ends_at=ends_at,
        announced_at=work.now,
        entered_by=work.actor.id,
        entered_at=work.now,
        site_notice_id=notice.id if notice is not None else None,
    )
    work.session.add(row)
    _note(work, row, "planned")
    return row


def _check(what: str, starts_at: datetime, ends_at: datetime | None, actor: Actor) -> None:
    if actor.id is None:
        raise NotAllowedError(_s("記録できるのは、アカウントのある職員だけです。"))
    if what not in WHAT:
        raise InputError(_s("止まるものを選んでください。"), code="what")
    if ends_at is not None and ends_at <= starts_at:
        raise InputError(_s("終わりは、始まりよりあとにしてください。"), code="ends_on")


def log(
    work: Work,
    what: str,
    starts_at: datetime,
    ends_at: datetime | None,
    *,
    incident_id: int | None = None,
) -> Downtime:
    """Record that something did not work, or still does not (no end).

    Raises:
        InputError: nothing that stops, or times that cannot be (code: the field).
        NotAllowedError: the actor is no person with an account.
    """
    _check(what, starts_at, ends_at, work.actor)
    if starts_at > work.now:
        raise InputError(
            _s("これから止まるときは、計画停止として知らせてください。"), code="starts_on"
        )
    if ends_at is not None and ends_at > work.now:
        raise InputError(_s("終わりがまだのときは、空けておいてください。"), code="ends_on")
    state = DOWNTIME.next(DOWNTIME.initial, "begin")
    row = Downtime(
        what=what,
        planned=False,
        state=state if ends_at is None else DOWNTIME.next(state, "end"),
        starts_at=starts_at,
        ends_at=ends_at,
        entered_by=work.actor.id,
        entered_at=work.now,
        incident_id=incident_id,
    )
    work.session.add(row)
    _note(work, row, "logged")
    return row


def end(work: Work, downtime_id: int, ends_at: datetime) -> Downtime:
    """Record when it worked again; for a planned stop, when it really ended.

    Raises:
        NotFoundError: there is none of that key.
        WrongStateError: it ended or was called off before.
        InputError: before its beginning, or in the future (code ``ended_on``).
    """
    row = locked(work.session, downtime_id)
    state = DOWNTIME.next(row.state, "end")
    if not row.starts_at < ends_at <= work.now:
        raise InputError(
            _s("終わった時刻は、始まりよりあと、今より前にしてください。"), code="ended_on"
        )
    row.state, row.ends_at = state, ends_at
    _take_notice_down(work, row)
    _note(work, row, "end")
    return row


def cancel(work: Work, downtime_id: int) -> Downtime:
    """Cancel a planned stop and take its notice down.

    Raises:
        NotFoundError: there is none of that key.
        WrongStateError: it is not planned any more.
        NotAllowedError: it has started.
    """
    row = locked(work.session, downtime_id)
    state = DOWNTIME.next(row.state, "cancel")
    if row.starts_at <= work.now:
        raise NotAllowedError(
            _s("もう始まった停止は、取りやめにできません。終わった時刻を記録してください。")
        )
    row.state = state
    _take_notice_down(work, row)
    _note(work, row, "cancel")
    return row


def _take_notice_down(work: Work, row: Downtime) -> None:
    if (
        row.site_notice_id is not None
        and site_notices.locked(work.session, row.site_notice_id).state == "published"
    ):
        site_notices.withdraw(work, row.site_notice_id)


def locked(session: Session, downtime_id: int) -> Downtime:
    """Return a row, locked to the end of the transaction.

    Raises:
        NotFoundError: there is none of that key.
    """
    statement = select(Downtime).where(Downtime.id == downtime_id).with_for_update()
    row = session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFoundError(_s("この停止の記録は見つかりませんでした。"))
    return row


def downtimes(session: Session, *, page: int = 1, limit: int = PAGE) -> list[Downtime]:
    """Return stops, the latest beginning first; ``page`` counts from 1."""
    ordered = select(Downtime).order_by(Downtime.starts_at.desc(), Downtime.id.desc())
    return list(session.scalars(ordered.offset((max(1, page) - 1) * PAGE).limit(limit)))


def downtime_between(session: Session, start: datetime, end_: datetime) -> Sequence[Downtime]:
    """Return what was down at some time between two instants (exclusive end), earliest first."""
    return session.scalars(
        select(Downtime)
        .where(
            Downtime.state != "cancelled",
            Downtime.starts_at < end_,
            or_(Downtime.ends_at.is_(None), Downtime.ends_at > start),
        )
        .order_by(Downtime.starts_at, Downtime.id)
    ).all()


def planned_from(session: Session, start: datetime) -> Sequence[Downtime]:
    """Return the stops that are planned to begin at an instant or later, earliest first."""
    return session.scalars(
        select(Downtime)
        .where(
            Downtime.state == DOWNTIME.initial,
            Downtime.planned.is_(True),
            Downtime.starts_at >= start,
        )
        .order_by(Downtime.starts_at, Downtime.id)
    ).all()


def minutes_between(
    session: Session, start: datetime, end_: datetime, now: datetime
) -> list[Minutes]:
    """Return the minutes of downtime by part of the system within a period, for the month's report.

    What is still down counts up to ``now``.
    """
    rows = downtime_between(session, start, end_)
    return [
        Minutes(
            what,
            sum(
                _minutes(row, start, end_, now) for row in rows if row.what == what and row.planned
            ),
            sum(
                _minutes(row, start, end_, now)
                for row in rows
                if row.what == what and not row.planned
            ),
        )
        for what in WHAT
    ]


def _minutes(row: Downtime, start: datetime, end_: datetime, now: datetime) -> int:
    until = min(row.ends_at or now, end_, max(now, start))
    return max(0, int((until - max(row.starts_at, start)).total_seconds()) // 60)


def first_plannable(now: datetime) -> datetime:
    """Return the earliest instant for which a stop can be announced now."""
    return day_start(jst_date(now) + timedelta(days=NOTICE_DAYS))


def _note(work: Work, row: Downtime, action: str) -> None:
    work.session.flush()
    record(work, f"downtime.{action}", "downtime", row.id, what=row.what, planned=row.planned)
