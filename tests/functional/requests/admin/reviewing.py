"""What a reviewer does on the desk, without a screen."""

from dataclasses import replace

from portal.domain.requests.requests.models import Request
from tests.support.people import Person
from tests.support.requests.desk import Inbox, field
from tests.support.resident import Loop, Visitor
from tests.support.staff import StaffSite, make_staff


def inbox(staff: StaffSite) -> Inbox:
    """Hand requests in at the site."""
    return Inbox(staff.database, staff.site.program, staff.now)


def families(staff: StaffSite, count: int = 3) -> list[Person]:
    """Households of two children with coupons."""
    people = [staff.add_household() for _ in range(count)]
    staff.give_coupons()
    return people


def take(desk: Visitor, row: Request) -> str:
    """Open a request and claim it; return its page."""
    desk.open(f"/reviews/{row.id}")
    return desk.send(f"/reviews/{row.id}/claim").text


def decide(desk: Visitor, row: Request, page: str, action: str, **more: str) -> str:
    """Send the form of a claimed page; return the page that comes then."""
    hidden = {name: field(page, name) for name in ("version", "shown", "form_key")}
    return desk.send(
        f"/reviews/{row.id}/decide", {**hidden, "action": action, "reason": "", "text": "", **more}
    ).text


def with_four_eyes(staff: StaffSite, loop: Loop) -> StaffSite:
    """The site with a program in which two people accept a decline."""
    program = staff.site.program
    rules = replace(program.requests, four_eyes=frozenset({"decline"}))
    return make_staff(
        replace(staff.site, filed=replace(program, requests=rules)),
        staff.database,
        loop,
        staff.folder,
    )
