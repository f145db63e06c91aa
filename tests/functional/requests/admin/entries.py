"""A family, people at the desk and what they type, for the tests of entering forms and calls."""

from datetime import UTC, datetime

from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.signin.locked_out import CallBack, ask_call_back
from portal.domain.requests.declines import services as declines
from portal.domain.requests.requests.models import Request
from tests.support.people import Person
from tests.support.resident import NOON, Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

AFTERWARDS = datetime(2023, 12, 27, 3, 0, tzinfo=UTC)
PAPER = {
    "received_on": "令和5年7月31日",
    "received_at": "午後2時5分",
    "signed_by": "householder",
    "clear": "yes",
    "no_scan": "scanner_down",
    "child-1": "1",
    "form_key": "one",
}
CARD = {"product-1": "gift_card", "product-2": "book_card"}


def give_family(staff: StaffSite) -> Person:
    person = staff.add_household(active=True)
    staff.give_coupons()
    return person


def enter(staff: StaffSite, person: Person, role: Role = Role.OFFICER) -> Visitor:
    """Somebody of the back office with the household opened."""
    visitor = staff.enter_as(role)
    place = f"/households/{person.household_id}/reason"
    visitor.open(place)
    visitor.send(f"{place}/submit", {"reason": "request", "form_key": "open"})
    return visitor


def place(person: Person, kind: str, channel: str = "post") -> str:
    return f"/households/{person.household_id}/entry/{kind}/{channel}"


def requests(staff: StaffSite) -> list[Request]:
    with staff.database.read() as session:
        rows = list(session.scalars(select(Request).order_by(Request.id)))
        session.expunge_all()
    return rows


def coupons(staff: StaffSite) -> list[str]:
    with staff.database.read() as session:
        return list(
            session.scalars(
                select(Coupon.state)
                .where(Coupon.entitlement_id.is_not(None))
                .order_by(Coupon.entitlement_id)
            )
        )


def decline_online(staff: StaffSite, person: Person, *ordinals: int) -> Request:
    with staff.database.write() as session:
        return declines.submit(
            work_in(
                session,
                Actor(Role.RESIDENT, person.credential_id),
                staff.now,
                program=staff.site.program,
            ),
            person.household_id,
            ordinals,
        )


def locked_out(staff: StaffSite, trouble: str, name: str) -> str:
    with staff.database.write() as session:
        wish = CallBack(trouble, "鶉野　瑠璃子", "0312345678")
        return ask_call_back(
            work_in(session, now=NOON), wish, f"key-{name}", f"203.0.113.{len(name)}"
        )
