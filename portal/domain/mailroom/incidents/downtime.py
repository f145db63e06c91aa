"""Plan and announce outages, and log all downtime (clause 14(1))."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import day_start, jst_date
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents import site_notices
from portal.domain.mailroom.incidents.kinds import DownPart, NoticeKind
from portal.domain.mailroom.incidents.models import Downtime
from portal.domain.mailroom.incidents.states import DOWNTIME, DowntimeState, NoticeState
from portal.domain.mailroom.listing import ListPage

NOTICE_DAYS = 7
"""How many days (JST) before its first day a planned outage must be announced.

The specification (14(1)) exempts planned outages from damages and gives no number; a week is our
choice, as is usual for public sites.
"""
SENTENCE = {DownPart.ISSUER.value: "planned_shops"}


class Outage(Struct, frozen=True):
    """What is down (a ``DownPart``), and from when until when (UTC); without an end it still is."""

    what: str
    starts_at: datetime
    ends_at: datetime | None = None


class Span(Struct, frozen=True):
    """The time between two instants (UTC); the end is exclusive."""

    start: datetime
    end: datetime


class Minutes(Struct, frozen=True):
    """Minutes of downtime of one part within a period, planned (and announced) or not."""

    what: str
    planned: int
    unplanned: int


def plan(work: Work, outage: Outage) -> Downtime:
    """Plan an outage and announce it at once; the notice is shown until the outage is over.

    Raises:
        InputError: an unknown part, an end before the beginning, or a beginning too soon (code:
            the field).
        NotAllowedError: the actor is no person with an account.
    """
    _check(outage, work.actor)
    what, ends_at = outage.what, _end_of(outage)
    if jst_date(outage.starts_at) < jst_date(work.now) + timedelta(days=NOTICE_DAYS):
        raise InputError(
            _s(
                "計画停止は、%(days)s日前までに知らせます。もっとあとの日にするか、"
                "急ぎなら、止まったあとに記録してください。"
            )
            % {"days": NOTICE_DAYS},
            code="starts_on",
        )
    draft = site_notices.Draft(
        NoticeKind.PLANNED, work.now, ends_at, SENTENCE.get(what, "planned_site")
    )
    notice = None
    if what in {DownPart.RESIDENT_SITE, DownPart.ISSUER}:
        notice = site_notices.write(work, draft)
        site_notices.publish(work, notice.id)
    row = Downtime(
        what=what,
        planned=True,
        starts_at=outage.starts_at,
        ends_at=ends_at,
        announced_at=work.now,
        entered_by=work.actor.id,
        entered_at=work.now,
        site_notice_id=notice.id if notice is not None else None,
    )
    work.session.add(row)
    _record_step(work, row, "planned")
    return row


def _check(outage: Outage, actor: Actor) -> None:
    if actor.id is None:
        raise NotAllowedError(_s("記録できるのは、アカウントのある職員だけです。"))
    if DownPart.known(outage.what) is None:
        raise InputError(_s("止まるものを選んでください。"), code="what")
    if outage.ends_at is not None and outage.ends_at <= outage.starts_at:
        raise _ends_too_early()


def _end_of(outage: Outage) -> datetime:
    """Return the end of a planned outage, which must have one. Raises InputError."""
    if outage.ends_at is None:
        raise _ends_too_early()
    return outage.ends_at


def _ends_too_early() -> InputError:
    return InputError(_s("終わりは、始まりよりあとにしてください。"), code="ends_on")


def log(work: Work, outage: Outage, *, incident_id: int | None = None) -> Downtime:
    """Record an outage that has begun; without an end it still lasts.

    Raises:
        InputError: an unknown part, or impossible times (code: the field).
        NotAllowedError: the actor is no person with an account.
    """
    _check(outage, work.actor)
    ends_at = outage.ends_at
    if outage.starts_at > work.now:
        raise InputError(
            _s("これから止まるときは、計画停止として知らせてください。"), code="starts_on"
        )
    if ends_at is not None and ends_at > work.now:
        raise InputError(_s("終わりがまだのときは、空けておいてください。"), code="ends_on")
    state = DOWNTIME.next(DOWNTIME.initial, "begin")
    row = Downtime(
        what=outage.what,
        planned=False,
        state=state if ends_at is None else DOWNTIME.next(state, "end"),
        starts_at=outage.starts_at,
        ends_at=ends_at,
        entered_by=work.actor.id,
        entered_at=work.now,
        incident_id=incident_id,
    )
    work.session.add(row)
    _record_step(work, row, "logged")
    return row


def end(work: Work, downtime_id: int, ends_at: datetime) -> Downtime:
    """Record when an outage ended; for a planned one, when it actually did.

    Raises:
        NotFoundError: no outage has this key.
        WrongStateError: it ended or was cancelled before.
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
    _record_step(work, row, "end")
    return row


