"""Sending a report as a file, with its audit event."""

from typing import Any

from litestar import Response

from admin.page import Page
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import use_locale
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.tables import Report


def send_report(page: Page, report: Report, name: str, opened_at: str = "") -> Response[Any]:
    """Send a report as PDF or as a workbook, by the ending of the address; always in Japanese.

    ``opened_at`` is the path under which its figures open their events, "" if they open none.
    """
    events = page.site.settings.admin_url + opened_at if opened_at else ""
    with use_locale(SOURCE_LOCALE):
        if page.path.endswith("/pdf"):
            return send_file(page, f"{name}.pdf", as_pdf(report, page.now, events))
        return send_file(page, f"{name}.xlsx", as_xlsx(report, events=events))


def send_file(page: Page, name: str, body: bytes) -> Response[Any]:
    """Send a file as a download; the audit event names it."""
    record(page.work, "report.taken", "report", name=name)
    return page.download(name, body)
