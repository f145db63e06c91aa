"""The pages of a monthly report of any kind: due days, the draft, its steps, versions and files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.oversight.reports import words as report_words
from admin.oversight.reports.files import send_file
from admin.page import Page, StaffWho
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.monthly import services as monthly
from portal.domain.oversight.reports.monthly import versions
from portal.domain.oversight.reports.monthly.commenting import comment, settle
from portal.domain.oversight.reports.monthly.comments import Thread, threads
from portal.domain.oversight.reports.monthly.due import (
    Due,
    ReportKey,
    due_day,
    due_reports,
    months,
    read_month,
)
from portal.domain.oversight.reports.monthly.explaining import explain
from portal.domain.oversight.reports.monthly.models import MonthlyReport, ReportVersion
from portal.domain.oversight.reports.monthly.states import ReportState
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.routes import Handler
from portal.platform.view import View

LISTED = 20


def _nothing_more(_page: Page, _month: date, _keeps: bool) -> View | None:
    return None


def _state(row: MonthlyReport | None) -> ReportState:
    return ReportState(row.state) if row is not None else ReportState.DRAFT


class MonthlyReportView(View, frozen=True):
    """What the page of a month's report shows; ``more`` is the kind's own part."""

    month: date
    keeps: bool
    shown: versions.ShownReport
    report: Report | None
    state: ReportState
    is_draft: bool
    is_checked: bool
    is_submitted: bool
    texts: Mapping[str, str]
    versions: Sequence[ReportVersion]
    me: int
    threads: Sequence[Thread]
    due: date
    over: bool
    ended: bool
    events: str
    said: str
    report_words: ModuleType
    more: View | None


class MonthlyVersionView(View, frozen=True):
    """What the page of one version shows."""

    month: date
    report: Report | None
    frozen: ReportVersion | None
    events: str
    report_words: ModuleType


def not_submitted() -> NotFoundError:
    """Return the refusal of who reads only what was submitted."""
    return NotFoundError(_s("この月の報告書は、まだ提出されていません。"))


class MonthlyListView(View, frozen=True):
    """What the list of months shows."""

    months: Sequence[date]
    states: Mapping[date, ReportState]
    report_words: ModuleType
    due: Sequence[Due]
    submitted: Mapping[date, ReportVersion | None]
    due_day: Callable[[date], date]


@dataclass(frozen=True, slots=True)
class MonthlyPages:
    """The pages of one kind of report.

    ``name`` is in its address and template; further fields are who sees and who writes it, and what
    else its page shows. ``unknown`` is the sentence for a month without such a report. Files are
    named after the kind.
    """

    kind: versions.Kind
    base: str
    name: str
    see: Permission
    keep: Permission
    unknown: Callable[[], str] = field(repr=False)
    more: Callable[[Page, date, bool], View | None] = field(default=_nothing_more, repr=False)

    def keeps(self, page: Page) -> bool:
        """Return whether the person writes this report, and does not only read submitted ones."""
        return allowed(page, self.keep)

    def month(self, page: Page) -> date:
        """Return the month in the address.

        Raises:
            NotFoundError: it has no report.
        """
        month = read_month(str(page.params["month"]))
        if month is None or month not in months(
            page.site.program, jst_date(page.now), self.kind.name
        ):
            raise NotFoundError(self.unknown())
        return month

    def address(self, month: date, said: str) -> str:
        """Return the address of a month's page, with what was done."""
        return f"{self.base}/{month:%Y-%m}?said={said}"

    def show_list(self, page: Page) -> Response[Any]:
        """List the months with what is due."""
        session, program, kind = page.session, page.site.program, self.kind.name
        here = months(program, jst_date(page.now), kind)[:LISTED]
        rows = {month: versions.month_report(session, self.kind.key(month)) for month in here}
        return page.render(
            f"admin/oversight/reports/{self.name}s.html",
            MonthlyListView(
                months=here,
                states={month: _state(row) for month, row in rows.items()},
                report_words=report_words,
                due=due_reports(page.work, kind) if self.keeps(page) else [],
                submitted={
                    month: versions.newest_submitted(session, row) for month, row in rows.items()
                },
                due_day=lambda month: due_day(program, self.kind.key(month)),
            ),
        )

    def show(self, page: Page, status_code: int = 200) -> Response[Any]:
        """Show a month's current report, and to those who keep it, the next steps."""
        session, month, keeps = page.session, self.month(page), self.keeps(page)
        row = versions.month_report(session, self.kind.key(month))
        state, found = _state(row), self.current(page, month)
        due, today = due_day(page.site.program, self.kind.key(month)), jst_date(page.now)
        every = versions.versions(session, row)
        view = MonthlyReportView(
            month=month,
            keeps=keeps,
            shown=found,
            report=found.report,
            state=state,
            is_draft=state is ReportState.DRAFT,
            is_checked=state is ReportState.CHECKED,
            is_submitted=state is ReportState.SUBMITTED,
            texts=versions.texts_of(page.site.vault, row) if keeps else {},
            versions=[one for one in every if keeps or one.submitted_at is not None][:LISTED],
            me=page.who.staff.id if page.who.staff else 0,
            threads=threads(page.work, row) if keeps else [],
            due=due,
            over=today > due,
            ended=month < today.replace(day=1),
            events=self.events(month),
            said=page.query.get("said", ""),
            report_words=report_words,
            more=self.more(page, month, keeps),
        )
        return page.render(f"admin/oversight/reports/{self.name}.html", view, status_code)

    def step(
        self, page: Page, said: str, act: Callable[[date], object], fields: tuple[str, ...] = ()
    ) -> Response[Any]:
        """Carry out one step of a month's report, once.

        A refusal shows the page again, with the sentence beside the one of ``fields`` that its code
        names. With a single field it is beside that one whatever its code; with none, beside the
        report's state.
        """
        month = self.month(page)
        field = fields[0] if len(fields) == 1 else "state"
        return carry_out_once(
            page,
            lambda: act(month),
            self.address(month, said),
            Again(self.show, field, fields),
        )

    def check(self, page: Page) -> Response[Any]:
        """Freeze the draft as its next version."""

        def freeze(month: date) -> object:
            return monthly.check(page.work, self.kind, month)

        return self.step(page, "checked", freeze)

    def submit(self, page: Page) -> Response[Any]:
        """Record that the version that was read is submitted to the ward."""
        typed = page.form.get("number")
        number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0

        def hand_in(month: date) -> object:
            return monthly.submit(page.work, self.kind.key(month), number)

        return self.step(page, "submitted", hand_in)

    def give_back(self, page: Page) -> Response[Any]:
        """Return a checked report to draft."""
        return self._turn(page, "given_back", monthly.give_back)

    def revise(self, page: Page) -> Response[Any]:
        """Start a correction of a submitted report."""
        return self._turn(page, "revised", monthly.revise)

    def explain(self, page: Page) -> Response[Any]:
        """Record why a figure of the checked version differs from its recount."""
        figure = str(page.params["figure"])
        field = f"reason-{figure}"

        def say_why(month: date) -> object:
            return explain(page.work, self.kind.key(month), figure, page.form.get(field))

        return self.step(page, "explained", say_why, (field,))

    def comment(self, page: Page) -> Response[Any]:
        """Write a comment on a report that is not handed in, or an answer to one."""
        answered = "comment_id" in page.params
        number = number_in_address(page, "comment_id") if answered else None
        name = f"answer-{number}" if answered else "comment"

        def say(month: date) -> object:
            return comment(page.work, self.kind.key(month), page.form.get(name), number)

        return self.step(page, "commented", say, (name,))

    def settle(self, page: Page) -> Response[Any]:
        """Say that a comment is dealt with."""
        number = number_in_address(page, "comment_id")
        return self.step(
            page,
            "comment_settled",
            lambda month: settle(page.work, self.kind.key(month), number),
            (f"answer-{number}",),
        )

    def events(self, month: date) -> str:
        """Return the address under which the figures of a month open their events."""
        return f"{self.base}/{month:%Y-%m}/figures"

    def _turn(
        self, page: Page, said: str, turn: Callable[[Work, ReportKey], object]
    ) -> Response[Any]:
        return self.step(page, said, lambda month: turn(page.work, self.kind.key(month)))

    def current(self, page: Page, month: date) -> versions.ShownReport:
        """Return a month's report as this person may see it now."""
        if self.keeps(page):
            return versions.shown_to_writers(page.work, self.kind, month)
        return versions.shown_to_readers(page.work, self.kind.key(month))

    def _found(self, page: Page, month: date) -> versions.ShownReport:
        if "number" not in page.params:
            return self.current(page, month)
        read = versions.any_version if self.keeps(page) else versions.submitted_version
        return read(page.work, self.kind.key(month), number_in_address(page, "number"))

    def show_version(self, page: Page) -> Response[Any]:
        """Show one version as it was frozen."""
        month = self.month(page)
        found = self._found(page, month)
        return page.render(
            f"admin/oversight/reports/{self.name}_version.html",
            MonthlyVersionView(
                month=month,
                report=found.report,
                frozen=found.version,
                events=self.events(month),
                report_words=report_words,
            ),
        )

    def download(self, page: Page) -> Response[Any]:
        """Send the current report, or one version, as PDF or as a workbook."""
        month, ending = self.month(page), "pdf" if page.path.endswith("/pdf") else "xlsx"
        found = self._found(page, month)
        if found.report is None:
            raise not_submitted()
        made = found.version.checked_at if found.version is not None else page.now
        with use_locale(SOURCE_LOCALE):  # what goes to the ward is Japanese
            events = page.site.settings.admin_url + self.events(month)
            body = (
                as_pdf(found.report, made, events)
                if ending == "pdf"
                else as_xlsx(found.report, events=events)
            )
        number = found.version.number if found.version is not None else "draft"
        name = f"{self.kind.name}-{month:%Y-%m}-{number}.{ending}"
        return send_file(page, name, body)

    def handlers(self, write: Handler[StaffWho]) -> list[HTTPRouteHandler]:
        """Return the routes that every kind has; ``write`` saves the texts of a draft."""
        one = self.base + "/{month:str}"
        version = one + "/versions/{number:int}"
        steps = {
            "texts": write,
            "check": self.check,
            "submit": self.submit,
            "give-back": self.give_back,
            "revise": self.revise,
        }
        return [
            staff_route("GET", self.base, self.show_list, self.see),
            staff_route("GET", one, self.show, self.see),
            *(
                staff_route("POST", f"{one}/{name}", step, self.keep, shows=self.show)
                for name, step in steps.items()
            ),
            *(
                staff_route("POST", f"{place}/{ending}", self.download, self.see)
                for place in (one, version)
                for ending in ("pdf", "xlsx")
            ),
            staff_route("GET", version, self.show_version, self.see),
            *(
                staff_route("POST", f"{one}/comments{rest}", act, self.keep, shows=self.show)
                for rest, act in (
                    ("", self.comment),
                    ("/{comment_id:int}", self.comment),
                    ("/{comment_id:int}/settle", self.settle),
                )
            ),
            staff_route(
                "POST",
                one + "/differences/{figure:str}",
                self.explain,
                self.keep,
                shows=self.show,
            ),
        ]
