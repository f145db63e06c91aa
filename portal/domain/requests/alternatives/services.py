"""Asking for paper, and taking that back until it is packed. Reviewers and issuers: ``review``, ``outcome``."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.program.opening import require_open
from portal.domain.foundation.program.request_settings import AlternativeProduct
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _
from portal.domain.foundation.vault import Vault
from portal.domain.letters.announcements.services import announce
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Child, Household
from portal.domain.requests.alternatives import packing, stock
from portal.domain.requests.alternatives.items import (
    REASON,
    items_of,
    let_go,
    lock_entitlements,
    locked_request,
    settle,
    step,
)
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.outcome import stop_confirmed, stop_found_spent
from portal.domain.requests.alternatives.review import DECISIONS, REASONS, decide, withdraw_proposal
from portal.domain.requests.alternatives.states import ALTERNATIVE, BEFORE_PACKING
from portal.domain.requests.alternatives.written import WRITTEN, PaperWish
from portal.domain.requests.requests import kinds
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import WEAK
from portal.domain.requests.requests.services import move, open_request, set_written

__all__ = [
    "DECISIONS",
    "REASONS",
    "decide",
    "resubmit",
    "stop_confirmed",
    "stop_found_spent",
    "submit",
    "withdraw",
]


def submit(
    session: Session,
    vault: Vault,
    program: Program,
    household_id: int,
    wishes: Mapping[int, str],
    actor: Actor,
    now: datetime,
    *,
    written: PaperWish,
    received_at: datetime | None = None,
    warnings: tuple[str, ...] = (),
) -> Request:
    """Ask for paper in place of the electronic coupon of each child in ``wishes`` (its number in the household: product).

    The children are claimed and their coupons hidden; ``written`` is sealed. ``received_at`` (UTC) is what counts for the deadline, by default ``now``.

    Raises:
        TooEarlyError, TooLateError: outside the window.
        InputError: no child, or no such child or product.
        ConflictError: a child's right is decided already, or another request is open for it.
        NotAllowedError: one yen was spent, or the coupon was shown and can never be stopped.
    """
    require_open(program.windows.alternative, received_at or now)
    return open_with_items(
        session,
        vault,
        program,
        household_id,
        wishes,
        written,
        actor,
        now,
        received_at=received_at,
        warnings=warnings,
    )


def open_with_items(
    session: Session,
    vault: Vault,
    program: Program,
    household_id: int,
    wishes: Mapping[int, str],
    written: PaperWish,
    actor: Actor,
    now: datetime,
    *,
    received_at: datetime | None = None,
    warnings: tuple[str, ...] = (),
) -> Request:
    """Open a request; the caller decided whether it is in time. One of ``WEAK`` touches neither child nor coupon.

    Raises: as ``submit``, but for the window.
    """
    chosen = _chosen(session, program, household_id, wishes)
    binding = not WEAK & set(warnings)
    _replace_weak(session, household_id, [e.id for e, _o, _p in chosen], actor, now)
    held = any(entitlement.state == "held" for entitlement, _ordinal, _product in chosen)
    row = open_request(
        session,
        vault,
        kinds.ALTERNATIVE,
        household_id,
        actor,
        now,
        program=program,
        children=len(chosen),
        amount_yen=sum(entitlement.amount_yen for entitlement, _ordinal, _product in chosen),
        written=WRITTEN.seal(written),
        received_at=received_at,
        warnings=(*warnings, *(("held",) if held else ())),
    )
    items = [
        AlternativeItem(
            request_id=row.id,
            entitlement_id=entitlement.id,
            household_id=household_id,
            ordinal=ordinal,
            product=product.id,
            amount_yen=entitlement.amount_yen,
            piece_yen=product.piece_yen,
            pieces=product.pieces_of(entitlement.amount_yen),
            created_at=now,
            changed_at=now,
        )
        for entitlement, ordinal, product in chosen
    ]
    if binding:
        ids = [item.entitlement_id for item in items]
        claims.claim(session, household_id, ids, claims.ALTERNATIVE, row.id, actor, now)
        stopping.hide_all(session, ids, household_id, actor, now, reason=REASON)
    session.add_all(items)
    session.flush()
    announce(
        session,
        vault,
        household_id,
        "received",
        f"alternative:{row.id}:received",
        now,
        contact=written.telephone or None,
        receipt_no=row.receipt_no,
    )
    return row


def _replace_weak(
    session: Session, household_id: int, entitlement_ids: Sequence[int], actor: Actor, now: datetime
) -> None:
    """End earlier forms for these children that bound nobody: this word takes their place."""
    # Where two words come at the same moment, the household's row makes them come one after the other.
    session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update(key_share=True)
    )
    found = session.scalars(
        select(AlternativeItem.request_id)
        .where(
            AlternativeItem.entitlement_id.in_(entitlement_ids),
            AlternativeItem.state == "submitted",
        )
        .distinct()
    )
    for request_id in sorted(found):
        row = locked_request(session, request_id)
        if not WEAK & set(row.warnings):
            continue
        for item in items_of(session, row.id):
            if item.state == "submitted":
                step(session, item, "withdraw", actor, now)
        settle(session, row, actor, now)


def _chosen(
    session: Session, program: Program, household_id: int, wishes: Mapping[int, str]
) -> list[tuple[Entitlement, int, AlternativeProduct]]:
    """Return entitlement, number and product of each wished child. Raises InputError."""
    rows = session.execute(
        select(Entitlement, Child.ordinal)
        .join(Child, Child.id == Entitlement.child_id)
        .where(Entitlement.household_id == household_id, Child.ordinal.in_(list(wishes)))
        .order_by(Entitlement.id)
    ).all()
    if not wishes or len(rows) != len(wishes):
        raise InputError(_("紙に変えるこどもを、選んでください。"))
    known = {product.id: product for product in program.alternatives}
    if not set(wishes.values()) <= known.keys():
        raise InputError(_("紙の代替品の種類を、選んでください。"))
    return [(entitlement, ordinal, known[wishes[ordinal]]) for entitlement, ordinal in rows]


def resubmit(
    session: Session,
    vault: Vault,
    program: Program,
    request_id: int,
    household_id: int,
    wishes: Mapping[int, str],
    actor: Actor,
    now: datetime,
    *,
    written: PaperWish,
) -> Request:
    """Answer a return for correction: other products or another reason, for the same children.

    Raises:
        NotFoundError: the household has no such request.
        InputError: as ``submit``, or other children than before.
        WrongStateError: it was not returned.
    """
    row = locked_request(session, request_id, household_id)
    items = items_of(session, row.id)
    chosen = {
        ordinal: product for _e, ordinal, product in _chosen(session, program, household_id, wishes)
    }
    if set(chosen) != {item.ordinal for item in items}:
        raise InputError(
            _(
                "紙に変えるこどもは、ここでは変えられません。取り下げて、もう一度申し込んでください。"
            )
        )
    move(session, row, "answer", actor, now)
    for item in items:
        product = chosen[item.ordinal]
        item.product, item.piece_yen = product.id, product.piece_yen
        item.pieces, item.changed_at = product.pieces_of(item.amount_yen), now
    set_written(vault, row, WRITTEN, written)
    session.flush()
    return row


def withdraw(
    session: Session,
    vault: Vault,
    program: Program,  # noqa: ARG001  (the signature of every kind of request)
    request_id: int,
    household_id: int,
    actor: Actor,
    now: datetime,
) -> Request:
    """Take a request back until it is packed: stock is given up, the coupon comes back or a fresh code follows.

    Raises:
        NotFoundError: the household has no such request.
        NotAllowedError: packed (``packed``), held for review, or no code is left (``coupon_stock``); nothing changed.
        WrongStateError: it has ended already.
    """
    row = locked_request(session, request_id, household_id)
    items = items_of(session, row.id)
    if any(item.state in {"packed", "posted", "returned"} for item in items):
        raise NotAllowedError(
            _(
                "もう発送の準備が終わっているため、取り下げできません。コールセンターにお電話ください。"
            ),
            code="packed",
        )
    back = [item for item in items if ALTERNATIVE.can(item.state, "withdraw")]
    if not back:
        ALTERNATIVE.next(items[0].state if items else "withdrawn", "withdraw")
    with session.begin_nested():
        packing.discard_open(session, row, actor, now)
        lock_entitlements(session, back)
        for item in back:
            _take_back(session, item, actor, now)
    withdraw_proposal(session, row, actor, now)
    settle(session, row, actor, now)
    if actor.organization is not None:
        announce(
            session,
            vault,
            household_id,
            "decided",
            f"alternative:{row.id}:withdrawn",
            now,
            receipt_no=row.receipt_no,
        )
    return row


def _take_back(session: Session, item: AlternativeItem, actor: Actor, now: datetime) -> None:
    before = item.state
    step(session, item, "withdraw", actor, now)
    if before == "awaiting_stop":
        # the claim stays until the issuer answered, so that nothing else begins about a code that may be void
        item.coupon_owed = True
        return
    stock.release(session, item, actor, now)
    if before == "approved":
        _give_coupon_back(session, item, actor, now)
    else:
        let_go(session, item, actor, now)
    claims.free(session, item.entitlement_id, item.request_id, actor, now)


def _give_coupon_back(session: Session, item: AlternativeItem, actor: Actor, now: datetime) -> None:
    try:
        stopping.give_back(session, item.entitlement_id, actor, now)
    except ConflictError as error:
        raise NotAllowedError(
            _("代わりのクーポンが残っていないため、いまは取り下げられません。区にお電話ください。"),
            code="coupon_stock",
        ) from error
    except NotAllowedError as error:
        raise NotAllowedError(
            _("いま確認中のため、取り下げできません。コールセンターにお電話ください。"), code="held"
        ) from error


def is_taken_back(session: Session, row: Request) -> bool:
    """Tell whether nothing is left to take back, because that was done."""
    states = {item.state for item in items_of(session, row.id)}
    return "withdrawn" in states and states <= {"withdrawn", "refused"}


def can_withdraw(session: Session, row: Request) -> bool:
    """Tell whether the page may offer to take a request back."""
    states = {item.state for item in items_of(session, row.id)}
    return bool(states & set(BEFORE_PACKING)) and not states & {"packed", "posted", "returned"}
