"""A deaf parent's FAX.

Received, verified from what it says, redelivery asked for on their behalf, answered by FAX.
"""

import re
from typing import TypeVar

from sqlalchemy import select

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.desk.call_desk.models import DeskAct
from portal.domain.foundation.actors import Role
from portal.domain.letters.shipments.models import Shipment
from portal.domain.requests.requests.models import Request, Scan
from tests.functional.desk.call_desk.support import CHILD_BIRTH, POSTAL, Agent, letter_of, posted
from tests.support.people import CANARY_BIRTH, CANARY_NAME, CANARY_STREET, Person
from tests.support.reading import pdf
from tests.support.reading.files import fax
from tests.support.requests.looking import post_looked_at
from tests.support.resident import NOON
from tests.support.staff import StaffSite

HEADER = {
    "received_on": "2023-08-01",
    "received_at": "9:12",
    "language": "ja",
    "sender": "03-5550-0142",
    "form_key": "in",
}
ON_THE_FAX = {
    "relation": "other_parent",
    "name": CANARY_NAME,
    "birth": CANARY_BIRTH.isoformat(),
    "child_birth": CHILD_BIRTH.isoformat(),
    "postal": POSTAL,
}
Row = TypeVar("Row", Request, FaxCase, FaxReply)
TWICE = {"number": "03-5550-0142", "number_again": "03-5550-0142"}


def returned(staff: StaffSite) -> Person:
    person = staff.add_household()
    facts = {"returned_reason": "storage_ended", "returned_on": NOON.date()}
    posted(staff, person, letter_of(staff, person), "returned", **facts)
    return person


def one(staff: StaffSite, model: type[Row]) -> Row:
    with staff.database.read() as session:
        row: Row = session.scalars(select(model)).one()
        session.expunge(row)
    return row


def test_a_deaf_parent_asks_by_fax_for_the_letter_to_be_sent_again(staff: StaffSite) -> None:
    person = returned(staff)
    at = Agent(staff, staff.enter_as(Role.AGENT))
    visitor = at.visitor

    # the FAX comes in and waits its turn
    visitor.get("/faxes/new")
    post_looked_at(visitor, "/faxes/receive", HEADER, {"file": ("a.tif", fax(), "image/tiff")})
    (place,) = re.findall(r'href="(/faxes/\d+)"', visitor.get("/faxes").text)
    visitor.get(place)
    assert visitor.send(f"{place}/start").status_code == 200
    assert visitor.get(f"{place}/pages/1").headers["content-type"] == "image/png"

    # before the check nothing of a household may be written
    assert visitor.get(place).text.count("確認できるまで") == 1
    own = TWICE | {
        "text": "手紙をもう一度送ります。",
        "household": str(person.household_id),
        "form_key": "early",
    }
    assert visitor.post(f"{place}/reply", own).status_code == 422

    # the agent reads the FAX, finds the family and types what stands on it
    at.search(name=CANARY_NAME, postal=POSTAL)
    assert at.verify(person.household_id, **ON_THE_FAX) == 303
    assert f'href="{place}"' in at.page(person.household_id), (
        "the way back to the FAX stands in the bar"
    )
    done = visitor.send(
        f"/desk/{person.household_id}/redelivery/submit",
        {"item": "letter", "told": "yes", "form_key": "do"},
    )
    request = one(staff, Request)
    assert request.receipt_no in done.text
    case = one(staff, FaxCase)
    assert (request.kind, request.channel, request.received_at) == (
        "redelivery",
        "fax",
        case.received_at,
    )

    # the answer: general words, the number of what was asked for, and a line about the letter
    page = visitor.get(place).text
    assert f'name="receipt-{request.receipt_no}" value="1" checked' in page
    answer = own | {
        "wording-accepted": "1",
        f"receipt-{request.receipt_no}": "1",
        "form_key": "late",
    }
    assert visitor.post(f"{place}/reply", answer).status_code == 303
    reply = one(staff, FaxReply)
    base = f"{place}/replies/{reply.id}"
    front, behind = (
        "".join(pdf.text(visitor.get(f"{base}/sheets/{part}").content))
        for part in ("cover", "text")
    )
    assert case.receipt_no in front
    assert request.receipt_no not in front
    assert request.receipt_no in behind
    assert "手紙をもう一度送ります" in behind
    for personal in (CANARY_NAME[:2], CANARY_STREET, "5550", person.login_id):
        assert personal not in front
    assert CANARY_STREET not in behind

    # it goes out, and the call is noted
    visitor.send(f"{base}/number")
    visitor.get(place)
    assert visitor.post(f"{base}/sent", {"form_key": "sent"}).status_code == 303
    at.end()
    with staff.database.read() as session:
        case = session.scalars(select(FaxCase)).one()
        call = session.scalars(select(Call)).one()
        act = session.scalars(select(DeskAct)).one()
        assert (case.state, case.household_id) == ("answered", person.household_id)
        assert (call.channel, call.subject, call.state) == ("fax", f"fax_case:{case.id}", "ended")
        assert session.scalars(select(CallHousehold.level)).one() == 1
        assert (act.channel, act.call_id, act.receipt_no) == ("fax", call.id, request.receipt_no)
        assert session.get_one(Scan, case.scan_id).household_id == person.household_id
        assert session.scalars(select(Shipment.state)).one() == "returned", (
            "officers decide, then it is printed"
        )
