"""Find the hand-over to which a sheet, a file or a stored thing belongs; each is locked.

A file finds its sheet, and a sheet its file, by the checksum, else by the file's name, else because
only one of the kind waits. So half a file meets the sheet of the whole one, and the difference is
said in figures.
"""

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.sheets import Arrival, Sheet
from portal.domain.foundation.transfers.states import AGREED, FITTING, TransferState


def locked(session: Session, transfer_id: int) -> FileTransfer:
    """Return a hand-over, locked. Raises NotFoundError."""
    return known(_newest(_rows(session, FileTransfer.id == transfer_id)))


def known(row: FileTransfer | None) -> FileTransfer:
    """Return a hand-over that was looked for by its number. Raises NotFoundError."""
    if row is None:
        raise NotFoundError(_s("この受け渡しは見つかりませんでした。"))
    return row


def of_subject(session: Session, subject: str, subject_id: int) -> FileTransfer | None:
    """Return the hand-over of what a file became or was made of; None if it has none."""
    return _newest(
        _rows(session, FileTransfer.subject == subject, FileTransfer.subject_id == subject_id)
    )


def agreed_file(session: Session, kind: TransferKind, sha256: str) -> FileTransfer | None:
    """Return the hand-over in which this very file came, if it is the one of its sheet."""
    return _newest(
        _rows(
            session,
            FileTransfer.kind == kind,
            FileTransfer.state.in_(FITTING),
            FileTransfer.got_sha256 == sha256,
        )
    )


def same_sheet(session: Session, sheet: Sheet) -> FileTransfer | None:
    """Return the hand-over into which this very sheet was entered before.

    One that is agreed counts only if its checksum or its number tells it from other sheets.
    """
    given = sheet.figures
    states = [TransferState.ANNOUNCED, TransferState.DIFFERING, TransferState.ONE_SIDED]
    if given.sha256 is not None or sheet.number.strip():
        states += AGREED
    rows = _rows(session, FileTransfer.kind == sheet.kind, FileTransfer.state.in_(states))
    said = (given, sheet.file_name.strip(), sheet.number.strip(), sheet.partner.strip())
    return _first(
        rows, lambda row: (row.sent, row.sheet_file, row.sheet_no, row.partner) == said
    ) or _first(
        rows,
        lambda row: row.is_open and row.sheet_no != "" and row.sheet_no == sheet.number.strip(),
    )


def file_of(session: Session, sheet: Sheet) -> FileTransfer | None:
    """Return the hand-over whose file came before this sheet."""
    rows = _rows(
        session,
        FileTransfer.kind == sheet.kind,
        FileTransfer.state.in_((TransferState.WITHOUT_SHEET, TransferState.DIFFERING)),
    )
    sha256, name = sheet.figures.sha256, sheet.file_name.strip()
    bare = [row for row in rows if row.waits_for_sheet]
    return (
        _first(rows, lambda row: sha256 is not None and row.got_sha256 == sha256)
        or _first(bare, lambda row: row.file_name == name)
        or _only(bare)
    )


def sheet_of(session: Session, arrival: Arrival) -> FileTransfer | None:
    """Return the hand-over whose sheet came before this file, or in which this very file came."""
    sha256, name = arrival.figures.sha256, arrival.file_name.strip()
    rows = _rows(
        session,
        FileTransfer.kind == arrival.kind,
        FileTransfer.state.in_((TransferState.ANNOUNCED, TransferState.DIFFERING)),
        FileTransfer.subject_id.is_(None),
    )
    return (
        _first(rows, lambda row: sha256 is not None and row.sent_sha256 == sha256)
        or _came_before(session, arrival)
        or _first(rows, lambda row: sha256 is not None and row.got_sha256 == sha256)
        or _first(rows, lambda row: row.file_name == name)
        or _only(rows)
    )


def _came_before(session: Session, arrival: Arrival) -> FileTransfer | None:
    """Return the hand-over in which this very file was taken in."""
    stored = (FileTransfer.state == TransferState.DIFFERING) & FileTransfer.subject_id.is_not(None)
    taken: Collection[str] = (*FITTING, TransferState.WITHOUT_SHEET)
    rows = _rows(
        session,
        FileTransfer.kind == arrival.kind,
        or_(FileTransfer.state.in_(taken), stored),
        FileTransfer.got_sha256 == arrival.figures.sha256,
    )
    return _newest(rows)


def _rows(session: Session, *conditions: ColumnElement[bool]) -> Sequence[FileTransfer]:
    """Return hand-overs, locked, newest first."""
    return session.scalars(
        select(FileTransfer)
        .where(*conditions)
        .order_by(FileTransfer.id.desc())
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _first(
    rows: Sequence[FileTransfer], fits: Callable[[FileTransfer], bool]
) -> FileTransfer | None:
    return next((row for row in rows if fits(row)), None)


def _newest(rows: Sequence[FileTransfer]) -> FileTransfer | None:
    """Return the newest of them, if there is one."""
    return rows[0] if rows else None


def _only(rows: Sequence[FileTransfer]) -> FileTransfer | None:
    return rows[0] if len(rows) == 1 else None
