"""What reviewers decide about a paper alternative: accept, return for correction, refuse."""

from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.services import announce
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.requests.alternatives import stock
from portal.domain.requests.alternatives.items import (
    REASON,
    items_of,
    let_go,
    lock_entitlements,
    result_of,
    settle,
    step,
)
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.states import ALTERNATIVE, FOR_WARD
from portal.domain.requests.alternatives.words import REASONS, effects_of, steps_of, warning_text
from portal.domain.requests.alternatives.written import WRITTEN
from portal.domain.requests.requests.deciding import Deciders, Kind, chosen
from portal.domain.requests.requests.decisions import Decided, Decision
from portal.domain.requests.requests.four_eyes import may_accept, proposal_of, refuse_own_entry
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import WEAK
from portal.domain.requests.requests.services import move, set_reply, warn


def _accept(work: Work, row: Request, _decided: Decided) -> Request:
    """Stop the coupons.

    A code that nobody saw is void at once and the pieces are promised with it; a shown one waits
    for its issuer.
    """
    refuse_own_entry(row, work.actor)
    items = items_of(work.session, row.id)
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


def _return(work: Work, row: Request, decided: Decided) -> Request:
    refuse_own_entry(row, work.actor)
    items = items_of(work.session, row.id)
    if any(item.state != "submitted" for item in items):
        raise NotAllowedError(
            _s("手続きが進んでいるため、差し戻せません。"), code="nothing_to_return"
        )
    set_reply(work.vault, row, decided.reason, decided.text)
    withdraw_proposal(work, row)
    move(work, row, "ask_back", reason=decided.reason)
    _tell(work, row, "returned_for_correction")
    return row


def _refuse(work: Work, row: Request, decided: Decided) -> Request:
    """Refuse; a request whose parcel went back into stock ends as restocked, a lost one as lost."""
    refuse_own_entry(row, work.actor)
    items = items_of(work.session, row.id)
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
    set_reply(work.vault, row, decided.reason, decided.text)
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


def _offered(work: Work, row: Request) -> tuple[Decision, ...]:
    states = {item.state for item in items_of(work.session, row.id)}
    return chosen(
        {
            Decision.ACCEPT: row.state == "waiting" and "submitted" in states,
            Decision.RETURN: row.state == "waiting" and states == {"submitted"},
            Decision.REFUSE: bool(states & {"submitted", *FOR_WARD}),
        }
    )


ALTERNATIVE_KIND = Kind(
    code=RequestKind.ALTERNATIVE,
    written=WRITTEN,
    states=ALTERNATIVE,
    deciders=Deciders.OFFICE,
    decisions={
        Decision.ACCEPT: _accept,
        Decision.RETURN: _return,
        Decision.REFUSE: _refuse,
    },
    reasons=REASONS,
    offered=_offered,
    effects_of=effects_of,
    steps_of=steps_of,
    warning_text=warning_text,
)
