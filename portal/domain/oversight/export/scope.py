"""How rows are chosen: whole tables, tables without protected households, and counts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.telephony.models import CallCount, CountDay
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Hold, Household
from portal.domain.requests.alternatives.models import AlternativeParcel
from portal.domain.requests.requests.models import Request

Column = InstrumentedAttribute[Any]
Rows = Select[*tuple[Any, ...]]
AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Ledger:
    """One file of rows.

    Its name, its columns, and the rows without those of households that stay out.
    """

    name: str
    columns: Sequence[str]
    statement: Callable[[bool], Rows]

    def rows(self, session: Session, *, with_protected: bool) -> Iterator[Sequence[Any]]:
        """Yield the rows, a few at a time."""
        found = session.execute(self.statement(with_protected).execution_options(yield_per=AT_ONCE))
        for row in found:
            yield tuple(row)


def protected() -> Rows:
    """Return the keys of the households about which the ward alone knows."""
    return select(Household.id).where(Household.protected.is_(True))


def whole(name: str, *columns: Column, order: Column | None = None) -> Ledger:
    """A ledger in which no household stands."""

    def statement(_with_protected: bool) -> Rows:
        return select(*columns).order_by(order if order is not None else columns[0])

    return Ledger(name, [column.key for column in columns], statement)


def by_household(
    name: str, *columns: Column, household: Column, order: Column | None = None, join: Any = None
) -> Ledger:
    """A ledger without the rows of protected households; rows of no household stay."""

    def statement(with_protected: bool) -> Rows:
        made = select(*columns)
        if join is not None:
            target, on = join
            made = made.outerjoin(target, on)
        if not with_protected:
            made = made.where(or_(household.is_(None), household.not_in(protected())))
        return made.order_by(order if order is not None else columns[0])

    return Ledger(name, [column.key for column in columns], statement)


def requests(with_protected: bool) -> Rows:
    """Count requests by kind, channel, state and result."""
    made = select(
        Request.kind,
        Request.channel,
        Request.state,
        Request.result,
        func.count(),
        func.sum(Request.children),
        func.sum(Request.amount_yen),
    )
    if not with_protected:
        made = made.where(
            or_(Request.household_id.is_(None), Request.household_id.not_in(protected()))
        )
    groups = (Request.kind, Request.channel, Request.state, Request.result)
    return made.group_by(*groups).order_by(*groups)


def calls(_with_protected: bool) -> Rows:
    """Count contacts by day, channel, language, category and result."""
    groups = (Call.day, Call.channel, Call.direction, Call.language, Call.category, Call.result)
    return select(*groups, func.count()).group_by(*groups).order_by(*groups)


def telephony(_with_protected: bool) -> Rows:
    """List the telephone system's counts that are in force."""
    columns = (
        CountDay.day,
        CallCount.half_hour,
        CallCount.language,
        CallCount.line,
        CallCount.offered,
        CallCount.answered,
        CallCount.abandoned,
        CallCount.busy,
        CallCount.short_abandoned,
        CallCount.within,
        CallCount.talk,
        CallCount.after_call,
    )
    return (
        select(*columns)
        .join(CountDay, CountDay.id == CallCount.day_id)
        .where(CountDay.replaced_at.is_(None))
        .order_by(CountDay.day, CallCount.half_hour, CallCount.language, CallCount.line)
    )


def _of_subject(subject: Column, subject_id: Column) -> ColumnElement[bool]:
    """Tell that a row is about something of a protected household, although it names no household itself."""
    owned: dict[str, Rows] = {
        "household": protected(),
        **{
            name: select(model.id).where(model.household_id.in_(protected()))
            for name, model in (
                ("letter", Letter),
                ("shipment", Shipment),
                ("entitlement", Entitlement),
                ("request", Request),
                ("returned_item", ReturnedItem),
                ("parcel", AlternativeParcel),
                ("hold", Hold),
                ("coupon_fault", CouponFault),
            )
        },
        "coupon": select(Coupon.id)
        .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .where(Entitlement.household_id.in_(protected())),
    }
    return or_(*((subject == name) & subject_id.in_(keys) for name, keys in owned.items()))


def events(with_protected: bool) -> Rows:
    """List what happened, by whom; never what is sealed of it."""
    event = AuditEvent
    made = select(
        event.id,
        event.at,
        event.actor_role,
        event.actor_id,
        event.channel,
        event.action,
        event.subject,
        event.subject_id,
        event.household_id,
        event.detail,
    )
    if not with_protected:
        made = made.where(
            or_(event.household_id.is_(None), event.household_id.not_in(protected())),
            or_(event.subject_id.is_(None), ~_of_subject(event.subject, event.subject_id)),
        )
    return made.order_by(event.id)


def approvals(with_protected: bool) -> Rows:
    """List what was proposed and confirmed, and by which instruction."""
    one = Approval
    made = select(
        one.id,
        one.kind,
        one.subject,
        one.subject_id,
        one.state,
        one.proposed_by,
        one.proposed_at,
        one.confirmed_by,
        one.confirmed_at,
        one.instruction_no,
        one.instruction_date,
    )
    if not with_protected:
        made = made.where(or_(one.subject_id.is_(None), ~_of_subject(one.subject, one.subject_id)))
    return made.order_by(one.id)
