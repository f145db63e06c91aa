"""The bar, beginning a call and noting what it was about, as an agent meets them."""

import re

import pytest

from portal.domain.contacts.calls.models import Call
from portal.domain.foundation.actors import Role
from portal.domain.people.households.models import Household
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from tests.functional.contacts.calls.browsing import NOTES, call_of, finish, open_household, start
from tests.support.staff import StaffSite


# ---- the bar ------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.OFFICER])
def test_the_bar_is_on_every_page_until_the_call_is_noted(
    sqlite_staff: StaffSite, role: Role
) -> None:
    visitor = sqlite_staff.enter_as(role)
    for path in ("/", "/account", "/calls", "/calls/99999"):
        page = visitor.get(path).text
        assert 'data-key="F2"' in page, path
        assert 'data-key="F8"' not in page, path
    call_id = start(visitor)
    for path in ("/", "/account", "/calls", "/calls/finish", "/calls/99999"):
        page = visitor.get(path).text
        assert "話を終える" in page, path
        assert 'data-key="F2"' not in page, path
    assert (
        visitor.post("/calls/hang-up", {"call_id": str(call_id)}).headers["location"]
        == "/calls/finish"
    )
    assert "記録して終える" in visitor.get("/account").text
    finish(visitor, call_id)
    assert 'data-key="F2"' in visitor.get("/account").text


