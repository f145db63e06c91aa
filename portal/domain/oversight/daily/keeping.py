"""The files of daily work: sealed as they come, opened in memory alone, gone when it is over."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Select, or_, select

from portal.domain.foundation.errors import DomainError, NotFoundError
from portal.domain.foundation.files.models import SealedFile
from portal.domain.foundation.files.states import FileState
from portal.domain.foundation.files.storing import SealedWriter, open_pieces, shred
from portal.domain.foundation.held_file import HeldFile
from portal.domain.foundation.jobs.begun import TakenTask
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.jobs.states import OPEN, BegunState
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work, WorkSource

FILE_NAME = "file_name"
"""The detail of a task under which the sender's name of the file stands, if somebody typed it."""
INPUT_KEPT = timedelta(days=1)
"""So long a checked file waits for its import, and the file of failed work for another try."""
OUTPUT_KEPT = timedelta(days=7)
"""So long a file that was made can be fetched; it can be made anew."""


def begin_with_file(
    source: WorkSource, data: bytes, begin: Callable[[Work, int], BegunTask | None]
) -> int | None:
    """Seal a file piece by piece, and begin the work that reads it; return the key of its task.

    ``begin`` gets the key of the file, in the transaction that makes it whole, and returns None for
    a form that was carried out before. Then, and when it refuses, the file is shredded.
    """
    writer = SealedWriter(source, "begun_task")
    writer.write(data)
    writer.end()
    try:
        with source.writing() as work:
            writer.finish(work)
            task = begin(work, writer.file_id)
            if task is None:
                shred(work, writer.file_id)
                return None
            return task.id
    except DomainError:
        with source.writing() as work:
            shred(work, writer.file_id)
        raise


def held_input(source: WorkSource, task: TakenTask) -> HeldFile:
    """Return the file of a task, opened in memory.

    Raises:
        NotFoundError: it is not kept any more.
        IntegrityFaultError: it was changed.
    """
    if task.input_id is None:
        raise NotFoundError(_s("このファイルは、もう残っていません。もう一度選んでください。"))
    with source.reading() as work:
        pieces = open_pieces(work, task.input_id, source.read)
    name = task.detail.get(FILE_NAME) or f"{task.kind.value}-{task.input_id}"
    return HeldFile(str(name), b"".join(pieces))


def let_go(work: Work) -> None:
    """Shred the files that no work needs any more.

    The file of an extract that was checked waits for its import, that of failed work for another
    try, and one that was made to be fetched.
    """
    read, made = BegunTask.input_id, BegunTask.output_id
    given = select(read).where(read.is_not(None))
    old = select(made).where(made.is_not(None), BegunTask.ended_at <= work.now - OUTPUT_KEPT)
    no_more = SealedFile.id.in_(given) & SealedFile.id.not_in(_needed(work))
    for file_id in work.session.scalars(
        select(SealedFile.id)
        .where(SealedFile.state == FileState.WHOLE, or_(no_more, SealedFile.id.in_(old)))
        .order_by(SealedFile.id)
    ).all():
        shred(work, file_id)


def _needed(work: Work) -> Select[int | None]:
    """Select the files that open work reads, or that may still be wanted."""
    read, state = BegunTask.input_id, BegunTask.state
    imported = select(read).where(
        read.is_not(None),
        BegunTask.kind == BegunKind.EXTRACT_IMPORT,
        state == BegunState.DONE,
    )
    checked = (
        (BegunTask.kind == BegunKind.EXTRACT_CHECK)
        & (state == BegunState.DONE)
        & read.not_in(imported)
    )
    lately = BegunTask.ended_at > work.now - INPUT_KEPT
    return select(read).where(
        read.is_not(None),
        or_(state.in_(OPEN), lately & or_(state == BegunState.FAILED, checked)),
    )
