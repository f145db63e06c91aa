"""The rows of a file that were refused, as a list that goes back to the post office."""

import csv
import io
from collections.abc import Sequence

from portal.domain.foundation.cells import as_cell
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.tracking.file import LineFault, RefusedLine
from portal.domain.mailroom.tracking.models import TrackingFile


def refused_lines(file: TrackingFile) -> Sequence[RefusedLine]:
    """Return the refused rows of a file; none of a file that came before they were kept."""
    return [RefusedLine(line, LineFault(code)) for line, code in file.counts.get("lines", ())]


def refused_csv(file: TrackingFile) -> bytes:
    """Return lines and reasons as CSV (UTF-8 with BOM), with nothing of what the rows say."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow((_s("行"), _s("理由")))
    rows.writerows((one.line, as_cell(one.fault.label)) for one in refused_lines(file))
    return ("\ufeff" + written.getvalue()).encode()
