"""Read recall lists: their letters, the number unanswered, and the file for the mail house."""

import csv
import io
from datetime import date

from msgspec import Struct
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s, label_of
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintChunk
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState
from portal.domain.mailroom.printing.recalls.models import RecalledLetter, RecallList
from portal.domain.mailroom.printing.recalls.states import WAITING, RecallReason, RecallState

NUMBER, FILE, RESULT = COLUMNS = ("手紙番号", "ファイル", "結果")


class Line(Struct, frozen=True):
    """One letter of a list with its file, the answer, and its posting if known."""

    letter_id: int
    number: str
    file: str
    reason: str
    state: str
    tracking_no: str | None
    mail_class: str | None
    posted_on: date | None

    @property
    def reason_name(self) -> str:
        """The label of its reason, for staff."""
        return label_of(RecallReason, self.reason)

    @property
    def state_name(self) -> str:
        """The label of its state, for staff."""
        return label_of(RecallState, self.state)


def lists_of(session: Session, run_id: int) -> list[RecallList]:
    """Return a run's recall lists, newest first."""
    return list(
        session.scalars(
            select(RecallList)
            .where(RecallList.print_run_id == run_id)
            .order_by(RecallList.number.desc())
        )
    )


def pull_list(session: Session, run_id: int, list_id: int) -> RecallList:
    """Return a list of a run. Raises NotFoundError."""
    row = session.scalar(
        select(RecallList).where(RecallList.id == list_id, RecallList.print_run_id == run_id)
    )
    if row is None:
        raise NotFoundError(_s("この引抜きの一覧は見つかりませんでした。"))
    return row


def lines(session: Session, list_id: int) -> list[Line]:
    """Return the letters of a list in the order of their numbers."""
    rows = session.execute(_lines_without_id(list_id)).all()
    if not rows:
        rows = session.execute(_lines_with_id(list_id)).all()
    return [Line(row[0], row[1], row[2] or "", *row[3:]) for row in rows]


_Rows = Select[int, str, str | None, str, str, str | None, str | None, date | None]
"""Key, number, file, reason, answer, tracking number, class and day of posting (JST)."""


def _lines_without_id(list_id: int) -> _Rows:
    return (
        select(
            LetterWithoutId.id,
            LetterWithoutId.number,
            PrintChunk.file_name,
            RecalledLetter.reason,
            RecalledLetter.state,
            LetterWithoutId.tracking_no,
            LetterWithoutId.mail_class,
            LetterWithoutId.posted_on,
        )
        .join(LetterWithoutId, LetterWithoutId.id == RecalledLetter.bare_letter_id)
        .outerjoin(
            PrintChunk,
            and_(
                PrintChunk.print_run_id == LetterWithoutId.print_run_id,
                PrintChunk.number == LetterWithoutId.chunk_number,
            ),
        )
        .where(RecalledLetter.pull_list_id == list_id)
        .order_by(LetterWithoutId.number)
    )


def _lines_with_id(list_id: int) -> _Rows:
    return (
        select(
            Letter.id,
            Letter.number,
            PrintChunk.file_name,
            RecalledLetter.reason,
            RecalledLetter.state,
            Shipment.tracking_no,
            Shipment.mail_class,
            Shipment.posted_on,
        )
        .join(Letter, Letter.id == RecalledLetter.letter_id)
        .outerjoin(
            PrintChunk,
            and_(
                PrintChunk.print_run_id == Letter.print_run_id,
                PrintChunk.number == Letter.chunk_number,
            ),
        )
        .outerjoin(
            Shipment,
            and_(Shipment.letter_id == Letter.id, Shipment.state != ShipmentState.CANCELLED),
        )
        .where(RecalledLetter.pull_list_id == list_id)
        .order_by(Letter.number)
    )


def unanswered(session: Session, run_id: int | None = None) -> int:
    """Return how many letters, of all runs or of one, the mail house has not answered yet."""
    found = select(func.count(RecalledLetter.id)).where(RecalledLetter.state.in_(WAITING))
    if run_id is not None:
        found = found.join(RecallList, RecallList.id == RecalledLetter.pull_list_id).where(
            RecallList.print_run_id == run_id
        )
    return session.scalar(found) or 0


def list_file(row: RecallList) -> str:
    """Return the name of a list's file, without its ending."""
    return f"pull-{row.print_run_id:03}-{row.number}"


def as_csv(session: Session, list_id: int) -> bytes:
    """Return a list as CSV for the mail house: numbers, files and a column for its answers.

    The reasons are not in it.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows((line.number, line.file, "") for line in lines(session, list_id))
    return "\ufeff".encode() + table.getvalue().encode()
