"""The month's call report: what is due, the draft with what people add to it, its check, submission and versions."""

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
from portal.domain.reports.calls import KIND, OUTAGES, STAFFING, write_sections
from portal.domain.reports.due import CALLS, due_day, due_reports, months, read_month
from portal.domain.reports.notes import NoteKind, add_note, drop_note, marked_calls, notes, read_marked
from portal.domain.reports.outputs import as_pdf, as_xlsx
from portal.domain.staff.permissions import Permission
from portal.domain.texts import _s
from portal.platform.page import Page
from portal.platform.routes import Transaction

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTED = 20


def _keeps(page: Page) -> bool:
    return allowed(page, Permission.KEEP_CALL_REPORT)


def _month(page: Page) -> date:
    month = read_month(str(page.params["month"]))
    if month is None or month not in months(page.site.program, jst_date(page.now)):
        raise NotFoundError(_s("この月の報告書はありません。コールセンターの期間の月を選んでください。"))
    return month


def _address(month: date, said: str = "") -> str:
    return f"/call-report/{month:%Y-%m}" + (f"?said={said}" if said else "")


def show_list(page: Page) -> Response[Any]:
    """List the months with what is due."""
    session, program = page.session, page.site.program
    here = months(program, jst_date(page.now))[:LISTED]
    return page.render(
        "admin/call_reports.html", months=here, due=due_reports(session, program, page.now) if _keeps(page) else [],
        reports={month: versions.month_report(session, CALLS, month) for month in here},
        submitted={
            month: versions.newest_submitted(session, versions.month_report(session, CALLS, month)) for month in here
        },
        due_day=lambda month: due_day(program, CALLS, month), report_words=report_words,
    )  # fmt: skip


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a month's report as it counts now; those who keep it also get what they can do next."""
    session, vault, program, month = page.session, page.site.vault, page.site.program, _month(page)
    keeps, row = _keeps(page), versions.month_report(session, CALLS, month)
    found = versions.shown(session, vault, program, KIND, month, page.now, drafts=keeps)
    every = versions.versions(session, row)
    return page.render(
        "admin/call_report.html", status_code, month=month, keeps=keeps, shown=found, report=found.report,
        state=row.state if row is not None else "draft", texts=versions.texts_of(vault, row) if keeps else {},
        notes=notes(session, vault, month) if keeps else [], kinds=list(NoteKind),
        versions=[one for one in every if keeps or one.submitted_at is not None][:LISTED],
        marked=len(marked_calls(session, month)) if keeps else 0, listed=LISTED, me=page.staff.id if page.staff else 0,
        due=due_day(program, CALLS, month), over=jst_date(page.now) > due_day(program, CALLS, month),
        ended=month.replace(day=1) < jst_date(page.now).replace(day=1), said=page.query.get("said", ""),
        report_words=report_words,
    )  # fmt: skip


def write(page: Page) -> Response[Any]:
    """Keep what people write on staffing and on outages."""
    texts = {name: page.form.get(name) for name in (STAFFING, OUTAGES)}
    return _step(
        page,
        lambda month: write_sections(
            page.session, page.site.vault, page.site.program, month, texts, page.actor, page.now
        ),
        "written",
        field="",
    )


def add(page: Page) -> Response[Any]:
    """Put a sentence that stands for no single call into the draft."""
    kind = next((one for one in NoteKind if one.value == page.form.get("kind")), None)
    if kind is None:
        page.form.error("kind", _s("種類を選んでください。"))
        return show(page, 422)
    return _step(
        page,
        lambda month: add_note(
            page.session, page.site.vault, page.site.program, month, kind, page.form.get("text"), None, page.actor,
            page.now,
        ),
        "noted",
        field="text",
    )  # fmt: skip


def drop(page: Page) -> Response[Any]:
    """Take a sentence out of the draft."""
    key = number_in_address(page, "note_id")
    return _step(
        page,
        lambda month: drop_note(page.session, page.site.vault, month, key, page.actor, page.now),
        "dropped",
    )


def check(page: Page) -> Response[Any]:
    """Freeze the draft as its next version."""
    return _step(
        page,
        lambda month: monthly.check(
            page.session, page.site.vault, page.site.program, KIND, month, page.actor, page.now
        ),
        "checked",
    )


def give_back(page: Page) -> Response[Any]:
    """Make a checked report a draft again."""
    return _step(
        page,
        lambda month: monthly.give_back(page.session, page.site.vault, CALLS, month, page.actor, page.now),
        "given_back",
    )


def submit(page: Page) -> Response[Any]:
    """Note that the version that was read goes to the ward."""
    typed = page.form.get("number")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    return _step(
        page,
        lambda month: monthly.submit(
            page.session, page.site.vault, CALLS, month, number, page.actor, page.now
        ),
        "submitted",
    )


def revise(page: Page) -> Response[Any]:
    """Begin a correction of what was submitted."""
    return _step(
        page,
        lambda month: monthly.revise(page.session, page.site.vault, CALLS, month, page.actor, page.now),
        "revised",
    )


