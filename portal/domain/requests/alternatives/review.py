"""What reviewers decide about a paper alternative: accept, return for correction, refuse."""

from collections.abc import Sequence
from typing import Any

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.services import announce
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.people.households.models import Household
from portal.domain.requests.alternatives import stock
from portal.domain.requests.alternatives.items import (
    REASON,
    items_of,
    let_go,
    lock_entitlements,
    locked_request,
    result_of,
    settle,
    step,
)
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.states import FOR_WARD
from portal.domain.requests.alternatives.words import (
    REASONS,
    effects_of,
    reply_lines,
    steps_of,
    warning_text,
)
from portal.domain.requests.requests.four_eyes import may_accept, proposal_of, refuse_own_entry
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import WEAK
from portal.domain.requests.requests.services import for_decision, move, set_reply, warn

__all__ = [
    "DECISIONS",
    "REASONS",
    "decide",
    "effects_of",
    "reply_lines",
    "steps_of",
    "warning_text",
]
DECISIONS = ("accept", "return", "refuse")


def decide(
    work: Work,
    request_id: int,
    version: int,
    action: str,
    *,
    reason: str = "",
    text: str = "",
    **extra: Any,  # noqa: ARG001  (the signature of every kind of request)
) -> Request:
    """Decide on a request that a page showed in ``version``.

    ``reason`` is a code of ``REASONS``, ``text`` further words.

    Accepting stops the coupons: a code that nobody saw is void at once and the pieces are promised
    with it; a shown one waits for its issuer. Refusing a request whose parcel went back into stock
    ends it as restocked, one whose parcel was lost for good as lost.

    Raises:
        NotFoundError: no such request, or its household is the ward's alone to know.
        ConflictError: changed since, or decided by somebody else now.
        NotAllowedError: an own entry, a held household, a coupon that was spent or cannot be
            stopped.
        WrongStateError: not possible from its state. InputError: no such decision or reason.
    """
    row = for_decision(work, request_id, version)
    _refuse_strangers(work, row)
    if action not in DECISIONS or (action != "accept" and reason not in REASONS):
        raise InputError(_s("どうするかと、住民に伝える理由を選んでください。"))
    items = items_of(work.session, row.id)
    match action:
        case "accept":
            return _accept(work, row, items)
        case "return":
            return _return(work, row, items, reason, text)
        case _refuse_it:
            return _refuse(work, row, items, reason, text)


def _refuse_strangers(work: Work, row: Request) -> None:
    locked_request(work.session, row.id)
    household = work.session.get_one(Household, row.household_id)
    if household.protected and work.actor.organization is not Organization.WARD:
        raise NotFoundError(_("この申請は見つかりませんでした。"))


def _accept(work: Work, row: Request, items: Sequence[AlternativeItem]) -> Request:
    refuse_own_entry(row, work.actor)
    if blocking := next((code for code in row.warnings if code in WEAK), None):
        raise NotAllowedError(warning_text(blocking), code=blocking)
    open_items = [item for item in items if item.state == "submitted"]
    if not open_items or row.state != "waiting":
        raise NotAllowedError(
            _s("認められる分がありません。本人の返事を待っているか、小包が戻ったあとです。"),
            code="nothing_to_accept",
        )
    rights = lock_entitlements(work.session, open_items)
    if any(right.state == "held" for right in rights.values()):
        raise NotAllowedError(
            _s("この世帯は保留中です。保留が解けてから、受け入れてください。"), code="held"
        )
    if not may_accept(work, row):
        return row
    for item in open_items:
        _carry_out(work, item)
    move(work, row, "proceed")
    _tell(work, row, "decided")
    return row


def _carry_out(work: Work, item: AlternativeItem) -> None:
    step(work, item, "approve")
    item.decided_at = work.now
    stop = stopping.begin_stop(work, item.entitlement_id, reason=REASON)
    if stop is stopping.Stop.DONE:
        step(work, item, "confirm")
        item.stopped_at = work.now
        stock.reserve(work, item)


def _return(
    work: Work, row: Request, items: Sequence[AlternativeItem], reason: str, text: str
) -> Request:
    refuse_own_entry(row, work.actor)
    if any(item.state != "submitted" for item in items):
        raise NotAllowedError(
            _s("手続きが進んでいるため、差し戻せません。"), code="nothing_to_return"
        )
    set_reply(work.vault, row, reason, text)
    withdraw_proposal(work, row)
    move(work, row, "ask_back", reason=reason)
    _tell(work, row, "returned_for_correction")
    return row


def _refuse(
    work: Work, row: Request, items: Sequence[AlternativeItem], reason: str, text: str
) -> Request:
    refuse_own_entry(row, work.actor)
    ending = [item for item in items if item.state in {"submitted", *FOR_WARD}]
    if not ending:
        raise NotAllowedError(_s("手続きが進んでいるため、断れません。"), code="nothing_to_refuse")
    lock_entitlements(work.session, ending)
    for item in ending:
        if item.state == "submitted":
            step(work, item, "refuse")
            item.decided_at = work.now
            let_go(work, item)
        claims.free(work, item.entitlement_id, row.id)
    set_reply(work.vault, row, reason, text)
    withdraw_proposal(work, row)
    if any(item.state in FOR_WARD for item in ending):
        warn(row, (), work.now)
        move(work, row, "close", result=result_of(items))
    else:
        settle(work, row)
    _tell(work, row, "decided")
    return row


def withdraw_proposal(work: Work, row: Request) -> None:
    """End an open proposal to accept a request that was decided otherwise or taken back."""
    proposal = proposal_of(work.session, row.id)
    if proposal is not None:
        turn_down(work, proposal.id, household_id=row.household_id)


def _tell(work: Work, row: Request, event: str) -> None:
    if row.household_id is not None:
        announce(
            work,
            row.household_id,
            event,
            f"alternative:{row.id}:{event}:{row.version}",
            receipt_no=row.receipt_no,
        )
