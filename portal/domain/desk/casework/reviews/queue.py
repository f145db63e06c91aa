"""The queue of requests: counted, filtered, oldest first.

Requests of households that the reader may not know of are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Label,
    ScalarSelect,
    and_,
    bindparam,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.states import PROPOSED
from portal.domain.foundation.base import BigId
from portal.domain.foundation.wide_reads import Reads, WideRead
from portal.domain.people.households.models import Household
from portal.domain.requests.recipients.queries import leaving
from portal.domain.requests.requests.deciders import ACCEPT
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import REQUEST

T = TypeVar("T", str, int, date)
PAGE = 20
CAP = 1_000
LISTS_KEPT = 256
"""Statements of lists that a process keeps, one for each set of filters that is in use."""
WAITING = REQUEST.initial
CHANNELS = tuple(channel.value for channel in Channel if channel is not Channel.COMMAND)


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of the queue; an empty value filters nothing.

    ``second``: only what one person accepted and a second one has to. ``ward``: only what nobody
    outside the ward may know of.
    """

    kind: str = ""
    state: str = WAITING
    channel: str = ""
    overdue: bool = False
    warned: bool = False
    mine: bool = False
    second: bool = False
    ward: bool = False

    @classmethod
    def read(cls, values: Mapping[str, str]) -> "Filters":
        """Parse the filters of an address; unknown values filter nothing."""
        kind, state, channel = (values.get(name, "") for name in ("kind", "state", "channel"))
        return cls(
            kind=kind if RequestKind.known(kind) else "",
            state=state if state in REQUEST.states else WAITING,
            channel=channel if channel in CHANNELS else "",
            overdue=values.get("overdue") == "1",
            warned=values.get("warned") == "1",
            mine=values.get("mine") == "1",
            second=values.get("second") == "1",
            ward=values.get("ward") == "1",
        )

    def pairs(self) -> dict[str, str]:
        """Return the active filters as an address has them."""
        values = {
            "kind": self.kind,
            "state": self.state if self.state != WAITING else "",
            "channel": self.channel,
            "overdue": "1" if self.overdue else "",
            "warned": "1" if self.warned else "",
            "mine": "1" if self.mine else "",
            "second": "1" if self.second else "",
            "ward": "1" if self.ward else "",
        }
        return {name: value for name, value in values.items() if value}

    def without(self, name: str) -> "Filters":
        """Return the filters without one of them."""
        defaults = Filters()
        return replace(self, **{name: getattr(defaults, name)})


class QueueRow(Struct, frozen=True):
    """One request as a row of the queue, without personal data."""

    id: int
    kind: str
    receipt_no: str
    state: str
    result: str | None
    channel: str
    received_at: datetime
    due_on: date
    warnings: tuple[str, ...]
    children: int
    amount_yen: int
    claimed_by: int | None
    claimed_until: datetime | None
    version: int
    entered_by: int | None


def known_to(include_protected: bool, kind: RequestKind | None = None) -> ColumnElement[bool]:
    """Return the condition for what the reader may know of: everything, or nothing protected.

    ``kind`` is the only kind that is asked for, if there is one.
    """
    if include_protected:
        # no column, so that the counts are answered by their index without the table
        return true()
    protected = select(Household.id).where(Household.protected.is_(True))
    named = and_(
        Request.ward_only.is_(False),
        or_(Request.household_id.is_(None), Request.household_id.not_in(protected)),
    )
    if kind not in {None, RequestKind.RECIPIENT_CHANGE}:
        # no other kind takes children out of a household; the counts' index is enough, as above
        return named
    return and_(named, Request.id.not_in(leaving(protected)))


def _conditions(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Request.state == _fixed(filters.state)]
    if filters.kind:
        found.append(Request.kind == _fixed(filters.kind))
    if filters.channel:
        found.append(Request.channel == _fixed(filters.channel))
    if filters.overdue:
        # a function keeps the due index out: with it all overdue rows would be sorted for the first
        # page
        found.append(func.date(Request.due_on, type_=Date()) < _fixed(today))
    if filters.warned:
        found.append(Request.warned.is_(True))
    if filters.mine:
        found.append(Request.claimed_by == bindparam("staff_id"))
    if filters.second:
        proposed = select(Approval.subject_id).where(
            Approval.kind == ACCEPT, Approval.state == PROPOSED
        )
        found.append(Request.id.in_(proposed))
    if filters.ward:
        found.append(not_(known_to(include_protected=False)))
    return found


COLUMNS = (
    Request.id,
    Request.kind,
    Request.receipt_no,
    Request.state,
    Request.result,
    Request.channel,
    Request.received_at,
    Request.due_on,
    Request.warnings,
    Request.children,
    Request.amount_yen,
    Request.claimed_by,
    Request.claimed_until,
    Request.version,
    Request.entered_by,
)
"""In the order of ``QueueRow``'s fields."""
WARNED = next(place for place, column in enumerate(COLUMNS) if column is Request.warnings)


