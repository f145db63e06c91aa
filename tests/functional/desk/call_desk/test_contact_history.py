"""Every contact with a family stands in one order, on the desk's page and on the family's.

What is about violence, separation or a change of recipient is the ward's.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.notes.models import HouseholdNote
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.households.models import Household
from tests.functional.desk.call_desk.support import Agent, agent, letter_of, posted, words
from tests.functional.people.admin.test_looks import opened
from tests.support.people import Person
from tests.support.resident import Visitor
from tests.support.staff import StaffSite

SAID = "平日は夕方だけ出られるとのこと"
ENDED = {"category": "delivery/absent", "result": "done", "text": SAID}


def contacts(page: str) -> str:
    """What can be read in the part of a page that lists the contacts."""
    assert 'aria-labelledby="contacts"' in page
    part = page.split('aria-labelledby="contacts"')[1].split("</section>", maxsplit=1)[0]
    return words(part)


def end(one: Agent, **typed: str) -> int:
    """End the call with what was said; return its key."""
    with one.staff.database.read() as session:
        call_id = session.scalars(select(Call.id).order_by(Call.id.desc())).first()
    assert call_id is not None
    form = {"call_id": str(call_id), "form_key": one.key()}
    one.visitor.open("/calls")
    one.visitor.post("/calls/hang-up", form)
    answer = one.visitor.post("/calls/finish/submit", form | ENDED | typed)
    assert answer.status_code == 303, answer.text[-2000:]
    return call_id


def spoken_with(staff: StaffSite, person: Person, **typed: str) -> int:
    """An earlier call about a family; return its key."""
    one = agent(staff).begin()
    assert one.verify(person.household_id) == 303
    call_id = end(one, **typed)
    staff.clock.instant += timedelta(minutes=13)
    return call_id


def at_desk(staff: StaffSite, person: Person) -> Agent:
    """Another agent in another call, whose caller is verified."""
    one = agent(staff).begin()
    assert one.verify(person.household_id) == 303
    return one


def of_officer(staff: StaffSite, person: Person, role: Role = Role.OFFICER) -> Visitor:
    """Somebody of the office who opened the family."""
    desk = staff.enter_as(role)
    opened(desk, person.household_id)
    return desk


def write(visitor: Visitor, place: str, **typed: str) -> int:
    """Write a note; return the status."""
    form = {"form_key": "n", "note": "書きとめたこと", "topic": "general", "desk": ""}
    return visitor.post(f"{place}/notes", form | typed).status_code


def test_the_second_agent_sees_the_first_call_and_reads_it_with_a_reason(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    first = spoken_with(staff, person)
    one = at_desk(staff, person)
    page = one.page(person.household_id)
    assert "配送・不在票" in contacts(page)
    assert SAID not in page, "what was said is masked"
    assert f'href="/calls/{first}"' not in page, "an agent has no page of another one's call"
    place = f"/desk/{person.household_id}"
    refused = one.visitor.post(f"{place}/reveal", {"part": "notes", "form_key": "r"})
    assert (refused.status_code, SAID in refused.text) == (422, False)
    one.visitor.send(f"{place}/reveal", {"part": "notes", "reason": "inquiry", "form_key": "s"})
    assert SAID in contacts(one.page(person.household_id))
    with staff.database.read() as session:
        shown = session.scalars(select(AuditEvent).filter_by(action="household.unmasked")).one()
        assert shown.detail["part"] == "notes"
    staff.clock.instant += timedelta(minutes=6)
    assert SAID not in one.page(person.household_id), "for five minutes"


def test_nothing_of_earlier_contacts_is_told_before_the_caller_is_verified(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    spoken_with(staff, person)
    one = agent(staff).begin()
    page = one.page(person.household_id)
    assert 'aria-labelledby="contacts"' not in page
    assert "不在票" not in page.split("<main", maxsplit=1)[1].split("最近", maxsplit=1)[0]


def test_the_family_page_has_calls_letters_and_notes_in_one_order(staff: StaffSite) -> None:
    person = staff.add_household()
    number = letter_of(staff, person)
    posted(staff, person, number)
    call_id = spoken_with(staff, person)
    desk = of_officer(staff, person)
    place = f"/households/{person.household_id}"
    assert write(desk, place, note="住所の書き方を確かめた") == 303
    page = desk.open(place).text
    found = contacts(page)
    order = [found.index(one) for one in ("メモ：", "：配送・不在票", "に差し出し、差し出した")]
    assert order == sorted(order), "newest first"
    assert f'href="/calls/{call_id}"' in page
    assert "住所の書き方" not in page
    desk.send(f"{place}/unmask", {"part": "notes", "reason": "check", "form_key": "u"})
    read = contacts(desk.open(place).text)
    assert "住所の書き方を確かめた" in read
    assert SAID in read


def test_words_of_a_call_about_two_families_are_shown_with_neither(staff: StaffSite) -> None:
    person, other = staff.add_household(), staff.add_household()
    one = agent(staff).begin()
    assert one.verify(person.household_id) == 303
    one.page(other.household_id)
    end(one)
    desk = of_officer(staff, person)
    place = f"/households/{person.household_id}"
    assert "書いたものがあります" not in desk.open(place).text
    desk.post(f"{place}/unmask", {"part": "notes", "reason": "check", "form_key": "u"})
    assert SAID not in desk.open(place).text


@pytest.mark.parametrize("topic", ["violence", "separation", "recipient"])
def test_what_is_the_wards_others_read_as_handled_by_the_ward(staff: StaffSite, topic: str) -> None:
    person = staff.add_household()
    one = at_desk(staff, person)
    place = f"/desk/{person.household_id}"
    assert write(one.visitor, place, topic=topic, desk="office", note="家を出たと聞いた") == 303
    with staff.database.read() as session:
        note = session.scalars(select(HouseholdNote)).one()
        assert (note.desk, note.state) == ("ward", "waiting"), "the ward's, whatever was chosen"
        receipt_no = note.receipt_no
    one.visitor.post(f"{place}/reveal", {"part": "notes", "reason": "inquiry", "form_key": "s"})
    officer = of_officer(staff, person)
    home = f"/households/{person.household_id}"
    officer.post(f"{home}/unmask", {"part": "notes", "reason": "check", "form_key": "u"})
    for page in (one.page(person.household_id), officer.open(home).text):
        found = contacts(page)
        assert "区が対応しています" in found
        assert "家を出た" not in page
        assert receipt_no not in page
        assert not {"暴力、", "別居、", "受け取る人を変える"} & set(
            found.split("メモを書く")[0].split()
        )
    ward = of_officer(staff, person, Role.WARD_OFFICER)
    ward.post(f"{home}/unmask", {"part": "notes", "reason": "check", "form_key": "w"})
    assert "家を出たと聞いた" in contacts(ward.open(home).text)
    assert receipt_no in ward.open("/notes").text
    assert receipt_no not in officer.open("/notes").text


@pytest.mark.parametrize("typed", [{"category": "program/living_apart"}, {}])
def test_a_call_about_it_is_the_wards_too(staff: StaffSite, typed: dict[str, str]) -> None:
    person = staff.add_household()
    one = agent(staff).begin()
    assert one.verify(person.household_id) == 303
    if not typed:
        write(one.visitor, f"/desk/{person.household_id}", topic="violence")
    end(one, **typed)
    desk = of_officer(staff, person)
    home = f"/households/{person.household_id}"
    desk.post(f"{home}/unmask", {"part": "notes", "reason": "check", "form_key": "u"})
    page = desk.open(home).text
    assert "：区が対応しています" in contacts(page)
    assert SAID not in page
    ward = of_officer(staff, person, Role.WARD_OFFICER)
    ward.post(f"{home}/unmask", {"part": "notes", "reason": "check", "form_key": "w"})
    assert SAID in contacts(ward.open(home).text)


def test_a_note_goes_from_desk_to_desk_and_is_finished_where_it_waits(staff: StaffSite) -> None:
    person = staff.add_household()
    one = at_desk(staff, person)
    assert write(one.visitor, f"/desk/{person.household_id}", desk="office") == 303
    with staff.database.read() as session:
        key = session.scalars(select(HouseholdNote.id)).one()
    office, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    assert "窓口に回ったメモ" in office.open("/").text.split("<main", maxsplit=1)[1]
    assert f"世帯 {person.household_id}" in words(office.open("/notes").text)
    assert "待っているメモはありません" in ward.open("/notes").text
    assert ward.post(f"/notes/{key}/finish", {"form_key": "x"}).status_code == 404
    none = office.post(f"/notes/{key}/assign", {"form_key": "z", f"desk-{key}": "somebody"})
    assert (none.status_code, "どの窓口に" in none.text) == (422, True)
    office.send(f"/notes/{key}/assign", {"form_key": "y", f"desk-{key}": "ward"})
    assert office.post(f"/notes/{key}/finish", {"form_key": "q"}).status_code == 404
    ward.send(f"/notes/{key}/finish", {"form_key": "f"})
    late = ward.post(f"/notes/{key}/assign", {"form_key": "l", f"desk-{key}": "office"})
    assert late.status_code == 409, "a page that stood open brings nothing back"
    assert ward.post(f"/notes/{key}/finish", {"form_key": "g"}).status_code == 409
    assert staff.count(HouseholdNote, state="done", desk="ward") == 1
    assert "待っているメモはありません" in ward.open("/notes").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"note": " "}, "note"),
        ({"note": "あ" * 1001}, "note"),
        ({"note": "カードは 4111 1111 1111 1111"}, "note"),
        ({"topic": "gossip"}, "topic"),
        ({"desk": "somebody"}, "desk"),
    ],
)
def test_a_note_with_a_fault_is_answered_beside_its_field(
    sqlite_staff: StaffSite, typed: dict[str, str], field: str
) -> None:
    person = sqlite_staff.add_household()
    desk = of_officer(sqlite_staff, person)
    place = f"/households/{person.household_id}"
    assert write(desk, place, **typed) == 422
    assert desk.page is not None
    assert f'href="#{field}"' in desk.page.text
    assert sqlite_staff.count(HouseholdNote) == 0


def test_a_note_says_that_it_may_be_disclosed_and_twice_sent_is_one(staff: StaffSite) -> None:
    person = staff.add_household()
    desk = of_officer(staff, person)
    place = f"/households/{person.household_id}"
    assert "開示することがあります" in desk.open(place).text
    assert [write(desk, place), write(desk, place)] == [303, 303]
    assert staff.count(HouseholdNote) == 1


def test_notes_of_a_protected_family_are_the_wards_alone(staff: StaffSite) -> None:
    person = staff.add_household()
    desk = of_officer(staff, person)
    place = f"/households/{person.household_id}"
    assert write(desk, place, desk="office") == 303
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
        key = session.scalars(select(HouseholdNote.id)).one()
    assert "待っているメモはありません" in desk.open("/notes").text
    assert write(desk, place) == 404
    for step in ("finish", "assign"):
        form = {"form_key": step, f"desk-{key}": "ward"}
        assert desk.post(f"/notes/{key}/{step}", form).status_code == 404
        assert desk.post(f"/notes/987654/{step}", form).status_code == 404
    ward = staff.enter_as(Role.WARD_OFFICER)
    assert f"世帯 {person.household_id}" in words(ward.open("/notes").text), "it waits for somebody"
    kept = ward.post(f"/notes/{key}/assign", {"form_key": "w", f"desk-{key}": "office"})
    assert (kept.status_code, "区だけが扱います" in kept.text) == (422, True)
    ward.send(f"/notes/{key}/finish", {"form_key": "f"})
    assert staff.count(HouseholdNote, state="done") == 1
    opened(ward, person.household_id)
    assert write(ward, place, desk="call_desk") == 303
    assert staff.count(HouseholdNote, state="waiting", desk="ward") == 1
