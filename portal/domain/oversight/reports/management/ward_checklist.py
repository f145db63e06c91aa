"""The ward's checklist as its own file, with our answers beside its columns."""

import csv
import io

from portal.domain.foundation.cells import as_cell
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.ward_checklist import Asked, asked, columns
from portal.domain.oversight.reports.outputs import table_as_xlsx

BOM = "\ufeff"


def answered_xlsx(work: Work) -> bytes:
    """Return the ward's rows with our answers as a workbook of one sheet."""
    return table_as_xlsx(_s("チェックリスト"), _rows(work))


def answered_csv(work: Work) -> bytes:
    """Return the same as CSV (UTF-8 with BOM); no cell is read as a formula."""
    file = io.StringIO(newline="")
    file.write(BOM)
    csv.writer(file).writerows([as_cell(cell) for cell in row] for row in _rows(work))
    return file.getvalue().encode()


def _rows(work: Work) -> list[tuple[str, ...]]:
    added = (_s("回答"), _s("説明"), _s("確認できるもの"), _s("確かめたこと"))
    return [(*columns(work), *added), *(_row(one) for one in asked(work))]


def _row(one: Asked) -> tuple[str, ...]:
    found = one.answered
    if found is None:
        return (*one.cells, _s("まだ答えていません"), "", "", "")
    return (*one.cells, found.stands.label, found.printed, found.evidence, found.shown_by)
