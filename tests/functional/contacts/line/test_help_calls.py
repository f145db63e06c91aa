"""One press calls the supervisor without a sound; it is taken, finished or called off."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from sqlalchemy import select

from portal.domain.contacts.line import help_calls
from portal.domain.contacts.line.models import HelpCall
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import NotAllowedError, NotFoundError, WrongStateError
from portal.platform.database import Database
from tests.functional.contacts.escalations.support import Desk, make_desk
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

SENT = {"form_key": "help"}


def in_call(staff: StaffSite) -> Visitor:
    visitor = staff.enter(staff.hire(Role.AGENT, "agent-of-line"))
    visitor.open("/calls")
    visitor.post("/calls/start", {"form_key": "s", "language": "ko", "line": "L7"})
    return visitor


def test_the_supervisor_sees_who_calls_and_since_when_and_comes(staff: StaffSite) -> None:
    agent, lead = in_call(staff), staff.enter_as(Role.SUPERVISOR)
    assert lead.open("/help-calls/now").text == ""
    pressed = [agent.post("/help-calls/call", SENT) for _ in range(2)]
    assert {one.headers["location"] for one in pressed} == {"/desk"}
    assert staff.count(HelpCall) == 1
    line = lead.open("/help-calls/now")
    assert line.headers["content-type"].startswith("text/plain")
    assert re.fullmatch(r"呼んでいます：[^・]+・L7・韓国語（12:00から）", line.text)
    assert re.search(r'href="/help-calls"[^>]*>.*?1', lead.open("/account").text, re.DOTALL)
    assert "12:00から待っています" in lead.open("/help-calls").text
    lead.post("/help-calls/1/take", SENT)
    assert lead.open("/help-calls/now").text == ""
    assert "向かっています" in lead.open("/help-calls").text
    lead.post("/help-calls/1/finish", SENT)
    assert "呼んでいる人は、いません" in lead.open("/help-calls").text
    actions = [
        event.action.partition(".")[2]
        for name in ("called", "taken", "finished")
        for event in staff.events(f"help_call.{name}")
    ]
    assert actions == ["called", "taken", "finished"]


def test_the_supervisor_sees_the_seat_that_the_agent_took(staff: StaffSite) -> None:
    agent, lead = in_call(staff), staff.enter_as(Role.SUPERVISOR)
    agent.post("/floor/seat/take", {"form_key": "t", "extension": "103"})
    agent.post("/help-calls/call", SENT)
    said = r"呼んでいます：[^・]+・席 103・L7・韓国語（12:00から）"
    assert re.fullmatch(said, lead.open("/help-calls/now").text)
    assert re.search(r"<h2>[^<]+・席 103・L7・韓国語</h2>", lead.open("/help-calls").text)
    agent.post("/floor/seat/leave", {"form_key": "l"})
    assert "席 103" not in lead.open("/help-calls").text, "nobody sits there any more"


def test_nothing_on_the_agents_page_is_read_aloud(staff: StaffSite) -> None:
    """The button alone says that somebody was called: no live region, no focus, no title."""
    agent = in_call(staff)
    before = agent.open("/desk").text
    agent.post("/help-calls/call", SENT)
    after = agent.open("/desk").text
    assert "呼びました。取り消す" in after
    for read in (r"<title>.*?</title>", r'<[^>]*(?:role="(?:status|alert)"|autofocus)[^>]*>'):
        assert re.findall(read, before, re.DOTALL) == re.findall(read, after, re.DOTALL)
    button = re.search(r'<form class="help-call".*?</form>', after, re.DOTALL)
    assert button is not None
    assert "aria-live" not in button[0]
    assert "role=" not in button[0]


def test_the_agent_calls_it_off_and_may_call_again(staff: StaffSite) -> None:
    agent, lead = in_call(staff), staff.enter_as(Role.SUPERVISOR)
    agent.post("/help-calls/call", SENT)
    agent.post("/help-calls/withdraw", SENT)
    assert lead.open("/help-calls/now").text == ""
    assert "スーパーバイザーを呼ぶ" in agent.open("/desk").text
    agent.post("/help-calls/withdraw", SENT)
    agent.post("/help-calls/call", SENT)
    assert staff.count(HelpCall, state="waiting") == 1
    assert lead.post("/help-calls/1/take", SENT).status_code == 409


def test_the_key_can_be_switched_off_and_the_button_stays(staff: StaffSite) -> None:
    agent = in_call(staff)
    assert 'data-key="H"' in agent.open("/desk").text
    agent.post("/help-calls/key", SENT | {"off": "1"})
    page = unescape(agent.open("/desk").text)
    assert 'data-key="H"' not in page
    assert "スーパーバイザーを呼ぶ" in page
    agent.post("/help-calls/key", SENT | {"off": "0"})
    assert 'data-key="H"' in agent.open("/desk").text


@pytest.mark.parametrize("role", [Role.AGENT, Role.WARD_OFFICER, Role.AUDITOR])
def test_who_calls_is_for_supervisors(staff: StaffSite, role: Role) -> None:
    visitor = staff.enter_as(role)
    for path in ("/help-calls", "/help-calls/now", "/call-marks"):
        assert visitor.get(path).status_code == 403
    assert "data-help-line" not in visitor.open("/").text


def state_of(desk: Desk, key: int) -> str:
    with desk.database.read() as session:
        return session.get_one(HelpCall, key).state


def test_refusals(sqlite_database: Database) -> None:
    desk = make_desk(sqlite_database)
    lead, agent = desk.actor(Role.SUPERVISOR), desk.agent
    with desk.database.write() as session:
        own = help_calls.call_for_help(work_in(session, lead, desk.now)).id
        nobody = Actor(Role.AGENT, None, Organization.CONTRACTOR)
        with pytest.raises(NotAllowedError):
            help_calls.call_for_help(work_in(session, nobody, desk.now))
        with pytest.raises(NotAllowedError, match="自分が呼んだ"):
            help_calls.take(work_in(session, lead, desk.now), own)
        with pytest.raises(WrongStateError):
            help_calls.finish(work_in(session, lead, desk.now), own)
        with pytest.raises(NotFoundError):
            help_calls.withdraw(work_in(session, agent, desk.now))
        with pytest.raises(NotFoundError):
            help_calls.take(work_in(session, lead, desk.now), own + 1)


def test_two_presses_are_one_call_and_two_who_come_are_one(database: Database) -> None:
    desk = make_desk(database)
    agent = desk.agent
    leads = [desk.actor(Role.SUPERVISOR, f"lead-{n}") for n in range(2)]

    def press(_n: int) -> int:
        with database.write() as session:
            return help_calls.call_for_help(work_in(session, agent, desk.now)).id

    with ThreadPoolExecutor(4) as pool:
        [key] = set(pool.map(press, range(4)))

    def come(actor: Actor) -> bool:
        try:
            with database.write() as session:
                help_calls.take(work_in(session, actor, desk.now), key)
        except WrongStateError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(come, leads)) == [False, True]
    with database.read() as session:
        assert session.scalars(select(HelpCall.state)).all() == ["taken"]