@pytest.mark.parametrize("role", [Role.WARD_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_handles_no_calls_sees_neither_bar_nor_pages(
    sqlite_staff: StaffSite, role: Role
) -> None:
    visitor = sqlite_staff.enter_as(role)
    page = visitor.get("/account").text
    assert "call-bar" not in page
    assert 'href="/calls"' not in page
    assert visitor.get("/calls").status_code == 403
    assert visitor.post("/calls/start").status_code == 403


def test_a_call_survives_a_closed_browser(staff: StaffSite) -> None:
    colleague = staff.hire(Role.AGENT)
    start(staff.enter(colleague), language="ko", line="３番")
    staff.clock.advance(minutes=20)
    bar = staff.enter(colleague, staff.visitor("203.0.113.77")).get("/account").text
    assert "話を終える" in bar
    assert "韓国語" in bar
    assert "３番" in bar
    assert "20分" in bar
    assert "call-bar in-call" not in staff.enter_as(Role.AGENT).get("/account").text


def test_the_bar_leads_back_to_the_household_opened_last_but_never_to_a_protected_one(
    sqlite_staff: StaffSite,
) -> None:
    colleague = sqlite_staff.hire(Role.AGENT)
    visitor = sqlite_staff.enter(colleague)
    call_id = start(visitor)
    first = open_household(sqlite_staff, call_id)
    second = open_household(sqlite_staff, call_id)
    assert f'href="/desk/{second}"' in visitor.get("/account").text
    with sqlite_staff.database.write() as session:
        session.get_one(Household, second).protected = True
    page = visitor.get("/account").text
    assert f'href="/desk/{second}"' not in page
    assert f'href="/desk/{first}"' in page
    assert f"世帯 {second}" not in visitor.get(f"/calls/{call_id}").text


# ---- beginning ----------------------------------------------------------------------------
def test_a_double_click_begins_one_call(staff: StaffSite) -> None:
    visitor = staff.enter_as(Role.AGENT)
    for _click in range(3):
        assert visitor.post("/calls/start", {"form_key": "the same"}).status_code == 303
    assert staff.count(Call) == 1


def test_a_second_call_from_another_tab_is_refused_with_the_way_out(
    sqlite_staff: StaffSite,
) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    start(visitor)
    answer = visitor.post("/calls/start", {"form_key": "another"})
    assert answer.status_code == 409
    assert "まだ終わっていない受付があります" in answer.text
    assert 'href="/calls/finish"' in answer.text
    assert sqlite_staff.count(Call) == 1


def test_a_counter_visit_or_a_call_that_we_made_is_begun_from_the_page(
    sqlite_staff: StaffSite,
) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    call_id = start(
        visitor, channel="counter", direction="outbound", language="zh", line="2番窓口の電話" * 4
    )
    call = call_of(sqlite_staff, call_id)
    assert (call.channel, call.direction, call.language) == ("counter", "outbound", "zh")
    assert len(call.line) == 20


def test_words_that_nobody_offers_begin_an_ordinary_call(sqlite_staff: StaffSite) -> None:
    call_id = start(
        sqlite_staff.enter_as(Role.AGENT), channel="pigeon", direction="up", language="tlh"
    )
    call = call_of(sqlite_staff, call_id)
    assert (call.channel, call.direction, call.language) == ("phone", "inbound", "ja")


def test_a_callers_number_is_no_line(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    answer = visitor.post("/calls/start", {"line": "０９０－１２３４－５６７８"})
    assert answer.status_code == 422
    assert 'id="line-error"' in answer.text
    assert sqlite_staff.count(Call) == 0
    call_id = start(visitor)
    changed = {"call_id": str(call_id), "language": "ja", "line": "090-1234-5678"}
    assert visitor.post("/calls/describe", changed).status_code == 422
    assert call_of(sqlite_staff, call_id).line == ""


def test_who_answers_a_foreign_line_says_so_once(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    finish(visitor, start(visitor, language="ko", line="韓国語", keep="1"))
    bar = visitor.get("/account").text
    assert '<input type="hidden" name="language" value="ko">' in bar
    assert '<input type="hidden" name="line" value="韓国語">' in bar
    assert 'name="language" value="ja"' in sqlite_staff.enter_as(Role.AGENT).get("/account").text


def test_language_is_changed_from_the_bar_during_the_call(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    call_id = start(visitor)
    fields = {
        "call_id": str(call_id),
        "language": "ko",
        "line": "",
        "channel": "phone",
        "direction": "inbound",
    }
    assert visitor.post("/calls/describe", fields).status_code == 303
    assert call_of(sqlite_staff, call_id).language == "ko"


# ---- hanging up and noting ----------------------------------------------------------------
def test_hanging_up_twice_leads_to_the_notes_and_is_one_end(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    call_id = start(visitor)
    visitor.post("/calls/hang-up", {"call_id": str(call_id)})
    sqlite_staff.clock.advance(minutes=5)
    again = visitor.post("/calls/hang-up", {"call_id": str(call_id), "form_key": "other tab"})
    assert (again.status_code, again.headers["location"]) == (303, "/calls/finish")
    assert len(sqlite_staff.events("call.hung_up")) == 1


def test_a_stale_page_of_an_old_call_does_not_end_the_new_one(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    old = start(visitor)
    finish(visitor, old)
    new = start(visitor)
    assert visitor.post("/calls/hang-up", {"call_id": str(old)}).status_code == 409
    assert (
        visitor.post(
            "/calls/finish/submit", {**NOTES, "call_id": str(old), "text": "別"}
        ).status_code
        == 409
    )
    assert call_of(sqlite_staff, new).state == "talking"


def test_somebody_elses_call_is_not_found(sqlite_staff: StaffSite) -> None:
    call_id = start(sqlite_staff.enter_as(Role.AGENT))
    other = sqlite_staff.enter_as(Role.AGENT)
    for path in ("/calls/hang-up", "/calls/finish/submit", "/calls/describe"):
        assert other.post(path, {**NOTES, "call_id": str(call_id)}).status_code == 404, path
    for path in (f"/calls/{call_id}", f"/calls/{call_id}/correct"):
        assert other.get(path).status_code == 404, path
    assert other.post(f"/calls/{call_id}/read").status_code == 404
    assert call_of(sqlite_staff, call_id).state == "talking"


def test_a_double_click_on_the_notes_is_one_end(staff: StaffSite) -> None:
    visitor = staff.enter_as(Role.AGENT)
    call_id = start(visitor)
    for _click in range(2):
        finish(visitor, call_id, form_key="the same")
    assert len(staff.events("call.finished")) == 1


def test_what_was_typed_is_kept_when_something_is_wrong(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    call_id = start(visitor)
    typed = {
        "call_id": str(call_id),
        "category": "",
        "result": "call_back",
        "interpreter": "1",
        "three_way_minutes": "長い",
        "text": "4111 1111 1111 1111",
        "tracking": "123",
        "complaint": "1",
    }
    answer = visitor.post("/calls/finish/submit", typed)
    assert answer.status_code == 422
    for field in (
        "interpreter_minutes",
        "three_way_minutes",
    ):  # what cannot be read at all comes first
        assert f'id="{field}-error"' in answer.text, field
    assert "通訳が何分だったか" in answer.text, "two times on one page: each error names its own"
    assert "三者通話の時間を" in answer.text
    assert '<option value="call_back"' not in answer.text
    assert 'value="call_back" checked' in answer.text
    answer = visitor.post(
        "/calls/finish/submit", typed | {"interpreter_minutes": "10", "three_way_minutes": ""}
    )
    assert answer.status_code == 422
    for field in ("interpreter_minutes", "category", "text", "tracking", "call_back"):
        assert f'id="{field}-error"' in answer.text, field
    assert "4111 1111 1111 1111" in answer.text
    assert 'id="complaint" name="complaint" value="1" checked' in answer.text
    assert call_of(sqlite_staff, call_id).state == "talking"


def test_the_notes_are_kept_as_ticked(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    call_id = start(visitor)
    sqlite_staff.clock.advance(minutes=12)
    finish(
        visitor,
        call_id,
        interpreter="1",
        interpreter_minutes="１２",
        three_way_minutes="9",
        relay_service="1",
        shared_with_ward="1",
        text="不在票",
        result="passed",
    )
    call = call_of(sqlite_staff, call_id)
    assert (call.interpreter_minutes, call.three_way_minutes, call.relay_service) == (12, 9, True)
    assert (call.complaint, call.shared_with_ward, call.result) == (False, True, "passed")


def test_a_household_that_was_opened_suggests_where_the_letter_is(sqlite_staff: StaffSite) -> None:
    colleague = sqlite_staff.hire(Role.AGENT)
    visitor = sqlite_staff.enter(colleague)
    call_id = start(visitor)
    assert " selected" not in re.sub(
        r"(?s)<details>.*</details>", "", visitor.get("/calls/finish").text
    )
    open_household(sqlite_staff, call_id)
    page = visitor.get("/calls/finish").text
    assert '<option value="delivery/not_arrived" selected>' in page
    assert 'name="result" value="done" checked' in page


def test_somebody_to_be_called_back_is_noted_with_a_number_and_stands_in_the_list(
    staff: StaffSite,
) -> None:
    visitor = staff.enter_as(Role.AGENT)
    call_id = start(visitor)
    typed = NOTES | {"call_id": str(call_id), "result": "call_back"}
    assert 'id="call_back-error"' in visitor.post("/calls/finish/submit", typed).text
    finish(visitor, call_id, result="call_back", call_back="090-1234-5678")
    assert staff.count(Task, kind=TaskKind.CALL_BACK) == 1


def test_without_a_call_there_is_nothing_to_note(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    assert visitor.get("/calls/finish").headers["location"] == "/calls"
