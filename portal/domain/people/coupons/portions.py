"""Assign codes to a whole ward in portions, each a transaction that costs as much as its own size.

What is counted is counted at the start and at the end, not once for each portion.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.work import Work, WorkSource
from portal.domain.people.coupons.assignment import (
    Assigned,
    Counted,
    Place,
    assign_counted,
    give,
    in_stock,
    living_batches,
    on_record,
    one_at_a_time,
    plan,
    shortage,
)
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.households.protection import protection_loaded

PORTION = 2_000
"""Children of one transaction, so that nobody who signs in meanwhile waits for long."""

Progress = Callable[[int, int], None]
"""What is called with how many children have a code, of how many."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Portions that need no counting.

    Attributes:
        place: How far they have come. Behind its end lie, in order, a portion and the reserve for
            all who wanted a code, so that no one of them, of however many runs, takes a code kept
            back.
        batches: Those whose codes were counted; it ends with a new one, and when one has ended.
    """

    place: Place
    batches: Sequence[int]


class _Portion(Struct, frozen=True):
    """What a portion gave: codes and their sum in yen; how it goes on, or what the last one says.

    Without a stretch the next portion counts.
    """

    count: int
    yen: int
    stretch: _Stretch | None
    last: Assigned | None = None


def assign_in_portions(source: WorkSource, reserve: Reserve, progress: Progress) -> Assigned:
    """Assign one code to every entitlement that may have one, portion by portion, or to none.

    A run that is killed leaves whole portions, and the next one goes on with the rest.

    Raises:
        NotAllowedError, ConflictError: as ``assign``, before any code is given; or, in a later
            portion, since others used up the stock or took back protection meanwhile.
    """
    with source.reading() as work:
        planned = plan(work, reserve)
        if planned.missing and protection_loaded(work.session):
            raise shortage(work, planned)
    count = yen = 0
    stretch: _Stretch | None = None
    while True:
        with source.writing() as work:
            made = None if stretch is None else _uncounted(work, stretch)
            made = made or _counted(work, reserve)
        count, yen, stretch = count + made.count, yen + made.yen, made.stretch
        progress(count, max(count, planned.wanted))
        if made.last is not None:
            return replace(made.last, count=count, yen=yen)


def _uncounted(work: Work, stretch: _Stretch) -> _Portion | None:
    """Give a whole portion without counting; None, and nothing given, where that cannot be."""
    one_at_a_time(work.session)
    if not protection_loaded(work.session) or living_batches(work) != stretch.batches:
        return None
    given, place = give(work, stretch.place, PORTION, whole=True)
    if not given:
        return None
    yen = given * place.amount_yen
    on_record(work, given, yen)
    return _Portion(given, yen, replace(stretch, place=place))


def _counted(work: Work, reserve: Reserve) -> _Portion:
    """Give a portion after counting everything, and say which portions need not do so again.

    The first portion of a run is such a one, and the last one always: what changed meanwhile, such
    as a code from the reserve for a lost one, or a child that may have a code since, counts there.
    """
    made, amounts, place = assign_counted(
        work, reserve, protection_loaded=protection_loaded(work.session), limit=PORTION
    )
    if place is None or made.count < PORTION:
        return _Portion(made.count, made.yen, None, made)
    (before,) = (one for one in amounts if one.amount_yen == place.amount_yen)
    return _Portion(made.count, made.yen, _stretch(work, place, before, reserve))


def _stretch(work: Work, place: Place, before: Counted, reserve: Reserve) -> _Stretch | None:
    kept = before.kept(reserve)
    if before.wanted + kept > before.stock:
        return None
    batches = living_batches(work)
    from_behind = (
        select(Coupon.id)
        .where(*in_stock(batches, place.amount_yen))
        .order_by(Coupon.id.desc())
        .offset(kept + PORTION - 1)
        .limit(1)
    )
    end = work.session.scalar(from_behind)
    return None if end is None else _Stretch(replace(place, end=end), batches)
