"""The sheet of open questions for a ward whose computers cannot reach the site.

An xlsx in which every cell is text. It leaves encrypted to the ward's key, never readable (age, as
the letters do: decision 0011). A name appears only if the question needs one;
of a protected household neither name nor text ever does.
"""

from io import BytesIO

import pyrage

from portal.domain.contacts.escalations.kinds import EscalationKind
from portal.domain.contacts.escalations.models import Escalation
from portal.domain.contacts.escalations.queries import Reader, open_rows
from portal.domain.contacts.escalations.sealed import question_of
from portal.domain.contacts.escalations.services import WARD_ONLY_KINDS
from portal.domain.contacts.escalations.sheet_columns import (
    BY_TELEPHONE,
    COLUMNS,
    HOW_TO,
    WIDTHS,
)
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import ConflictError, NotAllowedError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.settings.escalations import EscalationSettings
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.households.queries import HouseholdView, view_households

MOST_ROWS = 500
NAMED_KINDS: frozenset[str] = frozenset(
    {EscalationKind.ELIGIBILITY, EscalationKind.CHANGE_OF_RECIPIENT}
)
"""Questions that nobody can answer without knowing whose they are."""


def make_sheet(work: Work, settings: EscalationSettings, reader: Reader) -> bytes:
    """Return the open questions that the reader may know of, and mark them as sent.

    It is a workbook that only the ward's key opens.

    Raises:
        NotAllowedError: there is no key of the ward (code ``no_key``).
        ConflictError: there are none, or more than ``MOST_ROWS``.
    """
    wards_key = _wards_key(settings)
    rows = open_rows(work.session, reader, limit=MOST_ROWS + 1)
    if not rows:
        raise ConflictError(_s("区の回答を待っている引き継ぎはありません。"))
    if len(rows) > MOST_ROWS:
        raise ConflictError(
            _s(
                "引き継ぎが%(most)d件より多いため、1つの表にできません。先に、"
                "終わったものを閉じてください。"
            )
            % {"most": MOST_ROWS}
        )
    views = view_households(
        work, {row.household_id for row in rows if row.household_id is not None}
    )
    households = {view.id: view for view in views}
    body = _workbook(
        [_cells(work.vault, row, households.get(row.household_id or 0)) for row in rows]
    )
    for row in rows:
        row.sheet_at = work.now
    record(work, "escalation.sheet_taken", "escalation", rows=len(rows))
    closed: bytes = pyrage.encrypt(body, [wards_key])
    return closed


def _wards_key(settings: EscalationSettings) -> pyrage.x25519.Recipient:
    if not settings.sheet_key:
        raise NotAllowedError(
            _s(
                "区の公開鍵が設定されていないため、表を作れません。区に公開鍵をもらい、"
                "事業の設定に入れてください。"
            ),
            code="no_key",
        )
    return pyrage.x25519.Recipient.from_str(settings.sheet_key)


def _cells(vault: Vault, row: Escalation, household: HouseholdView | None) -> list[str]:
    with use_locale(SOURCE_LOCALE):
        kind = EscalationKind(row.kind).label
    head = [
        row.receipt_no,
        kind,
        jst_date(row.raised_at).isoformat(),
        row.due_on.isoformat(),
    ]
    protected = household is not None and household.protected
    fields = household.fields if household is not None else None
    number = fields.number if fields is not None and row.kind not in WARD_ONLY_KINDS else ""
    if protected or row.kind in WARD_ONLY_KINDS:
        return [*head, number, "", BY_TELEPHONE, "", "", "", ""]
    question = question_of(vault, row)
    name = fields.name if fields is not None and row.kind in NAMED_KINDS else ""
    return [
        *head,
        number,
        name,
        question.text,
        question.telephone,
        "",
        "",
        "",
    ]


def _workbook(rows: list[list[str]]) -> bytes:
    import xlsxwriter  # noqa: PLC0415  (2 MB that only workbooks need)

    file = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        # the text format keeps a telephone number's zero, and what the ward types stays as it is
        # typed
        bold, text = (
            book.add_format({"bold": True}),
            book.add_format({"num_format": "@", "text_wrap": True}),
        )
        sheet = book.add_worksheet("引き継ぎ")
        for column, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
            sheet.set_column(column, column, width, text)
            sheet.write_string(0, column, name, bold)
        for line, cells in enumerate(rows, 1):
            for column, cell in enumerate(cells):
                sheet.write_string(line, column, cell, text)
        sheet.freeze_panes(1, 1)
        notes = book.add_worksheet("書き方")
        notes.set_column(0, 0, 100)
        for line, sentence in enumerate(HOW_TO):
            notes.write_string(line, 0, sentence)
    return file.getvalue()
