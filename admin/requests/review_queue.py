"""The page of the review queue: counted, filtered, oldest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import staff_route
from admin.desk.in_call.act_words import on_behalf
from admin.page import Page, StaffWho, read_who
from admin.requests import request_words
from portal.domain.desk.casework.reviews.queue import (
    CAP,
    CHANNELS,
    PAGE,
    Counts,
    Filters,
    QueueRow,
    Wanted,
    queue_page,
)
from portal.domain.foundation.actors import Channel
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.wide_reads import BySession, Reads
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.states import REQUEST, RequestState
from portal.platform.view import View
from portal.platform.who import ShortLoad


class Due(StrEnum):
    """How near the end is by which a request has to be decided."""

    LATE = "late"
    TODAY = "today"
    LATER = "later"


class Claim(StrEnum):
    """Who reviews a request now."""

    NOBODY = ""
    ME = "me"
    OTHER = "other"


class QueueLine(Struct, frozen=True):
    """A request as a row of the list, in words; ``waited`` are days, ``due_on`` is the JST date.

    The row is drawn once for the same line, so nothing in it is personal.
    """

    id: int
    version: int
    kind: str
    receipt_no: str
    claim: Claim
    waited: int
    due_on: date
    due: Due
    ordered: bool
    channel: str
    on_behalf: str
    children: int
    amount_yen: int
    result: str
    warnings: tuple[str, ...]


class ReviewsView(View, frozen=True):
    """What ``admin/requests/review/queue.html`` shows."""

    lines: Sequence[QueueLine]
    more: bool
    filters: Filters
    counts: Counts
    href: Callable[..., str]  # a filter by its name, each with a value of its own
    said: str
    kinds: tuple[RequestKind, ...]
    states: tuple[str, ...]
    channels: tuple[str, ...]
    cap: int
    page_size: int
    kind_words: Mapping[str, str]
    channel_words: Mapping[str, str]


def key_in(typed: str) -> int:
    """Return the key that somebody sent; 0 where it can be none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else 0


def _wanted(who: StaffWho, query: Mapping[str, str], now: datetime) -> Wanted:
    return Wanted(
        Filters.read(query),
        include_protected=who.has(Permission.KNOW_PROTECTED),
        staff_id=who.staff.id if who.staff is not None else 0,
        today=jst_date(now),
        after=key_in(query.get("after", "")),
    )


def _with_queue(reads: Reads, who: StaffWho, now: datetime, query: Mapping[str, str]) -> StaffWho:
    if not who.has(Permission.SEE_REQUESTS):
        return who
    return replace(who, queue=queue_page(reads, _wanted(who, query, now)))


def show_queue(page: Page, status_code: int = 200) -> Response[Any]:
    """Show what waits, oldest first; htmx takes the list and the count out of the page."""
    wanted = _wanted(page.who, page.query, page.now)
    found = page.who.queue or queue_page(BySession(page.session), wanted)
    return page.render(
        "admin/requests/review/queue.html",
        ReviewsView(
            lines=[_line(row, wanted, page.now) for row in found.rows],
            more=found.more,
            filters=wanted.filters,
            counts=found.counts,
            href=_href,
            said=page.query.get("said", ""),
            kinds=tuple(RequestKind),
            states=tuple(sorted(REQUEST.states)),
            channels=CHANNELS,
            cap=CAP,
            page_size=PAGE,
            kind_words={kind: request_words.request_kind(kind) for kind in RequestKind},
            channel_words={code: request_words.channel(code) for code in CHANNELS},
        ),
        status_code,
    )


def _line(row: QueueRow, wanted: Wanted, now: datetime) -> QueueLine:
    ordered = row.kind == RequestKind.ADDITION
    warning = kind_of(row.kind).warning_text
    return QueueLine(
        row.id,
        row.version,
        request_words.request_kind(row.kind),
        row.receipt_no,
        _claim(row, wanted.staff_id, now),
        (wanted.today - jst_date(row.received_at)).days,
        row.due_on,
        Due.LATER if row.state == RequestState.CLOSED else _due(row.due_on, wanted.today),
        ordered,
        request_words.channel(row.channel),
        on_behalf(Channel.PORTAL) if row.entered_by and not ordered else "",
        row.children,
        row.amount_yen,
        request_words.request_result(row.result) if row.result else "",
        tuple(warning(code) for code in row.warnings),
    )


def _claim(row: QueueRow, staff_id: int, now: datetime) -> Claim:
    if not row.claimed_by or row.claimed_until is None or row.claimed_until <= now:
        return Claim.NOBODY
    return Claim.ME if row.claimed_by == staff_id else Claim.OTHER


def _due(due_on: date, today: date) -> Due:
    if due_on == today:
        return Due.TODAY
    return Due.LATE if due_on < today else Due.LATER


@lru_cache(maxsize=4096)
def _href(filters: Filters, **changes: str | int) -> str:
    pairs = filters.pairs()
    for name, value in changes.items():
        if value:
            pairs[name] = str(value)
        else:
            pairs.pop(name, None)
    return "/reviews" + (f"?{urlencode(pairs)}" if pairs else "")


def handlers() -> list[HTTPRouteHandler]:
    """Return the route of this module."""
    load = ShortLoad(read_who, _with_queue)
    return [staff_route("GET", "/reviews", show_queue, Permission.SEE_REQUESTS, load=load)]
