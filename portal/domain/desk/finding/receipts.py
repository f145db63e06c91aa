"""What a receipt number was given out for, and of which household that is.

Every table that gives numbers out is read in one statement, whether or not there is such a number:
a number of a household that the reader may not know of takes what a number of nobody takes.
"""

from enum import StrEnum

from msgspec import Struct
from sqlalchemy import Select, String, bindparam, column, false, func, literal, or_, select, table

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.contacts.notes.models import HouseholdNote
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.models import Request

# what was done in a call may have a number of its own; the call desk owns the table, above us
_ACT = table("desk_act", column("id"), column("household_id"), column("receipt_no"))
_NUMBER = bindparam("number", type_=String)


class ReceiptKind(StrEnum):
    """A kind of record that has a receipt number, by the first part of its page's address."""

    REQUEST = "reviews"
    TASK = "tasks"
    ESCALATION = "escalations"
    FAULT = "coupon-faults"
    FAX = "faxes"
    CALL = "calls"
    ACT = ""
    """An act of a call, or a note: it has no page of its own, only its household's."""


class Receipt(Struct, frozen=True):
    """A record with a receipt number, of a household that the reader may know of, or of none."""

    kind: ReceiptKind
    key: int
    household_id: int | None


def _of(
    kind: ReceiptKind, model: type[Task | Escalation | CouponFault | FaxCase]
) -> Select[str, int, int | None, bool]:
    return select(literal(kind.value), model.id, model.household_id, false()).where(
        model.receipt_no == _NUMBER
    )


_EVERY = (
    select(literal(ReceiptKind.REQUEST.value), Request.id, Request.household_id, Request.ward_only)
    .where(Request.receipt_no == _NUMBER)
    .union_all(
        _of(ReceiptKind.TASK, Task),
        _of(ReceiptKind.ESCALATION, Escalation),
        _of(ReceiptKind.FAULT, CouponFault),
        _of(ReceiptKind.FAX, FaxCase),
        select(literal(ReceiptKind.CALL.value), Call.id, CallHousehold.household_id, false())
        .outerjoin(CallHousehold, CallHousehold.call_id == Call.id)
        .where(Call.receipt_no == _NUMBER),
        select(literal(ReceiptKind.ACT.value), _ACT.c.id, _ACT.c.household_id, false()).where(
            _ACT.c.receipt_no == _NUMBER
        ),
        select(
            literal(ReceiptKind.ACT.value), HouseholdNote.id, HouseholdNote.household_id, false()
        ).where(HouseholdNote.receipt_no == _NUMBER),
    )
    .subquery()
)
_KIND, _KEY, _HOME, _FOR_WARD = _EVERY.c
_FOUND = select(
    _KIND, _KEY, _HOME, or_(func.coalesce(Household.protected, false()), _FOR_WARD)
).outerjoin(Household, Household.id == _HOME)


class Receipts(Struct, frozen=True):
    """The records with a number; ``withheld``: protected households, for the log only."""

    shown: tuple[Receipt, ...] = ()
    withheld: tuple[int, ...] = ()

    @property
    def households(self) -> list[int]:
        """The keys of their households, without repetition."""
        return list(dict.fromkeys(one.household_id for one in self.shown if one.household_id))


def receipts_of(work: Work, number: str, *, include_protected: bool) -> Receipts:
    """Return the records with a receipt number (``RXGH-3PWC``) that the reader may know of.

    Whose FAX or call it is makes no difference to the record itself (decision 0045): those of a
    protected household are shown as those of nobody known.
    """
    shown, withheld = [], []
    for kind, key, household_id, hidden in work.session.execute(_FOUND, {"number": number}):
        record = Receipt(ReceiptKind(kind), key, household_id)
        if include_protected or not hidden:
            shown.append(record)
            continue
        if household_id is not None:
            withheld.append(household_id)
        if record.kind in {ReceiptKind.FAX, ReceiptKind.CALL}:
            shown.append(Receipt(record.kind, key, None))
    return Receipts(tuple(shown), tuple(dict.fromkeys(withheld)))
