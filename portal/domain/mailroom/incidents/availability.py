"""How much of the contract's year the sites were there (clause 14(1)): stops against the limit.

Planned stops that were announced in time do not count against the limit, the time by which one
overran its announced end does. Stops that overlap count once.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import day_start, jst_date
from portal.domain.foundation.program.schema import Period
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.downtime import Span, downtime_between
from portal.domain.mailroom.incidents.kinds import DownPart
from portal.domain.mailroom.incidents.models import Downtime, SiteNotice

COUNTED = (DownPart.RESIDENT_SITE, DownPart.STAFF_SITE)
"""The parts that the contractor runs himself; issuer, telephone and SMS have contracts of their
own and are only shown."""
NEAR = 0.8
"""The share of the allowed minutes from which staff are warned."""
MINUTE = timedelta(minutes=1)


class Availability(Struct, frozen=True):
    """The figures of one part in a year of the contract, up to now; minutes are whole ones.

    ``allowed`` is what the whole year may have of unplanned minutes; None where the ward has set no
    limit, or the part has none.
    """

    part: DownPart
    elapsed: int
    planned: int
    unplanned: int
    allowed: int | None

    @property
    def percent(self) -> float:
        """The share of the time so far in which it was there or announced not to be, rounded down.

        A stop of one minute is never 100.
        """
        if self.elapsed == 0:
            return 100.0
        return (self.elapsed - self.unplanned) * 100_000 // self.elapsed / 1000

    @property
    def is_over(self) -> bool:
        """Whether the year cannot keep the limit any more."""
        return self.allowed is not None and self.allowed < self.unplanned

    @property
    def is_near(self) -> bool:
        """Whether most of what the year allows is used up."""
        return self.allowed is not None and self.unplanned > self.allowed * NEAR


def year_of(contract: Period, today: date) -> Period:
    """Return the year of the contract in which a day (JST) lies; the last one may be shorter.

    Before the contract it is the first year, after it the last.
    """
    day = min(max(today, contract.first_day), contract.last_day)
    first = contract.first_day
    while (following := _year_later(first)) <= day:
        first = following
    return Period(first, min(_year_later(first) - timedelta(days=1), contract.last_day))


def _year_later(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 3, 1)


def availability(work: Work) -> list[Availability]:
    """Return the figures of every part in the present year of the contract."""
    year = year_of(work.program.contract, jst_date(work.now))
    whole = Span(day_start(year.first_day), day_start(year.last_day + timedelta(days=1)))
    so_far = Span(whole.start, max(whole.start, min(work.now, whole.end)))
    rows = downtime_between(work.session, so_far.start, so_far.end)
    announced = _announced_ends(work.session, rows)
    percent = work.program.availability_percent
    allowed = None if percent is None else _minutes(whole) * round(100_000 - percent * 1000)
    return [
        _of_part(
            part,
            [row for row in rows if row.what == part],
            so_far,
            announced,
            None if allowed is None or part not in COUNTED else allowed // 100_000,
        )
        for part in DownPart
    ]


def _announced_ends(session: Session, rows: Sequence[Downtime]) -> dict[int, datetime]:
    """Return when planned stops should have ended, as their notices said, by the notice's key."""
    keys = [row.site_notice_id for row in rows if row.site_notice_id is not None]
    found = session.execute(
        select(SiteNotice.id, SiteNotice.ends_at).where(SiteNotice.id.in_(keys))
    )
    return dict(found.all())


def _of_part(
    part: DownPart,
    rows: Sequence[Downtime],
    so_far: Span,
    announced: dict[int, datetime],
    allowed: int | None,
) -> Availability:
    planned: list[Span] = []
    unplanned: list[Span] = []
    for row in rows:
        end = min(row.ends_at or so_far.end, so_far.end)
        stop = Span(max(row.starts_at, so_far.start), end)
        if not row.planned:
            unplanned.append(stop)
            continue
        told = announced.get(row.site_notice_id or 0, end)
        planned.append(Span(stop.start, min(end, told)))
        unplanned.append(Span(max(stop.start, told), end))
    down = _total(unplanned)
    return Availability(
        part, _minutes(so_far), _total([*planned, *unplanned]) - down, down, allowed
    )


def _total(spans: Iterable[Span]) -> int:
    return sum(_minutes(one) for one in _merged(spans))


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans that do not touch and cover the same time."""
    open_: Span | None = None
    for one in sorted(spans, key=lambda span: span.start):
        if one.end <= one.start:
            continue
        if open_ is not None and one.start <= open_.end:
            open_ = Span(open_.start, max(open_.end, one.end))
            continue
        if open_ is not None:
            yield open_
        open_ = one
    if open_ is not None:
        yield open_


def _minutes(span: Span) -> int:
    return (span.end - span.start) // MINUTE
