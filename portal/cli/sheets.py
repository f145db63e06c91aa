"""Hand-over sheets on the command line: the option of what takes files in, and what it does."""

from pathlib import Path

import click

from portal.cli.context import Context
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import announce
from portal.domain.foundation.transfers.sheet_file import MAX_BYTES, read_sheet
from portal.domain.foundation.transfers.sheets import Sheet
from portal.domain.foundation.transfers.words import next_step, sentences, title

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


def transfer_said(row: FileTransfer | None) -> str:
    """Return what is open about the hand-over of a file that was taken in; empty if nothing is."""
    if row is None or not row.is_open:
        return ""
    return " ".join((title(row), *sentences(row), next_step(row)))
