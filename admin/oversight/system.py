"""Does the deployment stand well? The findings of the self-check, worst first, with next steps."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.marks import Mark, marks
from admin.oversight import system_jobs, system_sms
from admin.oversight.system_jobs import JobsPart, jobs_part
from admin.oversight.system_search import search_finding
from admin.oversight.system_sms import SmsPart, sms_part
from admin.page import Page
from portal.domain.people.staff.permissions import Permission
from portal.platform.routes import Transaction
from portal.platform.selfcheck.findings import Finding, Level, worst_first
from portal.platform.selfcheck.registry import run
from portal.platform.selfcheck.subject import Subject
from portal.platform.view import View

LEVEL_MARK = marks({Level.ERROR: Mark.STOP, Level.WARNING: Mark.WAIT, Level.OK: Mark.GOOD})


class SystemView(View, frozen=True):
    """What ``admin/oversight/system.html`` shows."""

    findings: Sequence[Finding]
    level_mark: Callable[[str], Mark]
    worst: Level
    part: JobsPart
    sms: SmsPart | None


def show(page: Page) -> Response[Any]:
    """Show the findings and the jobs. The checks open transactions of their own."""
    site = page.site
    found = run(
        Subject(
            site.settings,
            program=site.program,
            database=site.database,
            vault=site.vault,
            clock=site.clock,
        )
    )
    found = worst_first([*found, search_finding(site.finder.standing())])
    return page.render(
        "admin/oversight/system.html",
        SystemView(
            findings=found,
            level_mark=LEVEL_MARK,
            worst=found[0].level if found else Level.OK,
            part=jobs_part(page),
            sms=sms_part(page),
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("GET", "/system", show, Permission.SEE_SYSTEM, transaction=Transaction.OWN),
        *system_jobs.handlers(),
        *system_sms.handlers(),
    ]
