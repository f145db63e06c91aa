"""Asking for paper, and taking that back until it is packed.

Reviewers and issuers: ``review``, ``outcome``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.program.opening import require_open
from portal.domain.foundation.program.settings.requests import AlternativeProduct
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
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
from portal.domain.requests.alternatives.review import withdraw_proposal
from portal.domain.requests.alternatives.states import ALTERNATIVE, BEFORE_PACKING
from portal.domain.requests.alternatives.written import WRITTEN, PaperWish
from portal.domain.requests.requests import kinds
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import WEAK
from portal.domain.requests.requests.services import move, open_request, set_written, written_in

__all__ = [
    "resubmit",
    "stop_confirmed",
    "stop_found_spent",
    "submit",
    "withdraw",
]


def submit(
    work: Work,
    household_id: int,
    wishes: Mapping[int, str],
    *,
    written: PaperWish,
    received_at: datetime | None = None,
    warnings: tuple[str, ...] = (),
) -> Request:
    """Ask for paper in place of the electronic coupon of each child in ``wishes`` (its number in the household: product).

    The children are claimed and their coupons hidden; ``written`` is sealed. ``received_at`` (UTC)
    is what counts for the deadline, by default ``now``.

    Raises:
        TooEarlyError, TooLateError: outside the window.
        InputError: no child, or no such child or product.
        ConflictError: a child's right is decided already, or another request is open for it.
        NotAllowedError: one yen was spent, or the coupon was shown and can never be stopped.
    """
    require_open(work.program.windows.alternative, received_at or work.now)
    return open_with_items(
        work, household_id, wishes, written, received_at=received_at, warnings=warnings
    )


def open_with_items(
    work: Work,
    household_id: int,
    wishes: Mapping[int, str],
    written: PaperWish,
    *,
    received_at: datetime | None = None,
    warnings: tuple[str, ...] = (),
) -> Request:
    """Open a request; the caller decided whether it is in time. Raises as ``submit``.

    One of ``WEAK`` touches neither child nor coupon.
    """
    chosen = _chosen(work, household_id, wishes)
    binding = not WEAK & set(warnings)
    _replace_weak(work, household_id, [e.id for e, _o, _p in chosen])
    held = any(entitlement.state == "held" for entitlement, _ordinal, _product in chosen)
    row = open_request(
        work,
        kinds.ALTERNATIVE,
        household_id,
        children=len(chosen),
        amount_yen=sum(entitlement.amount_yen for entitlement, _ordinal, _product in chosen),
        written=WRITTEN.seal(written),
        received_at=received_at,
        warnings=(*warnings, *(("held",) if held else ())),
    )
    items = [_item(work, row, *wish) for wish in chosen]
    if binding:
        ids = [item.entitlement_id for item in items]
        claims.claim(work, household_id, ids, claims.ALTERNATIVE, row.id)
        stopping.hide_all(work, ids, household_id, reason=REASON)
    work.session.add_all(items)
    work.session.flush()
    announce(
        work,
        household_id,
        "received",
        f"alternative:{row.id}:received",
        contact=written.telephone or None,
        receipt_no=row.receipt_no,
    )
    return row


def _item(
    work: Work, row: Request, entitlement: Entitlement, ordinal: int, product: AlternativeProduct
) -> AlternativeItem:
    return AlternativeItem(
        request_id=row.id,
        entitlement_id=entitlement.id,
        household_id=entitlement.household_id,
        ordinal=ordinal,
        product=product.id,
        amount_yen=entitlement.amount_yen,
        piece_yen=product.piece_yen,
        pieces=product.pieces_of(entitlement.amount_yen),
        created_at=work.now,
        changed_at=work.now,
    )


def _replace_weak(work: Work, household_id: int, entitlement_ids: Sequence[int]) -> None:
    """End earlier forms for these children that bound nobody: this word takes their place."""
    # Where two words come at the same moment, the household's row makes them come one after the
    # other.
    work.session.execute(
        select(Household.id).where(Household.id == household_id).with_for_update(key_share=True)
    )
    found = work.session.scalars(
        select(AlternativeItem.request_id)
        .where(
            AlternativeItem.entitlement_id.in_(entitlement_ids),
            AlternativeItem.state == "submitted",
        )
        .distinct()
    )
    for request_id in sorted(found):
        row = locked_request(work.session, request_id)
        if not WEAK & set(row.warnings):
            continue
        for item in items_of(work.session, row.id):
            if item.state == "submitted":
                step(work, item, "withdraw")
        settle(work, row)


def _chosen(
    work: Work, household_id: int, wishes: Mapping[int, str]
) -> list[tuple[Entitlement, int, AlternativeProduct]]:
    """Return entitlement, number and product of each wished child. Raises InputError."""
    rows = work.session.execute(
        select(Entitlement, Child.ordinal)
        .join(Child, Child.id == Entitlement.child_id)
        .where(Entitlement.household_id == household_id, Child.ordinal.in_(list(wishes)))
        .order_by(Entitlement.id)
    ).all()
    if not wishes or len(rows) != len(wishes):
        raise InputError(_("紙に変えるこどもを、選んでください。"))
    known = {product.id: product for product in work.program.alternatives}
    if not set(wishes.values()) <= known.keys():
        raise InputError(_("紙の代替品の種類を、選んでください。"))
    return [(entitlement, ordinal, known[wishes[ordinal]]) for entitlement, ordinal in rows]


def resubmit(
    work: Work, request_id: int, household_id: int, wishes: Mapping[int, str], *, written: PaperWish
) -> Request:
    """Answer a return for correction: other products or another reason, for the same children.

    Raises:
        NotFoundError: the household has no such request.
        InputError: as ``submit``, or other children than before.
        WrongStateError: it was not returned.
    """
    row = locked_request(work.session, request_id, household_id)
    items = items_of(work.session, row.id)
    chosen = {ordinal: product for _e, ordinal, product in _chosen(work, household_id, wishes)}
    if set(chosen) != {item.ordinal for item in items}:
        raise InputError(
            _(
                "紙に変えるこどもは、ここでは変えられません。取り下げて、"
                "もう一度申し込んでください。"
            )
        )
    move(work, row, "answer")
    for item in items:
        product = chosen[item.ordinal]
        item.product, item.piece_yen = product.id, product.piece_yen
        item.pieces, item.changed_at = product.pieces_of(item.amount_yen), work.now
    before = written_in(work.vault, row, WRITTEN)
    set_written(work.vault, row, WRITTEN, WRITTEN.corrected(before, written))
    work.session.flush()
    return row


def withdraw(work: Work, request_id: int, household_id: int) -> Request:
    """Take a request back until it is packed.

    Stock is given up, the coupon comes back or a fresh code follows.

    Raises:
        NotFoundError: the household has no such request.
        NotAllowedError: packed (``packed``), held for review, or no code is left
            (``coupon_stock``); nothing changed.
        WrongStateError: it has ended already.
    """
    row = locked_request(work.session, request_id, household_id)
    items = items_of(work.session, row.id)
    if any(item.state in {"packed", "posted", "returned"} for item in items):
        raise NotAllowedError(
            _(
                "もう発送の準備が終わっているため、取り下げできません。"
                "コールセンターにお電話ください。"
            ),
            code="packed",
        )
    back = [item for item in items if ALTERNATIVE.can(item.state, "withdraw")]
    if not back:
        ALTERNATIVE.next(items[0].state if items else "withdrawn", "withdraw")
    with work.session.begin_nested():
        packing.discard_open(work, row)
        lock_entitlements(work.session, back)
        for item in back:
            _take_back(work, item)
    withdraw_proposal(work, row)
    settle(work, row)
    if work.actor.organization is not None:
        announce(
            work,
            household_id,
            "decided",
            f"alternative:{row.id}:withdrawn",
            receipt_no=row.receipt_no,
        )
    return row


def _take_back(work: Work, item: AlternativeItem) -> None:
    before = item.state
    step(work, item, "withdraw")
    if before == "awaiting_stop":
        # the claim stays until the issuer answered, so that nothing else begins about a code that
        # may be void
        item.coupon_owed = True
        return
    stock.release(work, item)
    if before == "approved":
        _give_coupon_back(work, item)
    else:
        let_go(work, item)
    claims.free(work, item.entitlement_id, item.request_id)


def _give_coupon_back(work: Work, item: AlternativeItem) -> None:
    try:
        stopping.give_back(work, item.entitlement_id)
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
