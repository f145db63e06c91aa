"""What reviewers decide about a paper alternative: accept, return for correction, refuse."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.vault import Vault
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
    session: Session,
    vault: Vault,
    program: Program,
    request_id: int,
    version: int,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    text: str = "",
    **extra: Any,  # noqa: ARG001  (other kinds have fields of their own)
) -> Request:
    """Decide on a request that a page showed in ``version``; ``reason`` is a code of ``REASONS``, ``text`` further words.

    Accepting stops the coupons: a code that nobody saw is void at once and the pieces are promised with it; a shown
    one waits for its issuer. Refusing a request whose parcel went back into stock ends it as
    restocked, one whose parcel was lost for good as lost.

    Raises:
        NotFoundError: no such request, or its household is the ward's alone to know.
        ConflictError: changed since, or decided by somebody else now.
        NotAllowedError: an own entry, a held household, a coupon that was spent or cannot be stopped.
        WrongStateError: not possible from its state. InputError: no such decision or reason.
    """
    row = for_decision(session, request_id, version, actor, now)
    _refuse_strangers(session, row, actor)
    if action not in DECISIONS or (action != "accept" and reason not in REASONS):
        raise InputError(_s("どうするかと、住民に伝える理由を選んでください。"))
    items = items_of(session, row.id)
    match action:
        case "accept":
            return _accept(session, vault, program, row, items, actor, now)
        case "return":
            return _return(session, vault, row, items, actor, now, reason, text)
        case _refuse_it:
            return _refuse(session, vault, row, items, actor, now, reason, text)


def _refuse_strangers(session: Session, row: Request, actor: Actor) -> None:
    locked_request(session, row.id)
    household = session.get_one(Household, row.household_id)
    if household.protected and actor.organization is not Organization.WARD:
        raise NotFoundError(_("この申請は見つかりませんでした。"))


def _accept(
    session: Session,
    vault: Vault,
    program: Program,
    row: Request,
    items: Sequence[AlternativeItem],
    actor: Actor,
    now: datetime,
) -> Request:
    refuse_own_entry(row, actor)
    if blocking := next((code for code in row.warnings if code in WEAK), None):
        raise NotAllowedError(warning_text(blocking), code=blocking)
    open_items = [item for item in items if item.state == "submitted"]
    if not open_items or row.state != "waiting":
        raise NotAllowedError(
            _s("認められる分がありません。本人の返事を待っているか、小包が戻ったあとです。"),
            code="nothing_to_accept",
        )
    rights = lock_entitlements(session, open_items)
    if any(right.state == "held" for right in rights.values()):
        raise NotAllowedError(
            _s("この世帯は保留中です。保留が解けてから、受け入れてください。"), code="held"
        )
    if not may_accept(session, program, row, actor, now):
        return row
    for item in open_items:
        _carry_out(session, item, actor, now)
    move(session, row, "proceed", actor, now)
    _tell(session, vault, row, "decided", now)
    return row


def _carry_out(session: Session, item: AlternativeItem, actor: Actor, now: datetime) -> None:
    step(session, item, "approve", actor, now)
    item.decided_at = now
    stop = stopping.begin_stop(session, item.entitlement_id, actor, now, reason=REASON)
    if stop is stopping.Stop.DONE:
        step(session, item, "confirm", actor, now)
        item.stopped_at = now
        stock.reserve(session, item, actor, now)


def _return(
    session: Session,
    vault: Vault,
    row: Request,
    items: Sequence[AlternativeItem],
    actor: Actor,
    now: datetime,
    reason: str,
    text: str,
) -> Request:
    refuse_own_entry(row, actor)
    if any(item.state != "submitted" for item in items):
        raise NotAllowedError(
            _s("手続きが進んでいるため、差し戻せません。"), code="nothing_to_return"
        )
    set_reply(vault, row, reason, text)
    withdraw_proposal(session, row, actor, now)
    move(session, row, "ask_back", actor, now, reason=reason)
    _tell(session, vault, row, "returned_for_correction", now)
    return row


def _refuse(
    session: Session,
    vault: Vault,
    row: Request,
    items: Sequence[AlternativeItem],
    actor: Actor,
    now: datetime,
    reason: str,
    text: str,
) -> Request:
    refuse_own_entry(row, actor)
    ending = [item for item in items if item.state in {"submitted", *FOR_WARD}]
    if not ending:
        raise NotAllowedError(_s("手続きが進んでいるため、断れません。"), code="nothing_to_refuse")
    lock_entitlements(session, ending)
    for item in ending:
        if item.state == "submitted":
            step(session, item, "refuse", actor, now)
            item.decided_at = now
            let_go(session, item, actor, now)
        claims.free(session, item.entitlement_id, row.id, actor, now)
    set_reply(vault, row, reason, text)
    withdraw_proposal(session, row, actor, now)
    if any(item.state in FOR_WARD for item in ending):
        warn(row, (), now)
        move(session, row, "close", actor, now, result=result_of(items))
    else:
        settle(session, row, actor, now)
    _tell(session, vault, row, "decided", now)
    return row


def withdraw_proposal(session: Session, row: Request, actor: Actor, now: datetime) -> None:
    """End an open proposal to accept a request that was decided otherwise or taken back."""
    proposal = proposal_of(session, row.id)
    if proposal is not None:
        turn_down(session, proposal.id, actor, now, household_id=row.household_id)


def _tell(session: Session, vault: Vault, row: Request, event: str, now: datetime) -> None:
    if row.household_id is not None:
        announce(
            session,
            vault,
            row.household_id,
            event,
            f"alternative:{row.id}:{event}:{row.version}",
            now,
            receipt_no=row.receipt_no,
        )
