"""The list of today's calls, one call, and putting right what was noted."""

import re

from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.actors import Role
from tests.functional.contacts.calls.browsing import NOTES, call_of, finish, start
from tests.support.staff import StaffSite


def test_the_list_shows_ones_own_calls_of_today_and_a_lead_everybodys(staff: StaffSite) -> None:
    colleague = staff.hire(Role.AGENT)
    agent, lead = staff.enter(colleague), staff.enter_as(Role.SUPERVISOR)
    call_id = start(agent)
    finish(agent, call_id)
    own = start(lead)
    assert f'href="/calls/{call_id}"' in agent.get("/calls").text
    assert f'href="/calls/{own}"' not in agent.get("/calls?who=all").text
    assert f'href="/calls/{call_id}"' not in lead.get("/calls").text
    everybody = lead.get("/calls?who=all").text
    assert f'href="/calls/{call_id}"' in everybody
    assert f'href="/calls/{own}"' in everybody
    assert "職員 agent1" in everybody
    staff.clock.advance(hours=15)
    tomorrow = staff.enter(colleague).get("/calls").text
    assert "きょうの受付は、まだありません" in tomorrow


def test_a_list_has_at_most_twenty_rows(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    for _call in range(22):
        finish(visitor, start(visitor))
    page = visitor.get("/calls").text
    assert page.count('<th scope="row"') == 20
    following = re.search(r'href="(/calls\?before=\d+)"', page)
    assert following
    assert visitor.get(following[1]).text.count('<th scope="row"') == 2


def test_what_was_written_is_read_by_a_lead_on_demand_and_logged(staff: StaffSite) -> None:
    agent, lead = staff.enter_as(Role.AGENT), staff.enter_as(Role.SUPERVISOR)
    call_id = start(agent)
    finish(agent, call_id, text="不在票をなくしたとのこと")
    assert "不在票をなくした" in agent.get(f"/calls/{call_id}").text
    assert "不在票をなくした" not in lead.get(f"/calls/{call_id}").text
    assert lead.post(f"/calls/{call_id}/read").status_code == 303
    assert "不在票をなくした" in lead.get(f"/calls/{call_id}").text
    assert [event.subject_id for event in staff.events("call.read")] == [call_id]


def test_the_agent_puts_it_right_today_and_nobody_else_does(staff: StaffSite) -> None:
    colleague = staff.hire(Role.AGENT)
    agent, lead = staff.enter(colleague), staff.enter_as(Role.SUPERVISOR)
    call_id = start(agent)
    staff.clock.advance(minutes=5)
    finish(agent, call_id, interpreter_minutes="5", text="一回目")
    page = agent.get(f"/calls/{call_id}/correct").text
    assert '<option value="delivery/absent" selected>' in page
    assert 'name="interpreter" value="1" checked' in page
    assert "一回目</textarea>" in page
    submit = f"/calls/{call_id}/correct/submit"
    assert agent.post(submit, NOTES | {"category": "delivery/forwarding"}).status_code == 303
    call = call_of(staff, call_id)
    assert (call.subcategory, call.interpreter_minutes, call.sealed) == ("forwarding", None, None)
    assert agent.post(submit, NOTES | {"text": "CDFG HJKL MN34"}).status_code == 422
    assert lead.get(f"/calls/{call_id}/correct").headers["location"] == f"/calls/{call_id}"
    assert lead.post(submit, NOTES).status_code == 404
    assert "記録を直す" in agent.get(f"/calls/{call_id}").text
    staff.clock.advance(hours=15)
    agent = staff.enter(colleague)
    assert "記録を直す" not in agent.get(f"/calls/{call_id}").text
    assert agent.post(submit, NOTES | {"form_key": "late"}).status_code == 409


def test_a_forgotten_call_is_shown_until_it_is_described(sqlite_staff: StaffSite) -> None:
    colleague = sqlite_staff.hire(Role.AGENT)
    visitor = sqlite_staff.enter(colleague)
    call_id = start(visitor)
    with sqlite_staff.database.write() as session:
        call = session.get_one(Call, call_id)
        call.state, call.ended_at, call.talk_ended_at, call.closed_by_rule = (
            "ended",
            sqlite_staff.now,
            None,
            True,
        )
    assert f'href="/calls/{call_id}/correct"' in visitor.get("/calls").text
    assert visitor.post(f"/calls/{call_id}/correct/submit", NOTES).status_code == 303
    assert "終えるのを忘れた受付" not in visitor.get("/calls").text


def test_an_answer_without_a_transaction_of_its_own_has_the_bar_too(
    sqlite_staff: StaffSite,
) -> None:
    """A password is changed by a handler that opens short transactions itself."""
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    start(visitor)
    answer = visitor.post("/account/password/submit", {})
    assert answer.status_code == 422
    assert "話を終える" in answer.text
