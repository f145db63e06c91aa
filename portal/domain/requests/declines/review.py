"""What reviewers decide about a decline, and the definition of the kind."""

from collections.abc import Collection, Sequence

from portal.domain.foundation.actors import Channel
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.domain.requests.declines.items import bind, items_of, release_child, settle, step
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.outcome import carry_out
from portal.domain.requests.declines.reasons import WEAK, DeclineReason, DeclineWarning
from portal.domain.requests.declines.states import DECLINE, ENDED, DeclineState
from portal.domain.requests.declines.words import effects_of, steps_of
from portal.domain.requests.declines.written import WRITTEN
from portal.domain.requests.requests.deciders import (
    Deciders,
    end_proposal,
    is_of_ward,
    refuse_own_entry,
)
from portal.domain.requests.requests.deciding import Kind, chosen
from portal.domain.requests.requests.decisions import Decided, Decision
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.paper_forms import FollowUp
from portal.domain.requests.requests.services import close, move, set_reply, telephone_in, warn
from portal.domain.requests.requests.states import RequestState

FOLLOW_UP = "extra_follow_up"
"""The field of the review page that says how the household is asked (``FollowUp``)."""
ACCEPTABLE = frozenset({DeclineState.SUBMITTED, DeclineState.AWAITING_STOP})


def deciders_of(_work: Work, row: Request) -> Deciders:
    """Return who accepts a decline: the ward where it decides about adults, else the office."""
    adults = DeclineWarning.ADULT_WARD in row.warnings
    return Deciders.WARD_FOR_ADULTS if adults else Deciders.OFFICE


def _prepare(work: Work, row: Request, _decided: Decided) -> None:
    """Check that a decline can be accepted."""
    refuse_own_entry(row, work.actor)
    if blocking := next((code for code in row.warnings if code in WEAK), None):
        raise NotAllowedError(DeclineWarning(blocking).label, code=blocking)
    if not _acceptable(work, row) or row.state != RequestState.WAITING:
        raise NotAllowedError(
            _s("まだ受け入れられません。本人の返事か書類を待っています。"),
            code="waiting_for_resident",
        )


def _acceptable(work: Work, row: Request) -> list[DeclineItem]:
    return [item for item in items_of(work.session, row.id) if item.state in ACCEPTABLE]


def _accept(work: Work, row: Request, _decided: Decided) -> Request:
    carry_out(work, row, _acceptable(work, row))
    _tell(work, row, "decided")
    return row


def _return(work: Work, row: Request, decided: Decided) -> Request:
    refuse_own_entry(row, work.actor)
    for item in _open(items_of(work.session, row.id)):
        step(work, item, "return")
    set_reply(work.vault, row, decided.reply)
    end_proposal(work, row)
    move(work, row, "ask_back", reason=decided.reason)
    _tell(work, row, "returned_for_correction")
    return row


def _refuse(work: Work, row: Request, decided: Decided) -> Request:
    """Refuse; of an unclear form: that it is no decline."""
    refuse_own_entry(row, work.actor)
    items = items_of(work.session, row.id)
    for item in _open(items):
        step(work, item, "clarify_refuse" if item.state == DeclineState.UNCLEAR else "refuse")
        release_child(work, row, item)
    set_reply(work.vault, row, decided.reply)
    end_proposal(work, row)
    if items:
        settle(work, row)
    else:
        close(work, row, Result.REFUSED)  # a wish that nobody confirmed
    _tell(work, row, "decided")
    return row


def _mark_unclear(work: Work, row: Request, decided: Decided) -> Request:
    """Record that a form is no clear decline."""
    refuse_own_entry(row, work.actor)
    return mark_unclear(work, row, decided)


def mark_unclear(work: Work, row: Request, decided: Decided) -> Request:
    """Record that a form is no clear decline, and open a task to call or to write (``FOLLOW_UP``).

    Child and coupon are released.
    """
    for item in _open(items_of(work.session, row.id)):
        step(work, item, "mark_unclear")
        release_child(work, row, item)
    set_reply(work.vault, row, decided.reply)
    end_proposal(work, row)
    telephone = telephone_in(work.vault, row)
    calls = decided.more.get(FOLLOW_UP) == FollowUp.CALL and bool(telephone)
    details = {
        "telephone": telephone if calls else "",
        "message": _s(
            "辞退かどうか、はっきりしない書類です。本人の気持ちを確かめてください。"
            "受付番号 %(number)s"
        )
        % {"number": row.receipt_no},
    }
    open_task(
        work, TaskKind.CALL_BACK if calls else TaskKind.LETTER_WISHED, row.household_id, details
    )
    return move(work, row, "ask_back", reason=decided.reason, waits_for=DeclineState.UNCLEAR.value)


