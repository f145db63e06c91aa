"""Calls back and questions to the ward on the page.

Asked from a call, read on record, answered, carried by a sheet.
"""

import io
import re
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest
from python_calamine import CalamineWorkbook

from portal.domain.contacts.escalations.models import AnswerSheet, Escalation, EscalationAnswer
from portal.domain.foundation.actors import Role
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from tests.functional.contacts.escalations.browsing import (
    ORDER,
    QUESTION,
    WORDS,
    agent,
    asked,
    raised,
)
from tests.functional.contacts.escalations.test_sheets import returned
from tests.support.reading.files import picture
from tests.support.requests.looking import post_looked_at
from tests.support.staff import StaffSite, make_staff
from tests.support.transfers import announced
from tests.support.work import work_in


def test_a_question_goes_to_the_ward_once_and_its_number_is_read_out(staff: StaffSite) -> None:
    person = staff.add_household()
    visitor, call_id = agent(staff, person.household_id)
    form = visitor.open(f"/escalations/new?call={call_id}").text
    assert f"世帯 {person.household_id} のこと" in form
    assert "2023-08-04" in form
    sent = QUESTION | {"call": str(call_id), "household": str(person.household_id), "about": "1"}
    answers = [visitor.post("/escalations/new/submit", sent) for _ in range(3)]
    assert {answer.headers["location"] for answer in answers} == {"/escalations/1?said=raised"}
    assert staff.count(Escalation, household_id=person.household_id, call_id=call_id) == 1
    page = visitor.open("/escalations/1?said=raised").text
    number = re.findall(r'<strong class="figure mono">([\w-]{9})<', page)[0]
    assert 'class="spelled"' in page
    assert WORDS not in page
    assert number in visitor.open("/escalations").text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"text": ""}, "text"),
        ({"text": "カード 4111 1111 1111 1111"}, "text"),
        ({"telephone": "12"}, "telephone"),
        ({"call": "999"}, "kind"),
        ({"about": "1", "household": "999"}, "kind"),
    ],
)
def test_a_question_with_faults_comes_back_as_it_was_typed(
    sqlite_staff: StaffSite, changed: dict[str, str], field: str
) -> None:
    visitor, _call = agent(sqlite_staff)
    visitor.open("/escalations/new")
    answer = visitor.post("/escalations/new/submit", QUESTION | changed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert sqlite_staff.count(Escalation) == 0


def test_an_agent_outside_a_call_passes_nothing_on(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.AGENT)
    visitor.open("/escalations/new")
    assert visitor.post("/escalations/new/submit", QUESTION).status_code == 422
    officer = sqlite_staff.enter_as(Role.OFFICER)
    officer.open("/escalations/new")
    assert officer.post("/escalations/new/submit", QUESTION).status_code == 303


def test_an_agent_sees_only_what_they_passed_on(sqlite_staff: StaffSite) -> None:
    mine, address = raised(sqlite_staff)
    other = sqlite_staff.enter_as(Role.AGENT)
    assert mine.get(address).status_code == 200
    assert other.get(address).status_code == 404
    for step in ("read", "withdraw", "close"):
        assert other.post(f"{address}/{step}").status_code == 404
    assert "ここに出す引き継ぎはありません" in other.open("/escalations").text
    assert sqlite_staff.enter_as(Role.SUPERVISOR).get(address).status_code == 200


def test_words_are_read_on_demand_and_on_record(sqlite_staff: StaffSite) -> None:
    _agent, address = raised(sqlite_staff)
    officer = sqlite_staff.enter_as(Role.OFFICER)
    assert WORDS not in officer.open(address).text
    assert WORDS in officer.send(f"{address}/read").text
    assert len(sqlite_staff.events("escalation.read")) == 1


def test_what_is_about_protection_is_read_by_the_ward_alone(sqlite_staff: StaffSite) -> None:
    mine, address = raised(sqlite_staff, kind="protection")
    officer, ward = sqlite_staff.enter_as(Role.OFFICER), sqlite_staff.enter_as(Role.WARD_OFFICER)
    for visitor in (mine, officer):
        assert "区の担当だけが読めます" in visitor.open(address).text
        assert WORDS not in visitor.send(f"{address}/read").text
    assert sqlite_staff.events("escalation.read") == []
    assert WORDS in ward.send(f"{address}/read").text


def test_the_ward_answers_on_the_page_and_the_agent_tells_and_closes(staff: StaffSite) -> None:
    mine, address = raised(staff)
    ward = staff.enter_as(Role.WARD_OFFICER)
    ward.open(address)
    form = {"text": "対象になります。", "form_key": "a"} | ORDER
    answers = [ward.post(f"{address}/answer", form) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    assert staff.count(EscalationAnswer, source="screen", instruction_no="児発第12号") == 1
    assert "対象になります。" in mine.send(f"{address}/read").text
    assert [mine.post(f"{address}/close", {"form_key": "c"}).status_code for _ in range(2)] == [
        303,
        303,
    ]
    assert mine.post(f"{address}/close", {"form_key": "d"}).status_code == 409
    lead = staff.enter_as(Role.SUPERVISOR)
    lead.send(f"{address}/read")
    late = lead.post(f"{address}/close", {"form_key": "e"})
    assert (late.status_code, WORDS in late.text) == (409, True)
    assert len(staff.events("escalation.close")) == 1


def test_an_answer_that_nobody_read_closes_nothing(sqlite_staff: StaffSite) -> None:
    mine, address = raised(sqlite_staff)
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    ward.open(address)
    ward.post(f"{address}/answer", {"text": "対象です。", "form_key": "a"} | ORDER)
    assert f'action="{address}/close"' not in mine.open(address).text
    refused = mine.post(f"{address}/close", {"form_key": "c"})
    assert refused.status_code == 409
    assert "区の回答を見て、本人に伝えたら" in refused.text
    assert f'action="{address}/close"' in mine.send(f"{address}/read").text
    assert mine.post(f"{address}/close", {"form_key": "d"}).status_code == 303


def test_what_only_the_ward_reads_may_be_closed_unread(sqlite_staff: StaffSite) -> None:
    mine, address = raised(sqlite_staff, kind="protection")
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    ward.open(address)
    ward.post(f"{address}/answer", {"text": "対応しました。", "form_key": "a"} | ORDER)
    assert f'action="{address}/close"' in mine.open(address).text
    assert mine.post(f"{address}/close", {"form_key": "c"}).status_code == 303


def test_an_officer_enters_the_wards_paper_with_its_number_or_a_scan(
    sqlite_staff: StaffSite,
) -> None:
    _agent, address = raised(sqlite_staff)
    officer = sqlite_staff.enter_as(Role.OFFICER)
    officer.open(address)
    bare = officer.post(f"{address}/answer", {"text": "対象です。", "form_key": "1"})
    assert bare.status_code == 422
    assert 'href="#instruction_no"' in bare.text
    half = officer.post(
        f"{address}/answer", {"text": "対象です。", "instruction_no": "第1号", "form_key": "2"}
    )
    assert half.status_code == 422
    scanned = post_looked_at(
        officer,
        f"{address}/answer",
        {"text": "対象です。", "form_key": "3"},
        {"scan": ("letter.png", picture(), "image/png")},
    )
    assert scanned.status_code == 303
    assert sqlite_staff.count(EscalationAnswer, source="paper") == 1
    assert "スキャンを開く" in officer.open(address).text


def test_leads_ask_again_and_agents_take_back_what_is_open(sqlite_staff: StaffSite) -> None:
    mine, address = raised(sqlite_staff)
    ward, lead = sqlite_staff.enter_as(Role.WARD_OFFICER), sqlite_staff.enter_as(Role.SUPERVISOR)
    ward.open(address)
    ward.post(f"{address}/answer", {"text": "対象です。", "form_key": "a"} | ORDER)
    assert mine.post(f"{address}/reopen", {"more": "二人目は。"}).status_code == 403
    lead.open(address)
    assert lead.post(f"{address}/reopen", {"more": " "}).status_code == 422
    assert lead.post(f"{address}/reopen", {"more": "二人目は。"}).status_code == 303
    assert mine.post(f"{address}/withdraw", {"form_key": "w"}).status_code == 303
    assert mine.post(f"{address}/withdraw", {"form_key": "x"}).status_code == 409


def test_a_question_is_found_by_its_receipt_number(sqlite_staff: StaffSite) -> None:
    mine, address = raised(sqlite_staff)
    number = re.findall(
        r'<strong class="figure mono">([\w-]{9})<', mine.open(f"{address}?said=raised").text
    )[0]
    found = mine.post("/escalations/find", {"receipt": number.lower()})
    assert found.headers["location"] == address
    assert mine.post("/escalations/find", {"receipt": "ZZZZ-9999"}).status_code == 422
    assert sqlite_staff.enter_as(Role.AGENT).post(
        "/escalations/find", {"receipt": number}
    ).status_code in {
        403,
        422,
    }


def for_key(staff: StaffSite, key: str) -> StaffSite:
    """The same site for a ward with this public key."""
    program = staff.site.program
    program = replace(program, escalations=replace(program.escalations, sheet_key=key))
    made = make_staff(
        replace(staff.site, filed=program), staff.database, staff.loop, staff.folder, staff.now
    )
    return replace(made, people=staff.people)


def test_the_sheet_goes_out_and_answers_come_in_after_a_look(staff: StaffSite) -> None:
    _agent, address = raised(staff)
    secret = pyrage.x25519.Identity.generate()
    officer = for_key(staff, str(secret.to_public())).enter_as(Role.OFFICER)
    officer.open("/escalations")
    assert "区だけが開けます" in officer.open("/escalations").text
    sheet = officer.post("/escalations/sheet")
    assert 'filename="escalations.xlsx.age"' in sheet.headers["content-disposition"]
    book = io.BytesIO(pyrage.decrypt(sheet.content, [secret]))
    [_head, row] = CalamineWorkbook.from_filelike(book).get_sheet_by_index(0).to_python()
    assert len(staff.events("escalation.sheet_taken")) == 1
    assert "に表で送った" in officer.open("/escalations").text
    data = returned([row[0], "対象です。", "児発第12号", "2023-07-31"], ["ZZZZ-9999", "可", "", ""])
    officer.open("/escalations/answers")
    first = officer.post(
        "/escalations/answers/upload", {"form_key": "u"}, files={"file": ("a.xlsx", data, "x/y")}
    )
    place = first.headers["location"]
    look = officer.open(place).text
    assert "取り込む行: 1、取り込まない行: 1" in look
    assert "この受付番号の引き継ぎはない" in look
    for told in ("対象です。", "児発第12号", "2023-07-31"):
        assert told in look, "the ward's words are seen before they are taken in"
    assert len(staff.events("escalation.sheet_seen")) == 1
    assert staff.count(EscalationAnswer) == 0
    seen = re.findall(r'name="seen" value="(\w+)"', look)[0]
    assert officer.post(f"{place}/apply", {"seen": "old", "form_key": "x"}).status_code == 409
    form = {"seen": seen, "form_key": "p"}
    assert [officer.post(f"{place}/apply", form).status_code for _ in range(2)] == [303, 303]
    assert staff.count(EscalationAnswer, source="sheet") == 1
    assert "対象です。" not in officer.open(place).text
    assert "回答あり" in officer.open(address).text
    again = officer.post(
        "/escalations/answers/upload", {"form_key": "v"}, files={"file": ("b.xlsx", data, "x/y")}
    )
    assert again.headers["location"] == place
    assert staff.count(AnswerSheet) == 1
    assert officer.post(f"{place}/drop", {"form_key": "z"}).status_code == 409


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 nothing", b"PK\x03\x04"])
def test_a_file_that_is_no_sheet_comes_back_with_a_sentence(
    sqlite_staff: StaffSite, data: bytes
) -> None:
    officer = sqlite_staff.enter_as(Role.OFFICER)
    officer.open("/escalations/answers")
    answer = officer.post("/escalations/answers/upload", files={"file": ("a.xlsx", data, "x/y")})
    assert answer.status_code == 422
    assert 'href="#file"' in answer.text
    assert sqlite_staff.count(AnswerSheet) == 0


def test_a_workbook_that_is_cut_is_said_to_be_another_file_than_its_sheets(
    sqlite_staff: StaffSite,
) -> None:
    with sqlite_staff.database.write() as session:
        work, figures = work_in(session, now=sqlite_staff.now), Figures(rows=2, sha256="a" * 64)
        announced(work, TransferKind.ANSWERS, Path("a.xlsx"), figures)
    data = returned(["ZZZZ-9999", "可", "", ""])[:-9]
    answer = sqlite_staff.enter_as(Role.OFFICER).post(
        "/escalations/answers/upload", files={"file": ("a.xlsx", data, "x/y")}
    )
    assert answer.status_code == 422
    assert "送付票とも合いません（受け渡し 1）" in answer.text


def test_without_open_questions_there_is_no_sheet(sqlite_staff: StaffSite) -> None:
    officer = sqlite_staff.enter_as(Role.OFFICER)
    officer.open("/escalations")
    answer = officer.post("/escalations/sheet")
    assert answer.status_code == 409
    assert "待っている引き継ぎはありません" in answer.text


def test_the_end_of_a_call_that_is_passed_on_leads_to_the_form(sqlite_staff: StaffSite) -> None:
    visitor, call_id = agent(sqlite_staff)
    visitor.open("/calls/finish")
    form = {"call_id": str(call_id), "category": "program/age", "form_key": "f"}
    end = visitor.post("/calls/finish/submit", form | {"result": "passed"})
    assert end.headers["location"] == f"/escalations/new?call={call_id}"
    assert visitor.open(end.headers["location"]).status_code == 200
    sent = visitor.post("/escalations/new/submit", QUESTION | {"call": str(call_id)})
    assert sent.status_code == 303


def test_the_desk_shows_what_is_left_open_and_not_what_others_asked(
    sqlite_staff: StaffSite,
) -> None:
    person = sqlite_staff.add_household()
    first, call_id = agent(sqlite_staff, person.household_id)
    first.open("/escalations/new")
    about = {"call": str(call_id), "household": str(person.household_id), "about": "1"}
    first.post("/escalations/new/submit", QUESTION | {"kind": "change_of_recipient"} | about)
    second, _call = agent(sqlite_staff, person.household_id)
    own, others = (
        first.open(f"/desk/{person.household_id}").text,
        second.open(f"/desk/{person.household_id}").text,
    )
    assert '受給者の変更 <span class="mono">' in own
    assert '受給者の変更 <span class="mono">' not in others
    assert "区への引き継ぎ <span" in others


@pytest.mark.parametrize(
    ("role", "handles", "sees", "answers"),
    [
        (Role.AGENT, 200, 200, 403),
        (Role.SUPERVISOR, 200, 200, 403),
        (Role.OFFICER, 200, 200, 200),
        (Role.WARD_OFFICER, 403, 200, 200),
        (Role.AUDITOR, 403, 403, 403),
        (Role.ADMINISTRATOR, 403, 403, 403),
    ],
)
def test_who_may_open_what(
    sqlite_staff: StaffSite, role: Role, handles: int, sees: int, answers: int
) -> None:
    visitor = sqlite_staff.enter_as(role)
    for path in ("/call-backs", "/call-backs/new", "/escalations/new"):
        assert visitor.get(path).status_code == handles, path
    assert visitor.get("/escalations").status_code == sees
    assert visitor.get("/escalations/answers").status_code == answers


def test_the_first_page_says_what_waits_at_the_desk(sqlite_staff: StaffSite) -> None:
    asked(sqlite_staff)
    mine, address = raised(sqlite_staff)
    assert "折り返しの電話" in mine.open("/").text
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    assert "区の回答を待つ引き継ぎ" in ward.open("/").text
    assert 'href="/call-backs"' not in ward.open("/").text
    ward.open(address)
    ward.post(f"{address}/answer", {"text": "対象です。", "form_key": "a"} | ORDER)
    assert "区の回答が届いた引き継ぎ" in mine.open("/").text
    assert "区の回答が届いた引き継ぎが1件あります" in mine.open("/escalations").text
    sqlite_staff.clock.advance(days=1)
    late = sqlite_staff.enter_as(Role.SUPERVISOR)
    assert "期限を過ぎた折り返し" in late.open("/").text
    assert "コールセンター</h2>" not in sqlite_staff.enter_as(Role.AUDITOR).open("/").text


def test_the_page_of_a_call_shows_what_it_left_open_to_its_agent_and_the_leads(
    sqlite_staff: StaffSite,
) -> None:
    visitor, call_id = agent(sqlite_staff)
    visitor.open("/escalations/new")
    visitor.post("/escalations/new/submit", QUESTION | {"call": str(call_id)})
    mine = visitor.open(f"/calls/{call_id}").text
    assert '対象の判断 <span class="mono">' in mine
    assert f'href="/escalations/new?call={call_id}"' in mine
    lead = sqlite_staff.enter_as(Role.SUPERVISOR).open(f"/calls/{call_id}").text
    assert '対象の判断 <span class="mono">' in lead
    assert "/escalations/new" not in lead
