"""What reviewers decide about a decline.

Accept, return, refuse, unclear, cleared up, countersigned.
"""

from collections.abc import Collection, Sequence
from typing import Any

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.services import announce
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.services import CALL_BACK, LETTER_WISHED, open_task
from portal.domain.requests.declines.declaring import ADULT_WARD, COUNTERSIGN, WEAK
from portal.domain.requests.declines.items import bind, items_of, let_go, settle, step
from portal.domain.requests.declines.models import DeclineItem
from portal.domain.requests.declines.outcome import carry_out
from portal.domain.requests.declines.words import REASONS, effects_of, steps_of, warning_text
from portal.domain.requests.requests import kinds
from portal.domain.requests.requests.four_eyes import may_accept, proposal_of, refuse_own_entry
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import (
    for_decision,
    move,
    set_reply,
    telephone_in,
    warn,
)

__all__ = ["DECISIONS", "REASONS", "decide", "effects_of", "steps_of", "warning_text"]
DECISIONS = ("accept", "return", "refuse", "mark_unclear", "clarify", "countersigned")


def decide(
    work: Work,
    request_id: int,
    version: int,
    action: str,
    *,
    reason: str = "",
    text: str = "",
    **extra: Any,
) -> Request:
    """Decide on a decline that a page showed in ``version``.

    ``reason`` is a code of ``REASONS``, ``text`` further words for the resident. ``mark_unclear``
    opens a task to call back or to write (``extra_follow_up`` = call | letter); ``clarify`` says
    that an unclear form is a decline after all (``refuse``: that it is none); ``countersigned``
    notes the signed paper of those who are 18 or older.

    Raises:
        NotFoundError: no such decline, or its household is the ward's alone to know.
        ConflictError: changed since, or decided by somebody else now.
        NotAllowedError: an own entry, a held household, a form that cannot count, an adult whom the
            ward decides.
        WrongStateError: not possible from its state. InputError: no such decision or reason.
    """
    row = for_decision(work, request_id, version)
    _refuse_strangers(work, row)
    if action not in DECISIONS or (
        action in {"return", "refuse", "mark_unclear"} and reason not in REASONS
    ):
        raise InputError(_s("どうするかと、住民に伝える理由を選んでください。"))
    items = items_of(work.session, row.id)
    match action:
        case "accept":
            return _accept(work, row, items)
        case "return":
            return _return(work, row, items, reason, text)
        case "refuse":
            return _refuse(work, row, items, reason, text)
        case "mark_unclear":
            refuse_own_entry(row, work.actor)
            follow_up = str(extra.get("extra_follow_up", "letter"))
            return mark_unclear(work, row, items, reason, text, follow_up)
        case "clarify":
            return _clarify(work, row, items)
        case _countersigned:
            return countersigned(work, row, items)


def _refuse_strangers(work: Work, row: Request) -> None:
    household = work.session.get_one(Household, row.household_id)
    if row.kind != kinds.DECLINE or (
        household.protected and work.actor.organization is not Organization.WARD
    ):
        raise NotFoundError(_("この申請は見つかりませんでした。"))


def _accept(work: Work, row: Request, items: Sequence[DeclineItem]) -> Request:
    refuse_own_entry(row, work.actor)
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


def _return(
    work: Work, row: Request, items: Sequence[DeclineItem], reason: str, text: str
) -> Request:
    refuse_own_entry(row, work.actor)
    for item in _open(items):
        step(work, row, item, "return")
    set_reply(work.vault, row, reason, text)
    withdraw_proposal(work, row)
    move(work, row, "ask_back", reason=reason)
    _tell(work, row, "returned_for_correction")
    return row


def _refuse(
    work: Work, row: Request, items: Sequence[DeclineItem], reason: str, text: str
) -> Request:
    refuse_own_entry(row, work.actor)
    for item in _open(items):
        step(work, row, item, "clarify_refuse" if item.state == "unclear" else "refuse")
        let_go(work, row, item)
    set_reply(work.vault, row, reason, text)
    withdraw_proposal(work, row)
    if items:
        settle(work, row)
    else:
        move(work, row, "close", result=kinds.REFUSED)  # a wish that nobody confirmed
    _tell(work, row, "decided")
    return row


def mark_unclear(
    work: Work, row: Request, items: Sequence[DeclineItem], reason: str, text: str, follow_up: str
) -> Request:
    """Note that a form is no clear decline.

    Child and coupon are free again, and somebody calls or writes.
    """
    for item in _open(items):
        step(work, row, item, "mark_unclear")
        let_go(work, row, item)
    set_reply(work.vault, row, reason, text)
    withdraw_proposal(work, row)
    telephone = telephone_in(work.vault, row)
    kind = CALL_BACK if follow_up == "call" and telephone else LETTER_WISHED
    details = {
        "telephone": telephone if kind == CALL_BACK else "",
        "message": _s(
            "辞退かどうか、はっきりしない書類です。本人の気持ちを確かめてください。"
            "受付番号 %(number)s"
        )
        % {"number": row.receipt_no},
    }
    open_task(work, kind, row.household_id, details)
    return move(work, row, "ask_back", reason=reason, waits_for="unclear")


def _clarify(work: Work, row: Request, items: Sequence[DeclineItem]) -> Request:
    cleared = [step(work, row, item, "clarify") for item in _open(items)]
    if not cleared:
        raise NotAllowedError(_s("はっきりしない書類ではありません。"), code="not_unclear")
    work.session.flush()
    if not WEAK & set(row.warnings):
        bind(work, row, [item.entitlement_id for item in cleared])
    return move(work, row, "answer")


def countersigned(work: Work, row: Request, items: Sequence[DeclineItem]) -> Request:
    """Note that the adults' own signed paper arrived; the request then waits for review.

    Raises NotAllowedError.
    """
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