def _clarify(work: Work, row: Request, _decided: Decided) -> Request:
    """Record that an unclear form is a decline."""
    items = items_of(work.session, row.id)
    cleared = [step(work, item, "clarify") for item in _open(items)]
    if not cleared:
        raise NotAllowedError(_s("はっきりしない書類ではありません。"), code="not_unclear")
    work.session.flush()
    if not WEAK & set(row.warnings):
        bind(work, row, [item.entitlement_id for item in cleared])
    return move(work, row, "answer")


def _countersigned(work: Work, row: Request, _decided: Decided) -> Request:
    """Record that the adults' own signed forms arrived; the request then waits for review."""
    items = items_of(work.session, row.id)
    if DeclineWarning.COUNTERSIGN not in row.warnings:
        raise NotAllowedError(
            _s("この申請は、本人の署名を待っていません。"), code="not_countersign"
        )
    record_signatures(work, row, {item.entitlement_id for item in items})
    return row


def record_signatures(work: Work, row: Request, signed: Collection[int]) -> None:
    """Record which adults (by entitlement) signed; after the last, the request awaits review."""
    unsigned = [i for i in items_of(work.session, row.id) if i.adult and i.countersigned_at is None]
    for item in unsigned:
        if item.entitlement_id in signed:
            item.countersigned_at = item.changed_at = work.now
    work.session.flush()
    if DeclineWarning.COUNTERSIGN not in row.warnings or any(
        item.countersigned_at is None for item in unsigned
    ):
        return
    warn(row, tuple(code for code in row.warnings if code != DeclineWarning.COUNTERSIGN), work.now)
    if row.state == RequestState.WITH_RESIDENT:
        move(work, row, "answer", why=DeclineWarning.COUNTERSIGN)


def _open(items: Sequence[DeclineItem]) -> list[DeclineItem]:
    return [item for item in items if item.state not in ENDED]


def _tell(work: Work, row: Request, event: str) -> None:
    contact = telephone_in(work.vault, row) or None
    key = f"decline:{row.id}:{event}:{row.version}"
    announce(
        work, Event(row.household_id or 0, event, key, contact=contact, receipt_no=row.receipt_no)
    )


def _offered(work: Work, row: Request) -> tuple[Decision, ...]:
    states = {item.state for item in items_of(work.session, row.id)}
    going, warnings = states - set(ENDED), set(row.warnings)
    only_ward = deciders_of(work, row) is Deciders.WARD_FOR_ADULTS
    outsider = only_ward and not is_of_ward(work.actor)
    waiting = row.state == RequestState.WAITING
    undecided = waiting and bool(going) and going <= {DeclineState.SUBMITTED}
    waits = waiting or row.state == RequestState.WITH_RESIDENT
    return chosen(
        {
            Decision.ACCEPT: waiting
            and bool(going & ACCEPTABLE)
            and not warnings & WEAK
            and not outsider,
            Decision.RETURN: undecided,
            Decision.REFUSE: waits and going <= {DeclineState.SUBMITTED, DeclineState.UNCLEAR},
            # what the resident chose on the portal is as clear as it can be
            Decision.MARK_UNCLEAR: undecided and row.channel != Channel.PORTAL,
            Decision.CLARIFY: row.state == RequestState.WITH_RESIDENT
            and going == {DeclineState.UNCLEAR},
            Decision.COUNTERSIGNED: waits
            and DeclineWarning.COUNTERSIGN in warnings
            and bool(going),
        }
    )


DECLINE_KIND = Kind(
    code=RequestKind.DECLINE,
    written=WRITTEN,
    states=DECLINE,
    deciders=deciders_of,
    prepare=_prepare,
    decisions={
        Decision.ACCEPT: _accept,
        Decision.RETURN: _return,
        Decision.REFUSE: _refuse,
        Decision.MARK_UNCLEAR: _mark_unclear,
        Decision.CLARIFY: _clarify,
        Decision.COUNTERSIGNED: _countersigned,
    },
    reasons=DeclineReason,
    warnings=DeclineWarning,
    offered=_offered,
    effects_of=effects_of,
    steps_of=steps_of,
)
