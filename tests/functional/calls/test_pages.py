"""The bar and the pages of a call, as an agent meets them."""

from portal.domain.actors import Role
from portal.domain.calls.models import Call
from tests.support.staff import StaffSite


def test_an_agent_starts_hangs_up_and_finishes(sqlite_staff: StaffSite) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    assert "受付を始める" in agent.get("/calls").text
    answer = agent.post("/calls/start", follow_redirects=False)
    print(answer.status_code, answer.headers)
    page = agent.get("/calls")
    assert "話を終える" in page.text
    agent.post("/calls/hang-up", {"call_id": "1"})
    page = agent.get("/calls/finish")
    answer = agent.post(
        "/calls/finish/submit",
        {"call_id": "1", "category": "delivery/absent", "result": "done", "text": "電話"},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert agent.get("/calls/1").status_code == 200
    assert agent.get("/calls/1/correct").status_code == 200
    assert agent.get("/calls").status_code == 200
