"""A household's page: a reason first, masks, what is behind them on demand, everything on record.

The protected apart.
"""

import re
from datetime import date, timedelta

import pytest

from portal.domain.desk.casework import contact, timeline
from portal.domain.foundation.actors import Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.audit.services import record
from portal.domain.letters.letters.models import Letter, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.letters.shipments.models import Shipment
from tests.functional.desk.call_desk.test_search import statements
from tests.support.canaries import CANARIES
from tests.support.people import CANARY_NAME, CANARY_STREET, Person
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in


def opened(staff: StaffSite, person: Person, role: Role = Role.OFFICER) -> Visitor:
    visitor = staff.enter_as(role)
    visitor.open(f"/households/{person.household_id}")
    visitor.send(
        f"/households/{person.household_id}/reason/submit",
        {"reason": "inquiry", "words": "鶉野さんから電話", "form_key": "k1"},
    )
    return visitor


def test_nothing_is_shown_before_a_reason_is_given(staff: StaffSite) -> None:
    person = staff.add_household()
    visitor = staff.enter_as(Role.OFFICER)
    page = visitor.open(f"/households/{person.household_id}")
    assert visitor.place.endswith("/reason")
    assert "鶉" not in page.text
    for form in (
        {},
        {"reason": "other"},
        {"reason": "because"},
        {"reason": "inquiry", "words": "x" * 401},
    ):
        assert (
            visitor.post(f"/households/{person.household_id}/reason/submit", form).status_code
            == 422
        )
    assert staff.events("household.opened") == []


def test_the_reason_is_logged_once_and_its_words_are_sealed(staff: StaffSite) -> None:
    person = staff.add_household()
    visitor = opened(staff, person)
    assert visitor.place == f"/households/{person.household_id}"
    for _ in range(5):
        visitor.post(
            f"/households/{person.household_id}/reason/submit",
            {"reason": "inquiry", "words": "鶉野さんから電話", "form_key": "k1"},
        )
    (event,) = staff.events("household.opened")
    assert (event.household_id, event.detail["reason"]) == (person.household_id, "inquiry")
    assert event.sealed is not None
    assert "鶉野".encode() not in event.sealed


def test_after_a_quarter_of_an_hour_the_reason_is_asked_again(staff: StaffSite) -> None:
    person = staff.add_household()
    visitor = opened(staff, person)
    staff.clock.advance(minutes=14)
    visitor.open(f"/households/{person.household_id}")
    assert visitor.place == f"/households/{person.household_id}"
    staff.clock.advance(minutes=2)
    visitor.open(f"/households/{person.household_id}")
    assert visitor.place.endswith("/reason")


@pytest.mark.asvs("8.2.2")
def test_a_reason_for_one_household_opens_no_other(staff: StaffSite) -> None:
    person, other = staff.add_household(), staff.add_household()
    visitor = opened(staff, person)
    visitor.open(f"/households/{other.household_id}")
    assert visitor.place.endswith("/reason")


@pytest.mark.asvs("8.2.3")
def test_personal_data_is_masked_and_shown_part_by_part_with_a_record(staff: StaffSite) -> None:
    person = staff.add_household(active=True)
    visitor = opened(staff, person)
    page = visitor.open(f"/households/{person.household_id}").text
    assert [
        canary for canary in (*CANARIES, CANARY_STREET, person.login_id) if canary in page
    ] == []
    address = f"/households/{person.household_id}/unmask"
    assert visitor.post(address, {"part": "name"}).status_code == 422
    shown = visitor.send(address, {"part": "name", "reason": "inquiry"}).text
    assert CANARY_NAME in shown
    assert CANARY_STREET not in shown
    shown = visitor.send(address, {"part": "address", "reason": "returned"}).text
    assert CANARY_STREET in shown
    assert [event.detail["part"] for event in staff.events("household.unmasked")] == [
        "name",
        "address",
    ]
    staff.clock.advance(minutes=6)
    assert CANARY_NAME not in visitor.open(f"/households/{person.household_id}").text


@pytest.mark.asvs("16.3.3")
def test_more_than_sixty_looks_behind_masks_an_hour_are_noted(sqlite_staff: StaffSite) -> None:
    person = sqlite_staff.add_household()
    visitor = opened(sqlite_staff, person)
    for number in range(61):
        form = {"part": "name", "reason": "check", "form_key": f"look{number}"}
        assert visitor.post(f"/households/{person.household_id}/unmask", form).status_code == 303
    assert [event.detail["what"] for event in sqlite_staff.events("staff.unusual_browsing")] == [
        "unmask"
    ]