class Wanted(Struct, frozen=True):
    """A page of the queue that somebody asks for.

    Attributes:
        filters: What they see of it.
        include_protected: Whether they may know of protected households.
        staff_id: Their account.
        today: The JST day.
        after: The key of the request after which the page begins; 0 for the first page.
    """

    filters: Filters
    include_protected: bool
    staff_id: int
    today: date
    after: int = 0


class QueuePage(Struct, frozen=True):
    """A page of the queue: its rows, oldest first, whether others follow, and the counts."""

    rows: Sequence[QueueRow]
    more: bool
    counts: "Counts"


def queue_page(reads: Reads, wanted: Wanted) -> QueuePage:
    """Return the page of the queue that somebody asks for.

    The counts stand beside each row: so both come by one statement, unless there is no row.
    """
    include_protected, today = wanted.include_protected, wanted.today
    read = _listing(wanted.filters, include_protected, wanted.after > 0, today)
    found = reads.rows(read, {"staff_id": wanted.staff_id, "after": wanted.after})
    counted = (
        _counts_in(found[0][len(COLUMNS) :])
        if found
        else counts(reads, include_protected=include_protected, today=today)
    )
    return QueuePage([_row(row) for row in found[:PAGE]], len(found) > PAGE, counted)


def _row(row: Sequence[Any]) -> QueueRow:
    values = list(row[: len(COLUMNS)])
    values[WARNED] = tuple(values[WARNED])
    return QueueRow(*values)


@lru_cache(maxsize=LISTS_KEPT)
def _listing(filters: Filters, include_protected: bool, continued: bool, today: date) -> WideRead:
    # Built once for each set of filters: building a statement takes as long as running it. Filters,
    # day and limit stand in its text, so that PostgreSQL plans it once as well.
    statement = select(*COLUMNS, *_figures(include_protected, today)).where(
        *_conditions(filters, today), known_to(include_protected)
    )
    if continued:
        statement = statement.where(later_than(bindparam("after", type_=BigId)))
    return WideRead(statement.order_by(Request.received_at, Request.id).limit(_fixed(PAGE + 1)))


def one(session: Session, request_id: int, *, include_protected: bool) -> Request | None:
    """Return a request that the reader may know of, or None."""
    return session.scalar(
        select(Request).where(Request.id == request_id, known_to(include_protected))
    )


def later_than(after: int | BindParameter[int]) -> ColumnElement[bool]:
    """Return the condition for requests that come after the one with the key ``after``."""
    last = select(Request.received_at).where(Request.id == after).scalar_subquery()
    return or_(Request.received_at > last, and_(Request.received_at == last, Request.id > after))


@dataclass(frozen=True, slots=True)
class Counts:
    """Waiting requests by kind, and the overdue ones; ``CAP`` means this many or more."""

    by_kind: Mapping[str, int]
    overdue: int

    @property
    def all(self) -> int:
        """All waiting requests, as far as they were counted."""
        return sum(self.by_kind.values())


def counts(reads: Reads, *, include_protected: bool, today: date) -> Counts:
    """Count the waiting requests, each figure up to ``CAP``.

    Counting 20,000 rows would cost more than the rest of the page.
    """
    (figures,) = reads.rows(_counting(include_protected, today), {})
    return _counts_in(figures)


def _counts_in(figures: Sequence[int]) -> Counts:
    *by_kind, overdue = figures
    return Counts(dict(zip(RequestKind, by_kind, strict=True)), overdue)


@lru_cache(maxsize=4)
def _counting(include_protected: bool, today: date) -> WideRead:
    return WideRead(select(*_figures(include_protected, today)))


def _figures(include_protected: bool, today: date) -> Sequence[Label[int]]:
    # Without parameters: PostgreSQL then plans them once. With them it plans so large a statement
    # each time, which takes as long as running it.
    waiting = Request.state == _fixed(WAITING)
    figures = [
        _up_to(
            and_(
                waiting,
                Request.kind == _fixed(kind.value),
                known_to(include_protected, kind),
            )
        ).label(kind)
        for kind in RequestKind
    ]
    late = _up_to(and_(waiting, Request.due_on < _fixed(today), known_to(include_protected)))
    return [*figures, late.label("overdue")]


def _up_to(condition: ColumnElement[bool]) -> ScalarSelect[int]:
    few = select(Request.id).where(condition).limit(_fixed(CAP)).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


def _fixed(value: T) -> BindParameter[T]:
    """Return a value of ours that stands in the text of a statement."""
    return literal(value, literal_execute=True)
