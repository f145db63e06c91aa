"""End a hand-over otherwise than by agreement: accepted by two people, withdrawn, lost."""

from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_for
from portal.domain.foundation.approvals.services import Instruction, confirm, propose
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.finding import locked, of_subject
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import ACCEPT, SUBJECT, forget_proposal
from portal.domain.foundation.transfers.states import TRANSFER
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work

REASON_MAX = 400


def propose_acceptance(
    work: Work, transfer_id: int, reason: str, instruction: Instruction | None = None
) -> Approval:
    """Propose to accept a difference, with a reason; another person confirms it.

    Raises:
        NotFoundError: there is no such hand-over.
        WrongStateError: nothing differs.
        NotAllowedError: it is not the same file on both sides, so that nobody can accept it; or the
            actor has no account.
        InputError: no reason, or one that is too long (code ``reason``).
    """
    row = locked(work.session, transfer_id)
    TRANSFER.next(row.state, "accept")
    if not row.may_be_accepted:
        raise NotAllowedError(
            _s(
                "同じファイルではありません。認めることはできません。"
                "相手にもう一度出してもらうか、送付票を直してもらってください。"
            ),
            code="not_the_same_file",
        )
    sealed = _sealed(work.vault, row.id, _reason(reason))
    forget_proposal(work, row.id)
    row.reason_sealed = sealed
    return propose(work, ACCEPT, SUBJECT, row.id, instruction=instruction)


def proposal_of(session: Session, transfer_id: int) -> Approval | None:
    """Return the open proposal to accept a difference."""
    return open_for(session, ACCEPT, SUBJECT, [transfer_id]).get(transfer_id)


def confirm_acceptance(work: Work, transfer_id: int) -> FileTransfer:
    """Accept a difference as the second person; one of the two is of the ward.

    Raises:
        NotFoundError: there is no such hand-over, or nobody proposed it.
        WrongStateError: nothing differs any more.
        NotAllowedError: the actor made the proposal, or neither of the two is of the ward.
    """
    row = locked(work.session, transfer_id)
    after = TRANSFER.next(row.state, "accept")
    waiting = proposal_of(work.session, transfer_id)
    if waiting is None:
        raise NotFoundError(_s("認める提案がありません。先に、もう1人が提案してください。"))
    confirm(work, waiting.id, ward_needed=True)
    row.state, row.ended_at, row.ended_by = after, work.now, work.actor.id
    work.session.flush()
    record(work, "file_transfer.accepted", SUBJECT, row.id, kind=row.kind)
    return row


def withdraw(work: Work, transfer_id: int, reason: str) -> FileTransfer:
    """Withdraw a hand-over that was entered by mistake, with a reason.

    What was stored of a file stays in need of its sheet, and an archive is lost or receipted, never
    withdrawn.

    Raises:
        NotFoundError: there is no such hand-over.
        NotAllowedError: the actor has no account; or something was stored of the file.
        InputError: no reason, or one that is too long (code ``reason``).
        WrongStateError: it is agreed or over already.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("取り下げられるのは、アカウントのある職員だけです。"))
    row = locked(work.session, transfer_id)
    TRANSFER.next(row.state, "withdraw")
    if not may_withdraw(row):
        raise NotAllowedError(
            _s("このファイルの中身は、もう保存してあります。正しい送付票か受領書を書いてください。")
        )
    row.reason_sealed = _sealed(work.vault, row.id, _reason(reason))
    _end(work, row, "withdraw")
    record(work, "file_transfer.withdrawn", SUBJECT, row.id, kind=row.kind)
    return row


def may_withdraw(row: FileTransfer) -> bool:
    """Return whether nothing depends on an open hand-over."""
    nobody_acts_on = {TransferKind.EXPORT, TransferKind.DISCLOSURE}
    return row.is_open and (row.subject_id is None or row.kind in nobody_acts_on)


def replaced(work: Work, subject: str, subject_id: int) -> None:
    """Withdraw the open hand-over of something that took no effect, because a newer one came."""
    row = of_subject(work.session, subject, subject_id)
    if row is not None and row.is_open:
        _end(work, row, "withdraw")
        record(work, "file_transfer.withdrawn", SUBJECT, row.id, kind=row.kind)


def lost(work: Work, subject: str, subject_id: int) -> None:
    """Record that a file that we sent was lost, so that nobody will receipt it."""
    row = of_subject(work.session, subject, subject_id)
    if row is not None:
        _end(work, row, "lose")
        record(work, "file_transfer.lost", SUBJECT, row.id, kind=row.kind)


def reason_of(vault: Vault, row: FileTransfer) -> str:
    """Decrypt why somebody withdrew it, accepted it or proposes to; empty if nobody did."""
    if row.reason_sealed is None:
        return ""
    return str(unseal_json(vault.kek, row.reason_sealed, f"file_transfer:{row.id}")["reason"])


def _end(work: Work, row: FileTransfer, action: str) -> None:
    row.state = TRANSFER.next(row.state, action)
    row.ended_at, row.ended_by = work.now, work.actor.id
    forget_proposal(work, row.id)
    work.session.flush()


def _reason(typed: str) -> str:
    if not 0 < len(typed.strip()) <= REASON_MAX:
        raise InputError(_s("理由を、400文字までで書いてください。"), code="reason")
    return typed.strip()


def _sealed(vault: Vault, transfer_id: int, reason: str) -> bytes:
    """Seal a reason: people write names although they should not."""
    return seal_json(vault.kek, {"reason": reason}, f"file_transfer:{transfer_id}")
