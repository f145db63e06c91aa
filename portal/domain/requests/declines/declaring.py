"""A declaration, however it came, becomes a request with an item per child, or completes one that waits for it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.base import insert_together, table_of
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.eligibility import reaches_age_on
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, current_locale
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import open_child
from portal.domain.requests.declines.items import bind, let_go, recount, step
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.states import DECLINE
from portal.domain.requests.declines.written import WRITTEN, DeclineNote
from portal.domain.requests.requests import kinds
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import move, open_request, set_written, warn

ADULT_AGE = 18
NOTHING = DeclineNote()
LATE, NO_ATTORNEY, ADULT_WARD, COUNTERSIGN, HONORED, CROSSED = (
    "late",
    "no_attorney",
    "adult_ward",
    "countersign",
    "honored",
    "crossed",
)
WEAK = frozenset({LATE, NO_ATTORNEY})
"""A request with one of these binds nobody and is never accepted.

A better declaration may still complete it.
"""


@dataclass(frozen=True, slots=True)
class Right:
    """One child's right: its entitlement and its number in the household.

    ``adult`` on the day of the declaration.

    ``state``, ``claimed_by`` and ``claim_id`` are the locked entitlement's.
    """

    id: int
    ordinal: int
    amount_yen: int
    state: str
    claimed_by: str | None
    claim_id: int | None
    adult: bool


@dataclass(frozen=True, slots=True)
class Declaration:
    """Who gives up what. ``received_at`` is the instant that counts for the deadline (UTC).

    ``binding`` is False where it must not yet touch any coupon: late, or not signed by who may
    sign. ``receipt_no`` is a number for a new request, made before.
    """

    received_at: datetime
    binding: bool = True
    warnings: tuple[str, ...] = ()
    written: DeclineNote = field(default=NOTHING, repr=False)
    countersigned: Collection[int] = ()
    receipt_no: str | None = None


def is_adult(birth: date, day: date) -> bool:
    """Tell whether the law counts a person as 18 on a day: from the day before the birthday on."""
    return day >= reaches_age_on(birth, ADULT_AGE)


def lock_household(session: Session, household_id: int) -> None:
    """Let declarations of one household come one after the other, whichever way they come."""
    session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update(key_share=True)
    )


# put together once, on the plain tables: building a statement takes longer than running it
_E, _C, _H = (table_of(kind) for kind in (Entitlement, Child, Household))
_RIGHTS = (
    select(
        _E.c.id,
        _E.c.amount_yen,
        _E.c.state,
        _E.c.claimed_by,
        _E.c.claim_id,
        _C.c.ordinal,
        _C.c.sealed,
        _C.c.person_digest,
        _H.c.wrapped_key,
    )
    .join(_C, _C.c.id == _E.c.child_id)
    .join(_H, _H.c.id == _E.c.household_id)
    .where(
        _H.c.id == bindparam("household_id"),
        _C.c.ordinal.in_(bindparam("ordinals", expanding=True)),
    )
    .order_by(_E.c.id)
    .with_for_update(of=[_H, _E], key_share=True)
)


def lock_rights(work: Work, household_id: int, ordinals: Sequence[int], day: date) -> list[Right]:
    """Return the chosen children of a household, which is locked as by ``lock_household``.

    So are the children's rights.

    Raises:
        InputError: none was chosen, or one is not of this household.
    """
    rows = work.session.execute(
        _RIGHTS, {"household_id": household_id, "ordinals": list(ordinals)}
    ).all()
    if not ordinals or len(rows) != len(set(ordinals)):
        raise InputError(_("辞退するこどもを、選んでください。"), code="children")
    adults: set[int] = set()
    if work.program.requests.adult_rule != "householder":  # else nothing need be decrypted
        key = work.vault.unwrap(rows[0].wrapped_key)
        births = {row.id: open_child(key, row.sealed, row.person_digest).birth for row in rows}
        adults = {
            one for one, birth in births.items() if birth is not None and is_adult(birth, day)
        }
    return [
        Right(r.id, r.ordinal, r.amount_yen, r.state, r.claimed_by, r.claim_id, r.id in adults)
        for r in rows
    ]


def declare(
    work: Work,
    household_id: int,
    rights: Sequence[Right],
    said: Declaration,
    completes: tuple[Request, list[DeclineItem]] | None = None,
) -> Request:
    """Carry out a declaration of a locked household.

    The caller decided whether it is in time, and looked back.

    Raises:
        ConflictError: a child is decided already, or another request is open for it.
        NotAllowedError: a coupon was spent, or was shown and can never be stopped.
    """
    if completes is not None:
        return _complete(work, *completes, rights, said)
    ids = [right.id for right in rights]
    coupons: stopping.Live = ()
    if said.binding:  # whatever can be refused is refused before the first row is written
        claims.refuse_claimed(rights, ids, None)
        coupons = stopping.lock_live_coupons(work.session, ids)
    signed = [right.ordinal for right in rights if right.ordinal in said.countersigned]
    warnings = _warnings(work.program, said, rights, signed)
    row = open_request(
        work,
        kinds.DECLINE,
        household_id,
        written=WRITTEN.seal(said.written),
        children=len(rights),
        amount_yen=sum(right.amount_yen for right in rights),
        received_at=said.received_at,
        warnings=warnings,
        receipt_no=said.receipt_no,
    )
    _insert_items(work, row, rights, signed)
    if said.binding:
        bind(work, row, ids, read=rights, coupons=coupons)
    if COUNTERSIGN in warnings:
        move(work, row, "ask_back", waits_for=COUNTERSIGN)
    return row


def _insert_items(work: Work, row: Request, rights: Sequence[Right], signed: list[int]) -> None:
    common = {"request_id": row.id, "created_at": work.now, "changed_at": work.now}
    items = [
        {
            **common,
            "entitlement_id": right.id,
            "state": DECLINE.initial,
            "adult": right.adult,
            "countersigned_at": work.now if right.ordinal in signed else None,
        }
        for right in rights
    ]
    insert_together(work.session, DeclineItem, items)


def _warnings(
    program: Program, said: Declaration, rights: Collection[Right], signed: Collection[int]
) -> tuple[str, ...]:
    adults = [right for right in rights if right.adult]
    rule, warnings = program.requests.adult_rule, [*said.warnings]
    if rule == "ward" and adults:
        warnings.append(ADULT_WARD)
    if rule == "countersign" and any(right.ordinal not in signed for right in adults):
        warnings.append(COUNTERSIGN)
    return tuple(warnings)


def _complete(
    work: Work,
    row: Request,
    known: Sequence[DeclineItem],
    rights: Sequence[Right],
    said: Declaration,
) -> Request:
    _take_over(work.vault, row, said, work.actor)
    items = _items(work, row, known, rights, said)
    work.session.flush()
    if said.binding:
        bind(work, row, [item.entitlement_id for item in items])
    recount(work.session, row, items)
    by_id = {item.entitlement_id: item for item in items}
    signed = [r.ordinal for r in rights if by_id[r.id].countersigned_at is not None]
    warnings = _warnings(work.program, said, rights, signed)
    warn(row, warnings, work.now)
    if row.state == "with_resident" and COUNTERSIGN not in warnings:
        move(work, row, "answer")
    elif row.state == "waiting" and COUNTERSIGN in warnings:
        move(work, row, "ask_back", waits_for=COUNTERSIGN)
    work.session.flush()
    return row


def _take_over(vault: Vault, row: Request, said: Declaration, actor: Actor) -> None:
    row.channel, row.received_at, row.language = (
        actor.channel.value,
        said.received_at,
        current_locale(),
    )
    if said.written != NOTHING:
        set_written(vault, row, WRITTEN, said.written)


def _items(
    work: Work,
    row: Request,
    known: Sequence[DeclineItem],
    rights: Sequence[Right],
    said: Declaration,
) -> list[DeclineItem]:
    chosen: list[DeclineItem] = []
    by_entitlement = {item.entitlement_id: item for item in known}
    for right in rights:
        item = by_entitlement.pop(right.id, None)
        if item is None:
            item = DeclineItem(
                request_id=row.id,
                entitlement_id=right.id,
                state=DECLINE.initial,
                created_at=work.now,
                changed_at=work.now,
            )
            work.session.add(item)
        elif item.state == "returned_for_correction":
            step(work, row, item, "resubmit")
        elif item.state == "unclear":
            step(work, row, item, "clarify")
        item.adult = right.adult
        if right.ordinal in said.countersigned:
            item.countersigned_at = work.now
        chosen.append(item)
    for left_out in by_entitlement.values():
        if left_out.state == "unclear":
            step(work, row, left_out, "clarify_refuse")
        elif left_out.state in {"returned_for_correction", "submitted"}:
            step(work, row, left_out, "withdraw")
            let_go(work, row, left_out)
    return chosen