def test_a_protected_household_is_not_there_for_an_officer_and_that_is_noted(
    staff: StaffSite,
) -> None:
    person = staff.add_household(protected=True, active=True)
    visitor = staff.enter_as(Role.OFFICER)
    base = f"/households/{person.household_id}"
    answers = [
        visitor.get(base),
        visitor.get(base + "/reason"),
        visitor.post(base + "/reason/submit", {"reason": "inquiry", "form_key": "a"}),
        visitor.post(base + "/unmask", {"part": "address", "reason": "inquiry", "form_key": "b"}),
    ]
    for answer in answers:
        assert answer.status_code == 404
        assert "この世帯は見つかりませんでした" in answer.text
        assert "支援措置" not in answer.text
        assert [canary for canary in CANARIES if canary in answer.text] == []
    asked = staff.events("household.protected_asked")
    assert [event.household_id for event in asked] == [person.household_id] * 4
    ward = opened(staff, person, Role.WARD_OFFICER)
    assert "支援措置の対象です" in (ward.page.text if ward.page else "")


@pytest.mark.parametrize("part", ["", "/reason"])
def test_looking_for_a_protected_household_is_as_much_work_as_for_none(
    staff: StaffSite, part: str
) -> None:
    """No time tells what no page tells: the same statements, in the same order."""
    person = staff.add_household(protected=True)
    visitor = staff.enter_as(Role.OFFICER)
    seen: dict[int, list[str]] = {}
    for key in (person.household_id, 987_654, person.household_id, 987_654):
        with statements(staff) as seen[key]:
            visitor.get(f"/households/{key}{part}")
    assert seen[person.household_id] == seen[987_654]


def test_whoever_tries_keys_out_is_noted_and_must_wait(sqlite_staff: StaffSite) -> None:
    """320 addresses in half a minute named every protected family."""
    staff = sqlite_staff
    ordinary, hidden = staff.add_household(), staff.add_household(protected=True)
    visitor = staff.enter_as(Role.OFFICER)
    keys = [hidden.household_id, *range(900_001, 900_020)]
    assert [visitor.get(f"/households/{key}").status_code for key in keys] == [404] * 20
    for key in (hidden.household_id, 900_021):
        assert visitor.get(f"/households/{key}").status_code == 429
    assert visitor.get(f"/households/{ordinary.household_id}/reason").status_code == 200
    assert len(staff.events("household.absent_asked")) == 20
    assert {event.detail["what"] for event in staff.events("staff.unusual_browsing")} == {"missing"}
    auditor = staff.enter_as(Role.AUDITOR).open("/watch").text
    assert "ない世帯を、1時間に20回より多く開こうとした" in auditor
    staff.clock.advance(hours=1)
    visitor = staff.enter_as(Role.OFFICER)
    assert visitor.get("/households/900001").status_code == 404


def test_a_protection_set_meanwhile_closes_the_open_page(staff: StaffSite) -> None:
    from portal.domain.people.households.models import Household

    person = staff.add_household()
    visitor = opened(staff, person)
    with staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    answer = visitor.get(f"/households/{person.household_id}")
    assert answer.status_code == 404
    assert "鶉" not in answer.text


def test_a_long_history_begins_with_what_is_recent(staff: StaffSite) -> None:
    """The last contacts and entries are on the page; the earlier ones come when asked for."""
    person = staff.add_household(active=True)
    officer = opened(staff, person)
    base = f"/households/{person.household_id}"
    for number in range(timeline.RECENT + 1):
        note = {"note": "鍵", "topic": "general", "desk": "", "form_key": f"n{number}"}
        assert "メモを書きました" in officer.send(f"{base}/notes", note).text

    with staff.database.write() as session:
        work = work_in(session, now=staff.now)
        for _look in range(timeline.LIMIT):
            record(work, "household.opened", "household", household_id=person.household_id)

    def lines(page: str) -> list[int]:
        contacts, entries = page.split('id="contacts"')[1].split('id="history"')
        return [contacts.count("<time "), entries.count("<time ")]

    short, whole = officer.open(base).text, officer.open(f"{base}?earlier=1").text
    assert lines(short) == [contact.RECENT, timeline.RECENT]
    contacts, entries = lines(whole)
    assert contacts > timeline.RECENT
    assert entries == timeline.LIMIT, "there are more, and a link to them would lead here again"
    for link, part in (("もっと前の連絡を見る", "contacts"), ("もっと前の記録を見る", "history")):
        assert f'href="{base}?earlier=1#{part}">{link}</a>' in short
        assert link not in whole
    assert '<details class="more-filters">' in short
    assert '<details class="more-filters" open>' in whole, "who asked for them sees them"


