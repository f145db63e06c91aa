"""Asks for paper, corrects the request, and withdraws it until it is packed.

``review`` is for reviewers, ``outcome`` for the issuers' answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Values, insert_together, table_of
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.program.opening import require_open
from portal.domain.foundation.program.settings.requests import AlternativeProduct
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.people.entitlements.rights import LockedRight, lock_rights
from portal.domain.requests.alternatives import packing, stock
from portal.domain.requests.alternatives.items import (
    REASON,
    items_of,
    lock_entitlements,
    locked_request,
    release_child,
    settle,
    step,
)
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.reasons import AlternativeWarning
from portal.domain.requests.alternatives.states import (
    ALTERNATIVE,
    BEFORE_PACKING,
    AlternativeState,
)
from portal.domain.requests.alternatives.written import WRITTEN, PaperWish
from portal.domain.requests.requests.deciders import end_proposal
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import WEAK
from portal.domain.requests.requests.services import (
    NewRequest,
    move,
    open_request,
    set_written,
    written_in,
)

ON_ITS_WAY = frozenset(
    {AlternativeState.PACKED, AlternativeState.POSTED, AlternativeState.RETURNED}
)
"""Too late to withdraw: the pieces have left the stock."""


@dataclass(frozen=True, slots=True)
class PaperRequest:
    """Paper in place of the electronic coupons of a household's children.

    Attributes:
        household_id: The household.
        products: The product for each child, by the child's number in the household.
        written: What was written with it.
        received_at: The instant that counts for the deadline (UTC); None for now.
        warnings: What the reviewer must look at.
    """

    household_id: int
    products: Mapping[int, str]
    written: PaperWish = field(repr=False)
    received_at: datetime | None = None
    warnings: Sequence[str] = ()


class _ChosenChild(Struct, frozen=True):
    right: LockedRight
    product: AlternativeProduct
    pieces: int


def submit(work: Work, asked: PaperRequest) -> Request:
    """Ask for paper: the children are claimed and their coupons hidden.

    Raises:
        TooEarlyError, TooLateError: outside the window.
        InputError: no child, or no such child or product.
        ConflictError: a child's right is decided already, or another request is open for it.
        NotAllowedError: one yen was spent, or the coupon was shown and can never be stopped.
    """
    require_open(work.program.windows.alternative, asked.received_at or work.now)
    return open_with_items(work, asked)


def open_with_items(work: Work, asked: PaperRequest) -> Request:
    """Open a request; the caller decided whether it is in time. Raises as ``submit``.

    One with a warning of ``WEAK`` touches neither child nor coupon.
    """
    chosen = _chosen(work, asked)
    rights = [child.right for child in chosen]
    ids = [right.id for right in rights]
    binding = not WEAK & set(asked.warnings)
    coupons: stopping.Live = ()
    if binding:  # whatever can be refused is refused before the first row is written
        claims.refuse_claimed(rights, ids, None)
        coupons = stopping.lock_live_coupons(work.session, ids)
    _replace_weak(work, ids)
    row = open_request(work, _new_request(asked, chosen))
    items = [_item(work, row, child) for child in chosen]
    insert_together(work.session, AlternativeItem, items)
    if binding:
        claims.claim(work, asked.household_id, ids, claims.ALTERNATIVE, row.id, read=rights)
        stopping.hide_all(work, ids, asked.household_id, reason=REASON, read=coupons)
    key = f"alternative:{row.id}:received"
    announce(
        work,
        Event(
            asked.household_id,
            "received",
            key,
            contact=asked.written.telephone or None,
            receipt_no=row.receipt_no,
            is_first=True,
        ),
    )
    return row


def _new_request(asked: PaperRequest, chosen: Sequence[_ChosenChild]) -> NewRequest:
    held = any(child.right.state == "held" for child in chosen)
    return NewRequest(
        RequestKind.ALTERNATIVE,
        asked.household_id,
        children=len(chosen),
        amount_yen=sum(child.right.amount_yen for child in chosen),
        written=WRITTEN.seal(asked.written),
        received_at=asked.received_at,
        warnings=(*asked.warnings, *((AlternativeWarning.HELD,) if held else ())),
    )


def _item(work: Work, row: Request, child: _ChosenChild) -> Values:
    return {
        "request_id": row.id,
        "entitlement_id": child.right.id,
        "household_id": row.household_id,
        "ordinal": child.right.ordinal,
        "product": child.product.id,
        "amount_yen": child.right.amount_yen,
        "piece_yen": child.product.piece_yen,
        "pieces": child.pieces,
        "state": ALTERNATIVE.initial,
        "coupon_owed": False,
        "created_at": work.now,
        "changed_at": work.now,
    }


_ITEM = table_of(AlternativeItem)
_WAITING = (
    select(_ITEM.c.request_id)
    .where(
        _ITEM.c.entitlement_id.in_(bindparam("entitlement_ids", expanding=True)),
        _ITEM.c.state == AlternativeState.SUBMITTED,
    )
    .distinct()
)


def _replace_weak(work: Work, entitlement_ids: Sequence[int]) -> None:
    """End earlier forms for these children that had no effect: the new request replaces them."""
    found = work.session.scalars(_WAITING, {"entitlement_ids": entitlement_ids})
    for request_id in sorted(found):
        row = locked_request(work.session, request_id)
        if not WEAK & set(row.warnings):
            continue
        for item in items_of(work.session, row.id):
            if item.state == AlternativeState.SUBMITTED:
                step(work, item, "withdraw")
        settle(work, row)


def _chosen(work: Work, asked: PaperRequest) -> list[_ChosenChild]:
    """Return right and product of each wished child; household and rights are locked.

    Raises InputError.
    """
    wishes = asked.products
    rights = lock_rights(work.session, asked.household_id, wishes)
    if not wishes or len(rights) != len(wishes):
        raise InputError(_("紙に変えるこどもを、選んでください。"))
    products = _products(work, wishes)
    return [
        _ChosenChild(
            right, products[right.ordinal], products[right.ordinal].pieces_of(right.amount_yen)
        )
        for right in rights
    ]


def _products(work: Work, wishes: Mapping[int, str]) -> dict[int, AlternativeProduct]:
    """Return the wished products by the children's numbers. Raises InputError."""
    known = {product.id: product for product in work.program.alternatives}
    if not set(wishes.values()) <= known.keys():
        raise InputError(_("紙の代替品の種類を、選んでください。"))
    return {ordinal: known[product] for ordinal, product in wishes.items()}


