"""What reviewers decide about a decline.

Accept, return, refuse, unclear, cleared up, countersigned.
"""

from collections.abc import Collection, Sequence

from portal.domain.foundation.actors import Channel, Organization
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.services import announce
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.domain.requests.declines.declaring import ADULT_WARD, COUNTERSIGN, WEAK
from portal.domain.requests.declines.items import bind, items_of, let_go, settle, step
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.outcome import carry_out
from portal.domain.requests.declines.states import DECLINE
from portal.domain.requests.declines.words import REASONS, effects_of, steps_of, warning_text
from portal.domain.requests.declines.written import WRITTEN
from portal.domain.requests.requests.deciding import Deciders, Kind, chosen
from portal.domain.requests.requests.decisions import Decided, Decision
from portal.domain.requests.requests.four_eyes import may_accept, proposal_of, refuse_own_entry
from portal.domain.requests.requests.kinds import REFUSED, RequestKind
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import move, set_reply, telephone_in, warn


def _accept(work: Work, row: Request, _decided: Decided) -> Request:
    refuse_own_entry(row, work.actor)
    items = items_of(work.session, row.id)
    if blocking := next((code for code in row.warnings if code in WEAK), None):
        raise NotAllowedError(warning_text(blocking), code=blocking)
    if ADULT_WARD in row.warnings and work.actor.organization is not Organization.WARD:
        raise NotAllowedError(
            _s("18歳以上のこどもの分は、区の担当者だけが受け入れられます。"), code=ADULT_WARD
        )
    accepted = [item for item in items if item.state in {"submitted", "awaiting_stop"}]
    if not accepted or row.state != "waiting":
        raise NotAllowedError(
            _s("まだ受け入れられません。本人の返事か書類を待っています。"),
            code="waiting_for_resident",
        )
    if not may_accept(work, row):
        return row
    carry_out(work, row, accepted)
    _tell(work, row, "decided")
    return row


def _return(work: Work, row: Request, decided: Decided) -> Request:
    refuse_own_entry(row, work.actor)
    for item in _open(items_of(work.session, row.id)):
        step(work, row, item, "return")
    set_reply(work.vault, row, decided.reason, decided.text)
    withdraw_proposal(work, row)
    move(work, row, "ask_back", reason=decided.reason)
    _tell(work, row, "returned_for_correction")
    return row


def _refuse(work: Work, row: Request, decided: Decided) -> Request:
    """Refuse; of an unclear form: that it is no decline."""
    refuse_own_entry(row, work.actor)
    items = items_of(work.session, row.id)
    for item in _open(items):
        step(work, row, item, "clarify_refuse" if item.state == "unclear" else "refuse")
        let_go(work, row, item)
    set_reply(work.vault, row, decided.reason, decided.text)
    withdraw_proposal(work, row)
    if items:
        settle(work, row)
    else:
        move(work, row, "close", result=REFUSED)  # a wish that nobody confirmed
    _tell(work, row, "decided")
    return row


def _mark_unclear(work: Work, row: Request, decided: Decided) -> Request:
    """Note a form that is no clear decline; ``extra_follow_up`` is ``call`` or ``letter``."""
    refuse_own_entry(row, work.actor)
    return mark_unclear(work, row, decided, decided.more.get("extra_follow_up", "letter"))


def mark_unclear(work: Work, row: Request, decided: Decided, follow_up: str) -> Request:
    """Note that a form is no clear decline.

    Child and coupon are free again, and somebody calls or writes.
    """
    for item in _open(items_of(work.session, row.id)):
        step(work, row, item, "mark_unclear")
        let_go(work, row, item)
    set_reply(work.vault, row, decided.reason, decided.text)
    withdraw_proposal(work, row)
    telephone = telephone_in(work.vault, row)
    kind = TaskKind.CALL_BACK if follow_up == "call" and telephone else TaskKind.LETTER_WISHED
    details = {
        "telephone": telephone if kind == TaskKind.CALL_BACK else "",
        "message": _s(
            "辞退かどうか、はっきりしない書類です。本人の気持ちを確かめてください。"
            "受付番号 %(number)s"
        )
        % {"number": row.receipt_no},
    }
    open_task(work, kind, row.household_id, details)
    return move(work, row, "ask_back", reason=decided.reason, waits_for="unclear")


