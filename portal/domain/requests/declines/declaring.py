"""Turns a declaration, whatever its channel, into a request with items, or completes one."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.base import insert_together
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.eligibility import reaches_age_on
from portal.domain.foundation.program.settings.requests import AdultRule
from portal.domain.foundation.texts import _, current_locale
from portal.domain.foundation.work import Work
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims, rights
from portal.domain.people.households.models import Household
from portal.domain.people.households.records import open_child
from portal.domain.requests.declines.items import (
    LockedRows,
    bind,
    bind_locked,
    recount,
    release_child,
    step,
)
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.reasons import DeclineWarning
from portal.domain.requests.declines.states import DECLINE, DeclineState
from portal.domain.requests.declines.written import WRITTEN, DeclineNote
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import (
    NewRequest,
    move,
    open_request,
    set_written,
    warn,
)
from portal.domain.requests.requests.states import RequestState

ADULT_AGE = 18
NOTHING = DeclineNote()


@dataclass(frozen=True, slots=True)
class Right(rights.LockedRight):
    """One child's right that may be declined; ``adult``: 18 or older on the day of the declaration.

    Whether that is so is asked only where the ward's rule depends on it.
    """

    adult: bool


@dataclass(frozen=True, slots=True)
class Declaration:
    """Who gives up what.

    Attributes:
        household_id: The declaring household, which the caller has locked.
        rights: The rights that are given up.
        received_at: The instant that counts for the deadline (UTC).
        binding: False where no coupon may be touched yet: late, or not signed by an authorized
            person.
        warnings: What the reviewer must look at.
        written: What was written with it.
        countersigned: The numbers of the children of 18 or older who signed themselves.
        receipt_no: A number for a new request that the caller made before; "" for none.
    """

    household_id: int
    rights: Sequence[Right]
    received_at: datetime
    binding: bool = True
    warnings: tuple[str, ...] = ()
    written: DeclineNote = field(default=NOTHING, repr=False)
    countersigned: Collection[int] = ()
    receipt_no: str = ""

    @property
    def signed(self) -> list[int]:
        """The numbers of the children in it who signed themselves."""
        return [right.ordinal for right in self.rights if right.ordinal in self.countersigned]


class Unfinished(Struct, frozen=True):
    """An earlier decline that a declaration completes, with its live items; both locked."""

    request: Request
    items: Sequence[DeclineItem]


def is_adult(birth: date, day: date) -> bool:
    """Tell whether the law counts a person as 18 on a day: from the day before the birthday on."""
    return day >= reaches_age_on(birth, ADULT_AGE)


def lock_household(session: Session, household_id: int) -> None:
    """Serialize the declarations of one household, whichever channel they use."""
    session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update(key_share=True)
    )


def lock_rights(work: Work, household_id: int, ordinals: Sequence[int], day: date) -> list[Right]:
    """Return the rights of the chosen children; household and rights are locked.

    Raises:
        InputError: none was chosen, or one is not of this household.
    """
    rows = rights.lock_rights(work.session, household_id, ordinals)
    if not ordinals or len(rows) != len(set(ordinals)):
        raise InputError(_("辞退するこどもを、選んでください。"), code="children")
    adults: set[int] = set()
    # where the householder declares for all, nothing need be decrypted
    if work.program.requests.adult_rule is not AdultRule.HOUSEHOLDER:
        key = work.vault.unwrap(rows[0].wrapped_key)
        births = {row.id: open_child(key, row.sealed, row.person_digest).birth for row in rows}
        adults = {
            one for one, birth in births.items() if birth is not None and is_adult(birth, day)
        }
    return [Right(**asdict(row), adult=row.id in adults) for row in rows]


def declare(work: Work, said: Declaration, completes: Unfinished | None = None) -> Request:
    """Carry out a declaration.

    The caller decided whether it is in time, and looked for an earlier decline.

    Raises:
        ConflictError: a child is decided already, or another request is open for it.
        NotAllowedError: a coupon was spent, or was shown and can never be stopped.
    """
    if completes is not None:
        return _complete(work, completes, said)
    ids = [right.id for right in said.rights]
    coupons: stopping.Live = ()
    if said.binding:  # whatever can be refused is refused before the first row is written
        claims.refuse_claimed(said.rights, ids, None)
        coupons = stopping.lock_live_coupons(work.session, ids)
    warnings = _warnings(work, said, said.signed)
    row = open_request(work, _new_request(said, warnings))
    _insert_items(work, row, said)
    if said.binding:
        bind_locked(work, row, LockedRows(said.rights, coupons))
    if DeclineWarning.COUNTERSIGN in warnings:
        move(work, row, "ask_back", waits_for=DeclineWarning.COUNTERSIGN)
    return row


def _new_request(said: Declaration, warnings: tuple[str, ...]) -> NewRequest:
    return NewRequest(
        RequestKind.DECLINE,
        said.household_id,
        children=len(said.rights),
        amount_yen=sum(right.amount_yen for right in said.rights),
        written=WRITTEN.seal(said.written),
        received_at=said.received_at,
        warnings=warnings,
        receipt_no=said.receipt_no,
    )


def _insert_items(work: Work, row: Request, said: Declaration) -> None:
    common = {"request_id": row.id, "created_at": work.now, "changed_at": work.now}
    items = [
        {
            **common,
            "entitlement_id": right.id,
            "state": DECLINE.initial,
            "adult": right.adult,
            "countersigned_at": work.now if right.ordinal in said.countersigned else None,
        }
        for right in said.rights
    ]
    insert_together(work.session, DeclineItem, items)


def _warnings(work: Work, said: Declaration, signed: Collection[int]) -> tuple[str, ...]:
    adults = [right for right in said.rights if right.adult]
    rule, warnings = work.program.requests.adult_rule, [*said.warnings]
    if rule is AdultRule.WARD and adults:
        warnings.append(DeclineWarning.ADULT_WARD)
    if rule is AdultRule.COUNTERSIGN and any(right.ordinal not in signed for right in adults):
        warnings.append(DeclineWarning.COUNTERSIGN)
    return tuple(warnings)


def _complete(work: Work, before: Unfinished, said: Declaration) -> Request:
    row = before.request
    _take_over(work, row, said)
    items = _items(work, before, said)
    work.session.flush()
    if said.binding:
        bind(work, row, [item.entitlement_id for item in items])
    recount(work.session, row, items)
    by_id = {item.entitlement_id: item for item in items}
    signed = [r.ordinal for r in said.rights if by_id[r.id].countersigned_at is not None]
    warnings = _warnings(work, said, signed)
    warn(row, warnings, work.now)
    unsigned = DeclineWarning.COUNTERSIGN in warnings
    if row.state == RequestState.WITH_RESIDENT and not unsigned:
        move(work, row, "answer")
    elif row.state == RequestState.WAITING and unsigned:
        move(work, row, "ask_back", waits_for=DeclineWarning.COUNTERSIGN)
    work.session.flush()
    return row


def _take_over(work: Work, row: Request, said: Declaration) -> None:
    row.channel, row.received_at = work.actor.channel.value, said.received_at
    row.language = current_locale()
    if said.written != NOTHING:
        set_written(work.vault, row, WRITTEN.seal(said.written))


def _items(work: Work, before: Unfinished, said: Declaration) -> list[DeclineItem]:
    """Return the items of the children declared now; those of children left out end."""
    declared: list[DeclineItem] = []
    by_entitlement = {item.entitlement_id: item for item in before.items}
    for right in said.rights:
        item = by_entitlement.pop(right.id, None)
        if item is None:
            item = _new_item(work, before.request, right)
        elif item.state == DeclineState.RETURNED_FOR_CORRECTION:
            step(work, item, "resubmit")
        elif item.state == DeclineState.UNCLEAR:
            step(work, item, "clarify")
        item.adult = right.adult
        if right.ordinal in said.countersigned:
            item.countersigned_at = work.now
        declared.append(item)
    for left_out in by_entitlement.values():
        if left_out.state == DeclineState.UNCLEAR:
            step(work, left_out, "clarify_refuse")
        elif left_out.state in {DeclineState.RETURNED_FOR_CORRECTION, DeclineState.SUBMITTED}:
            step(work, left_out, "withdraw")
            release_child(work, before.request, left_out)
    return declared


def _new_item(work: Work, row: Request, right: Right) -> DeclineItem:
    item = DeclineItem(
        request_id=row.id,
        entitlement_id=right.id,
        state=DECLINE.initial,
        created_at=work.now,
        changed_at=work.now,
    )
    work.session.add(item)
    return item
