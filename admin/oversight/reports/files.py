"""Sending a report as a file, with its audit event."""

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


def send_report(page: Page, report: Report, name: str) -> Response[Any]:
    """Send a report as PDF or as a workbook, by the ending of the address; always in Japanese."""
    ending = "pdf" if page.path.endswith("/pdf") else "xlsx"
    with use_locale(SOURCE_LOCALE):
        body = as_pdf(report, page.now) if ending == "pdf" else as_xlsx(report)
    return send_file(page, body, PDF if ending == "pdf" else XLSX, f"{name}.{ending}")


def send_file(page: Page, body: bytes, media_type: str, name: str) -> Response[Any]:
    """Send bytes as a download; the audit event names the file."""
    record(page.work, "report.taken", "report", name=name)
    return page.send(body, media_type, {"content-disposition": f'attachment; filename="{name}"'})
