"""Changes of recipient (支給先変更): children of a caregiver who fled or lives apart go to them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TooLateError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.coupons.queries import HouseholdCoupon, coupons_of_household
from portal.domain.people.coupons.stopping import (
    Stop,
    begin_stop,
    hide_all,
    lock_live_coupons,
    unhide,
)
from portal.domain.people.entitlements.claims import RECIPIENT_CHANGE, claim, free
from portal.domain.people.entitlements.services import locked as locked_entitlement
from portal.domain.people.households.models import Household
from portal.domain.people.households.protection import named_since
from portal.domain.people.signin.ending import end_sign_ins
from portal.domain.requests.recipients.additions import known_household
from portal.domain.requests.recipients.approving import place_scan, propose_request
from portal.domain.requests.recipients.models import RecipientChange
from portal.domain.requests.recipients.newcomer import (
    PROTECTED,
    Fault,
    Newcomer,
    is_for_ward,
    of_ward,
)
from portal.domain.requests.recipients.placing import (
    give_coupon,
    had_coupon,
    keep_in_old_household,
    last_end_seen,
    locked_household,
    move_child,
    place,
)
from portal.domain.requests.recipients.protected import refuse_for_protected
from portal.domain.requests.recipients.states import CHANGE, ChangeState
from portal.domain.requests.recipients.written import (
    CHANGE_WRITTEN,
    WORDS_MAX,
    ChangeNote,
    Evidence,
)
from portal.domain.requests.requests.deciders import end_proposal
from portal.domain.requests.requests.kinds import RequestKind, Result
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import (
    NewRequest,
    close,
    move,
    open_request,
    written_in,
)
from portal.domain.requests.requests.services import locked as locked_request


class ChangeEntry(Struct, frozen=True):
    """A change of recipient as staff enter it.

    Attributes:
        household_id: The household that the children leave.
        ordinals: The children's numbers in it.
        note: What was written: new recipient, evidence, attached scan.
        received_at: The instant that counts for the deadline (UTC); None for now.
        instruction: The ward's written instruction, where there is one.
    """

    household_id: int
    ordinals: Collection[int]
    note: ChangeNote
    received_at: datetime | None = None
    instruction: Instruction | None = None


def submit(work: Work, entry: ChangeEntry) -> Request:
    """Enter a change for children of a household; their coupons are hidden until it is decided.

    Open before the first dispatch already, until the window for declines ends. The old household's
    own list never shows the request: it belongs to no household until it is accepted. Where the
    contractor typed the recipient's number, it is the ward's alone (``is_for_ward``).

    Raises:
        InputError: no child, no kind of evidence, or words that are too long.
        NotFoundError: no such household or child, or the asker may not know of it.
        TooLateError: the window is over.
        ConflictError: a child's part is decided already, or another request is open for it.
        NotAllowedError: a coupon was spent or can never be stopped; or the actor has no account.
    """
    ward_only = _check(work, entry)
    chosen = _chosen(work.session, entry.household_id, entry.ordinals)
    row = open_request(
        work,
        NewRequest(
            RequestKind.RECIPIENT_CHANGE,
            None,
            children=len(chosen),
            amount_yen=sum(one.amount_yen for one in chosen),
            written=CHANGE_WRITTEN.seal(entry.note),
            received_at=entry.received_at,
        ),
    )
    row.ward_only = ward_only
    _claim(work, row, chosen, entry.household_id)
    scan_id, instruction = entry.note.scan_id, entry.instruction
    propose_request(work, row, replace(instruction, scan_id=scan_id) if instruction else None)
    place_scan(work, row, scan_id, entry.household_id)
    return row


def _check(work: Work, entry: ChangeEntry) -> bool:
    """Refuse an entry that cannot be; returns whether only the ward may know of it."""
    note, newcomer, window = entry.note, entry.note.newcomer, work.program.windows.decline
    if window.is_over(entry.received_at or work.now):
        raise TooLateError(
            _s("支給先の変更の受付は、%(day)sで終わりました。")
            % {"day": window.last_day.isoformat()}
        )
    for field, sentence in faults_of(entry.ordinals, note.evidence, note.words):
        raise InputError(sentence, code=field)
    source = work.session.get(Household, entry.household_id)
    if source is None or (source.protected and not of_ward(work.actor)):
        raise NotFoundError(_s("世帯が見つかりませんでした。"))
    if newcomer.household_id == entry.household_id:
        raise InputError(_s("いまと同じ世帯には、変えられません。"), code="number")
    protected = newcomer.hand_over == PROTECTED or known_household(work, newcomer)
    return source.protected or protected or is_for_ward(newcomer, work.actor)


def _claim(work: Work, row: Request, chosen: Sequence[HouseholdCoupon], household_id: int) -> None:
    """Claim the children, hide their coupons, and store one item for each."""
    ids = [one.entitlement_id for one in chosen]
    claim(work, household_id, ids, RECIPIENT_CHANGE, row.id)
    coupons = lock_live_coupons(work.session, ids)
    hidden = {found.entitlement_id for found in coupons if found.state in {"assigned", "revealed"}}
    hide_all(work, ids, household_id, reason=RECIPIENT_CHANGE, read=coupons)
    work.session.add_all(
        RecipientChange(
            request_id=row.id,
            entitlement_id=one.entitlement_id,
            from_household_id=household_id,
            ordinal=one.ordinal,
            hid_coupon=one.entitlement_id in hidden,
            created_at=work.now,
            changed_at=work.now,
        )
        for one in chosen
    )


def faults_of(ordinals: Collection[int], evidence: str | None, words: str) -> list[Fault]:
    """Return everything that is missing for a change, except its new recipient."""
    found = []
    if not ordinals:
        found.append(("children", _s("こどもを選んでください。")))
    if Evidence.known(evidence) is None:
        found.append(("evidence", _s("確かめた書類の種類を選んでください。")))
    if len(words) > WORDS_MAX or (evidence == Evidence.OTHER and not words.strip()):
        found.append(("words", _s("確かめた書類を、400文字までで書いてください。")))
    return found


def _chosen(session: Session, household_id: int, ordinals: Iterable[int]) -> list[HouseholdCoupon]:
    wanted = set(ordinals)
    found = [
        entry for entry in coupons_of_household(session, household_id) if entry.ordinal in wanted
    ]
    if len(found) != len(wanted):
        raise NotFoundError(_s("このこどもは見つかりませんでした。"))
    return sorted(found, key=lambda entry: entry.entitlement_id)


def items_of(session: Session, request_id: int) -> Sequence[RecipientChange]:
    """Return the children of a request in the order in which their entitlements are locked."""
    query = select(RecipientChange).where(RecipientChange.request_id == request_id)
    return session.scalars(
        query.order_by(RecipientChange.entitlement_id).execution_options(populate_existing=True)
    ).all()


def accept(work: Work, row: Request) -> Request:
    """Accept a locked request: stop each old coupon, and move the child with a new one.

    Where the issuer must answer first, the child stays until ``stop_confirmed``; one yen spent
    refuses its part.

    Raises:
        ConflictError: no code is left for the new recipient (``coupon_stock``); nothing was done.
            Or the household that the children leave was named as protected since (``named_again``).
        NotFoundError: it was, or the new recipient is protected, and the actor may not know of it.
    """
    items = items_of(work.session, row.id)
    newcomer = written_in(work.vault, row, CHANGE_WRITTEN).newcomer
    _lock_households(work.session, items, newcomer.household_id)
    refuse_for_protected(work, newcomer)
    _refuse_newly_protected(work, row, items)
    for item in items:
        locked_entitlement(work.session, item.entitlement_id)
    for item in items:
        _accept_child(work, row, item, newcomer)
    return _settle(work, row)


def _refuse_newly_protected(work: Work, row: Request, items: Iterable[RecipientChange]) -> None:
    """Refuse to take children away from a family that turned out to be in danger meanwhile."""
    sources = [work.session.get_one(Household, item.from_household_id) for item in items]
    if not any(
        (source.protected and not row.ward_only)
        or named_since(work.session, source.id, row.created_at)
        for source in sources
    ):
        return
    if not of_ward(work.actor):
        raise NotFoundError(_s("この申請は見つかりませんでした。"))
    raise ConflictError(
        _s(
            "この申請のあとに、いまの世帯は支援措置の対象だと、区から届きました。"
            "この申請は断ってください。いまも変えてよいと区が決めたら、入力しなおしてください。"
        ),
        code="named_again",
    )


def _accept_child(work: Work, row: Request, item: RecipientChange, newcomer: Newcomer) -> None:
    had = had_coupon(work.session, item.entitlement_id)
    last_end = last_end_seen(work.session, item)
    try:
        stop = begin_stop(work, item.entitlement_id, reason=RECIPIENT_CHANGE)
    except NotAllowedError:
        _end(work, item, "found_spent")
        return
    if stop is Stop.AWAITED:
        end_sign_ins(work, item.from_household_id)
        item.state, item.changed_at = CHANGE.next(item.state, "accept"), work.now
        return
    target = place(work, row, newcomer)
    keep_in_old_household(work, item, last_end)
    move_child(work, item, target)
    if had:
        give_coupon(work, locked_entitlement(work.session, item.entitlement_id), must=True)


def _lock_households(
    session: Session, items: Iterable[RecipientChange], target_id: int | None
) -> None:
    ids = {item.from_household_id for item in items}
    for household_id in sorted(ids | ({target_id} if target_id is not None else set())):
        locked_household(session, household_id)


def stop_confirmed(work: Work, entitlement_id: int) -> Request:
    """Move the child with its new code after the issuer confirmed that nothing was spent.

    Raises:
        NotFoundError: no change of recipient waits for this entitlement.
    """
    row, item = _awaited(work.session, entitlement_id)
    newcomer = written_in(work.vault, row, CHANGE_WRITTEN).newcomer
    _lock_households(work.session, [item], row.household_id or newcomer.household_id)
    last_end = last_end_seen(work.session, item)
    target = place(work, row, newcomer)
    keep_in_old_household(work, item, last_end)
    move_child(work, item, target)
    give_coupon(work, locked_entitlement(work.session, entitlement_id), must=False)
    return _settle(work, row)


def stop_found_spent(work: Work, entitlement_id: int) -> Request:
    """Refuse a child's part after the issuer found the code used: the child stays where it is.

    Raises NotFoundError.
    """
    row, item = _awaited(work.session, entitlement_id)
    _end(work, item, "found_spent")
    return _settle(work, row)


def _awaited(session: Session, entitlement_id: int) -> tuple[Request, RecipientChange]:
    waiting = select(RecipientChange).where(
        RecipientChange.entitlement_id == entitlement_id,
        RecipientChange.state == ChangeState.AWAITING_STOP,
    )
    found = session.scalar(waiting)
    if found is None:
        raise NotFoundError(_s("この支給先の変更は見つかりませんでした。"))
    row = locked_request(session, found.request_id)
    session.refresh(found, with_for_update=True)
    return row, found


def refuse(work: Work, row: Request) -> Request:
    """Refuse a locked request: everything stays where it is, and the coupons show again."""
    for item in items_of(work.session, row.id):
        _end(work, item, "refuse")
    end_proposal(work, row)
    return close(work, row, Result.REFUSED)


def withdraw(work: Work, row: Request) -> Request:
    """Withdraw a locked request before it is decided. Raises WrongStateError after that."""
    for item in items_of(work.session, row.id):
        _end(work, item, "withdraw")
    end_proposal(work, row)
    return close(work, row, Result.WITHDRAWN)


def _end(work: Work, item: RecipientChange, action: str) -> None:
    item.state, item.changed_at = CHANGE.next(item.state, action), work.now
    locked_entitlement(work.session, item.entitlement_id)
    if item.hid_coupon:
        unhide(work, item.entitlement_id)
    free(work, item.entitlement_id, item.request_id)


def _settle(work: Work, row: Request) -> Request:
    """Close the request when no child waits for its issuer any more."""
    states = [item.state for item in items_of(work.session, row.id)]
    if ChangeState.AWAITING_STOP in states:
        return move(work, row, "proceed")
    moved = states.count(ChangeState.MOVED)
    result = Result.ACCEPTED if moved == len(states) else Result.PARTLY if moved else Result.REFUSED
    return close(work, row, result)
