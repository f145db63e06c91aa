"""What reviewers decide about a paper alternative, and the definition of the kind."""

from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.people.coupons import stopping
from portal.domain.people.entitlements import claims
from portal.domain.requests.alternatives import stock
from portal.domain.requests.alternatives.items import (
    REASON,
    items_of,
    lock_entitlements,
    release_child,
    result_of,
    settle,
    step,
)
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.reasons import AlternativeReason, AlternativeWarning
from portal.domain.requests.alternatives.states import ALTERNATIVE, FOR_WARD, AlternativeState
from portal.domain.requests.alternatives.words import effects_of, steps_of
from portal.domain.requests.alternatives.written import WRITTEN
from portal.domain.requests.requests.deciders import Deciders, end_proposal, refuse_own_entry
from portal.domain.requests.requests.deciding import Kind, chosen
from portal.domain.requests.requests.decisions import Decided, Decision
from portal.domain.requests.requests.kinds import RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import WEAK
from portal.domain.requests.requests.services import close, move, set_reply, warn
from portal.domain.requests.requests.states import RequestState


def deciders_of(_work: Work, _row: Request) -> Deciders:
    """Return who accepts a paper alternative: always the office."""
    return Deciders.OFFICE


def _prepare(work: Work, row: Request, _decided: Decided) -> None:
    """Check that a paper alternative can be accepted."""
    refuse_own_entry(row, work.actor)
    if blocking := next((code for code in row.warnings if code in WEAK), None):
        raise NotAllowedError(AlternativeWarning(blocking).label, code=blocking)
    submitted = _submitted(work, row)
    if not submitted or row.state != RequestState.WAITING:
        raise NotAllowedError(
            _s("認められる分がありません。本人の返事を待っているか、小包が戻ったあとです。"),
            code="nothing_to_accept",
        )
    rights = lock_entitlements(work.session, submitted)
    if any(right.state == "held" for right in rights.values()):
        raise NotAllowedError(
            _s("この世帯は保留中です。保留が解けてから、受け入れてください。"), code="held"
        )


def _submitted(work: Work, row: Request) -> list[AlternativeItem]:
    items = items_of(work.session, row.id)
    return [item for item in items if item.state == AlternativeState.SUBMITTED]


def _accept(work: Work, row: Request, _decided: Decided) -> Request:
    """Stop the coupons.

    A code that was never shown is void at once, and the pieces are reserved; for a shown one the
    issuer's answer is awaited.
    """
    for item in _submitted(work, row):
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
    if any(item.state != AlternativeState.SUBMITTED for item in items):
        raise NotAllowedError(
            _s("手続きが進んでいるため、差し戻せません。"), code="nothing_to_return"
        )
    set_reply(work.vault, row, decided.reply)
    end_proposal(work, row)
    move(work, row, "ask_back", reason=decided.reason)
    _tell(work, row, "returned_for_correction")
    return row


def _refuse(work: Work, row: Request, decided: Decided) -> Request:
    """Refuse; after a parcel was restocked or lost for good, that is the request's result."""
    refuse_own_entry(row, work.actor)
    items = items_of(work.session, row.id)
    ending = [item for item in items if item.state in {AlternativeState.SUBMITTED, *FOR_WARD}]
    if not ending:
        raise NotAllowedError(_s("手続きが進んでいるため、断れません。"), code="nothing_to_refuse")
    lock_entitlements(work.session, ending)
    for item in ending:
        if item.state == AlternativeState.SUBMITTED:
            step(work, item, "refuse")
            item.decided_at = work.now
            release_child(work, item)
        claims.free(work, item.entitlement_id, row.id)
    set_reply(work.vault, row, decided.reply)
    end_proposal(work, row)
    if any(item.state in FOR_WARD for item in ending):
        warn(row, (), work.now)
        close(work, row, result_of(items))
    else:
        settle(work, row)
    _tell(work, row, "decided")
    return row


def _tell(work: Work, row: Request, event: str) -> None:
    if row.household_id is not None:
        key = f"alternative:{row.id}:{event}:{row.version}"
        announce(work, Event(row.household_id, event, key, receipt_no=row.receipt_no))


def _offered(work: Work, row: Request) -> tuple[Decision, ...]:
    states = {item.state for item in items_of(work.session, row.id)}
    submitted = AlternativeState.SUBMITTED
    waiting = row.state == RequestState.WAITING
    return chosen(
        {
            Decision.ACCEPT: waiting and submitted in states,
            Decision.RETURN: waiting and states == {submitted},
            Decision.REFUSE: bool(states & {submitted, *FOR_WARD}),
        }
    )


ALTERNATIVE_KIND = Kind(
    code=RequestKind.ALTERNATIVE,
    written=WRITTEN,
    states=ALTERNATIVE,
    deciders=deciders_of,
    prepare=_prepare,
    decisions={
        Decision.ACCEPT: _accept,
        Decision.RETURN: _return,
        Decision.REFUSE: _refuse,
    },
    reasons=AlternativeReason,
    warnings=AlternativeWarning,
    offered=_offered,
    effects_of=effects_of,
    steps_of=steps_of,
)
