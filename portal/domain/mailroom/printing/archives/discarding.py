"""Discard a run whose proof was refused, or whose printing node is lost.

All its letters are superseded at once, and the next run makes new ones.
"""

from sqlalchemy import select, update

from portal.domain.foundation.audit.services import record, record_many
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import kind_of
from portal.domain.letters.letters.states import PRINT_RUN, LetterState
from portal.domain.mailroom.printing.archives.sending import (
    drop_archive,
    has_whole_archive,
    live_archive,
)
from portal.domain.mailroom.printing.proofs.making import forget_pictures, live_proof, locked_run
from portal.domain.mailroom.printing.proofs.states import ProofState
from portal.domain.mailroom.printing.runs.superseding import (
    Superseded,
    Superseding,
    supersede_letters,
)

REASON, NODE_LOST = "run_discarded", "node_lost"


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
    _drop_live_archive(work, run_id)
    run.state = after
    return _end_letters(work, run_id, "print_run.discarded", REASON)


def give_up_lost_run(work: Work, run_id: int) -> Superseded:
    """End a run whose plain files are lost with its printing node, before it was handed over.

    No password is stored (decision 0005), so nobody can print its letters again: they, their IDs
    and passwords end, and the next build makes new ones for the same households. Should the node
    come back, its housekeeping removes the files.

    Raises:
        NotFoundError: there is no such run.
        WrongStateError: it was handed over or discarded before.
        ConflictError: its archive is complete and sealed in the database, so nothing is lost (code
            ``archive_there``).
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("印刷を作りなおせるのは、アカウントのある職員だけです。"))
    run = locked_run(work.session, run_id)
    after = PRINT_RUN.next(run.state, "lose")
    if has_whole_archive(work.session, run_id):
        raise ConflictError(
            _s("アーカイブは失われていないので、このまま引き渡せます。"), code="archive_there"
        )
    _drop_live_archive(work, run_id)
    _cancel_planned(work, run_id)
    run.state = after
    return _end_letters(work, run_id, "print_run.lost", NODE_LOST)


def _drop_live_archive(work: Work, run_id: int) -> None:
    archive = live_archive(work.session, run_id)
    if archive is not None:
        drop_archive(work, archive)


def _end_letters(work: Work, run_id: int, event: str, reason: str) -> Superseded:
    """Supersede the printed letters of a run, forget its proof's pictures, and record the event."""
    gone = supersede_letters(
        work, run_id, Superseding((LetterState.PRINTED,), reason, counter=True)
    )
    forget_pictures(work, run_id)
    record(
        work,
        event,
        "print_run",
        run_id,
        letters=gone.letters,
        credentials=gone.credentials,
    )
    work.session.flush()
    return gone


def _cancel_planned(work: Work, run_id: int) -> None:
    """Cancel the letters of a run that were not drawn yet."""
    kind = kind_of(work.session, run_id)
    planned = (kind.table.print_run_id == run_id, kind.table.state == LetterState.PREPARED)
    rows = work.session.execute(
        select(kind.table.id, kind.table.household_id)
        .where(*planned)
        .order_by(kind.table.id)
        .with_for_update()
    ).all()
    work.session.execute(
        update(kind.table)
        .where(*planned)
        .values(state=kind.machine.next(LetterState.PREPARED, "cancel"))
        .execution_options(synchronize_session="fetch")
    )
    events = [(letter_id, household_id) for letter_id, household_id in rows]
    record_many(work, f"{kind.subject}.cancel", kind.subject, events, reason=NODE_LOST)
