"""The hand-over sheets that the demo's ward and issuer give with their files."""

import hashlib
from pathlib import Path

from portal.demo.extract import Extract
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.sheets import Sheet
from portal.domain.mailroom.tracking.file import CsvFeed


def extract_sheet(program: Program, extract: Extract, path: Path) -> Sheet:
    """Return the ward's sheet of an extract, with what its register says."""
    totals = extract.manifest()["totals"]
    figures = Figures(
        rows=totals["records"],
        children=totals["children_issue"] + totals["children_hold"],
        yen=totals["yen_issue"] + totals["yen_hold"],
        sha256=_digest(path),
    )
    sender = program.names.ward.ja
    return Sheet(TransferKind.EXTRACT, path.name, sender, figures, _s("架空の送付票 1"))


def codes_sheet(path: Path, count: int, total_yen: int) -> Sheet:
    """Return the issuer's sheet of a file of codes."""
    figures = Figures(rows=count, yen=total_yen, sha256=_digest(path))
    sender = _s("お試し発行者")
    return Sheet(TransferKind.CODES, path.name, sender, figures, _s("架空の送付票 2"))


def tracking_sheet(feed: CsvFeed, rows: int) -> Sheet:
    """Return the post office's sheet of a tracking file."""
    figures = Figures(rows=rows, sha256=feed.digest())
    sender = _s("みなも郵便局")
    return Sheet(TransferKind.TRACKING, feed.file_name, sender, figures, _s("架空の送付票 3"))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
