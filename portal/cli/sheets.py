"""Hand-over sheets on the command line: the option of what takes files in, and what it does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click

from portal.cli.context import Context
from portal.domain.foundation.disk import digest_of
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import against_sheet, announce
from portal.domain.foundation.transfers.sheet_file import MAX_BYTES, read_sheet
from portal.domain.foundation.transfers.sheets import Arrival, Sheet
from portal.domain.foundation.transfers.words import next_step, sentences, title
from portal.domain.foundation.work import Work

T = TypeVar("T")

sheet_option = click.option(
    "--sheet",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The sender's hand-over sheet (CSV), entered first.",
)


def sheet_from(path: Path, kind: TransferKind) -> Sheet:
    """Return the sheet in a file. Raises InputError."""
    if path.stat().st_size > MAX_BYTES:
        raise InputError(_s("送付票のファイルが大きすぎます。"), code="sheet")
    return read_sheet(path.read_bytes(), kind)


def enter_sheet(context: Context, path: Path, kind: TransferKind) -> None:
    """Enter the sheet in a file, in a transaction of its own. Raises InputError."""
    sheet = sheet_from(path, kind)
    with context.work_source().writing() as work:
        announce(work, sheet)


@contextmanager
def file_against_sheet(context: Context, path: Path, kind: TransferKind) -> Iterator[None]:
    """Hold a file that is read outside of a transaction against its sheet, if it is unreadable.

    Raises:
        InputError: it cannot be read.
    """
    try:
        yield
    except InputError:
        if not path.is_file():
            raise
        arrival = Arrival(kind, path.name, Figures(sha256=digest_of(path)))
        with context.work_source().writing() as work, against_sheet(work, arrival):
            raise


def keeping_refusal(context: Context, act: Callable[[Work], T]) -> T:
    """Take a file in; what differs from its sheet stays on record although it is refused.

    Raises:
        ConflictError: it differs from its sheet (code ``transfer_differs``); other errors of
            ``act`` roll everything back.
    """
    with context.work_source().writing() as work:
        try:
            return act(work)
        except ConflictError as error:
            if error.code != "transfer_differs":
                raise
            refused = error
    raise refused


def transfer_said(row: FileTransfer | None) -> str:
    """Return what is open about the hand-over of a file that was taken in; empty if nothing is."""
    if row is None or not row.is_open:
        return ""
    return " ".join((title(row), *sentences(row), next_step(row)))
