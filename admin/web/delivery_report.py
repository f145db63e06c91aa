"""The month's delivery report: what is due, the draft, its check, its submission and its versions."""

from collections.abc import Callable
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin import report_words
from admin.access import allowed, first_post, number_in_address, staff_route
from portal.domain.audit.services import record
from portal.domain.clock import jst_date
from portal.domain.errors import DomainError, NotFoundError
from portal.domain.reports import monthly, versions
from portal.domain.reports.delivery import ACCIDENTS, KIND, write_section
from portal.domain.reports.due import DELIVERY, due_day, due_reports, months, read_month
from portal.domain.reports.outputs import as_pdf, as_xlsx
from portal.domain.staff.permissions import Permission
from portal.domain.texts import _s
from portal.platform.page import Page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTED = 20
BASE = "/delivery-report"


def _keeps(page: Page) -> bool:
    return allowed(page, Permission.KEEP_DELIVERY_REPORT)


def _month(page: Page) -> date:
    month = read_month(str(page.params["month"]))
    if month is None or month not in months(page.site.program, jst_date(page.now), DELIVERY):
        raise NotFoundError(_s("この月の報告書はありません。配送の期間の月を選んでください。"))
    return month


def show_list(page: Page) -> Response[Any]:
    """List the months with what is due."""
    session, program = page.session, page.site.program
    here = months(program, jst_date(page.now), DELIVERY)[:LISTED]
    rows = {month: versions.month_report(session, DELIVERY, month) for month in here}
    return page.render(
        "admin/delivery_reports.html", months=here, reports=rows, report_words=report_words,
        due=due_reports(session, program, page.now, DELIVERY) if _keeps(page) else [],
        submitted={month: versions.newest_submitted(session, row) for month, row in rows.items()},
        due_day=lambda month: due_day(program, DELIVERY, month),
    )  # fmt: skip


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a month's report as it counts now; those who keep it also get what they can do next."""
    session, vault, program, month = page.session, page.site.vault, page.site.program, _month(page)
    keeps, row = _keeps(page), versions.month_report(session, DELIVERY, month)
    found = versions.shown(session, vault, program, KIND, month, page.now, drafts=keeps)
    return page.render(
        "admin/delivery_report.html", status_code, month=month, keeps=keeps, shown=found, report=found.report,
        state=row.state if row is not None else "draft", texts=versions.texts_of(vault, row) if keeps else {},
        versions=[one for one in versions.versions(session, row) if keeps or one.submitted_at is not None][:LISTED],
        me=page.staff.id if page.staff else 0, due=due_day(program, DELIVERY, month), report_words=report_words,
        over=jst_date(page.now) > due_day(program, DELIVERY, month), said=page.query.get("said", ""),
        ended=month < jst_date(page.now).replace(day=1),
    )  # fmt: skip


def write(page: Page) -> Response[Any]:
    """Keep what people write on accidents."""
    texts = {ACCIDENTS: page.form.get(ACCIDENTS)}
    return _step(
        page, "written",
        lambda month: write_section(
            page.session, page.site.vault, page.site.program, month, texts, page.actor, page.now
        ),
        ACCIDENTS,
    )  # fmt: skip


def check(page: Page) -> Response[Any]:
    """Freeze the draft as its next version."""
    return _step(
        page, "checked",
        lambda month: monthly.check(
            page.session, page.site.vault, page.site.program, KIND, month, page.actor, page.now
        ),
    )  # fmt: skip


def submit(page: Page) -> Response[Any]:
    """Note that the version that was read goes to the ward."""
    typed = page.form.get("number")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    return _step(
        page, "submitted",
        lambda month: monthly.submit(page.session, page.site.vault, DELIVERY, month, number, page.actor, page.now),
    )  # fmt: skip


def give_back(page: Page) -> Response[Any]:
    """Make a checked report a draft again."""
    return _step(
        page, "given_back",
        lambda month: monthly.give_back(page.session, page.site.vault, DELIVERY, month, page.actor, page.now),
    )  # fmt: skip


def revise(page: Page) -> Response[Any]:
    """Begin a correction of what was submitted."""
    return _step(
        page, "revised",
        lambda month: monthly.revise(page.session, page.site.vault, DELIVERY, month, page.actor, page.now),
    )  # fmt: skip


def _step(page: Page, said: str, act: Callable[[date], object], field: str = "state") -> Response[Any]:
    month = _month(page)
    try:
        with page.session.begin_nested():
            if first_post(page):
                act(month)
    except DomainError as error:
        page.form.error(field, error.message)
        return show(page, 422)
    return page.redirect(f"{BASE}/{month:%Y-%m}?said={said}")


def _found(page: Page, month: date) -> versions.Shown:
    session, vault, program = page.session, page.site.vault, page.site.program
    if "number" in page.params:
        number = number_in_address(page, "number")
        return versions.frozen(session, vault, program, DELIVERY, month, number, drafts=_keeps(page))
    return versions.shown(session, vault, program, KIND, month, page.now, drafts=_keeps(page))


def show_version(page: Page) -> Response[Any]:
    """Show one version as it was frozen."""
    month = _month(page)
    found = _found(page, month)
    return page.render(
        "admin/delivery_report_version.html", month=month, report=found.report, version=found.version,
        report_words=report_words,
    )  # fmt: skip


def take_file(page: Page) -> Response[Any]:
    """Give the report that counts now, or one version, as PDF or as a workbook."""
    month, ending = _month(page), "pdf" if page.path.endswith("/pdf") else "xlsx"
    found = _found(page, month)
    if found.report is None:
        raise NotFoundError(_s("この月の報告書は、まだ提出されていません。"))
    made = found.version.checked_at if found.version is not None else page.now
    body = as_pdf(found.report, made) if ending == "pdf" else as_xlsx(found.report)
    name = f"delivery-{month:%Y-%m}-{found.version.number if found.version is not None else 'draft'}.{ending}"
    record(page.session, page.actor, page.now, "report.taken", "report", name=name)
    media_type = "application/pdf" if ending == "pdf" else XLSX
    return page.send(body, media_type, {"content-disposition": f'attachment; filename="{name}"'})


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, keep = Permission.SEE_REPORTS, Permission.KEEP_DELIVERY_REPORT
    one = BASE + "/{month:str}"
    version = one + "/versions/{number:int}"
    steps = {"texts": write, "check": check, "submit": submit, "give-back": give_back, "revise": revise}
    return [
        staff_route("GET", BASE, show_list, see),
        staff_route("GET", one, show, see),
        *(staff_route("POST", f"{one}/{name}", step, keep, shows=show) for name, step in steps.items()),
        *(
            staff_route("POST", f"{place}/{ending}", take_file, see)
            for place in (one, version)
            for ending in ("pdf", "xlsx")
        ),
        staff_route("GET", version, show_version, see),
    ]
