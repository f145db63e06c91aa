"""Pages of reports about an incident.

They are written from the register, confirmed by the ward or given back, and downloaded.
"""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.incidents import incident_words
from admin.mailroom.incidents.incidents import act, found, show
from admin.page import Page
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.mailroom.incidents import papers, queries
from portal.domain.mailroom.incidents.kinds import ReportKind
from portal.domain.mailroom.incidents.models import Incident, IncidentReport
from portal.domain.oversight.reports.incidents.reports import (
    frozen_report,
    incident_report,
    write_report,
)
from portal.domain.oversight.reports.outputs import as_xlsx
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View


def _missing() -> NotFoundError:
    return NotFoundError(_s("お探しのページは見つかりませんでした。"))


class IncidentPaperView(View, frozen=True):
    """What ``admin/mailroom/incidents/incident_paper.html`` shows."""

    row: Incident
    report: Report
    kind: str
    paper: IncidentReport | None
    because: str
    names: Mapping[int, str]
    incident_words: ModuleType
    may_write: bool
    may_confirm: bool
    own: bool


def preview(page: Page) -> Response[Any]:
    """Show a report as it would be submitted to the ward now."""
    row, kind = found(page), str(page.params["kind"])
    if ReportKind.known(kind) is None:
        raise _missing()
    report = incident_report(page.work, row.id, kind)
    return page.render(
        "admin/mailroom/incidents/incident_paper.html",
        IncidentPaperView(
            row=row,
            report=report,
            kind=kind,
            paper=None,
            because="",
            names={},
            incident_words=incident_words,
            may_write=allowed(page, Permission.HANDLE_INCIDENTS),
            may_confirm=False,
            own=False,
        ),
    )


def write(page: Page) -> Response[Any]:
    """Freeze a report and submit it to the ward."""
    kind = str(page.params["kind"])
    if ReportKind.known(kind) is None:
        raise _missing()
    return act(
        page,
        "reported",
        lambda key: write_report(page.work, key, kind),
        spot="reports",
    )


def _paper(page: Page) -> IncidentReport:
    row = found(page)
    paper = queries.report_by_id(page.session, number_in_address(page, "paper_id"))
    if paper.incident_id != row.id:
        raise _missing()
    return paper


def show_paper(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a report as it was submitted to the ward."""
    row, paper = found(page), _paper(page)
    people = {paper.written_by, paper.decided_by or 0}
    return page.render(
        "admin/mailroom/incidents/incident_paper.html",
        IncidentPaperView(
            row=row,
            report=frozen_report(page.site.vault, paper),
            kind=paper.kind,
            paper=paper,
            because=papers.given_back_because(page.work, paper),
            names=staff_names(page.session, people),
            incident_words=incident_words,
            may_write=False,
            may_confirm=allowed(page, Permission.CONFIRM_INCIDENT_REPORTS),
            own=page.who.staff is not None and page.who.staff.id == paper.written_by,
        ),
        status_code,
    )


def confirm(page: Page) -> Response[Any]:
    """Confirm a report, as the ward."""
    return _decide(
        page,
        "confirm",
        lambda paper: papers.confirm_report(page.work, paper.id),
    )


def give_back(page: Page) -> Response[Any]:
    """Give a report back, as the ward, with the reason."""
    reason = page.form.get("reason")
    return _decide(
        page,
        "give_back",
        lambda paper: papers.give_back_report(page.work, paper.id, reason),
    )


def _decide(page: Page, said: str, step: Callable[[IncidentReport], object]) -> Response[Any]:
    row, paper = found(page), _paper(page)
    return carry_out_once(
        page,
        lambda: step(paper),
        f"/incidents/{row.id}?said={said}",
        Again(show_paper, "paper", {"reason"}),
    )


def file(page: Page) -> Response[Any]:
    """Send a frozen report as PDF or workbook; the download is logged."""
    row, paper, kind = found(page), _paper(page), str(page.params["kind"])
    if kind not in {"pdf", "xlsx"}:
        raise _missing()
    vault = page.site.vault
    body = (
        papers.report_pdf(vault, paper) if kind == "pdf" else as_xlsx(frozen_report(vault, paper))
    )
    record(
        page.work,
        "report.taken",
        "incident",
        row.id,
        name=f"{paper.kind}.{kind}",
        number=paper.number,
    )
    return page.download(f"incident-{row.id}-{paper.kind}-{paper.number}.{kind}", body)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, ward = Permission.SEE_INCIDENTS, Permission.CONFIRM_INCIDENT_REPORTS
    one = "/incidents/{incident_id:int}"
    paper = one + "/papers/{paper_id:int}"
    return [
        staff_route("GET", one + "/write/{kind:str}", preview, see),
        staff_route(
            "POST", one + "/write/{kind:str}/submit", write, Permission.HANDLE_INCIDENTS, shows=show
        ),
        staff_route("GET", paper, show_paper, see),
        staff_route("POST", paper + "/confirm", confirm, ward, shows=show_paper),
        staff_route("POST", paper + "/give-back", give_back, ward, shows=show_paper),
        staff_route("POST", paper + "/file/{kind:str}", file, see),
    ]
