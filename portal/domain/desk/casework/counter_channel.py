"""A channel set at the ward's counter: at once, by two people of the ward, if need be in silence.

For a family in danger, whose notice would reach the wrong person, and in the last days before a
deadline, when a day's hold would be too long. The old channels, the backup codes and all sessions
end. What the channel is stays with the ward: no hint of it is shown before a code was right, and
contractors do not read of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals import services as approvals
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import approval_by_id
from portal.domain.foundation.approvals.states import APPROVAL
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes, passkeys, sessions
from portal.domain.people.authn.channels import CodeChannel, SourceState
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.households.protection import named_since
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.notices.phones import parse_email, parse_mobile
from portal.domain.people.signin import evidence
from portal.domain.people.signin.devices import forget_devices
from portal.domain.people.signin.evidence import Item
from portal.domain.people.signin.last_days import in_last_days
from portal.domain.people.signin.notify import notify_owner
from portal.domain.people.signin.standing import account_at
from portal.domain.people.staff.models import StaffUser
from portal.domain.requests.recipients.counter import IdentityDocument
from portal.domain.requests.recipients.newcomer import of_ward

KIND, SUBJECT = "counter_channel", "otp_authenticator"
PROPOSED = "account.counter_channel_proposed"
SET = "account.counter_channel_set"
REFUSED = "account.counter_channel_refused"
WARD_ONLY = frozenset({PROPOSED, SET, REFUSED})
"""Events that only the ward reads in a household's timeline."""
ADDRESSES = (CodeChannel.SMS, CodeChannel.EMAIL)
MOST = 50


