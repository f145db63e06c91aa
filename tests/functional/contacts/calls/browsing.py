"""Calls as somebody with a browser goes through them."""

import re
import secrets

from portal.domain.contacts.calls import gate
from portal.domain.contacts.calls.models import Call
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

NOTES = {"category": "delivery/absent", "result": "done"}


def start(visitor: Visitor, **fields: str) -> int:
    """Begin a call; return its key."""
    fields.setdefault("form_key", secrets.token_hex())
    assert visitor.post("/calls/start", fields).headers["location"] == "/desk"
    found = re.search(r'name="call_id" value="(\d+)"', visitor.get("/calls").text)
    assert found
    return int(found[1])


def finish(visitor: Visitor, call_id: int, **fields: str) -> None:
    """End it with notes; what is passed to the ward goes on to the form for that."""
    answer = visitor.post("/calls/finish/submit", {**NOTES, "call_id": str(call_id), **fields})
    passed = fields.get("result") == "passed"
    place = f"/escalations/new?call={call_id}" if passed else "/calls?said=finished"
    assert (answer.status_code, answer.headers["location"]) == (303, place)


def call_of(staff: StaffSite, call_id: int) -> Call:
    """The call as it stands."""
    with staff.database.read() as session:
        found = session.get_one(Call, call_id)
        session.expunge(found)
        return found


def open_household(staff: StaffSite, call_id: int) -> int:
    """A household is opened in it; returns its key."""
    person = staff.add_household()
    with staff.database.write() as session:
        call = session.get_one(Call, call_id)
        gate.opened_in(work_in(session, now=staff.now), call, person.household_id)
    return person.household_id
