"""Progress of the work: milestones with owner and evidence, and the reports on it."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.marks import Mark, marks
from admin.oversight.reports.files import send_report
from admin.page import Page
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import Labeled, _s, use_locale
from portal.domain.letters.subcontractors.queries import subcontractors
from portal.domain.letters.subcontractors.states import CompanyState
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.mailroom.roster.queries import imports
from portal.domain.oversight.management import milestones
from portal.domain.oversight.management.milestones import MilestoneStatus
from portal.domain.oversight.management.questions import questions
from portal.domain.oversight.management.states import MILESTONE, MilestoneState, QuestionState
from portal.domain.oversight.management.ward_asked import unanswered
from portal.domain.oversight.registers.dues import late_count
from portal.domain.oversight.reports.management import papers
from portal.domain.oversight.reports.management.plan import plan_report
from portal.domain.oversight.reports.management.progress import progress_report
from portal.domain.oversight.reports.management.registers import registers_report
from portal.domain.oversight.reports.tables import Report
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View

STATE_MARK = marks(
    {
        MilestoneState.PLANNED: Mark.PLAIN,
        MilestoneState.STARTED: Mark.WAIT,
        MilestoneState.DONE: Mark.GOOD,
        MilestoneState.LATE: Mark.STOP,
    }
)
LISTED = 20


class MilestoneStep(Labeled):
    """What a button on the page of a milestone does, with the button's text."""

    BEGIN = "begin", lambda: _s("始めた")
    FINISH = "finish", lambda: _s("完了した")
    REOPEN = "reopen", lambda: _s("完了を取り消す")

    @property
    def is_main(self) -> bool:
        """Whether its button is the main one of the page."""
        return self is MilestoneStep.FINISH


class ManagementView(View, frozen=True):
    """What ``admin/oversight/management/management.html`` shows."""

    milestones: Sequence[MilestoneStatus]
    state_mark: Callable[[str], Mark]
    questions: int
    companies: int
    late: int
    overdue_entries: int
    ward_questions: int
    imports: Sequence[RosterImport]
    said: str


def show(page: Page) -> Response[Any]:
    """Show the milestones, the waiting work, and the papers."""
    session = page.session
    found = milestones.milestones(page.work)
    return page.render(
        "admin/oversight/management/management.html",
        ManagementView(
            milestones=found,
            state_mark=STATE_MARK,
            questions=sum(one.state == QuestionState.OPEN for one in questions(page.work)),
            companies=sum(one.state == CompanyState.CONSENTED for one in subcontractors(session)),
            late=sum(one.state == MilestoneState.LATE for one in found),
            overdue_entries=late_count(page.work),
            ward_questions=unanswered(session),
            imports=imports(session, LISTED),
            said=page.query.get("said", ""),
        ),
    )


class MilestoneView(View, frozen=True):
    """What ``admin/oversight/management/milestone.html`` shows."""

    one: MilestoneStatus
    state_mark: Callable[[str], Mark]
    keeps: bool
    steps: Sequence[MilestoneStep]
    said: str


def show_one(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one milestone with its form."""
    one = _one(page)
    if page.method == "GET":
        page.form.values = {"owner": one.owner, "evidence": one.evidence, "note": one.note}
    return page.render(
        "admin/oversight/management/milestone.html",
        MilestoneView(
            one=one,
            state_mark=STATE_MARK,
            keeps=allowed(page, Permission.KEEP_MANAGEMENT),
            steps=_steps(one),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _steps(one: milestones.MilestoneStatus) -> list[MilestoneStep]:
    return [step for step in MilestoneStep if MILESTONE.can(one.stored, step)]


def _one(page: Page) -> milestones.MilestoneStatus:
    key = str(page.params["key"])
    for one in milestones.milestones(page.work):
        if one.key == key:
            return one
    raise NotFoundError(_s("この節目は見つかりませんでした。"))


def note(page: Page) -> Response[Any]:
    """Record owner, evidence and a remark."""
    texts = {name: page.form.get(name) for name in milestones.FIELDS}
    return _act(
        page,
        "noted",
        lambda key: milestones.write(page.work, key, texts),
    )


def move(page: Page) -> Response[Any]:
    """Begin, finish or reopen a milestone, as the address says."""
    action = page.path.rpartition("/")[2]
    return _act(
        page,
        action,
        lambda key: milestones.move(page.work, key, action),
    )


def _act(page: Page, said: str, act: Callable[[str], object]) -> Response[Any]:
    key = _one(page).key
    return carry_out_once(
        page,
        lambda: act(key),
        f"/management/milestones/{key}?said={said}",
        Again(show_one, "state", named=True),
    )


def download_report(page: Page) -> Response[Any]:
    """Send a paper on the work."""
    name = page.path.split("/")[-2]
    writers: dict[str, Callable[[], Report]] = {
        "plan": lambda: plan_report(page.work),
        "progress": lambda: progress_report(page.work),
        "questions": lambda: papers.questions_report(page.work),
        "checklist": lambda: papers.checklist_report(page.work),
        "registers": lambda: registers_report(page.work),
    }
    with use_locale(SOURCE_LOCALE):
        report = writers[name]()
    return send_report(page, report, name)


def download_receipt(page: Page) -> Response[Any]:
    """Send the receipt of one extract."""
    key = number_in_address(page, "import_id")
    with use_locale(SOURCE_LOCALE):
        report = papers.receipt_report(page.work, key)
    return send_report(page, report, f"receipt-{key}")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, keep = Permission.SEE_MANAGEMENT, Permission.KEEP_MANAGEMENT
    one = "/management/milestones/{key:str}"
    return [
        staff_route("GET", "/management", show, see),
        staff_route("GET", one, show_one, see),
        staff_route("POST", one + "/note", note, keep, shows=show_one),
        *(
            staff_route("POST", f"{one}/{step}", move, keep, shows=show_one)
            for step in MilestoneStep
        ),
        *(
            staff_route("POST", f"/management/{name}/{ending}", download_report, see)
            for name in ("plan", "progress", "questions", "checklist", "registers")
            for ending in ("pdf", "xlsx")
        ),
        staff_route("POST", "/management/receipts/{import_id:int}/pdf", download_receipt, see),
    ]
