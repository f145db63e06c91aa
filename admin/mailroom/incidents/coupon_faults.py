"""Pages of coupons that shops refuse: the list of cases, one case with its actions, the report."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from types import ModuleType
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.incidents import incident_words
from admin.page import Page
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import DateFault, digits, whole_date
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents import fault_queries, fault_replacement, faults
from portal.domain.mailroom.incidents.fault_agreement import proposal_of, proposed_among
from portal.domain.mailroom.incidents.fault_queries import CodeView, DayCount
from portal.domain.mailroom.incidents.faults import FaultEnding, FaultKey, LookUp
from portal.domain.mailroom.incidents.kinds import IssuerStatus, Outcome
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.incidents.states import COUPON_FAULT, FaultState
from portal.domain.mailroom.listing import PAGE, ListPage
from portal.domain.oversight.reports.incidents.coupon_faults import fault_report
from portal.domain.oversight.reports.outputs import as_pdf, as_xlsx
from portal.domain.people.staff.permissions import Permission
from portal.domain.people.staff.queries import staff_names
from portal.platform.carrying_out import Again
from portal.platform.view import View

READ = "read_coupon_fault"
FIELDS = frozenset({"status", "as_of", "used_yen", "outcome", "note"})


def _ward(page: Page) -> bool:
    return allowed(page, Permission.KNOW_PROTECTED)


def _page_number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1


class CouponFaultsView(View, frozen=True):
    """What ``admin/mailroom/incidents/coupon_faults.html`` shows."""

    rows: Sequence[CouponFault]
    proposed: Collection[int]
    more: bool
    number: int
    state: str
    waiting: bool
    states: tuple[FaultState, ...]
    counts: Mapping[str, int]
    days: Sequence[DayCount]
    many: bool
    incident_words: ModuleType
    said: str


def show_list(page: Page) -> Response[Any]:
    """List the open cases, those of a state, or those that wait for a second person."""
    state = page.query.get("state", "")
    state = state if FaultState.known(state) else ""
    waiting = page.query.get("proposed") == "1"
    number = _page_number(page.query.get("page", ""))
    rows = fault_queries.faults(
        page.session,
        ListPage(number, PAGE + 1, include_protected=_ward(page)),
        state=state,
        proposed=waiting,
    )
    return page.render(
        "admin/mailroom/incidents/coupon_faults.html",
        CouponFaultsView(
            rows=rows[:PAGE],
            proposed=proposed_among(page.session, [row.id for row in rows]),
            more=len(rows) > PAGE,
            number=number,
            state=state,
            waiting=waiting,
            states=tuple(FaultState),
            counts=fault_queries.state_counts(page.session, include_protected=_ward(page)),
            days=fault_queries.by_day(page.session, page.now, include_protected=_ward(page)),
            many=fault_queries.is_many(page.session, page.now, include_protected=_ward(page)),
            incident_words=incident_words,
            said=page.query.get("said", ""),
        ),
    )


def _found(page: Page) -> CouponFault:
    key = number_in_address(page, "fault_id")
    row = fault_queries.fault_by_id(page.session, key, include_protected=_ward(page))
    if row is None:
        raise NotFoundError(_s("この記録は見つかりませんでした。"))
    return row


def _key(page: Page, row: CouponFault) -> FaultKey:
    return FaultKey(row.id, include_protected=_ward(page))


class CouponFaultView(View, frozen=True):
    """What ``admin/mailroom/incidents/coupon_fault.html`` shows."""

    row: CouponFault
    old: CodeView
    new: CodeView | None
    reported: Mapping[str, str]
    shown: bool
    names: Mapping[int, str]
    answers: tuple[IssuerStatus, ...]
    outcomes: tuple[Outcome, ...]
    incident_words: ModuleType
    said: str
    can: set[str]
    suggested: Mapping[str, str]
    opens: bool
    proposed_by: str
    own_proposal: bool


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show one case with both codes and the possible actions; its words only once revealed."""
    row = _found(page)
    old, new = fault_queries.codes_of(page.work, row)
    shown = page.who.auth is not None and page.who.auth.data.get(READ) == row.id
    proposal = proposal_of(page.session, row.id)
    proposer = proposal.proposed_by if proposal is not None else None
    people = {key for key in (row.looked_up_by, row.ended_by, proposer) if key is not None}
    names = staff_names(page.session, people)
    return page.render(
        "admin/mailroom/incidents/coupon_fault.html",
        CouponFaultView(
            row=row,
            old=old,
            new=new,
            reported=faults.words_of(page.site.vault, row) if shown else {},
            shown=shown,
            names=names,
            answers=tuple(IssuerStatus),
            outcomes=tuple(Outcome),
            incident_words=incident_words,
            said=page.query.get("said", ""),
            can={action for action in COUPON_FAULT.steps if COUPON_FAULT.can(row.state, action)},
            suggested=_suggested(page, old),
            opens=allowed(page, Permission.OPEN_HOUSEHOLD),
            proposed_by=names.get(proposer, "") if proposer is not None else "",
            own_proposal=page.who.staff is not None and proposer == page.who.staff.id,
        ),
        status_code,
    )


