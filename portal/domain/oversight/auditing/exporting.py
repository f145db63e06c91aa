"""The auditor's list as a file that no spreadsheet executes."""

import csv
from collections.abc import Iterable
from io import StringIO

from portal.domain.oversight.auditing.searching import AuditRow
from portal.domain.oversight.export.writing import plain_cell

MOST = 10_000
COLUMNS = ("id", "at", "role", "login", "action", "page", "households", "hidden")


def as_csv(rows: Iterable[AuditRow]) -> bytes:
    """Return the rows as CSV (UTF-8 with BOM), instants in UTC."""
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in rows:
        keys = " ".join(str(key) for key in row.households)
        cells = (row.id, row.at, row.role, row.login, row.action, row.page, keys, int(row.hidden))
        writer.writerow([plain_cell(cell) for cell in cells])
    return file.getvalue().encode("utf-8-sig")
