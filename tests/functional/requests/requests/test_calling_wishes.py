"""When staff may call about paper and say who calls: seen before anybody dials."""

import re

from sqlalchemy import select

from portal.domain.contacts.scripts.defaults import LANGUAGES, default_scripts
from portal.domain.contacts.scripts.lines import LineKind, read_lines
from portal.domain.foundation.actors import Role
from portal.domain.people.tasks.models import Task
from portal.domain.requests.alternatives.form import alternative_form_pdf
from portal.domain.requests.alternatives.written import CallTime, SayWho
from portal.domain.requests.requests.models import Request
from tests.functional.desk.call_desk.support import agent, enroll_telephone
from tests.functional.requests.admin.entries import CARD, PAPER, enter
from tests.functional.requests.places import words
from tests.functional.resident.test_alternative import asked
from tests.support.requests.paper import Paper, make_paper
from tests.support.resident import Resident, Visitor
from tests.support.staff import StaffSite

SAID = {"call_time": "afternoon", "say_who": "no"}
DO_NOT = "電話で区の名前を言うこと: 区の名前を言わないでほしい"


def test_before_the_number_of_a_form_stands_that_nobody_is_to_be_named(
    sqlite_staff: StaffSite,
) -> None:
    family = sqlite_staff.add_household()
    sqlite_staff.give_coupons()
    officer = enter(sqlite_staff, family)
    page = f"/households/{family.household_id}/entry/alternative/fax"
    officer.open(page)
    officer.send(page + "/submit", {**PAPER, **CARD, **SAID, "telephone": "03-1234-5678"})
    with sqlite_staff.database.read() as session:
        task = session.scalars(select(Task.id).where(Task.kind == "call_back")).one()
    caller = sqlite_staff.enter_as(Role.AGENT)
    before = caller.open(f"/call-backs/{task}").text
    assert (DO_NOT in before, "0312345678" in before) == (True, False)
    calling = caller.send(f"/call-backs/{task}/start").text
    assert calling.index(DO_NOT) < calling.index("0312345678")
    assert "午後がよい" in calling
    greets_without_the_ward(sqlite_staff, caller, calling)
    office = sqlite_staff.enter_as(Role.OFFICER)
    office.open(f"/tasks/{task}")
    read = office.send(f"/tasks/{task}/read").text
    assert read.index(DO_NOT) < read.index("0312345678")
    with sqlite_staff.database.read() as session:
        row = session.scalars(select(Request.id)).one()
    reviewer = sqlite_staff.enter_as(Role.OFFICER)
    assert DO_NOT not in reviewer.open(f"/reviews/{row}").text, "shown once it was claimed"
    review = reviewer.send(f"/reviews/{row}/claim").text
    assert review.index(DO_NOT) < review.index("0312345678")


def test_before_the_enrolled_number_it_stands_too(
    sqlite_resident: Resident, sqlite_staff: StaffSite
) -> None:
    family = sqlite_resident.add(active=True)
    sqlite_resident.give_coupons()
    asked(sqlite_resident, sqlite_resident.enter(family), **SAID)
    enroll_telephone(sqlite_staff, family)
    one = agent(sqlite_staff).begin()
    one.verify(family.household_id)
    one.visitor.post(f"/desk/{family.household_id}/call-back", {"form_key": one.key()})
    one.end()
    one.begin(direction="outbound")
    page = one.page(family.household_id)
    assert DO_NOT in page
    greets_without_the_ward(sqlite_staff, one.visitor, page)


def greets_without_the_ward(staff: StaffSite, caller: Visitor, page: str) -> None:
    """What a page that shows a number offers to say, in every language, names nobody of ours."""
    (link,) = re.findall(r'href="(/scripts/greeting[^"?]*)', page)
    spoken = [
        line.text
        for code in LANGUAGES
        for line in read_lines(default_scripts()[link.rpartition("/")[2]].draft.texts[code])
        if line.kind is LineKind.SAY
    ]
    assert len(spoken) >= len(LANGUAGES)
    for name in ("office", "ward", "program", "contractor"):
        assert not any(f"%({name})s" in text for text in spoken)
    assert spoken[0] in caller.open(link).text
    names = staff.site.program.names
    assert all(name.ja not in spoken[0] for name in (names.office, names.ward, names.program))
    assert "名字だけを名乗ります" in page


def test_whoever_may_be_told_is_greeted_as_always(sqlite_staff: StaffSite) -> None:
    family = sqlite_staff.add_household()
    sqlite_staff.give_coupons()
    officer = enter(sqlite_staff, family)
    page = f"/households/{family.household_id}/entry/alternative/fax"
    officer.open(page)
    said = SAID | {"say_who": "yes", "telephone": "03-1234-5678"}
    officer.send(page + "/submit", {**PAPER, **CARD, **said})
    with sqlite_staff.database.read() as session:
        task = session.scalars(select(Task.id).where(Task.kind == "call_back")).one()
    caller = sqlite_staff.enter_as(Role.AGENT)
    caller.open(f"/call-backs/{task}")
    calling = caller.send(f"/call-backs/{task}/start").text
    assert "/scripts/greeting_call_back?speak=ja" in calling
    assert "名字だけを名乗ります" not in calling


def test_a_correction_does_not_lose_the_answer(sqlite_resident: Resident) -> None:
    family = sqlite_resident.add(active=True)
    sqlite_resident.give_coupons()
    office: Paper = make_paper(sqlite_resident.database, sqlite_resident.folder)
    visitor = sqlite_resident.enter(family)
    number = asked(sqlite_resident, visitor, **SAID)
    with sqlite_resident.database.read() as session:
        request_id = session.scalars(select(Request.id)).one()
    office.decide(request_id, "return", reason="product")
    place = f"/alternative/correct/{number}"
    assert 'name="say_who"' in visitor.open(place).text
    again = {"product": "book_card", "why": "other", "form_key": "again"}
    receipt = visitor.send(place + "/submit", again).text
    assert "区の名前を言わないでほしい" in receipt
    assert "午後がよい" in receipt


def test_the_printed_form_offers_every_answer(sqlite_staff: StaffSite) -> None:
    printed = words(alternative_form_pdf(sqlite_staff.site.program, sqlite_staff.now))
    for answer in (*CallTime, *SayWho):
        assert answer.label in printed