def _suggested(page: Page, coupon: CodeView) -> dict[str, str]:
    """Return the values that the form proposes, from the issuer's last statement if any."""
    if coupon.issuer_status is None or coupon.issuer_as_of is None:
        return {"status": "", "as_of": jst_date(page.now).isoformat(), "used_yen": ""}
    used = str(coupon.used_yen) if coupon.issuer_status == IssuerStatus.PART_USED else ""
    return {
        "status": coupon.issuer_status,
        "as_of": coupon.issuer_as_of.isoformat(),
        "used_yen": used,
    }


def read(page: Page) -> Response[Any]:
    """Show the household's words, and log that they were read."""
    row = _found(page)
    if page.who.auth is not None:
        record(
            page.work, "coupon_fault.read", "coupon_fault", row.id, household_id=row.household_id
        )
        page.who.auth.data = page.who.auth.data | {READ: row.id}
    return page.redirect(f"/coupon-faults/{row.id}")


def look_up(page: Page) -> Response[Any]:
    """Record the issuer's status."""
    form, row = page.form, _found(page)
    day = whole_date(form.get("as_of"))
    if isinstance(day, DateFault):
        form.error("as_of", _s("日付を、2023-07-31 のように入力してください。"))
    typed = digits(form.get("used_yen")) if form.get("used_yen").strip() else "0"
    if typed is None or len(typed) > 9:
        form.error("used_yen", _s("金額は、数字で入力してください。"))
    if not form.ok or not isinstance(day, date) or typed is None:
        return show(page, 422)
    answer = LookUp(form.get("status"), day, int(typed))
    return _act(
        page,
        row,
        "looked_up",
        lambda: faults.look_up(page.work, _key(page, row), answer),
    )


def propose(page: Page) -> Response[Any]:
    """Propose to stop the old code and to give a new one."""
    return _replacing(page, "proposed", fault_replacement.propose_replacement)


def withdraw(page: Page) -> Response[Any]:
    """Withdraw the own proposal, or reject another person's."""
    return _replacing(page, "withdrawn", fault_replacement.withdraw_replacement)


def replace(page: Page) -> Response[Any]:
    """Stop the old code and give a new one, as the second person."""
    return _replacing(page, "replaced", fault_replacement.stop_and_replace)


def _replacing(
    page: Page, said: str, act: Callable[[Work, FaultKey], CouponFault]
) -> Response[Any]:
    row = _found(page)
    return _act(page, row, said, lambda: act(page.work, _key(page, row)))


def explain(page: Page) -> Response[Any]:
    """Close a case with an explanation."""
    return _end(page, faults.explain)


def refuse(page: Page) -> Response[Any]:
    """Close a case that was no fault, or not ours."""
    return _end(page, faults.refuse)


def _end(page: Page, act: Callable[[Work, FaultKey, FaultEnding], CouponFault]) -> Response[Any]:
    row = _found(page)
    return _act(
        page,
        row,
        "ended",
        lambda: act(
            page.work,
            _key(page, row),
            FaultEnding(page.form.get("outcome"), page.form.get("note")),
        ),
    )


def _act(page: Page, row: CouponFault, said: str, act: Callable[[], object]) -> Response[Any]:
    return carry_out_once(
        page,
        act,
        f"/coupon-faults/{row.id}?said={said}",
        Again(show, "case", FIELDS, but=NotFoundError),
    )


def report(page: Page) -> Response[Any]:
    """Send the report of a case as PDF or workbook; the download is logged."""
    row = _found(page)
    kind = str(page.params["kind"])
    if kind not in {"pdf", "xlsx"}:
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    found = fault_report(page.work, row)
    body = as_pdf(found, page.now) if kind == "pdf" else as_xlsx(found)
    record(
        page.work,
        "report.taken",
        "coupon_fault",
        row.id,
        household_id=row.household_id,
        name=f"coupon_fault.{kind}",
    )
    return page.download(f"coupon-fault.{kind}", body)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    act, one = Permission.HANDLE_COUPON_FAULTS, "/coupon-faults/{fault_id:int}"
    return [
        staff_route("GET", "/coupon-faults", show_list, act),
        staff_route("GET", one, show, act),
        staff_route("POST", one + "/read", read, act),
        staff_route("POST", one + "/look-up", look_up, act, shows=show),
        staff_route("POST", one + "/replace", replace, act, shows=show),
        staff_route("POST", one + "/replace/propose", propose, act, shows=show),
        staff_route("POST", one + "/replace/withdraw", withdraw, act, shows=show),
        staff_route("POST", one + "/explain", explain, act, shows=show),
        staff_route("POST", one + "/refuse", refuse, act, shows=show),
        staff_route("POST", one + "/report/{kind:str}", report, act),
    ]
