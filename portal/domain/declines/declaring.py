"""A declaration, however it came, becomes a request with an item per child, or completes one that waits for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.declines.items import bind, items_of, let_go, recount, step
from portal.domain.declines.models import DeclineItem
from portal.domain.declines.states import DECLINE, LIVE
from portal.domain.entitlements.models import Entitlement
from portal.domain.errors import ConflictError, InputError
from portal.domain.households.models import Child, Household
from portal.domain.households.records import open_child
from portal.domain.program.eligibility import reaches_age_on
from portal.domain.program.schema import Program
from portal.domain.requests import kinds
from portal.domain.requests.models import Request
from portal.domain.requests.services import move, open_request, set_written, touch, warn
from portal.domain.texts import _, current_locale
from portal.domain.vault import Vault

ADULT_AGE = 18
LATE, NO_ATTORNEY, ADULT_WARD, COUNTERSIGN, HONORED, CROSSED = (
    "late", "no_attorney", "adult_ward", "countersign", "honored", "crossed",
)  # fmt: skip
WEAK = frozenset({LATE, NO_ATTORNEY})
"""A request with one of these binds nobody and is never accepted; a better declaration may still complete it."""


@dataclass(frozen=True, slots=True)
class Right:
    """One child's right: its entitlement and its number in the household; ``adult`` on the day of the declaration."""

    entitlement_id: int
    ordinal: int
    adult: bool


@dataclass(frozen=True, slots=True)
class Declaration:
    """Who gives up what. ``received_at`` is the instant that counts for the deadline (UTC).

    ``binding`` is False where it must not yet touch any coupon: late, or not signed by who may sign.
    """

    received_at: datetime
    binding: bool = True
    warnings: tuple[str, ...] = ()
    written: Mapping[str, Any] = field(default_factory=dict, repr=False)
    countersigned: Collection[int] = ()


def is_adult(birth: date, day: date) -> bool:
    """Tell whether the law counts a person as 18 on a day: from the day before the birthday on."""
    return day >= reaches_age_on(birth, ADULT_AGE)


def lock_household(session: Session, household_id: int) -> Household:
    """Let declarations of one household come one after the other, whichever way they come."""
    return session.scalars(
        select(Household).where(Household.id == household_id).with_for_update(key_share=True)
    ).one()


def rights_of(
    session: Session, vault: Vault, program: Program, household: Household, ordinals: Sequence[int], day: date
) -> list[Right]:
    """Return the chosen children of a household.

    Raises:
        InputError: none was chosen, or one is not of this household.
    """
    rows = session.execute(
        select(Entitlement.id, Child)
        .join(Child, Child.id == Entitlement.child_id)
        .where(Entitlement.household_id == household.id, Child.ordinal.in_(ordinals))
        .order_by(Entitlement.id)
    ).all()
    if not ordinals or len(rows) != len(set(ordinals)):
        raise InputError(_("辞退するこどもを、選んでください。"), code="children")
    # Who declares for an adult matters in two of three rules only: otherwise nothing need be decrypted.
    key = vault.unwrap(household.wrapped_key) if program.requests.adult_rule != "householder" else b""
    return [Right(id_, child.ordinal, bool(key) and _adult(key, child, day)) for id_, child in rows]


def _adult(key: bytes, child: Child, day: date) -> bool:
    birth = open_child(key, child.sealed, child.person_digest).birth
    return birth is not None and is_adult(birth, day)


def unfinished(
    session: Session, household_id: int, rights: Collection[Right]
) -> tuple[Request, list[DeclineItem]] | None:
    """Return the household's newest decline that these children's declaration completes, locked, with its items.

    That is a wish told on the telephone (no items yet); or one of theirs that was returned for correction, unclear,
    late, or signed by somebody who may not.
    """
    rows = session.scalars(
        select(Request)
        .where(
            Request.household_id == household_id, Request.kind == kinds.DECLINE,
            Request.state.in_(("waiting", "with_resident")),
        )
        .order_by(Request.id.desc())
        .with_for_update()
        .execution_options(populate_existing=True)
    )  # fmt: skip
    wanted = {right.entitlement_id for right in rights}
    for row in rows:
        items = [item for item in items_of(session, row.id) if item.state in LIVE]
        weak = bool(WEAK & set(row.warnings))
        waits = {i.entitlement_id for i in items if weak or i.state in {"returned_for_correction", "unclear"}}
        if not items or waits & wanted:
            return row, items
    return None


