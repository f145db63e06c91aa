"""Sending a report as a file, with its audit event."""

from dataclasses import dataclass, field
from typing import Any

from litestar import Response

from admin.page import Page
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import use_locale
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.tables import Report

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Download:
    """A file to send: its name, its content and its media type."""

    name: str
    body: bytes = field(repr=False)
    media_type: str


def send_report(page: Page, report: Report, name: str) -> Response[Any]:
    """Send a report as PDF or as a workbook, by the ending of the address; always in Japanese."""
    with use_locale(SOURCE_LOCALE):
        if page.path.endswith("/pdf"):
            file = Download(f"{name}.pdf", as_pdf(report, page.now), PDF)
        else:
            file = Download(f"{name}.xlsx", as_xlsx(report), XLSX)
    return send_file(page, file)


def send_file(page: Page, file: Download) -> Response[Any]:
    """Send a file as a download; the audit event names it."""
    record(page.work, "report.taken", "report", name=file.name)
    headers = {"content-disposition": f'attachment; filename="{file.name}"'}
    return page.send(file.body, file.media_type, headers)
