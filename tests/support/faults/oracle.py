"""What must be true after every fault, whatever was killed, cut or full.

INV1 sums, INV2 one effect per form, INV3 no receipt lost, INV4 declined or usable, INV5 the chain
of audit events, INV6 messages.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.sealing import Sealer
from portal.domain.foundation.audit.verifying import FaultKind, verify
from portal.domain.foundation.clock import FixedClock
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.queries import Total, totals
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.states import MessageState
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.states import RequestState
from portal.platform.database import Database
from tests.support.coupons import AMOUNT
from tests.support.faults.load import CHILDREN, Family
from tests.support.work import source_of

NOBODY = Total()


def check(
    database: Database,
    families: Sequence[Family],
    others: Total = NOBODY,
    arrived: Mapping[str, int] | None = None,
    *,
    ahead: bool = False,
) -> None:
    """Fail the test where a receipt, a coupon, a yen or a message is not what it must be.

    Args:
        database: the database after the fault.
        families: who declined.
        others: children and yen of those who did nothing.
        arrived: how often each message came to the gateway, by its reference, once workers had time
            to send all; None where none ran.
        ahead: whether a command ran with a clock ahead of the sites': its entries are out of time.
    """
    with database.read() as session:
        _sums(session, len(families), others)
        for family in families:
            _one_effect(session, family)
            _usable_or_declined(session, family)
        _events(session)
        _messages(session, families)
        if arrived is not None:
            _arrived(session, arrived)
    chain_holds(database, ahead=ahead)


def chain_holds(database: Database, *, ahead: bool = False) -> None:
    """Fail the test where an event is not as it was sealed, or cannot be sealed now (INV5)."""
    expected = {FaultKind.HEAD_FORGED} | ({FaultKind.OUT_OF_TIME} if ahead else set())
    with database.read() as session:
        newest = session.scalar(select(func.max(AuditEvent.at)))
    sealer = Sealer(source_of(database, FixedClock(newest) if newest else None))
    while sealer.step():
        pass
    with database.read() as session:
        found = verify(session, sealer.source.clock.now(session), {})
    wrong = [fault for fault in found.faults if fault.kind not in expected]
    assert not wrong, f"INV5: {wrong[:3]}"
    assert not found.waiting, f"INV5: {found.waiting} events without a seal"


def _sums(session: Session, households: int, others: Total) -> None:
    found = totals(session).all
    assert found.children == others.children + households * CHILDREN, "INV1: children"
    assert found.yen == others.yen + households * CHILDREN * AMOUNT, "INV1: yen"


def _one_effect(session: Session, family: Family) -> None:
    mine = select(Request).where(Request.household_id == family.person.household_id)
    rows = list(session.scalars(mine))
    receipts = {row.receipt_no for row in rows}
    assert len(rows) <= 1, f"INV2: {len(rows)} declines of household {family.person.household_id}"
    if family.receipt:
        assert family.receipt in receipts, f"INV3: receipt {family.receipt} is lost"


def _usable_or_declined(session: Session, family: Family) -> None:
    declined = session.scalar(
        select(func.count(Request.id)).where(
            Request.household_id == family.person.household_id, Request.state != RequestState.CLOSED
        )
    )
    query = (
        select(Coupon.state)
        .join(Entitlement, Entitlement.id == Coupon.entitlement_id)
        .where(Entitlement.household_id == family.person.household_id)
    )
    states = list(session.scalars(query))
    wanted = {"suspended"} if declined else {"assigned"}
    assert set(states) == wanted, f"INV4: {states} where {wanted}"
    assert len(states) == CHILDREN, f"INV4: {len(states)} coupons"
    assert bool(declined) == bool(family.receipt and not family.withdrawn), "INV3: a withdrawal"


def _events(session: Session) -> None:
    opened = session.scalar(
        select(func.count(AuditEvent.id)).where(AuditEvent.action == "request.opened")
    )
    assert opened == session.scalar(select(func.count(Request.id))), "one event per request"


def _messages(session: Session, families: Sequence[Family]) -> None:
    rows = Counter(session.scalars(select(OutboxMessage.dedupe_key)))
    assert set(rows.values()) <= {1}, "INV6: a message twice"
    told = Counter(session.scalars(select(OutboxMessage.household_id)))
    for family in families:
        if family.has_telephone and family.receipt:
            found = told[family.person.household_id]
            assert found == 1, f"INV6: {found} messages of receipt {family.receipt}"


def _arrived(session: Session, arrived: Mapping[str, int]) -> None:
    rows = {row.reference: row.state for row in session.scalars(select(OutboxMessage))}
    unsent = {state for state in rows.values() if state != MessageState.SENT}
    assert not unsent, f"INV6: messages are {unsent}"
    lost = [reference for reference in rows if not arrived.get(reference or "")]
    assert not lost, f"INV6: {len(lost)} messages are recorded as sent and never arrived"
    assert set(arrived) <= set(rows), "INV6: a message arrived that is not recorded"
