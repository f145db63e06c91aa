"""The screens of refused coupons, incidents, notices and stops, and how to get there."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from playwright.sync_api import Page

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.loader import load_program
from portal.domain.mailroom.incidents import downtime, faults, register, site_notices, subjects
from portal.domain.mailroom.incidents.faults import FaultKey, FaultOrigin, FaultReport, LookUp
from portal.domain.mailroom.incidents.kinds import Source
from portal.domain.mailroom.incidents.register import Opening
from portal.domain.mailroom.incidents.site_notices import Draft
from portal.domain.oversight.reports.incidents.reports import write_report
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.assignment import assign_replacement
from portal.domain.people.coupons.queries import coupon_of_child
from tests.browser.admin.desk.screens_of_acts import caller, family
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.resident import NOON
from tests.support.work import work_in


def _officer(served: ServedStaff) -> Actor:
    return Actor(Role.OFFICER, served.colleagues[Role.OFFICER].id, Organization.CONTRACTOR)


def _case(served: ServedStaff, *, looked_up: bool = False) -> int:
    """The open case of the first family's coupon; it is the same one for every screen."""
    now, actor = served.now, _officer(served)
    with served.database.write() as session:
        entry = coupon_of_child(session, served.numbers["household"], 1)
        assert entry.coupon is not None
        if entry.coupon.revealed_at is None:
            coupons.reveal(work_in(session, actor, now), entry.coupon)
        reported = FaultReport("not_read", "汐見マート", "レジで読めない")
        row = faults.report_fault(
            work_in(session, actor, now),
            FaultOrigin(served.numbers["household"], entry.entitlement_id, Source.CALL),
            reported,
        )
        if looked_up:
            answer = LookUp("unused", jst_date(now))
            faults.look_up(
                work_in(session, actor, now), FaultKey(row.id, include_protected=True), answer
            )
        return row.id


def _fault(served: ServedStaff, page: Page, *, looked_up: bool = False) -> None:
    served.enter(page, Role.OFFICER)
    served.go(page, f"/coupon-faults/{_case(served, looked_up=looked_up)}")


def _fault_list(served: ServedStaff, page: Page) -> None:
    _case(served)
    served.enter(page, Role.OFFICER)
    served.go(page, "/coupon-faults")


def _fault_refused(served: ServedStaff, page: Page) -> None:
    _fault(served, page)
    page.locator("form[action$='/refuse'] button, form[action$='/explain'] button").first.click()
    page.wait_for_load_state("load")


def _incident(served: ServedStaff, *, report: str = "") -> int:
    now, actor = served.now, _officer(served)
    with served.database.write() as session:
        opening = Opening("lost_letters", now - timedelta(hours=2), summary="袋がひとつ足りない。")
        row = register.open_incident(work_in(session, actor, now), opening)
        subjects.add_households(work_in(session, actor, now), row.id, [served.numbers["household"]])
        subjects.add_theirs(work_in(session, actor, now), row.id, "coupon")
        if report:
            write_report(
                work_in(session, actor, now, program=load_program("sample", NOON.date())),
                row.id,
                report,
            )
        return row.id


def _at(path: str, role: Role, served: ServedStaff, page: Page, *, report: str = "") -> None:
    key = _incident(served, report=report)
    served.enter(page, role)
    served.go(page, path.format(id=key))


def _then(path: str, form: str, served: ServedStaff, page: Page) -> None:
    _at(path, Role.OFFICER, served, page)
    page.locator(f"form[action$='{form}'] button").last.click()
    page.wait_for_load_state("load")


def _notice(served: ServedStaff, page: Page) -> None:
    now = served.now
    with served.database.write() as session:
        draft = Draft("fault", now, now + timedelta(days=1), "fault_shops")
        key = site_notices.write(work_in(session, _officer(served), now), draft).id
    served.enter(page, Role.OFFICER)
    served.go(page, f"/site-notices/{key}")


def _plain(path: str, form: str, served: ServedStaff, page: Page) -> None:
    served.enter(page, Role.OFFICER)
    served.go(page, path)
    if form:
        press(page, form)


def _desk(served: ServedStaff, page: Page) -> None:
    """An agent asks a caller what the shop said."""
    person = family(served, returned=False)
    with served.database.write() as session:
        entry = coupon_of_child(session, person.household_id, 1)
        coupon = assign_replacement(
            work_in(session, _officer(served), served.now), entry.entitlement_id
        )
        coupons.reveal(work_in(session, _officer(served), served.now), coupon)
    caller(served, page, person)
    served.go(page, f"/desk/{person.household_id}/coupon-fault")


def _desk_unconfirmed(served: ServedStaff, page: Page) -> None:
    _desk(served, page)
    press(page)


def _stops(served: ServedStaff, page: Page) -> None:
    now = served.now
    with served.database.write() as session:
        downtime.log(
            work_in(session, _officer(served), now),
            downtime.Outage("codes", now - timedelta(hours=1)),
        )
        # the telephone has no notice on the sites: other screens would show it
        starts = downtime.first_plannable(now)
        downtime.plan(
            work_in(session, _officer(served), now),
            downtime.Outage("telephone", starts, starts + timedelta(hours=2)),
        )
    served.enter(page, Role.OFFICER)
    served.go(page, "/downtime")


_here: Callable[..., Step] = partial
INCIDENTS: dict[str, Step] = {
    "act: refused coupon": _desk,
    "act: refused coupon unconfirmed": _desk_unconfirmed,
    "refused coupons": _fault_list,
    "refused coupon": _fault,
    "refused coupon: looked up": partial(_fault, looked_up=True),
    "refused coupon: no reason": _fault_refused,
    "incidents": _here(_at, "/incidents", Role.OFFICER),
    "incident: new": _here(_plain, "/incidents/new", ""),
    "incident: nothing chosen": _here(_plain, "/incidents/new", "form#form"),
    "incident": _here(_at, "/incidents/{id}", Role.OFFICER),
    "incident: wrong number": _here(_then, "/incidents/{id}", "/add"),
    "incident: what it touches": _here(_at, "/incidents/{id}/subjects", Role.OFFICER),
    "incident: for the auditor": _here(_at, "/incidents/{id}", Role.AUDITOR),
    "incident: affected": _here(_then, "/incidents/{id}/affected", "/affected/search"),
    "incident: report": _here(_at, "/incidents/{id}/write/progress", Role.OFFICER),
    "notices to everybody": _here(_plain, "/site-notices", ""),
    "notice: new": _here(_plain, "/site-notices/new", ""),
    "notice: nothing chosen": _here(_plain, "/site-notices/new", "form#form"),
    "notice": _notice,
    "stops": _stops,
    "stops: nothing chosen": _here(_plain, "/downtime", "form[action='/downtime/plan']"),
}
