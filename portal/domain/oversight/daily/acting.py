"""What people do to a task that there is: cancel it, let it be tried again, fetch what it made."""

from collections.abc import Iterator
from typing import NamedTuple

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.files.models import SealedFile
from portal.domain.foundation.files.storing import open_pieces
from portal.domain.foundation.jobs import begun
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Transaction, Work
from portal.domain.oversight.daily.keeping import let_go
from portal.domain.oversight.daily.kinds import require_may
from portal.domain.oversight.daily.queries import task_seen


class Fetched(NamedTuple):
    """A file that a task made: its name, its size in bytes, and its pieces."""

    name: str
    size: int
    pieces: Iterator[bytes]


def cancel(work: Work, task_id: int) -> None:
    """Cancel a task; its file is shredded.

    Raises:
        NotFoundError: somebody may not see it, or there is none.
        NotAllowedError: they may not begin work of this kind.
        WrongStateError: it is over, or must not be broken off.
    """
    _mine(work, task_id)
    begun.cancel(work, task_id)
    work.session.flush()
    let_go(work)


def try_again(work: Work, task_id: int) -> None:
    """Let a failed task be carried out again.

    Raises:
        NotFoundError: somebody may not see it, or there is none.
        NotAllowedError: they may not begin work of this kind.
        WrongStateError: it did not fail.
    """
    _mine(work, task_id)
    begun.try_again(work, task_id)


def fetch(work: Work, task_id: int, read: Transaction) -> Fetched:
    """Return the file that a task made; who fetched it is on record.

    Raises:
        NotFoundError: as ``cancel``; or it made none, or the file is not kept any more.
        NotAllowedError: they may not begin work of this kind.
    """
    row = _mine(work, task_id)
    made = work.session.get(SealedFile, row.output_id) if row.output_id is not None else None
    if made is None:
        raise NotFoundError(_s("このファイルは、もう残っていません。"))
    pieces = open_pieces(work, made.id, read)
    record(work, "begun_task.fetched", begun.SUBJECT, row.id, kind=row.kind)
    ending = "tar.age" if row.kind == BegunKind.EXPORT else "csv"
    return Fetched(f"{row.kind}-{row.id}.{ending}", made.size, pieces)


def _mine(work: Work, task_id: int) -> BegunTask:
    row = task_seen(work, task_id)
    require_may(work.actor, BegunKind(row.kind))
    return row