def _step(page: Page, act: Callable[[date], object], said: str, *, field: str = "state") -> Response[Any]:
    """Do one thing once; a refusal shows the page again beside ``field`` (empty: the refusal's code names it)."""
    month = _month(page)
    try:
        with page.session.begin_nested():
            if first_post(page):
                act(month)
    except DomainError as error:
        page.form.error(
            field or (error.code if error.code in {STAFFING, OUTAGES} else "state"), error.message
        )
        return show(page, 422)
    return page.redirect(_address(month, said))


def show_marked(page: Page) -> Response[Any]:
    """List the month's marked calls that nobody used yet."""
    month, after = _month(page), page.query.get("after", "0")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
    rows = marked_calls(page.session, month, after=start, limit=LISTED + 1)
    return page.render(
        "admin/call_report_marked.html", month=month, rows=rows[:LISTED], more=len(rows) > LISTED,
        report_words=report_words,
    )  # fmt: skip


def show_call(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one marked call with the agent's words, and ask for a sentence without names; the look is on record."""
    month = _month(page)
    found = read_marked(
        page.session, page.site.vault, month, number_in_address(page, "call_id"), page.actor, page.now
    )
    return page.render(
        "admin/call_report_call.html", status_code, month=month, found=found, kinds=list(NoteKind),
        guess="complaint" if found.call.complaint else "shared" if found.call.shared_with_ward else "question",
        report_words=report_words,
    )  # fmt: skip


def choose(page: Page) -> Response[Any]:
    """Put the sentence for one call into the draft."""
    month, call_id = _month(page), number_in_address(page, "call_id")
    kind = next((one for one in NoteKind if one.value == page.form.get("kind")), None)
    if kind is None:
        page.form.error("kind", _s("種類を選んでください。"))
        return show_call(page, 422)
    try:
        with page.session.begin_nested():
            if first_post(page):
                add_note(
                    page.session, page.site.vault, page.site.program, month, kind, page.form.get("text"), call_id,
                    page.actor, page.now,
                )  # fmt: skip
    except NotFoundError:
        raise
    except DomainError as error:
        page.form.error("text", error.message)
        return show_call(page, 422)
    return page.redirect(_address(month, "noted"))


def show_version(page: Page) -> Response[Any]:
    """Show one version as it was frozen."""
    month, number = _month(page), number_in_address(page, "number")
    found = versions.frozen(
        page.session, page.site.vault, page.site.program, CALLS, month, number, drafts=_keeps(page)
    )
    return page.render(
        "admin/call_report_version.html", month=month, report=found.report, version=found.version,
        report_words=report_words,
    )  # fmt: skip


def take_pdf(page: Page) -> Response[Any]:
    """Give the report that counts now, or one version, as PDF."""
    return _file(page, "pdf", "application/pdf")


def take_xlsx(page: Page) -> Response[Any]:
    """Give the report that counts now, or one version, as a workbook."""
    return _file(page, "xlsx", XLSX)


def _file(page: Page, ending: str, media_type: str) -> Response[Any]:
    session, vault, program, month = page.session, page.site.vault, page.site.program, _month(page)
    if "number" in page.params:
        number = number_in_address(page, "number")
        found = versions.frozen(session, vault, program, CALLS, month, number, drafts=_keeps(page))
    else:
        found = versions.shown(session, vault, program, KIND, month, page.now, drafts=_keeps(page))
    if found.report is None:
        raise NotFoundError(_s("この月の報告書は、まだ提出されていません。"))
    made = found.version.checked_at if found.version is not None else page.now
    body = as_pdf(found.report, made) if ending == "pdf" else as_xlsx(found.report)
    name = f"calls-{month:%Y-%m}-{found.version.number if found.version is not None else 'draft'}.{ending}"
    record(session, page.actor, page.now, "report.taken", "report", name=name)
    return page.send(body, media_type, {"content-disposition": f'attachment; filename="{name}"'})


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, keep = Permission.SEE_CALL_REPORT, Permission.KEEP_CALL_REPORT
    base = "/call-report/{month:str}"
    one, version = base + "/marked/{call_id:int}", base + "/versions/{number:int}"
    return [
        staff_route("GET", "/call-report", show_list, see),
        staff_route("GET", base, show, see),
        staff_route("POST", base + "/texts", write, keep, shows=show),
        staff_route("POST", base + "/notes", add, keep, shows=show),
        staff_route("POST", base + "/notes/{note_id:int}/drop", drop, keep, shows=show),
        staff_route("POST", base + "/check", check, keep, shows=show),
        staff_route("POST", base + "/give-back", give_back, keep, shows=show),
        staff_route("POST", base + "/submit", submit, keep, shows=show),
        staff_route("POST", base + "/revise", revise, keep, shows=show),
        staff_route("GET", base + "/marked", show_marked, keep),
        staff_route("GET", one, show_call, keep, transaction=Transaction.WRITE),
        staff_route("POST", one + "/choose", choose, keep, shows=show_call),
        staff_route("POST", base + "/pdf", take_pdf, see),
        staff_route("POST", base + "/xlsx", take_xlsx, see),
        staff_route("GET", version, show_version, see),
        staff_route("POST", version + "/pdf", take_pdf, see),
        staff_route("POST", version + "/xlsx", take_xlsx, see),
    ]
