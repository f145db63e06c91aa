"""The settlement: sums, the issuer's statements, what prevents closing, closing by two people."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, first_post, staff_route
from admin.oversight.reports.files import send_report
from admin.oversight.reports.opened_figures import OpenedFigures
from admin.oversight.settlement_blockers import InTheWay, with_ways
from admin.page import Page
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.services import turn_down
from portal.domain.foundation.errors import ConflictError, DomainError, InputError
from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.typed import whole_date
from portal.domain.oversight.reports.status.settlement import (
    STATES,
    WAYS,
    report_and_blockers,
    settlement_report,
)
from portal.domain.oversight.reports.tables import Report
from portal.domain.oversight.settlement import closing
from portal.domain.oversight.settlement.closing import Verdict
from portal.domain.oversight.settlement.models import Settlement
from portal.domain.oversight.settlement.opening import counted_in, reached
from portal.domain.oversight.settlement.states import SettledState
from portal.domain.people.coupons.differences import open_kinds, open_yen, statements
from portal.domain.people.coupons.issuer_file import load_issuer, shipped_issuers
from portal.domain.people.coupons.models import IssuerStatement
from portal.domain.people.coupons.statement import ReceivedStatement, import_statement
from portal.domain.people.coupons.statement_rules import DifferenceKind
from portal.domain.people.staff.permissions import Permission
from portal.platform.http.uploads import MEGABYTE, UploadRule
from portal.platform.view import View

FILES = {"file": UploadRule(20 * MEGABYTE)}
HERE = "/settlement"
STATE_FIGURES = OpenedFigures(
    base=f"{HERE}/{STATES}",
    back=HERE,
    see=Permission.SEE_SETTLEMENT,
    figures=SettledState,
    found=counted_in,
    what=lambda: _s("起きたこと"),
)
WAY_FIGURES = OpenedFigures(
    base=f"{HERE}/{WAYS}",
    back=HERE,
    see=Permission.SEE_SETTLEMENT,
    figures=DeliveredMeans,
    found=lambda work, way, after: reached(work.session, way, after),
    what=lambda: _s("数え方"),
)


class SettlementView(View, frozen=True):
    """What ``admin/oversight/settlement.html`` shows."""

    report: Report
    tables_only: Report
    events: str
    blockers: Sequence[InTheWay]
    closed: Settlement | None
    verdict: Verdict | None
    proposal: Approval | None
    own: bool
    may_prepare: bool
    may_accept: bool
    differences: int
    kinds: Sequence[tuple[str, int, int]]
    statements: Sequence[IssuerStatement]
    profiles: tuple[str, ...]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the sums and the next step towards closing."""
    session, program = page.session, page.site.program
    report, in_the_way = report_and_blockers(page.work)
    kinds, yen = open_kinds(session), open_yen(session)
    row, proposal = closing.closed(session), closing.proposal(session)
    return page.render(
        "admin/oversight/settlement.html",
        SettlementView(
            report=report,
            tables_only=replace(report, notes=()),
            events=HERE,
            blockers=with_ways(page, in_the_way),
            closed=row,
            verdict=closing.verify(page.work, row) if row is not None else None,
            proposal=proposal,
            own=proposal is not None
            and page.who.staff is not None
            and proposal.proposed_by == page.who.staff.id,
            may_prepare=allowed(page, Permission.PREPARE_SETTLEMENT),
            may_accept=allowed(page, Permission.ACCEPT_SETTLEMENT),
            differences=sum(kinds.values()),
            kinds=[
                (label_of(DifferenceKind, kind), count, yen.get(kind, 0))
                for kind, count in kinds.items()
            ],
            statements=statements(session),
            profiles=shipped_issuers(program.issuers_dir),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def upload_statement(page: Page) -> Response[Any]:
    """Import an uploaded statement."""
    as_of = whole_date(page.form.get("as_of"))
    file = page.form.files.get("file")
    if not isinstance(as_of, date):
        page.form.error("as_of", _s("日付を、2024-03-31 のように入力してください。"))
    if page.form.get("profile") not in shipped_issuers(page.site.program.issuers_dir):
        page.form.error("profile", _s("発行者を選んでください。"))
    if file is None and "file" not in page.form.errors:
        page.form.error("file", _s("利用明細のファイルを選んでください。"))
    if not page.form.ok or file is None or not isinstance(as_of, date):
        return show(page, 422)
    try:
        profile = load_issuer(page.form.get("profile"), page.site.program.issuers_dir)
        taken = import_statement(page.work, ReceivedStatement(file.data, profile, as_of))
    except (InputError, ConflictError) as error:
        page.form.error("file", error.message)
        return show(page, 422)
    return page.redirect(f"/settlement?said={'repeated' if taken.repeated else 'taken'}")


def propose(page: Page) -> Response[Any]:
    """Propose to close."""
    return _closing(
        page,
        "proposed",
        lambda: closing.propose_closing(page.work),
    )


def confirm(page: Page) -> Response[Any]:
    """Close, as the second person."""
    return _closing(
        page,
        "closed",
        lambda: closing.confirm_closing(page.work),
    )


def withdraw(page: Page) -> Response[Any]:
    """Withdraw one's own proposal, or reject another person's."""
    proposal = closing.proposal(page.session)
    if proposal is not None and first_post(page):
        turn_down(page.work, proposal.id)
    return page.redirect("/settlement?said=withdrawn")


def _closing(page: Page, said: str, act: Callable[[], object]) -> Response[Any]:
    if closing.closed(page.session) is not None:
        return page.redirect("/settlement?said=closed")
    try:
        if first_post(page):
            act()
    except DomainError as error:
        page.form.error("closing", error.message)
        return show(page, 422)
    return page.redirect(f"/settlement?said={said}")


def download(page: Page) -> Response[Any]:
    """Send the settlement as PDF or as a workbook."""
    return send_report(page, settlement_report(page.work), "settlement", HERE)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see, prepare, accept = (
        Permission.SEE_SETTLEMENT,
        Permission.PREPARE_SETTLEMENT,
        Permission.ACCEPT_SETTLEMENT,
    )
    return [
        staff_route("GET", "/settlement", show, see),
        staff_route("POST", "/settlement/pdf", download, see),
        staff_route("POST", "/settlement/xlsx", download, see),
        staff_route(
            "POST", "/settlement/statement", upload_statement, prepare, shows=show, uploads=FILES
        ),
        staff_route("POST", "/settlement/propose", propose, prepare, shows=show),
        staff_route("POST", "/settlement/confirm", confirm, accept, shows=show),
        staff_route("POST", "/settlement/withdraw", withdraw, prepare),
        *STATE_FIGURES.handlers(),
        *WAY_FIGURES.handlers(),
    ]
