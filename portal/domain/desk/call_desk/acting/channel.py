"""Changing the enrolled channel: called back, proposed by one person, confirmed by another.

Nobody types a secret. The telephone number on file was called (one-time channel, ``design.md`` §4
"Recovery"), and a second person checks the proposal. Then a day passes in which the old channels
are in force and can call the change off. After it they are gone, and the household goes through
its first sign-in again: ID, password, the householder's birth date, a channel of its own that it
proves. That asks for no less than a new letter does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.gate import locked_household
from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.desk.call_desk.acting.on_behalf import ActSubject, admit, record_act
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.desk.casework.locks import living_credential
from portal.domain.foundation.approvals import services as approvals
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import approval_by_id, open_for
from portal.domain.foundation.approvals.states import APPROVAL
from portal.domain.foundation.errors import (
    ConflictError,
    NotAllowedError,
    NotFoundError,
    TooLateError,
    WrongStateError,
)
from portal.domain.foundation.program.opening import require_open
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.households.models import Household
from portal.domain.people.signin.changes import hold_reset
from portal.domain.people.signin.evidence import Item, Right, may
from portal.domain.people.signin.standing import account_at
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.tasks.services import new_receipt_no

KIND, SUBJECT = "channel_change", "credential"
LIFE = timedelta(hours=24)
"""A call back is proof for a day; later it must be repeated."""
MOST = 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits for a second person, without personal data; ``own``: by the reader."""

    approval_id: int
    household_id: int
    receipt_no: str
    proposed_at: datetime
    proposed_by: str
    call_id: int
    call_receipt_no: str
    own: bool
    too_late: bool


def was_called_back(session: Session, call: Call, household_id: int) -> bool:
    """Return whether the number on file was called in this call."""
    found = select(CallHousehold.called_back).where(
        CallHousehold.call_id == call.id, CallHousehold.household_id == household_id
    )
    return bool(session.scalar(found))


def propose(work: Work, household_id: int) -> DeskAct:
    """Propose that the household enrolls its channel anew; another person confirms it.

    Raises:
        as ``admit``; NotAllowedError: the number on file was not called (``call_back``).
        TooEarlyError, TooLateError: nobody can sign in now.
        ConflictError: no account (``no_account``), one without a channel or suspended
            (``no_channel``), or proposed already (``proposed``).
    """
    admitted = admit(work, Act.CHANNEL, household_id)
    if not was_called_back(work.session, admitted.call, household_id):
        raise NotAllowedError(
            _s(
                "登録の電話番号にかけなおして、確かめてください。かけられないときは、"
                "新しい手紙だけです。"
            ),
            code="call_back",
        )
    require_open(work.program.windows.sign_in, work.now)
    credential = _changeable(work, household_id)
    waiting = open_for(work.session, KIND, SUBJECT, [credential.id]).get(credential.id)
    if waiting is not None and work.now < waiting.proposed_at + LIFE:
        raise ConflictError(
            _s("もう提案されています。ほかの人の確認を待ってください。"), code="proposed"
        )
    if waiting is not None:
        approvals.turn_down(work.acting_as(admitted.actor), waiting.id, household_id=household_id)
    approval = approvals.propose(
        work.acting_as(admitted.actor), KIND, SUBJECT, credential.id, household_id=household_id
    )
    return record_act(work, admitted, ActSubject("approval", approval.id, new_receipt_no()))


def _may_reset(credential: Credential, now: datetime) -> bool:
    shown = frozenset({Item.CALL_BACK})
    return may(shown, account_at(credential, now), Right.RESET)


def _changeable(work: Work, household_id: int) -> Credential:
    """Return the locked account whose channel may be changed."""
    credential = lock_row(work.session, living_credential(work.session, household_id).id)
    if not _may_reset(credential, work.now):
        raise ConflictError(
            _s("受け取り方を変えられる状態ではありません。新しい手紙を案内してください。"),
            code="no_channel",
        )
    if credential.reset_at is not None:
        raise ConflictError(
            _s("変更はもう確認されています。確認から24時間後に、登録しなおせます。"),
            code="proposed",
        )
    return credential


def confirm(work: Work, approval_id: int) -> DeskAct:
    """Confirm another person's proposal.

    The owner is notified on the old channels, and all sessions end; after the hold the channels go.

    Raises:
        NotFoundError: no such proposal, or its household is protected by now.
        NotAllowedError: the actor proposed it. WrongStateError: decided before, or the account is
            suspended by now.
        TooLateError: the call back is too long ago, or nobody can sign in anymore.
    """
    act = _act_of(work.session, approval_id)
    _refuse_hidden(work.session, act.household_id)
    approval = approvals.confirm(
        work, approval_id, ward_needed=False, household_id=act.household_id
    )
    if work.now >= approval.proposed_at + LIFE:
        raise TooLateError(
            _s("かけなおしから1日たちました。この提案は断って、もう一度かけなおしてください。")
        )
    require_open(work.program.windows.sign_in, work.now)
    credential = lock_row(work.session, approval.subject_id or 0)
    if not _may_reset(credential, work.now):
        raise WrongStateError(
            _s("受け取り方を変えられる状態ではありません。新しい手紙を案内してください。")
        )
    hold_reset(work, credential)
    return act


def refuse(work: Work, approval_id: int) -> DeskAct:
    """Reject a proposal, or withdraw one's own; nothing changes for the household.

    Raises:
        NotFoundError: no such proposal, or its household is protected by now. WrongStateError:
            decided before.
    """
    act = _act_of(work.session, approval_id)
    _refuse_hidden(work.session, act.household_id)
    approvals.turn_down(work, approval_id, household_id=act.household_id)
    return act


def waiting_changes(work: Work) -> Sequence[Proposal]:
    """Return the oldest waiting proposals, at most ``MOST``, without protected households."""
    rows = work.session.execute(
        select(Approval, DeskAct, Call.receipt_no, StaffUser.display_name)
        .join(DeskAct, (DeskAct.subject_id == Approval.id) & (DeskAct.subject == "approval"))
        .join(Call, Call.id == DeskAct.call_id)
        .join(Household, Household.id == DeskAct.household_id)
        .join(StaffUser, StaffUser.id == Approval.proposed_by)
        .where(
            Approval.kind == KIND,
            Approval.state == APPROVAL.initial,
            Household.protected.is_(False),
        )
        .order_by(Approval.id)
        .limit(MOST)
    )
    return [
        Proposal(
            approval.id,
            act.household_id,
            act.receipt_no,
            approval.proposed_at,
            name,
            act.call_id,
            number,
            own=approval.proposed_by == work.actor.id,
            too_late=work.now >= approval.proposed_at + LIFE,
        )
        for approval, act, number, name in rows
    ]


def can_change(session: Session, household_id: int) -> bool:
    """Return whether the household has an account whose channel can be enrolled anew."""
    state = session.scalar(
        select(Credential.state).where(
            Credential.household_id == household_id, Credential.state == CredentialState.ACTIVE
        )
    )
    return state is not None


def _act_of(session: Session, approval_id: int) -> DeskAct:
    approval = approval_by_id(session, approval_id)
    act = session.scalar(
        select(DeskAct).where(DeskAct.subject == "approval", DeskAct.subject_id == approval_id)
    )
    if approval is None or approval.kind != KIND or act is None:
        raise NotFoundError(_s("この提案は見つかりませんでした。"))
    return act


def _refuse_hidden(session: Session, household_id: int) -> None:
    """Lock a household; refuse one that callers may not know of."""
    if locked_household(session, household_id) is None:
        raise NotFoundError(_s("この提案は見つかりませんでした。"))
