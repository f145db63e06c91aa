"""Enter sheets and receipts, count files that come and go, and compare both sides."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from portal.domain.foundation.approvals.queries import open_for
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures, compare
from portal.domain.foundation.transfers.finding import file_of, locked, same_sheet, sheet_of
from portal.domain.foundation.transfers.kinds import RULES, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.sheets import (
    NAME_MAX,
    PARTNER_MAX,
    Arrival,
    Departure,
    Sheet,
    check_figures,
    check_sheet,
    incoming,
)
from portal.domain.foundation.transfers.states import TRANSFER
from portal.domain.foundation.transfers.vouching import action_of, stand_for
from portal.domain.foundation.transfers.words import disagreement
from portal.domain.foundation.work import Work

SUBJECT, ACCEPT = "file_transfer", "accept_transfer"


def announce(work: Work, sheet: Sheet) -> FileTransfer:
    """Enter the sheet of a file that comes to us; compare it if the file is here already.

    The same sheet again changes nothing; one under the number of an open one corrects it.

    Raises:
        InputError: a field or a figure is missing or cannot be; the code names it.
    """
    check_sheet(incoming(sheet.kind), sheet)
    sheet = replace(sheet, figures=_stored(work, sheet.kind, sheet.figures))
    row = same_sheet(work.session, sheet)
    if row is not None and row.is_agreed:
        return row
    row = row or file_of(work.session, sheet)
    if row is None:
        row = _new(work, sheet.kind, "announce", sheet.file_name.strip())
    return _enter_sheet(work, row, sheet)


def correct(work: Work, transfer_id: int, sheet: Sheet) -> FileTransfer:
    """Enter the sheet of one hand-over: the first, or a corrected one.

    Raises:
        NotFoundError: there is no such hand-over.
        WrongStateError: it is agreed or over already.
        InputError: as ``announce``; or it is of another kind.
    """
    check_sheet(incoming(sheet.kind), sheet)
    row = locked(work.session, transfer_id)
    if row.kind != sheet.kind:
        raise InputError(_s("この受け渡しは、別の種類のファイルのものです。"), code="kind")
    TRANSFER.next(row.state, "withdraw")  # what is agreed or over has no sheet to correct
    sheet = replace(sheet, figures=_stored(work, sheet.kind, sheet.figures))
    return _enter_sheet(work, row, sheet)


def _enter_sheet(work: Work, row: FileTransfer, sheet: Sheet) -> FileTransfer:
    given = sheet.figures
    row.partner, row.sheet_no = sheet.partner.strip(), sheet.number.strip()
    row.sent_rows, row.sent_children = given.rows, given.children
    row.sent_yen, row.sent_sha256 = given.yen, given.sha256
    row.sent_at, row.sent_by = work.now, work.actor.id
    row.sheet_file = sheet.file_name.strip()
    stand_for(work, row)
    if row.got_at is None:
        row.file_name = row.sheet_file
    return _compared(work, row, "file_transfer.sheet")


def take_in(work: Work, arrival: Arrival) -> FileTransfer:
    """Count a file that came against its sheet; the caller asks ``passes`` before it stores it.

    The same file again is the same hand-over.
    """
    incoming(arrival.kind)
    arrival = replace(arrival, figures=_stored(work, arrival.kind, arrival.figures))
    row = sheet_of(work.session, arrival)
    if row is not None and (row.subject_id is not None or row.fits):
        return row
    if row is None:
        row = _new(work, arrival.kind, "arrive", arrival.file_name[:NAME_MAX])
    row.findings = [one.stored() for one in arrival.findings]
    _counted(work, row, arrival.figures)
    return _compared(work, row, "file_transfer.counted")


def passes(row: FileTransfer) -> bool:
    """Return whether a file that came may be stored.

    One without a sheet may be, except an extract, which waits for it; the chain stays broken until
    the sheet is here.
    """
    if row.fits or (row.differs and row.rule.kept):
        return True
    return row.waits_for_sheet and row.kind != TransferKind.EXTRACT


def refuse_differing(row: FileTransfer) -> None:
    """Refuse to store a file that differs from its sheet.

    Raises:
        ConflictError: with every difference in figures (code ``transfer_differs``).
    """
    if row.differs and not row.rule.kept:
        raise ConflictError(disagreement(row), code="transfer_differs")


def admit(work: Work, arrival: Arrival) -> FileTransfer:
    """Count a file that came against its sheet, and refuse one that differs.

    Raises:
        ConflictError: as ``refuse_differing``; the caller keeps what is written so far.
    """
    row = take_in(work, arrival)
    refuse_differing(row)
    return row


@contextmanager
def against_sheet(work: Work, arrival: Arrival) -> Iterator[None]:
    """Say of a file that cannot be read also that it is not the one of its sheet, if so.

    Raises:
        InputError: it cannot be read.
    """
    try:
        yield
    except InputError as error:
        said = unlike_sheet(work, arrival)
        if not said:
            raise
        raise InputError(f"{error.message}\n{said}", code=error.code) from error


def unlike_sheet(work: Work, arrival: Arrival) -> str:
    """Return that a file is not the one of the sheet that waits for it.

    Empty if no sheet waits, or if it is the file of the sheet all the same.
    """
    arrival = replace(arrival, figures=_stored(work, arrival.kind, arrival.figures))
    row = sheet_of(work.session, arrival)
    if row is None or row.sent_sha256 in (None, arrival.figures.sha256):
        return ""
    return _s(
        "送付票とも合いません（受け渡し %(number)d）。照合番号（SHA-256）が違うので、送った"
        "ファイルではありません。途中で切れていないか確かめ、もう一度出してもらってください。"
    ) % {"number": row.id}


def became(work: Work, row: FileTransfer, subject: str, subject_id: int) -> None:
    """Note what a file that came was stored as."""
    if row.subject_id is None:
        row.subject, row.subject_id = subject, subject_id
        work.session.flush()


def send_out(work: Work, departure: Departure) -> FileTransfer:
    """Open the sheet of a file that we send; it waits for the receiver's receipt."""
    counted = departure.figures
    row = _new(work, departure.kind, "send", departure.file_name[-NAME_MAX:])
    row.partner = departure.partner[:PARTNER_MAX]
    row.sent_rows, row.sent_children = counted.rows, counted.children
    row.sent_yen, row.sent_sha256 = counted.yen, counted.sha256
    row.sent_at, row.sent_by = work.now, work.actor.id
    row.subject, row.subject_id = departure.subject, departure.subject_id
    return _compared(work, row, "file_transfer.sent")