def cancel(work: Work, downtime_id: int) -> Downtime:
    """Cancel a planned outage and take its notice down.

    Raises:
        NotFoundError: no outage has this key.
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
    _record_step(work, row, "cancel")
    return row


def _take_notice_down(work: Work, row: Downtime) -> None:
    if (
        row.site_notice_id is not None
        and site_notices.locked(work.session, row.site_notice_id).state == NoticeState.PUBLISHED
    ):
        site_notices.withdraw(work, row.site_notice_id)


def locked(session: Session, downtime_id: int) -> Downtime:
    """Return an outage, locked to the end of the transaction.

    Raises:
        NotFoundError: no outage has this key.
    """
    statement = select(Downtime).where(Downtime.id == downtime_id).with_for_update()
    row = session.scalar(statement.execution_options(populate_existing=True))
    if row is None:
        raise NotFoundError(_s("この停止の記録は見つかりませんでした。"))
    return row


def downtimes(session: Session, page: ListPage) -> list[Downtime]:
    """Return a page of outages, the latest beginning first."""
    ordered = select(Downtime).order_by(Downtime.starts_at.desc(), Downtime.id.desc())
    return list(session.scalars(page.of(ordered)))


def downtime_between(session: Session, start: datetime, end_: datetime) -> Sequence[Downtime]:
    """Return the outages that overlap a period (the end is exclusive), earliest first."""
    return session.scalars(
        select(Downtime)
        .where(
            Downtime.state != DowntimeState.CANCELLED,
            Downtime.starts_at < end_,
            or_(Downtime.ends_at.is_(None), Downtime.ends_at > start),
        )
        .order_by(Downtime.starts_at, Downtime.id)
    ).all()


def planned_from(session: Session, start: datetime) -> Sequence[Downtime]:
    """Return the outages planned to begin at or after an instant, earliest first."""
    return session.scalars(
        select(Downtime)
        .where(
            Downtime.state == DowntimeState.PLANNED,
            Downtime.planned.is_(True),
            Downtime.starts_at >= start,
        )
        .order_by(Downtime.starts_at, Downtime.id)
    ).all()


def minutes_between(session: Session, span: Span, now: datetime) -> list[Minutes]:
    """Return each part's minutes of downtime within a period, for the monthly report.

    An outage that still lasts counts up to ``now``.
    """
    rows = downtime_between(session, span.start, span.end)

    def total(what: str, *, planned: bool) -> int:
        return sum(
            _minutes(row, span, now) for row in rows if row.what == what and row.planned is planned
        )

    return [
        Minutes(what, total(what, planned=True), total(what, planned=False)) for what in DownPart
    ]


def _minutes(row: Downtime, span: Span, now: datetime) -> int:
    until = min(row.ends_at or now, span.end, max(now, span.start))
    return max(0, int((until - max(row.starts_at, span.start)).total_seconds()) // 60)


def first_plannable(now: datetime) -> datetime:
    """Return the earliest instant for which an outage can be planned now."""
    return day_start(jst_date(now) + timedelta(days=NOTICE_DAYS))


def _record_step(work: Work, row: Downtime, action: str) -> None:
    work.session.flush()
    record(work, f"downtime.{action}", "downtime", row.id, what=row.what, planned=row.planned)
