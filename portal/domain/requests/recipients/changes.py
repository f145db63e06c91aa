"""Change of recipient (支給先変更).

The children of a carer who has fled or lives apart go to that carer, one by one.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError, TooLateError
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
from portal.domain.requests.recipients.additions import known_household
from portal.domain.requests.recipients.approving import confirmed, drop_proposal, propose_request
from portal.domain.requests.recipients.models import RecipientChange
from portal.domain.requests.recipients.newcomer import PROTECTED, Fault, Newcomer, of_ward
from portal.domain.requests.recipients.placing import (
    give_coupon,
    had_coupon,
    last_end_seen,
    locked_household,
    move_child,
    place,
)
from portal.domain.requests.recipients.states import CHANGE
from portal.domain.requests.recipients.written import (
    CHANGE_WRITTEN,
    WORDS_MAX,
    ChangeNote,
    Evidence,
)
from portal.domain.requests.requests import kinds
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import locked as locked_request
from portal.domain.requests.requests.services import move, open_request, written_in


def submit(
    work: Work,
    household_id: int,
    ordinals: Collection[int],
    newcomer: Newcomer,
    evidence: str,
    *,
    words: str = "",
    received_at: datetime | None = None,
    instruction: Instruction | None = None,
    scan_id: int | None = None,
) -> Request:
    """Enter a change for children of a household; another person accepts it.

    The coupons are hidden meanwhile.

    Open before the first dispatch already, until the window for declines ends (``received_at``,
    UTC, counts). The old household's own list never shows the request: it belongs to nobody until
    it is accepted.

    Raises:
        InputError: no child, no kind of evidence, or words that are too long.
        NotFoundError: no such household or child, or not the asker's to know.
        TooLateError: the window is over.
        ConflictError: a child's part is decided already, or another request is open for it.
        NotAllowedError: a coupon was spent or can never be stopped; or the actor has no account.
    """
    if work.program.windows.decline.is_over(received_at or work.now):
        raise TooLateError(
            _s("支給先の変更の受付は、%(day)sで終わりました。")
            % {"day": work.program.windows.decline.last_day.isoformat()}
        )
    for field, sentence in faults_of(ordinals, evidence, words):
        raise InputError(sentence, code=field)
    source = work.session.get(Household, household_id)
    if source is None or (source.protected and not of_ward(work.actor)):
        raise NotFoundError(_s("世帯が見つかりませんでした。"))
    if newcomer.household_id == household_id:
        raise InputError(_s("いまと同じ世帯には、変えられません。"), code="number")
    chosen = _chosen(work.session, household_id, ordinals)
    ward_only = (
        source.protected or newcomer.hand_over == PROTECTED or known_household(work, newcomer)
    )
    row = open_request(
        work,
        kinds.RECIPIENT_CHANGE,
        None,
        children=len(chosen),
        amount_yen=sum(entry.amount_yen for entry in chosen),
        received_at=received_at,
        written=CHANGE_WRITTEN.seal(
            ChangeNote(newcomer, Evidence.known(evidence), words.strip(), scan_id)
        ),
    )
    row.ward_only = ward_only
    ids = [entry.entitlement_id for entry in chosen]
    claim(work, household_id, ids, RECIPIENT_CHANGE, row.id)
    coupons = lock_live_coupons(work.session, ids)
    hidden = {found.entitlement_id for found in coupons if found.state in {"assigned", "revealed"}}
    hide_all(work, ids, household_id, reason=RECIPIENT_CHANGE, read=coupons)
    work.session.add_all(
        RecipientChange(
            request_id=row.id,
            entitlement_id=entry.entitlement_id,
            from_household_id=household_id,
            ordinal=entry.ordinal,
            hid_coupon=entry.entitlement_id in hidden,
            created_at=work.now,
            changed_at=work.now,
        )
        for entry in chosen
    )
    propose_request(work, row, instruction, scan_id)
    return row


def faults_of(ordinals: Collection[int], evidence: str, words: str) -> list[Fault]:
    """Return everything that is missing for a change but its new recipient."""
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
    """Confirm another person's entry of a locked request.

    Stop each old coupon, and move the child with a new one.

    Where the issuer must answer first, the child stays until ``stop_confirmed``; one yen spent
    refuses its part.

    Raises:
        NotAllowedError: the own entry; or two people without the ward and its attached instruction.
        ConflictError: no code is left for the new recipient (``coupon_stock``); nothing was done.
    """
    if not confirmed(work, row):
        return row
    items = items_of(work.session, row.id)
    newcomer = written_in(work.vault, row, CHANGE_WRITTEN).newcomer
    ids = {item.from_household_id for item in items} | ({newcomer.household_id} - {None})
    for household_id in sorted(key for key in ids if key is not None):
        locked_household(work.session, household_id)
    for item in items:
        locked_entitlement(work.session, item.entitlement_id)
    for item in items:
        had, last_end = (
            had_coupon(work.session, item.entitlement_id),
            last_end_seen(work.session, item),
        )
        try:
            stop = begin_stop(work, item.entitlement_id, reason=RECIPIENT_CHANGE)
        except NotAllowedError:
            _end(work, item, "found_spent")
            continue
        if stop is Stop.AWAITED:
            item.state, item.changed_at = CHANGE.next(item.state, "accept"), work.now
            continue
        target = place(work, row, newcomer)
        move_child(work, item, target, last_end=last_end)
        if had:
            give_coupon(work, locked_entitlement(work.session, item.entitlement_id), must=True)
    return _settle(work, row)


def stop_confirmed(work: Work, entitlement_id: int) -> Request:
    """Go on after the issuer confirmed that nothing was spent.

    The child moves and gets its new code, together.

    Raises:
        NotFoundError: no change of recipient waits for this entitlement.
    """
    row, item = _awaited(work.session, entitlement_id)
    newcomer = written_in(work.vault, row, CHANGE_WRITTEN).newcomer
    target_id = row.household_id or newcomer.household_id
    for household_id in sorted({item.from_household_id, target_id} - {None}):  # type: ignore[type-var]  # None is taken out
        locked_household(work.session, household_id)  # type: ignore[arg-type]  # None is taken out
    last_end = last_end_seen(work.session, item)
    target = place(work, row, newcomer)
    move_child(work, item, target, last_end=last_end)
    give_coupon(work, locked_entitlement(work.session, entitlement_id), must=False)
    return _settle(work, row)


def stop_found_spent(work: Work, entitlement_id: int) -> Request:
    """Go on after the issuer found the code used: the child stays where it is.

    Raises NotFoundError.
    """
    row, item = _awaited(work.session, entitlement_id)
    _end(work, item, "found_spent")
    return _settle(work, row)


def _awaited(session: Session, entitlement_id: int) -> tuple[Request, RecipientChange]:
    waiting = select(RecipientChange).where(
        RecipientChange.entitlement_id == entitlement_id, RecipientChange.state == "awaiting_stop"
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
    drop_proposal(work, row)
    return move(work, row, "close", result=kinds.REFUSED)


def withdraw(work: Work, row: Request) -> Request:
    """Take a locked request back before it is decided. Raises WrongStateError after that."""
    for item in items_of(work.session, row.id):
        _end(work, item, "withdraw")
    drop_proposal(work, row)
    return move(work, row, "close", result=kinds.WITHDRAWN)


def _end(work: Work, item: RecipientChange, action: str) -> None:
    item.state, item.changed_at = CHANGE.next(item.state, action), work.now
    locked_entitlement(work.session, item.entitlement_id)
    if item.hid_coupon:
        unhide(work, item.entitlement_id)
    free(work, item.entitlement_id, item.request_id)


def _settle(work: Work, row: Request) -> Request:
    """Close the request when no child waits for its issuer any more."""
    states = [item.state for item in items_of(work.session, row.id)]
    if "awaiting_stop" in states:
        return move(work, row, "proceed")
    moved = states.count("moved")
    result = kinds.ACCEPTED if moved == len(states) else kinds.PARTLY if moved else kinds.REFUSED
    return move(work, row, "close", result=result)
