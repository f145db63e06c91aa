"""Calls from paper after the system was down: true times, marked, entered once.

Nothing can be done in them.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.domain.contacts.calls import later_entry, written
from portal.domain.contacts.calls.finishing import AfterCall
from portal.domain.contacts.calls.gate import require_call
from portal.domain.contacts.calls.kinds import Result
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.reception_form import reception_form_pdf
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import use_locale
from tests.support.coupons import VAULT
from tests.support.reading import pdf
from tests.support.staff import StaffSite
from tests.support.work import work_in

SHEET = {
    "started_on": "令和5年7月31日",
    "started_at": "10:05",
    "ended_at": "10時12分",
    "channel": "phone",
    "direction": "inbound",
    "language": "ko",
    "category": "delivery/not_arrived",
    "result": "call_back",
    "call_back": "03-5550-0142",
    "interpreter": "1",
    "interpreter_minutes": "5",
    "text": "手紙がまだ届かない。",
    "form_key": "a",
}
SUBMIT = "/calls/written-down/submit"


def calls(staff: StaffSite) -> list[Call]:
    with staff.database.read() as session:
        rows = list(session.scalars(select(Call).order_by(Call.id)))
        session.expunge_all()
    return rows


def test_a_sheet_is_entered_once_with_its_true_times(staff: StaffSite) -> None:
    taker = staff.hire(Role.AGENT)
    agent = staff.enter_as(Role.AGENT)
    agent.get("/calls/written-down/new")
    for _again in range(3):
        answer = agent.post(SUBMIT, SHEET | {"agent": str(taker.id)})
        assert answer.headers["location"] == "/calls/written-down?said=entered"
    (call,) = calls(staff)
    assert (call.agent_id, call.state, call.written_down, call.subject) == (
        taker.id,
        "ended",
        True,
        None,
    )
    assert call.started_at == datetime(2023, 7, 31, 1, 5, tzinfo=UTC)
    assert call.talk_ended_at == call.ended_at == datetime(2023, 7, 31, 1, 12, tzinfo=UTC)
    assert f"{call.day}" == "2023-07-31"
    assert (call.language, call.category, call.interpreter_minutes) == ("ko", "delivery", 5)
    assert written.read_text(VAULT, call) == {
        "text": "手紙がまだ届かない。",
        "call_back": "0355500142",
    }
    page = agent.get("/calls/written-down?said=entered").text
    assert call.receipt_no in page
    assert "2023-07-31 10:05" in page
    (event,) = staff.events("call.written_down")
    assert event.detail == {"agent": taker.id, "channel": "phone", "has_account": True}
    assert event.actor_id != taker.id


def test_it_is_marked_wherever_it_is_listed(sqlite_staff: StaffSite) -> None:
    colleague = sqlite_staff.hire(Role.AGENT)
    agent = sqlite_staff.enter(colleague)
    today = {
        "started_on": "2023-08-01",
        "started_at": "9:05",
        "ended_at": "9:10",
        "agent": str(colleague.id),
    }
    agent.get("/calls/written-down/new")
    agent.post(SUBMIT, SHEET | today)
    assert "紙の受付票から" in agent.get("/calls").text
    assert "紙の受付票から" in agent.get(f"/calls/{calls(sqlite_staff)[0].id}").text


def test_somebody_without_an_account_is_kept_by_name_and_encrypted(sqlite_staff: StaffSite) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    agent.get("/calls/written-down/new")
    answer = agent.post(SUBMIT, SHEET | {"agent": "none", "agent_name": ""})
    assert 'id="agent-error"' in answer.text
    agent.post(SUBMIT, SHEET | {"agent": "none", "agent_name": "応援の職員"})
    (call,) = calls(sqlite_staff)
    assert written.read_text(VAULT, call)["taken_by"] == "応援の職員"
    assert "応援の職員".encode() not in (call.sealed or b"")
    assert "応援" not in str([event.detail for event in sqlite_staff.events("call.written_down")])


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        (
            {"started_on": "2023-08-01", "started_at": "12:01", "ended_at": "12:02"},
            "started_at",
            "いまより後",
        ),
        (
            {"started_on": "2023-08-01", "started_at": "11:50", "ended_at": "12:01"},
            "ended_at",
            "いまより後",
        ),
        ({"ended_at": "10:04"}, "ended_at", "始まりより前"),
        ({"ended_at": "18:06"}, "ended_at", "8時間"),
        ({"started_on": "2023-05-31"}, "started_on", "初日"),
        ({"started_on": "きのう"}, "started_on", "のように入力"),
        ({"started_at": "25:00"}, "started_at", "のように入力"),
        ({"ended_at": ""}, "ended_at", "のように入力"),
        ({"agent": "999999"}, "agent", "一覧から"),
        ({"agent": "x"}, "agent", "受けた人"),
        ({"category": ""}, "category", "何について"),
        ({"result": ""}, "result", "どうなったか"),
        ({"call_back": ""}, "call_back", "折り返す"),
        ({"interpreter_minutes": "x"}, "interpreter_minutes", "分の数字"),
        ({"interpreter_minutes": "9"}, "interpreter_minutes", "1から8までの分"),
        ({"text": "確認の番号は 123456 です。"}, "text", "確認の番号"),
    ],
)
def test_what_cannot_be_comes_back_beside_its_field(
    sqlite_staff: StaffSite, changes: dict[str, str], field: str, says: str
) -> None:
    colleague = sqlite_staff.hire(Role.AGENT)
    agent = sqlite_staff.enter(colleague)
    agent.get("/calls/written-down/new")
    answer = agent.post(SUBMIT, SHEET | {"agent": str(colleague.id)} | changes)
    assert answer.status_code == 422
    assert re.search(rf'id="{field}-error">[^<]*{says}', answer.text), re.findall(
        r'-error">[^<]*', answer.text
    )
    assert f'href="#{field}"' in answer.text
    assert calls(sqlite_staff) == []


def test_who_takes_no_calls_took_none_on_paper_either(sqlite_staff: StaffSite) -> None:
    auditor, agent = sqlite_staff.hire(Role.AUDITOR), sqlite_staff.enter_as(Role.AGENT)
    page = agent.get("/calls/written-down/new").text
    assert f'<option value="{auditor.id}"' not in page
    assert agent.post(SUBMIT, SHEET | {"agent": str(auditor.id)}).status_code == 422


def test_a_call_over_midnight_has_its_second_day(sqlite_staff: StaffSite) -> None:
    colleague = sqlite_staff.hire(Role.AGENT)
    agent = sqlite_staff.enter(colleague)
    agent.get("/calls/written-down/new")
    times = {
        "started_at": "23:50",
        "ended_at": "0:10",
        "ended_on": "2023-08-01",
        "agent": str(colleague.id),
    }
    assert agent.post(SUBMIT, SHEET | times).status_code == 303
    (call,) = calls(sqlite_staff)
    assert (call.ended_at or call.started_at) - call.started_at == timedelta(minutes=20)


def test_a_sheet_that_two_people_enter_is_asked_about(staff: StaffSite) -> None:
    taker, first, second = (
        staff.hire(Role.AGENT),
        staff.enter_as(Role.AGENT),
        staff.enter_as(Role.OFFICER),
    )
    for visitor in (first, second):
        visitor.get("/calls/written-down/new")
    first.post(SUBMIT, SHEET | {"agent": str(taker.id)})
    again = SHEET | {"agent": str(taker.id), "form_key": "b"}
    answer = second.post(SUBMIT, again)
    assert answer.status_code == 422
    assert calls(staff)[0].receipt_no in answer.text
    assert len(calls(staff)) == 1
    assert second.post(SUBMIT, again | {"same_is_right": "1"}).status_code == 303
    assert len(calls(staff)) == 2


def test_a_sheet_is_entered_during_a_call_and_no_household_opens_by_it(staff: StaffSite) -> None:
    colleague = staff.hire(Role.AGENT)
    agent = staff.enter(colleague)
    person = staff.add_household()
    agent.get("/calls/written-down/new")
    agent.post(SUBMIT, SHEET | {"agent": str(colleague.id)})
    with staff.database.read() as session, pytest.raises(NotAllowedError):
        require_call(work_in(session, Actor(Role.AGENT, colleague.id)))
    assert agent.get(f"/desk/{person.household_id}").status_code != 200
    (sheet,) = calls(staff)
    agent.get("/calls/written-down")
    assert (
        agent.post(f"/calls/written-down/{sheet.id}/go-on", {"form_key": "go"}).headers["location"]
        == "/desk"
    )
    live = calls(staff)[-1]
    assert (live.subject, live.state, live.language, live.written_down) == (
        f"call:{sheet.id}",
        "talking",
        "ko",
        False,
    )
    answer = agent.post(f"/calls/written-down/{sheet.id}/go-on", {"form_key": "again"})
    assert answer.status_code == 409
    assert "先にそれを終えて" in answer.text
    agent.get("/calls/written-down/new")
    later = {
        "started_at": "15:00",
        "ended_at": "15:05",
        "agent": str(colleague.id),
        "form_key": "during",
    }
    assert agent.post(SUBMIT, SHEET | later).status_code == 303


def test_only_a_sheet_is_gone_on_with(sqlite_staff: StaffSite) -> None:
    colleague = sqlite_staff.hire(Role.AGENT)
    agent = sqlite_staff.enter(colleague)
    agent.get("/calls")
    agent.post("/calls/start", {"form_key": "live"})
    live = calls(sqlite_staff)[0].id
    agent.get("/calls/written-down")
    for number in (live, live + 1):
        assert (
            agent.post(f"/calls/written-down/{number}/go-on", {"form_key": str(number)}).status_code
            == 404
        )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_blank_form_is_one_page_with_what_is_noted_after_a_call(
    sqlite_staff: StaffSite, language: str
) -> None:
    agent = sqlite_staff.enter_as(Role.AGENT)
    agent.http.cookies.set("staff-lang", language, domain="127.0.0.1")
    assert "20枚" in sqlite_staff.enter_as(Role.AGENT).get("/calls/written-down").text
    answer = agent.get("/calls/written-down/form.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert len(pdf.text(answer.content)) == 1
    with use_locale("ja"):
        (page,) = pdf.text(
            reception_form_pdf(sqlite_staff.site.program, _choices(), sqlite_staff.now)
        )
    for words in (
        "停止時受付票",
        "折り返す電話番号",
        "お問い合わせ番号",
        "再配送",
        "三者通話",
        "電話リレー",
    ):
        assert words in page


def _choices() -> dict[str, list[str]]:
    return {
        name: ["あ", "い"] for name in ("channel", "direction", "language", "relation", "result")
    }


@pytest.mark.parametrize("role", [Role.WARD_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_takes_no_calls_enters_none(sqlite_staff: StaffSite, role: Role) -> None:
    visitor = sqlite_staff.enter_as(role)
    for address in (
        "/calls/written-down",
        "/calls/written-down/new",
        "/calls/written-down/form.pdf",
    ):
        assert visitor.get(address).status_code == 403


def test_two_people_who_enter_the_same_sheet_at_once_make_one(staff: StaffSite) -> None:
    people = [staff.hire(Role.AGENT), staff.hire(Role.AGENT)]
    began = staff.now - timedelta(hours=2)
    after = AfterCall("delivery", "absent", Result.DONE)
    sheet = later_entry.WrittenDown(began, began + timedelta(minutes=3), after, people[0].id)

    def enter(staff_id: int) -> str:
        try:
            with staff.database.write() as session:
                actor, calendar = Actor(Role.AGENT, staff_id), staff.site.program.calendar
                later_entry.write_down(work_in(session, actor, staff.now), calendar, sheet)
        except InputError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(enter, [one.id for one in people * 2]))
    assert sorted(told) == ["", *["same_is_right"] * 3]
    assert len(calls(staff)) == 1
