"""Everything that callers ask about, in one look-up.

These are the letter, redeliveries, requests, sign-in, locks, coupons and the last day.
"""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from portal.domain.desk.casework.locks import Locks, locks_of
from portal.domain.foundation.clock import last_day_before
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.orders import open_order
from portal.domain.people.coupons.queries import HouseholdCoupon, coupons_of_household
from portal.domain.people.coupons.states import CouponState
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.queries import latest_credential
from portal.domain.people.entitlements.claims import RECIPIENT_CHANGE
from portal.domain.people.households.models import Household
from portal.domain.people.households.moved import has_moved
from portal.domain.people.households.states import HouseholdState
from portal.domain.requests.redeliveries.letter_status import LetterStatus, letter_statuses
from portal.domain.requests.requests.kinds import OF_RESIDENTS
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.queries import requests_of
from portal.domain.requests.requests.states import OPEN


class CouponFacts(Struct, frozen=True):
    """The numbers of children with a coupon, and of those whose coupon was shown and exchanged."""

    children: int
    given: int
    shown: int
    exchanged: int
    checking: bool


class Facts(Struct, frozen=True):
    """The facts from which ``answer_words`` makes sentences.

    ``last_day`` is the last day (JST) to receive a coupon.
    """

    removed: bool
    items: Sequence[LetterStatus]
    new_letter_ordered: bool
    redelivery_ends: date
    redelivery_over: bool
    requests: Sequence[Request]
    credential: Credential | None
    locks: Locks
    coupons: CouponFacts
    last_day: date
    over: bool


def look_up(work: Work, household: Household) -> Facts:
    """Return the facts about a household; the caller's level decides which may be told."""
    entries = coupons_of_household(work.session, household.id)
    last_day = _last_day(work.program, entries)
    window = work.program.windows.redelivery
    return Facts(
        removed=household.state != HouseholdState.ACTIVE,
        items=letter_statuses(work, household.id),
        new_letter_ordered=open_order(work.session, household.id) is not None,
        redelivery_ends=window.last_day,
        redelivery_over=window.is_over(work.now),
        requests=[
            row
            for row in requests_of(work.session, household.id)
            if row.state in OPEN and row.kind in OF_RESIDENTS
        ],
        credential=latest_credential(work.session, household.id),
        locks=locks_of(work.session, household.id, work.now),
        coupons=_coupons(entries, moved=has_moved(work.session, household.id)),
        last_day=last_day,
        over=_is_over(work.program, entries, work.now),
    )


def _coupons(entries: Sequence[HouseholdCoupon], *, moved: bool) -> CouponFacts:
    # What goes or went to another recipient is, for the old household, what it reads in the portal:
    # under confirmation.
    checking = moved or any(entry.claimed_by == RECIPIENT_CHANGE for entry in entries)
    coupons = [entry.coupon for entry in entries if entry.coupon is not None]
    return CouponFacts(
        children=len(entries),
        given=len(coupons),
        shown=sum(coupon.revealed_at is not None for coupon in coupons),
        exchanged=sum(coupon.state == CouponState.EXCHANGED for coupon in coupons),
        checking=checking,
    )


def _ends(entries: Sequence[HouseholdCoupon]) -> list[datetime]:
    return [entry.exchange_end for entry in entries if entry.exchange_end is not None]


def _last_day(program: Program, entries: Sequence[HouseholdCoupon]) -> date:
    ends = _ends(entries)
    return last_day_before(min(ends)) if ends else program.windows.exchange.last_day


def _is_over(program: Program, entries: Sequence[HouseholdCoupon], now: datetime) -> bool:
    ends = _ends(entries)
    return now >= min(ends) if ends else program.windows.exchange.is_over(now)
