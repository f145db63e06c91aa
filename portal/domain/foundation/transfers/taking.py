"""Take a file in by a longer task: what differs from its sheet stays on record when it is refused.

So does a file that cannot be read, which is read outside of a transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from portal.domain.foundation.disk import digest_of
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.held_file import CameIn
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import against_sheet
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.foundation.work import Work, WorkSource

T = TypeVar("T")


@contextmanager
def file_against_sheet(source: WorkSource, file: CameIn, kind: TransferKind) -> Iterator[None]:
    """Hold a file that the block reads against its sheet, if it is unreadable.

    Raises:
        InputError: it cannot be read.
    """
    try:
        yield
    except InputError as refused:
        try:
            digest = digest_of(file)
        except OSError:
            raise refused from None  # there is no such file
        arrival = Arrival(kind, file.name, Figures(sha256=digest))
        with source.writing() as work, against_sheet(work, arrival):
            raise


def keeping_refusal(source: WorkSource, act: Callable[[Work], T]) -> T:
    """Take a file in; what differs from its sheet stays on record although it is refused.

    Raises:
        ConflictError: it differs from its sheet (code ``transfer_differs``); other errors of
            ``act`` roll everything back.
    """
    with source.writing() as work:
        try:
            return act(work)
        except ConflictError as error:
            if error.code != "transfer_differs":
                raise
            refused = error
    raise refused
