"""Count what administration costs: postage, letters, messages, calls, fees (clause 7(3)②).

A price that nobody has said makes its yen unknown, and every sum with it: never 0.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.contacts.telephony.kpi import percent
from portal.domain.contacts.telephony.queries import by_day
from portal.domain.desk.casework.deliveries import Reached, deliveries
from portal.domain.foundation.clock import jst_date, next_month
from portal.domain.foundation.program.settings import costs as prices
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter, LetterWithoutId
from portal.domain.letters.shipments.postage import PostageLine, postage_between, total_yen
from portal.domain.oversight.reports.days import Days
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.notices.models import OutboxMessage

ONE_DAY = timedelta(days=1)


class CostItem(Labeled):
    """What is paid for, in the order of the report."""

    POSTAGE = "postage", lambda: _s("郵便料")
    LETTERS = prices.LETTER, lambda: _s("手紙の印刷と封入（通）")
    CARDS = prices.CARD, lambda: _s("カードの印刷（通）")
    SMS = prices.SMS, lambda: _s("SMS（件）")
    EMAIL = prices.EMAIL, lambda: _s("メール（件）")
    CALLS = prices.CALL, lambda: _s("応答した電話（件）")
    COUPONS = prices.COUPON, lambda: _s("発行者の手数料（表示したコード）")
    MONTHS = prices.MONTH, lambda: _s("月ごとの費用（か月）")


class CostLine(Struct, frozen=True):
    """One item: how many, yen for one (None: unknown, or not one price), and yen in all.

    ``yen`` is None where a price that is needed is unknown.
    """

    item: CostItem
    number: int
    yen_each: int | None
    yen: int | None

    @property
    def is_lacking(self) -> bool:
        """Whether something was used whose price nobody has said."""
        return self.yen is None and self.number > 0


class Costs(Struct, frozen=True):
    """What a period cost, line by line."""

    lines: Sequence[CostLine]

    @property
    def yen(self) -> int | None:
        """The yen in all; None while the price of something that was used is unknown."""
        return None if any(line.is_lacking for line in self.lines) else self.known_yen

    @property
    def known_yen(self) -> int:
        """The yen of the lines whose prices are known."""
        return sum(line.yen or 0 for line in self.lines)


class Measured(Struct, frozen=True):
    """The costs since the contract began, beside the program that they are for.

    ``program`` are the households, children and yen to whom something is to be delivered.
    """

    costs: Costs
    program: Reached

    @property
    def yen_per_household(self) -> int | None:
        """Yen for one household, halves rounded up; None if unknown, or without households."""
        yen, households = self.costs.yen, self.program.households
        if yen is None or not households:
            return None
        return (yen * 2 + households) // (2 * households)

    @property
    def share(self) -> str:
        """The costs in percent of the program's yen, or "–" while they are unknown."""
        return percent(self.costs.yen or 0, 0 if self.costs.yen is None else self.program.yen)


def costs_of(work: Work, days: Days) -> Costs:
    """Return what the days (JST) cost; pieces count on the day of posting, messages of sending."""
    postage = postage_between(work, days.first, days.last + ONE_DAY)
    numbers = {
        CostItem.LETTERS: _letters(work.session, days),
        CostItem.CARDS: sum(line.cards for line in postage),
        CostItem.SMS: _messages(work.session, CodeChannel.SMS, days),
        CostItem.EMAIL: _messages(work.session, CodeChannel.EMAIL, days),
        CostItem.CALLS: sum(one.answered for one in by_day(work, days.first, days.last).values()),
        CostItem.COUPONS: _number(work.session, Coupon.revealed_at, days),
        CostItem.MONTHS: _months(work, days),
    }
    rest = [_line(work, item, number) for item, number in numbers.items()]
    return Costs((_postage_line(postage), *rest))


def measured_until(work: Work, last: date) -> Measured:
    """Return what was spent from the contract's first day to a day, beside the program as it is."""
    first = min(work.program.contract.first_day, last)
    everybody = deliveries(work.session, work.program.delivered_means).everybody
    return Measured(costs_of(work, Days(first, last)), everybody)


def _postage_line(lines: Sequence[PostageLine]) -> CostLine:
    return CostLine(CostItem.POSTAGE, sum(line.items for line in lines), None, total_yen(lines))


def _line(work: Work, item: CostItem, number: int) -> CostLine:
    each = work.program.costs.yen(item.value)
    return CostLine(item, number, each, None if each is None else each * number)


def _letters(session: Session, days: Days) -> int:
    """Count letters that were handed over to be posted; those of the ward's counter are not."""
    return _number(session, Letter.handed_over_at, days, Letter.counter.is_(False)) + _number(
        session, LetterWithoutId.handed_over_at, days
    )


def _messages(session: Session, kind: CodeChannel, days: Days) -> int:
    return _number(session, OutboxMessage.sent_at, days, OutboxMessage.kind == kind)


def _number(
    session: Session,
    instant: InstrumentedAttribute[datetime | None],
    days: Days,
    *conditions: ColumnElement[bool],
) -> int:
    counted = select(func.count()).where(days.spans(instant), *conditions)
    return session.scalar(counted) or 0


def _months(work: Work, days: Days) -> int:
    """Count the months of the contract that have begun, as far as they are among the days."""
    contract = work.program.contract
    last = min(days.last, contract.last_day, jst_date(work.now))
    month, found = max(days.first, contract.first_day).replace(day=1), 0
    while month <= last:
        month, found = next_month(month), found + 1
    return found