def enter_receipt(work: Work, transfer_id: int, counted: Figures) -> FileTransfer:
    """Enter what the receiver of a file that we sent counted, and compare it.

    Raises:
        NotFoundError: there is no such hand-over.
        InputError: it is of a file that came to us; or a figure is missing (the code names it).
        WrongStateError: it is agreed or over already.
    """
    row = locked(work.session, transfer_id)
    if not row.rule.outgoing:
        raise InputError(_s("受領書を書くのは、こちらから渡したファイルだけです。"), code="kind")
    TRANSFER.next(row.state, "match")
    check_figures(row.rule, counted)
    _counted(work, row, counted)
    stand_for(work, row)
    return _compared(work, row, "file_transfer.receipt")


def _stored(work: Work, kind: TransferKind, given: Figures) -> Figures:
    """Return figures in the form that is stored: a secret checksum only as a keyed digest."""
    if given.sha256 is None or not RULES[kind].secret:
        return given
    digest = work.vault.blind("file-checksum", bytes.fromhex(given.sha256), 32)
    return replace(given, sha256=digest.hex())


def _new(work: Work, kind: TransferKind, action: str, file_name: str) -> FileTransfer:
    return FileTransfer(
        kind=kind.value,
        state=TRANSFER.next(TRANSFER.initial, action),
        file_name=file_name,
        partner="",
        sheet_no="",
        findings=[],
        differences=[],
        created_at=work.now,
    )


def _counted(work: Work, row: FileTransfer, counted: Figures) -> None:
    row.got_rows, row.got_children = counted.rows, counted.children
    row.got_yen, row.got_sha256 = counted.yen, counted.sha256
    row.got_at, row.got_by = work.now, work.actor.id


def _compared(work: Work, row: FileTransfer, event: str) -> FileTransfer:
    """Compare both sides once both are known, move the row to what they make, and record it."""
    if row.sent_at is not None and row.got_at is not None:
        found = [one.stored() for one in compare(row.rule, row.sent, row.got)] + list(row.findings)
        row.differences = found
        row.state = TRANSFER.next(row.state, action_of(row))
        row.ended_at = work.now if row.is_agreed else None
        row.reason_sealed = None
    work.session.add(row)
    work.session.flush()
    forget_proposal(work, row.id)
    record(work, event, SUBJECT, row.id, kind=row.kind, state=row.state)
    return row


def forget_proposal(work: Work, transfer_id: int) -> None:
    """Turn down a proposal to accept figures that are no longer these."""
    proposal = open_for(work.session, ACCEPT, SUBJECT, [transfer_id]).get(transfer_id)
    if proposal is not None:
        turn_down(work, proposal.id)