class CounterReason(Labeled):
    """Why a channel is set without a day's hold."""

    DANGER = "danger", lambda: _s("家族に危険がある（だれにも知らせない）")
    LAST_DAYS = (
        "last_days",
        lambda: _s("期限まで5日以内（いままでの受け取り方に、変わったことを知らせる）"),
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What was said and shown at the counter, as typed."""

    reason: str
    kind: str
    address: str = field(repr=False)
    document: str = ""


@dataclass(frozen=True, slots=True)
class CounterProposal:
    """A channel that waits for the second person; ``own``: proposed by the reader."""

    approval_id: int
    household_id: int
    reason: CounterReason
    kind: CodeChannel
    address: str = field(repr=False)
    proposed_at: datetime
    proposed_by: str
    own: bool


def propose(work: Work, household_id: int, wish: Wish) -> Approval:
    """Propose a channel for the person at the counter; nothing changes yet.

    Raises:
        NotAllowedError: the actor is not of the ward.
        InputError: a field is wrong (its name is the code), or there is no deadline near.
        ConflictError: no account is in use, or another proposal waits.
    """
    _require_ward(work)
    reason, kind, address = _read(work, wish)
    credential = _account(work, household_id)
    sources = codes.lock_all(work.session, credential.id)
    if any(one.state == SourceState.PROPOSED for one in sources):
        raise ConflictError(_s("もう提案されています。ほかの人の確認を待ってください。"))
    source = codes.add_authenticator(work, credential.id, kind, address)
    source.state, source.quiet = SourceState.PROPOSED, reason is CounterReason.DANGER
    work.session.flush()
    approval = approvals.propose(
        work,
        KIND,
        SUBJECT,
        source.id,
        detail={"reason": reason.value, "document": wish.document},
    )
    _note(work, PROPOSED, credential, reason)
    return approval


def _read(work: Work, wish: Wish) -> tuple[CounterReason, CodeChannel, str]:
    reason, kind = CounterReason.known(wish.reason), CodeChannel.known(wish.kind)
    if reason is None:
        raise InputError(_s("理由を選んでください。"), code="reason")
    if reason is CounterReason.LAST_DAYS and not in_last_days(work.program.windows, work.now):
        raise InputError(
            _s("期限まで5日より長くあります。本人に、自分で変えてもらってください。"),
            code="reason",
        )
    if kind not in ADDRESSES:
        raise InputError(_s("SMSかメールを選んでください。"), code="kind")
    if IdentityDocument.known(wish.document) is None:
        raise InputError(_s("本人と確かめた書類を選んでください。"), code="document")
    try:
        is_sms = kind is CodeChannel.SMS
        address = parse_mobile(wish.address) if is_sms else parse_email(wish.address)
    except InputError as error:
        raise InputError(error.message, code="address") from None
    return reason, kind, address


def _account(work: Work, household_id: int) -> Credential:
    found = work.session.scalar(
        select(Credential).where(
            Credential.household_id == household_id, Credential.state == CredentialState.ACTIVE
        )
    )
    if found is None or not _may_set(found, work.now):
        raise ConflictError(
            _s("使っているIDがありません。窓口で渡す新しい手紙を、手配してください。")
        )
    return found


def _may_set(credential: Credential, now: datetime) -> bool:
    shown = frozenset({Item.COUNTER})
    return evidence.may(shown, account_at(credential, now), evidence.Right.SET_SOURCE)


def confirm(work: Work, approval_id: int) -> None:
    """Confirm another officer's proposal: from now on this channel is the only way to get codes.

    Raises:
        NotFoundError: no such proposal.
        NotAllowedError: the actor is not of the ward, or proposed it.
        ConflictError: its owner would be told, and the household was named as protected since.
        WrongStateError: decided before, or the account is no longer in use.
    """
    _require_ward(work)
    source_id, reason = _proposed(work.session, approval_id)
    approvals.confirm(work, approval_id, ward_needed=True)
    found = work.session.get(OtpAuthenticator, source_id)
    sources = codes.lock_all(work.session, found.credential_id if found is not None else 0)
    source = next((one for one in sources if one.id == source_id), None)
    if source is None:
        raise _too_late()
    credential = lock_row(work.session, source.credential_id)
    if not _may_set(credential, work.now):
        raise _too_late()
    if reason is not CounterReason.DANGER:
        _refuse_newly_protected(work, approval_id, credential)
        notify_owner(work, credential, AccountEvent.CHANNEL_CHANGED)
    codes.forget_backup_codes(work.session, credential.id)
    passkeys.forget_all(work.session, [credential.id])
    codes.forget(work.session, [one for one in sources if one.id != source.id])
    credential.reset_at = None
    forget_devices(work, credential)
    source.state, source.confirmed_at = SourceState.CONFIRMED, work.now
    sessions.end_all(work.session, sessions.Owner(sessions.RESIDENT, credential.id))
    _note(work, SET, credential, reason)


def refuse(work: Work, approval_id: int) -> None:
    """Reject a proposal, or withdraw one's own; the typed address is deleted.

    Raises:
        NotFoundError: no such proposal.
        NotAllowedError: the actor is not of the ward.
        WrongStateError: decided before.
    """
    _require_ward(work)
    source_id, reason = _proposed(work.session, approval_id)
    approvals.turn_down(work, approval_id)
    source = codes.lock(work.session, source_id)
    if source is not None:
        _note(work, REFUSED, work.session.get_one(Credential, source.credential_id), reason)
        codes.forget(work.session, [source])


def waiting(work: Work) -> Sequence[CounterProposal]:
    """Return the proposals that wait for a second person, oldest first, with their addresses."""
    rows = work.session.execute(
        select(Approval, OtpAuthenticator, Credential.household_id, StaffUser.display_name)
        .join(OtpAuthenticator, OtpAuthenticator.id == Approval.subject_id)
        .join(Credential, Credential.id == OtpAuthenticator.credential_id)
        .join(StaffUser, StaffUser.id == Approval.proposed_by)
        .where(Approval.kind == KIND, Approval.state == APPROVAL.initial)
        .order_by(Approval.id)
        .limit(MOST)
    )
    return [
        CounterProposal(
            approval.id,
            household_id,
            CounterReason(approval.detail["reason"]),
            CodeChannel(source.kind),
            codes.secret_of(work.vault, source),
            approval.proposed_at,
            name,
            own=approval.proposed_by == work.actor.id,
        )
        for approval, source, household_id, name in rows
    ]


def _proposed(session: Session, approval_id: int) -> tuple[int, CounterReason]:
    approval = approval_by_id(session, approval_id)
    if approval is None or approval.kind != KIND or approval.subject_id is None:
        raise NotFoundError(_s("この提案は見つかりませんでした。"))
    return approval.subject_id, CounterReason(approval.detail["reason"])


def _require_ward(work: Work) -> None:
    if not of_ward(work.actor):
        raise NotAllowedError(_s("窓口での登録は、区の職員だけができます。"))


def _refuse_newly_protected(work: Work, approval_id: int, credential: Credential) -> None:
    """Refuse to tell an old channel of it, which the family may be hiding from by now."""
    approval = approval_by_id(work.session, approval_id)
    household_id = credential.household_id
    if approval is not None and named_since(work.session, household_id, approval.proposed_at):
        raise ConflictError(
            _s(
                "この提案のあとに、この世帯は支援措置の対象だと、区から届きました。"
                "この提案は断り、だれに知らせるかを決めて、やりなおしてください。"
            ),
            code="named_again",
        )


def _too_late() -> WrongStateError:
    return WrongStateError(
        _s("IDの状態が変わったため、登録できません。この提案は断って、やりなおしてください。")
    )


def _note(work: Work, action: str, credential: Credential, reason: CounterReason) -> None:
    record(
        work,
        action,
        "credential",
        credential.id,
        household_id=credential.household_id,
        reason=reason.value,
    )
