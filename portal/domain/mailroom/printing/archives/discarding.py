"""Discard a run whose proof was refused.

All its letters are superseded at once, and the next run makes new ones.
"""

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.states import PRINT_RUN, LetterState
from portal.domain.mailroom.printing.archives.sending import live_archive
from portal.domain.mailroom.printing.archives.states import ARCHIVE
from portal.domain.mailroom.printing.proofs.making import forget_pictures, live_proof, locked_run
from portal.domain.mailroom.printing.proofs.states import ProofState
from portal.domain.mailroom.printing.runs.superseding import (
    Superseded,
    Superseding,
    supersede_letters,
)

REASON = "run_discarded"


def discard_run(work: Work, run_id: int) -> Superseded:
    """Discard a refused run with its letters, IDs and passwords, its archive and its pictures.

    Raises:
        NotFoundError: there is no such run.
        WrongStateError: it is still being built, was handed over or discarded before.
        ConflictError: its proof was not refused (code ``not_refused``).
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("印刷を取りやめられるのは、アカウントのある職員だけです。"))
    run = locked_run(work.session, run_id)
    after = PRINT_RUN.next(run.state, "discard")
    proof = live_proof(work.session, run_id)
    if proof is None or proof.state != ProofState.REFUSED:
        raise ConflictError(
            _s("取りやめられるのは、校正刷りで承認されなかった印刷だけです。"), code="not_refused"
        )
    archive = live_archive(work.session, run_id)
    if archive is not None:
        archive.state = ARCHIVE.next(archive.state, "drop")
    gone = supersede_letters(
        work, run_id, Superseding((LetterState.PRINTED,), REASON, counter=True)
    )
    forget_pictures(work, run_id)
    run.state = after
    record(
        work,
        "print_run.discarded",
        "print_run",
        run_id,
        letters=gone.letters,
        credentials=gone.credentials,
    )
    work.session.flush()
    return gone