def resubmit(work: Work, request_id: int, asked: PaperRequest) -> Request:
    """Answer a return for correction: other products or another reason, for the same children.

    Raises:
        NotFoundError: the household has no such request.
        InputError: as ``submit``, or other children than before.
        WrongStateError: it was not returned.
    """
    row = locked_request(work.session, request_id, asked.household_id)
    items = items_of(work.session, row.id)
    if set(asked.products) != {item.ordinal for item in items}:
        raise InputError(
            _(
                "紙に変えるこどもは、ここでは変えられません。取り下げて、"
                "もう一度申し込んでください。"
            )
        )
    products = _products(work, asked.products)
    move(work, row, "answer")
    for item in items:
        product = products[item.ordinal]
        item.product, item.piece_yen = product.id, product.piece_yen
        item.pieces, item.changed_at = product.pieces_of(item.amount_yen), work.now
    before = written_in(work.vault, row, WRITTEN)
    set_written(work.vault, row, WRITTEN.seal(WRITTEN.corrected(before, asked.written)))
    work.session.flush()
    return row


def withdraw(work: Work, request_id: int, household_id: int) -> Request:
    """Withdraw a request until it is packed.

    The reservation is released; the coupon comes back, or a new code follows.

    Raises:
        NotFoundError: the household has no such request.
        NotAllowedError: packed (``packed``), held for review, or no code is left
            (``coupon_stock``); nothing changed.
        WrongStateError: it has ended already.
    """
    row = locked_request(work.session, request_id, household_id)
    items = items_of(work.session, row.id)
    if any(item.state in ON_ITS_WAY for item in items):
        raise NotAllowedError(
            _(
                "もう発送の準備が終わっているため、取り下げできません。"
                "コールセンターにお電話ください。"
            ),
            code="packed",
        )
    back = [item for item in items if ALTERNATIVE.can(item.state, "withdraw")]
    if not back:
        ALTERNATIVE.next(items[0].state if items else AlternativeState.WITHDRAWN, "withdraw")
    with work.session.begin_nested():
        packing.discard_open(work, row)
        lock_entitlements(work.session, back)
        for item in back:
            _withdraw_item(work, item)
    end_proposal(work, row)
    settle(work, row)
    if work.actor.organization is not None:
        key = f"alternative:{row.id}:withdrawn"
        announce(work, Event(household_id, "decided", key, receipt_no=row.receipt_no))
    return row


def _withdraw_item(work: Work, item: AlternativeItem) -> None:
    before = item.state
    step(work, item, "withdraw")
    if before == AlternativeState.AWAITING_STOP:
        # the claim stays until the issuer has answered, so that no other request starts about a
        # code that may be void
        item.coupon_owed = True
        return
    stock.release(work, item)
    if before == AlternativeState.APPROVED:
        _give_coupon_back(work, item)
    else:
        release_child(work, item)
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


def is_withdrawn(session: Session, row: Request) -> bool:
    """Tell whether a request was withdrawn, so that nothing is left to withdraw."""
    states = {item.state for item in items_of(session, row.id)}
    gone = {AlternativeState.WITHDRAWN, AlternativeState.REFUSED}
    return AlternativeState.WITHDRAWN in states and states <= gone


def can_withdraw(session: Session, row: Request) -> bool:
    """Tell whether the page may offer to withdraw a request."""
    states = {item.state for item in items_of(session, row.id)}
    return bool(states & set(BEFORE_PACKING)) and not states & ON_ITS_WAY
