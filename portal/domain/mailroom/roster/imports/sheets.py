"""Hold an extract against its hand-over sheet and against what the program expects."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.held_file import CameIn
from portal.domain.foundation.program.schema import Eligibility
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Difference, Figures
from portal.domain.foundation.transfers.finding import agreed_file, of_subject
from portal.domain.foundation.transfers.kinds import Figure, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import became, take_in
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.foundation.transfers.words import next_step, sentences
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.checks.check import RosterReport
from portal.domain.mailroom.roster.checks.results import RowDisposition
from portal.domain.mailroom.roster.files.csv_bytes import RosterFileError
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.people.entitlements.models import Entitlement

SUBJECT = "roster_import"


def refuse_empty(report: RosterReport) -> None:
    """Refuse a file of which nothing can be accepted: empty, cut, or of other columns.

    Raises:
        RosterFileError: it has no rows, or every row is rejected.
    """
    records, rows = report.totals["records"], report.totals["rows"]
    if not records:
        raise RosterFileError(_s("ファイルに、見出しのほかの行がありません。何も取り込みません。"))
    if rows.get(RowDisposition.REJECT, 0) == records:
        raise RosterFileError(
            _s(
                "%(n)d行のすべてを受け入れられません。列の順番がレイアウトと違うおそれが"
                "あります。何も取り込みません。"
            )
            % {"n": records}
        )


def figures_of(sha256: str, totals: dict[str, int]) -> Figures:
    """Return our count of an extract: all rows, and the eligible children with their yen."""
    return Figures(
        rows=totals["records"],
        children=totals["children_issue"] + totals["children_hold"],
        yen=totals["yen_issue"] + totals["yen_hold"],
        sha256=sha256,
    )


def count_report(work: Work, path: CameIn, report: RosterReport) -> FileTransfer:
    """Count a checked file against its sheet; the row says whether it may be applied."""
    counted = figures_of(report.sha256, report.totals)
    findings = [*_unexplained(report), *_unexpected(work, counted.children or 0)]
    return take_in(work, Arrival(TransferKind.EXTRACT, path.name, counted, tuple(findings)))


def count_import(work: Work, import_id: int) -> None:
    """Count a waiting import against its sheet that came before there were any."""
    found = work.session.get(RosterImport, import_id)
    if found is None or not found.is_staged or _transfer_of(work.session, found) is not None:
        return
    counted = figures_of(found.sha256, found.totals)
    arrival = Arrival(TransferKind.EXTRACT, found.file_name, counted)
    became(work, take_in(work, arrival), SUBJECT, import_id)


def require_agreed(session: Session, import_id: int) -> None:
    """Refuse to apply an import before both sides agree on its file.

    Raises:
        ConflictError: there is no sheet (code ``no_sheet``), or it says something else (code
            ``transfer_differs``).
    """
    found = session.get(RosterImport, import_id)
    if found is None or not found.is_staged:
        return  # applying says so
    row = _transfer_of(session, found)
    if row is not None and row.fits:
        return
    number = row.id if row is not None else 0
    why = "".join(sentences(row)) if row is not None else ""
    raise ConflictError(
        _s(
            "取り込み %(id)d は、区の送付票とまだ合っていないので、適用しません"
            "（受け渡し %(number)d）。%(why)s%(next)s"
        )
        % {
            "id": import_id,
            "number": number,
            "why": why,
            "next": next_step(row) if row is not None else "",
        },
        code="transfer_differs" if why else "no_sheet",
    )


def _transfer_of(session: Session, found: RosterImport) -> FileTransfer | None:
    return of_subject(session, SUBJECT, found.id) or agreed_file(
        session, TransferKind.EXTRACT, found.sha256
    )


def _unexplained(report: RosterReport) -> list[Difference]:
    """Return how many columns the layout does not name; their names may be anything."""
    extra = len(report.extra_columns)
    return [Difference(Figure.COLUMNS, 0, extra)] if extra else []


def _unexpected(work: Work, children: int) -> list[Difference]:
    """Return that the children are too far from what the program expects.

    A later extract may instead be near to the children that are stored.
    """
    eligible = work.program.eligibility
    expected = eligible.expected_children
    if expected is None or _near(eligible, expected, children):
        return []
    stored = work.session.scalar(select(func.count()).select_from(Entitlement)) or 0
    if stored and _near(eligible, stored, children):
        return []
    return [Difference(Figure.EXPECTED, expected, children)]


def _near(eligible: Eligibility, expected: int, children: int) -> bool:
    return abs(children - expected) * 100 <= expected * eligible.expected_within_percent
