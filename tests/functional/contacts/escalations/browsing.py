"""An agent in a call, with what the pages of calls back and of questions to the ward are sent."""

from portal.domain.contacts.calls.models import Call, CallHousehold
from portal.domain.contacts.calls.services import start_call
from portal.domain.foundation.actors import Actor, Organization, Role
from tests.support.resident import Visitor
from tests.support.staff import Colleague, StaffSite
from tests.support.work import work_in

WORDS = "基準日のあとに転入した。返事がほしい。"
QUESTION = {"kind": "eligibility", "text": WORDS, "form_key": "q"}
ORDER = {"instruction_no": "児発第12号", "instruction_date": "令和5年7月31日"}
CALLED = {"telephone": "03-1234-5678", "language": "ko", "text": "再配送", "form_key": "b"}


def in_call(staff: StaffSite, colleague: Colleague, household_id: int | None = None) -> int:
    """A call of a colleague, in which a household was opened."""
    with staff.database.write() as session:
        actor = Actor(Role.AGENT, colleague.id, Organization.CONTRACTOR)
        call = start_call(work_in(session, actor, staff.now))
        if household_id is not None:
            session.add(
                CallHousehold(
                    call_id=call.id, household_id=household_id, opened_at=staff.now, level=1
                )
            )
        return call.id


def agent(staff: StaffSite, household_id: int | None = None) -> tuple[Visitor, int]:
    """An agent who is in a call."""
    colleague = staff.hire(Role.AGENT)
    return staff.enter(colleague), in_call(staff, colleague, household_id)


def raised(staff: StaffSite, **changed: str) -> tuple[Visitor, str]:
    """A question that an agent passed on, and its address."""
    visitor, _call = agent(staff)
    visitor.open("/escalations/new")
    answer = visitor.post("/escalations/new/submit", QUESTION | changed)
    return visitor, answer.headers["location"].partition("?")[0]


def asked(staff: StaffSite, **changed: str) -> tuple[Visitor, str]:
    """A call back that an agent took, and its address; the call has ended."""
    visitor, call_id = agent(staff)
    visitor.open(f"/call-backs/new?call={call_id}")
    answer = visitor.post("/call-backs/new/submit", CALLED | {"call": str(call_id)} | changed)
    with staff.database.write() as session:
        call = session.get_one(Call, call_id)
        call.state, call.ended_at = "ended", staff.now
    return visitor, answer.headers["location"].partition("?")[0]