def test_the_timeline_tells_what_happened_newest_first_and_never_a_code(staff: StaffSite) -> None:
    person = staff.add_household(active=True)
    staff.give_coupons()
    page = opened(staff, person).open(f"/households/{person.household_id}").text
    line = page.split('class="timeline"')[1]
    wanted = ["世帯のページを開いた", "はじめてのサインインが完了", "IDとパスワードを発行"]
    assert all(words in line for words in wanted)
    assert line.index(wanted[0]) < line.index(wanted[2])
    assert "クーポンを割り当て" in line
    assert "http://127.0.0.1:8000" not in page
    unknown = [e.action for e in everything(staff, person) if f">{e.action}" in line]
    assert unknown == []


def everything(staff: StaffSite, person: Person) -> list[AuditEvent]:
    from sqlalchemy import select

    with staff.database.read() as session:
        found = list(
            session.scalars(
                select(AuditEvent).where(AuditEvent.household_id == person.household_id)
            )
        )
        session.expunge_all()
    return found


def test_an_unknown_household_is_not_found(staff: StaffSite) -> None:
    visitor = staff.enter_as(Role.WARD_OFFICER)
    assert visitor.get("/households/4711").status_code == 404
    assert visitor.post("/households/4711/reason/submit", {"reason": "check"}).status_code == 404


@pytest.mark.parametrize("path", ["/households/-1", "/households/x", "/tasks/99999999999999999999"])
def test_an_odd_address_is_no_fault_of_ours(sqlite_staff: StaffSite, path: str) -> None:
    assert sqlite_staff.enter_as(Role.WARD_OFFICER).get(path).status_code == 404


def test_the_number_that_other_pages_ask_for_stands_on_the_page(sqlite_staff: StaffSite) -> None:
    person = sqlite_staff.add_household()
    page = opened(sqlite_staff, person).open(f"/households/{person.household_id}").text
    assert f'<span class="mono">#{person.household_id}</span>' in page


def test_a_letters_line_says_when_it_was_posted_and_what_became_of_it(
    sqlite_staff: StaffSite,
) -> None:
    staff, person = sqlite_staff, sqlite_staff.add_household()
    with staff.database.write() as session:
        run = PrintRun(
            kind="credential",
            state="handed_over",
            planned=1,
            children=2,
            total_yen=60_000,
            folder="f",
            notice_date=staff.now.date(),
            created_at=staff.now,
            finished_at=staff.now,
            handed_over_at=staff.now,
        )
        session.add(run)
        session.flush()
        letter = Letter(
            number=new_letter_number(),
            household_id=person.household_id,
            kind="credential",
            state="handed_over",
            print_run_id=run.id,
            chunk_number=1,
            children=2,
            amount_yen=60_000,
            created_at=staff.now,
            printed_at=staff.now - timedelta(days=9),
            handed_over_at=staff.now,
        )
        session.add(letter)
        session.flush()
        mail = Shipment(
            kind="letter",
            household_id=person.household_id,
            letter_id=letter.id,
            state="posted",
            posted_on=date(2023, 7, 24),
            created_at=staff.now,
            changed_at=staff.now,
        )
        session.add(mail)
        session.flush()
        key = mail.id
    desk = opened(staff, person)
    line = letters_part(desk.open(f"/households/{person.household_id}").text)
    assert "2023-07-24 に差し出し" in line
    assert "2023-07-23" not in line, "the day of printing is no posting"
    with staff.database.write() as session:
        back = session.get_one(Shipment, key)
        back.state, back.returned_on, back.returned_reason = (
            "returned",
            date(2023, 7, 30),
            "moved_unknown",
        )
    line = letters_part(desk.open(f"/households/{person.household_id}").text)
    assert re.search("戻った.*2023-07-30・転居先不明", line)
    with staff.database.write() as session:
        session.get_one(Shipment, key).delivered_on = date(2023, 7, 26)
    line = letters_part(desk.open(f"/households/{person.household_id}").text)
    assert re.search("戻った.*2023-07-30・転居先不明", line), (
        "in hand, though reported as delivered"
    )


def letters_part(page: str) -> str:
    return page.split("<h2>手紙</h2>", 1)[1].split("</ul>", 1)[0]


@pytest.mark.parametrize("part", ["name", "address", "birth", "login_id", "children"])
def test_what_was_shown_takes_the_focus_and_the_reason_stays(
    sqlite_staff: StaffSite, part: str
) -> None:
    person = sqlite_staff.add_household(active=True)
    desk = opened(sqlite_staff, person)
    page = desk.send(
        f"/households/{person.household_id}/unmask",
        {"part": part, "reason": "returned", "form_key": "p"},
    ).text
    assert page.count("autofocus") == 1
    assert re.search('<(dd|h2)[^>]* tabindex="-1" autofocus>', page)
    assert '<option value="returned" selected>' in page
    assert (
        "autofocus"
        not in desk.open(f"/households/{person.household_id}?said=shown&part=x&reason=y").text
    )