def refuse_declined(session: Session, rights: Collection[Right], *, but_not: int | None = None) -> None:
    """Refuse children whose decline is under way or done in another request.

    Raises:
        ConflictError: ``already_declined``; the sentence says the receipt number.
    """
    number = session.scalar(
        select(Request.receipt_no)
        .join(DeclineItem, DeclineItem.request_id == Request.id)
        .where(
            DeclineItem.entitlement_id.in_([right.entitlement_id for right in rights]),
            DeclineItem.state.in_(LIVE),
            Request.id != (but_not or 0),
        )
        .limit(1)
    )
    if number is not None:
        raise ConflictError(
            _("選んだこどもの辞退は、もう受け付けています。受付番号は %(number)s です。")
            % {"number": number},
            code="already_declined",
        )


def declare(
    session: Session,
    vault: Vault,
    program: Program,
    household: Household,
    rights: Sequence[Right],
    said: Declaration,
    actor: Actor,
    now: datetime,
    completes: tuple[Request, list[DeclineItem]] | None = None,
) -> Request:
    """Carry out a declaration of a locked household; the caller decided whether it is in time.

    Raises:
        ConflictError: a child is decided already, or another request is open for it.
        NotAllowedError: a coupon was spent, or was shown and can never be stopped.
    """
    refuse_declined(session, rights, but_not=completes[0].id if completes else None)
    written = {name: value for name, value in said.written.items() if value}
    if completes is None:
        row = open_request(
            session, vault, kinds.DECLINE, household.id, actor, now, program=program, written=written,
            received_at=said.received_at, warnings=said.warnings,
        )  # fmt: skip
        known: list[DeclineItem] = []
    else:
        row, known = completes
        _take_over(vault, row, said, written, actor)
    items = _items(session, row, known, rights, said, actor, now)
    session.flush()
    if said.binding:
        bind(session, row, items, actor, now)
    recount(session, row, items)
    _go_on(session, program, row, items, said, actor, now)
    session.flush()
    return row


def _take_over(vault: Vault, row: Request, said: Declaration, written: dict[str, Any], actor: Actor) -> None:
    row.channel, row.received_at, row.language = actor.channel.value, said.received_at, current_locale()
    if written:
        set_written(vault, row, written)


def _items(
    session: Session, row: Request, known: Sequence[DeclineItem], rights: Sequence[Right], said: Declaration, actor: Actor,
    now: datetime,
) -> list[DeclineItem]:  # fmt: skip
    chosen: list[DeclineItem] = []
    by_entitlement = {item.entitlement_id: item for item in known}
    for right in rights:
        item = by_entitlement.pop(right.entitlement_id, None)
        if item is None:
            item = DeclineItem(
                request_id=row.id, entitlement_id=right.entitlement_id, state=DECLINE.initial, created_at=now,
                changed_at=now,
            )  # fmt: skip
            session.add(item)
        elif item.state == "returned_for_correction":
            step(session, row, item, "resubmit", actor, now)
        elif item.state == "unclear":
            step(session, row, item, "clarify", actor, now)
        item.adult = right.adult
        if right.ordinal in said.countersigned:
            item.countersigned_at = now
        chosen.append(item)
    for left_out in by_entitlement.values():
        if left_out.state == "unclear":
            step(session, row, left_out, "clarify_refuse", actor, now)
        elif left_out.state in {"returned_for_correction", "submitted"}:
            step(session, row, left_out, "withdraw", actor, now)
            let_go(session, row, left_out, actor, now)
    return chosen


def _go_on(
    session: Session, program: Program, row: Request, items: list[DeclineItem], said: Declaration, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    rule = program.requests.adult_rule
    unsigned = rule == "countersign" and any(i.adult and i.countersigned_at is None for i in items)
    warnings = list(said.warnings)
    if rule == "ward" and any(item.adult for item in items):
        warnings.append(ADULT_WARD)
    if unsigned:
        warnings.append(COUNTERSIGN)
    warn(row, tuple(warnings), now)
    if row.state == "with_resident" and not unsigned:
        move(session, row, "answer", actor, now)
    elif row.state == "waiting" and unsigned:
        move(session, row, "ask_back", actor, now, waits_for=COUNTERSIGN)
    else:
        touch(row, now)
