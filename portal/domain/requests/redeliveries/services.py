"""Deciding on redeliveries, taking them back, and the account owner's word about one without sign-in."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, _s
from portal.domain.foundation.vault import Vault
from portal.domain.letters.letters.orders import cancel_order
from portal.domain.letters.letters.states import REDELIVERY as REASON
from portal.domain.people.households.models import Household
from portal.domain.requests.redeliveries.announcing import tell
from portal.domain.requests.redeliveries.approving import Terms, approve
from portal.domain.requests.redeliveries.choosing import (
    ACTIVATED,
    WARD,
    choose_household,
    drop_warnings,
    warn_of,
)
from portal.domain.requests.redeliveries.models import Redelivery
from portal.domain.requests.redeliveries.queries import LETTER, redelivery_of
from portal.domain.requests.redeliveries.states import REDELIVERY
from portal.domain.requests.redeliveries.words import REASONS
from portal.domain.requests.requests.four_eyes import proposal_of, refuse_own_entry
from portal.domain.requests.requests.kinds import REFUSED, WITHDRAWN
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.services import for_decision, locked, move, set_reply

APPROVE, CHOOSE, TO_WARD, REFUSE = DECISIONS = ("approve", "choose", "to_ward", "refuse")


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
    **extra: str,
) -> Request:
    """Decide on a request that a page showed in ``version``: one of ``DECISIONS``.

    ``choose`` gives one without sign-in to the household ``extra_other`` or ``extra_household`` (our keys);
    ``to_ward`` leaves it to the ward; ``approve`` takes the ward's ``extra_instruction`` (number) of
    ``extra_instruction_day`` (ISO), another address (postal code, town, street, building) and ``extra_contacted``,
    that staff asked the account's owner; ``refuse`` needs a ``reason`` of ``REASONS``.

    Raises:
        InputError: something is missing or unknown.
        NotFoundError: no such request, or no such household.
        NotAllowedError: not this person, or not alone.
        ConflictError: it changed, somebody else decides it, or it cannot be sent again now (``approving``).
        WrongStateError: it was decided before.
        TooLateError: too late for a letter to arrive.
    """
    request = for_decision(session, request_id, version, actor, now)
    row = redelivery_of(session, request_id, lock=True)
    _refuse_strangers(session, request, actor)
    match action:
        case "choose":
            chosen = extra.get("extra_other", "") or extra.get("extra_household", "")
            _choose(session, vault, request, row, chosen, actor, now)
        case "to_ward":
            _to_ward(session, request, row, actor, now)
        case "refuse":
            _refuse(session, vault, request, row, reason, text, actor, now)
        case "approve":
            approve(session, vault, program, request, row, actor, now, Terms.read(extra))
        case _other:
            raise InputError(_s("どうするかを選んでください。"))
    return request


def _refuse_strangers(session: Session, request: Request, actor: Actor) -> None:
    household = session.get(Household, request.household_id or 0)
    if (
        household is not None
        and household.protected
        and actor.organization is not Organization.WARD
    ):
        raise NotFoundError(_("この申請は見つかりませんでした。"))


def _end_proposal(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    if (proposal := proposal_of(session, request.id)) is not None:
        turn_down(session, proposal.id, actor, now, household_id=request.household_id)


def _choose(
    session: Session,
    vault: Vault,
    request: Request,
    row: Redelivery,
    typed: str,
    actor: Actor,
    now: datetime,
) -> None:
    REDELIVERY.next(row.state, "approve")
    key = typed.strip().removeprefix("#")
    if not (key.isascii() and key.isdigit() and len(key) < 16):
        raise InputError(_s("世帯を選んでください。"))
    household = session.get(Household, int(key))
    if household is None or (household.protected and actor.organization is not Organization.WARD):
        raise NotFoundError(_s("この世帯は見つかりませんでした。検索からやりなおしてください。"))
    choose_household(session, vault, request, row, household.id, actor, now)


def _to_ward(
    session: Session, request: Request, row: Redelivery, actor: Actor, now: datetime
) -> None:
    REDELIVERY.next(row.state, "refuse")
    row.ward_only, row.changed_at = True, now
    warn_of(request, WARD, now)
    request.claimed_by, request.claimed_until = None, None
    record(
        session,
        actor,
        now,
        "redelivery.to_ward",
        "request",
        request.id,
        household_id=request.household_id,
    )
    session.flush()


def _refuse(
    session: Session,
    vault: Vault,
    request: Request,
    row: Redelivery,
    reason: str,
    text: str,
    actor: Actor,
    now: datetime,
) -> None:
    refuse_own_entry(request, actor)
    after = REDELIVERY.next(row.state, "refuse")
    if reason not in REASONS:
        raise InputError(_s("住民に伝える理由を選んでください。"))
    if actor.organization is not Organization.WARD:
        if row.ward_only:
            raise NotAllowedError(_s("この申請は、区の職員が決めます。"))
        if request.household_id is None:
            # whoever cannot see every household cannot know that none fits
            raise NotAllowedError(
                _s(
                    "世帯が決まらない申請を断れるのは、区の職員だけです。「区に回す」を選んでください。"
                )
            )
    if row.state == "approved" and row.item == LETTER:
        cancel_order(session, request.household_id or 0, actor, now, reason=REASON)
    row.state, row.decided_at, row.changed_at = after, now, now
    set_reply(vault, request, reason, text)
    _end_proposal(session, request, actor, now)
    move(session, request, "close", actor, now, result=REFUSED, reason=reason)
    tell(session, vault, request, row, "decided", now, card=True)


def withdraw(
    session: Session,
    vault: Vault,
    program: Program,
    request_id: int,
    household_id: int,
    actor: Actor,
    now: datetime,
) -> Request:
    """Take a request back, until the new letter is printed or the parcel posted.

    Raises:
        NotFoundError: the household has no such request.
        WrongStateError: it was decided otherwise, or carried out.
    """
    del vault, program  # a name that all kinds share
    request, row = _own(session, request_id, household_id)
    after = REDELIVERY.next(row.state, "withdraw")
    if row.state == "approved" and row.item == LETTER:
        cancel_order(session, household_id, actor, now, reason=REASON)
    row.state, row.changed_at = after, now
    _end_proposal(session, request, actor, now)
    return move(session, request, "close", actor, now, result=WITHDRAWN)


def answer(
    session: Session,
    vault: Vault,
    program: Program,
    request_id: int,
    household_id: int,
    actor: Actor,
    now: datetime,
    *,
    mine: bool,
) -> Request:
    """Keep what the owner of the account says about a request without sign-in: theirs, or taken back at once.

    Raises:
        NotFoundError: the household has no such request.
        WrongStateError: nobody asks (any more).
    """
    if not mine:
        return withdraw(session, vault, program, request_id, household_id, actor, now)
    request, row = _own(session, request_id, household_id)
    move(session, request, "answer", actor, now)
    row.confirmed_at, row.changed_at = now, now
    drop_warnings(request, (ACTIVATED,), now)
    session.flush()
    return request


def _own(session: Session, request_id: int, household_id: int) -> tuple[Request, Redelivery]:
    request = locked(session, request_id)
    if request.household_id != household_id:
        raise NotFoundError(_("この申請は見つかりませんでした。"))
    return request, redelivery_of(session, request_id, lock=True)
