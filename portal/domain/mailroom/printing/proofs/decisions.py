"""Approve or refuse a run from its proof, as a second person.

The decision is about exactly the files that were built. Without approval nothing is handed over. A
refused run is discarded as a whole; the next one makes new letters.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import PrintRun
from portal.domain.letters.letters.states import PRINT_RUN
from portal.domain.mailroom.printing.proofs.making import (
    SUBJECT,
    is_current,
    live_proof,
    locked_run,
)
from portal.domain.mailroom.printing.proofs.models import PrintProof
from portal.domain.mailroom.printing.proofs.states import LIVE, PROOF, ProofState

REASON_MAX = 300


def approve_proof(work: Work, run_id: int) -> PrintProof:
    """Approve a run from its proof, so that its letters may be handed over as they were built.

    Raises:
        NotFoundError: there is no proof.
        WrongStateError: it was decided before, or the run was handed over or discarded.
        NotAllowedError: the actor began the run or made the proof, or has no account.
        ConflictError: the run's files have changed.
    """
    proof = _to_decide(work, run_id)
    if not is_current(work.session, proof):
        raise _outdated()
    return _decided(work, proof, "approve")


def refuse_proof(work: Work, run_id: int, reason: str) -> PrintProof:
    """Refuse a run from its proof; the reason is stored encrypted.

    The run can only be discarded then (``discard_run``).

    Raises:
        InputError: the reason is missing or too long.
        Others as ``approve_proof``.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= REASON_MAX:
        raise InputError(_s("承認しない理由を、300文字までで入力してください。"), code="reason")
    proof = _to_decide(work, run_id)
    proof.sealed = seal_json(
        work.vault.unwrap(proof.wrapped_key), {"reason": reason}, _row(proof.id)
    )
    return _decided(work, proof, "refuse")


def reason_of(vault: Vault, proof: PrintProof) -> str:
    """Return the reason why a proof was refused; empty if it was not."""
    if proof.sealed is None:
        return ""
    return str(unseal_json(vault.unwrap(proof.wrapped_key), proof.sealed, _row(proof.id))["reason"])


def is_approved(session: Session, run_id: int) -> bool:
    """Return whether the proof of a run allows its hand-over."""
    try:
        require_approval(session, run_id)
    except ConflictError:
        return False
    return True


def require_approval(session: Session, run_id: int) -> None:
    """Refuse a run whose current files were not approved from a proof.

    A test posting needs none.

    Raises:
        ConflictError: codes ``proof_missing``, ``proof_refused`` and ``proof_outdated``.
    """
    if not session.get_one(PrintRun, run_id).needs_proof:
        return
    proof = live_proof(session, run_id)
    if proof is None or proof.state == PROOF.initial:
        raise ConflictError(
            _s(
                "この印刷は、まだ校正刷りで承認されていません。校正刷りを作り、"
                "ほかの人が承認してから、引き渡してください。"
            ),
            code="proof_missing",
        )
    if proof.state == ProofState.REFUSED:
        raise ConflictError(
            _s("この印刷は、校正刷りで承認されませんでした。取りやめて、新しく作ってください。"),
            code="proof_refused",
        )
    if not is_current(session, proof):
        raise _outdated()


def _to_decide(work: Work, run_id: int) -> PrintProof:
    run = locked_run(work.session, run_id)
    PRINT_RUN.next(run.state, "hand_over")
    proof = work.session.scalar(
        select(PrintProof)
        .where(PrintProof.print_run_id == run_id, PrintProof.state.in_(LIVE))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if proof is None:
        raise NotFoundError(_s("この印刷の校正刷りは、まだありません。"))
    if work.actor.id is None or work.actor.id in {proof.made_by, run.begun_by}:
        raise NotAllowedError(
            _s(
                "印刷を始めた人と、校正刷りを作った人は、承認できません。"
                "ほかの人が校正刷りを見て決めてください。"
            )
        )
    return proof


def _decided(work: Work, proof: PrintProof, action: str) -> PrintProof:
    proof.state = PROOF.next(proof.state, action)
    proof.decided_by, proof.decided_at = work.actor.id, work.now
    record(
        work,
        f"print_proof.{proof.state}",
        SUBJECT,
        proof.id,
        run=proof.print_run_id,
        build=proof.build_sha256,
    )
    work.session.flush()
    return proof


def _outdated() -> ConflictError:
    return ConflictError(
        _s(
            "校正刷りを作ったあとに、印刷のファイルが変わりました。校正刷りを作りなおしてください。"
        ),
        code="proof_outdated",
    )


def _row(proof_id: int) -> str:
    return f"print_proof:{proof_id}"