def _clarify(work: Work, row: Request, _decided: Decided) -> Request:
    """Note that an unclear form is a decline after all."""
    items = items_of(work.session, row.id)
    cleared = [step(work, row, item, "clarify") for item in _open(items)]
    if not cleared:
        raise NotAllowedError(_s("はっきりしない書類ではありません。"), code="not_unclear")
    work.session.flush()
    if not WEAK & set(row.warnings):
        bind(work, row, [item.entitlement_id for item in cleared])
    return move(work, row, "answer")


def _countersigned(work: Work, row: Request, _decided: Decided) -> Request:
    """Note that the adults' own signed paper arrived; the request then waits for review."""
    items = items_of(work.session, row.id)
    if COUNTERSIGN not in row.warnings:
        raise NotAllowedError(
            _s("この申請は、本人の署名を待っていません。"), code="not_countersign"
        )
    note_signatures(work, row, {item.entitlement_id for item in items})
    return row


def note_signatures(work: Work, row: Request, signed: Collection[int]) -> None:
    """Note who of the adults (entitlements) signed.

    With the last of them the locked request waits for review.
    """
    unsigned = [i for i in items_of(work.session, row.id) if i.adult and i.countersigned_at is None]
    for item in unsigned:
        if item.entitlement_id in signed:
            item.countersigned_at = item.changed_at = work.now
    work.session.flush()
    if COUNTERSIGN not in row.warnings or any(item.countersigned_at is None for item in unsigned):
        return
    warn(row, tuple(code for code in row.warnings if code != COUNTERSIGN), work.now)
    if row.state == "with_resident":
        move(work, row, "answer", why=COUNTERSIGN)


def _open(items: Sequence[DeclineItem]) -> list[DeclineItem]:
    return [item for item in items if item.state not in {"withdrawn", "refused", "accepted"}]


def withdraw_proposal(work: Work, row: Request) -> None:
    """End a colleague's open proposal to accept: the request was decided or taken back otherwise."""
    if (proposal := proposal_of(work.session, row.id)) is not None:
        turn_down(work, proposal.id, household_id=row.household_id)


def _tell(work: Work, row: Request, event: str) -> None:
    contact = telephone_in(work.vault, row) or None
    announce(
        work,
        row.household_id or 0,
        event,
        f"decline:{row.id}:{event}:{row.version}",
        contact=contact,
        receipt_no=row.receipt_no,
    )


def _offered(work: Work, row: Request) -> tuple[Decision, ...]:
    states = {item.state for item in items_of(work.session, row.id)}
    going = states - {"withdrawn", "refused", "accepted"}
    warnings = set(row.warnings)
    for_ward = ADULT_WARD in warnings and work.actor.organization is not Organization.WARD
    acceptable = row.state == "waiting" and bool(going & {"submitted", "awaiting_stop"})
    undecided = bool(going) and going <= {"submitted"} and row.state == "waiting"
    waits = row.state in {"waiting", "with_resident"}
    return chosen(
        {
            Decision.ACCEPT: acceptable and not warnings & WEAK and not for_ward,
            Decision.RETURN: undecided,
            Decision.REFUSE: going <= {"submitted", "unclear"} and waits,
            # what the resident chose on the own screen is as clear as it can be
            Decision.MARK_UNCLEAR: undecided and row.channel != Channel.PORTAL,
            Decision.CLARIFY: row.state == "with_resident" and going == {"unclear"},
            Decision.COUNTERSIGNED: waits and COUNTERSIGN in warnings and bool(going),
        }
    )


DECLINE_KIND = Kind(
    code=RequestKind.DECLINE,
    written=WRITTEN,
    states=DECLINE,
    deciders=Deciders.WARD_WHERE_IN_QUESTION,
    decisions={
        Decision.ACCEPT: _accept,
        Decision.RETURN: _return,
        Decision.REFUSE: _refuse,
        Decision.MARK_UNCLEAR: _mark_unclear,
        Decision.CLARIFY: _clarify,
        Decision.COUNTERSIGNED: _countersigned,
    },
    reasons=REASONS,
    offered=_offered,
    effects_of=effects_of,
    steps_of=steps_of,
    warning_text=warning_text,
)
