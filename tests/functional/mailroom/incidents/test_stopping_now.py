"""«Stop these now».

Codes and letters of an accident, all at once, with what cannot be undone listed.
"""

import threading

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.errors import DomainError, InputError, NotAllowedError, NotFoundError
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments import services as mail
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.incidents import queries, stopping, subjects
from portal.domain.mailroom.incidents.models import IncidentSubject
from portal.domain.mailroom.listing import ListPage
from portal.domain.people.coupons import services as coupons
from portal.domain.people.coupons.models import Coupon, CouponBatch
from portal.domain.people.coupons.queries import open_code
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from tests.functional.mailroom.incidents.support import Office
from tests.functional.requests.redeliveries.support import handed_over
from tests.support.people import Person
from tests.support.work import work_in


def letter_of(office: Office, person: Person, state: str = "handed_over") -> Letter:
    """The household's letter, at our place or out of our hands."""
    with office.staff.database.write() as session:
        row = handed_over(session, person)
        if state != "handed_over":
            row.state, row.handed_over_at = state, None
        session.flush()
        session.expunge(row)
        return row


def stop(office: Office, incident: int, kind: str) -> dict[str, int]:
    act = stopping.stop_codes if kind == "coupon" else stopping.stop_letters
    with office.staff.database.write() as session:
        return act(work_in(session, office.actor(), office.now), incident)


def add_numbers(office: Office, incident: int, *numbers: str, kind: str = "coupon") -> int:
    with office.staff.database.write() as session:
        if kind == "letter":
            return subjects.add_letters(
                work_in(session, office.actor(), office.now), incident, "\n".join(numbers)
            )
        return subjects.add_codes(
            work_in(session, office.actor(), office.now), incident, "\n".join(numbers)
        )


def test_codes_are_stopped_at_once_and_what_was_spent_is_listed(office: Office) -> None:
    """Four codes: never seen, seen, spent, in stock."""
    person, other = office.family(), office.family()
    unseen, seen, spent = (
        office.numbers(person, 2)[0],
        office.numbers(person)[0],
        office.numbers(other)[0],
    )
    with office.staff.database.write() as session:
        session.execute(
            update(Coupon)
            .where(Coupon.entitlement_id == office.entitlement(other))
            .values(state="part_used", used_yen=500)
        )
        stock = session.scalars(select(Coupon).where(Coupon.state == "stock").limit(1)).one()
        free = open_code(work_in(session), stock).management_no
    incident = office.incident()
    assert add_numbers(office, incident, unseen, seen, spent, free) == 4
    assert add_numbers(office, incident, seen) == 0
    assert stop(office, incident, "coupon") == {
        "stopped": 1,
        "awaited": 1,
        "spent": 1,
        "in_stock": 1,
    }
    assert (office.coupons(person), office.coupons(person, 2), office.coupons(other)) == (
        ["stop_requested"],
        ["voided"],
        ["part_used"],
    )
    assert len(office.staff.events("coupon.request_stop")) == 2
    (event,) = office.staff.events("incident.stop_coupons")
    assert event.detail["results"] == {"stopped": 1, "awaited": 1, "spent": 1, "in_stock": 1}
    assert seen not in str(event.detail)


def test_a_second_press_looks_only_at_what_waits(office: Office) -> None:
    person = office.family()
    incident = office.incident()
    add_numbers(office, incident, *office.numbers(person))
    assert stop(office, incident, "coupon") == {"awaited": 1}
    assert stop(office, incident, "coupon") == {"awaited": 1}
    with office.staff.database.write() as session:
        coupons.confirm_stop(
            work_in(session, now=office.now),
            session.scalars(select(IncidentSubject.subject_id)).one(),
        )
    assert stop(office, incident, "coupon") == {"stopped": 1}
    assert len(office.staff.events("coupon.request_stop")) == 1


def test_a_code_that_its_issuer_never_stops_is_hidden(quick_office: Office) -> None:
    person = quick_office.family()
    with quick_office.staff.database.write() as session:
        session.execute(update(CouponBatch).values(stop="never"))
    incident = quick_office.incident()
    add_numbers(quick_office, incident, *quick_office.numbers(person))
    assert stop(quick_office, incident, "coupon") == {"cannot": 1}
    assert quick_office.coupons(person) == ["suspended"]


def test_two_who_press_at_once_ask_the_issuer_once(office: Office) -> None:
    person = office.family()
    incident = office.incident()
    add_numbers(office, incident, *office.numbers(person))
    failed: list[Exception] = []

    def press() -> None:
        try:
            stop(office, incident, "coupon")
        except DomainError as error:
            failed.append(error)

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(office.staff.events("coupon.request_stop")) == 1


def test_letters_at_our_place_are_cancelled_and_those_on_their_way_are_to_be_pulled(
    office: Office,
) -> None:
    ours, away, delivered = (office.staff.add_household() for _ in range(3))
    numbers = [
        letter_of(office, ours, "printed").number,
        letter_of(office, away).number,
        letter_of(office, delivered).number,
    ]
    with office.staff.database.write() as session:
        letter = session.scalars(select(Letter).where(Letter.number == numbers[2])).one()
        row = mail.plan_letter(work_in(session, now=office.now), letter)
        row.state = "delivered"
        letter = session.scalars(select(Letter).where(Letter.number == numbers[0])).one()
        mail.plan_letter(work_in(session, now=office.now), letter)
    incident = office.incident()
    assert add_numbers(office, incident, *numbers, kind="letter") == 3
    assert stop(office, incident, "letter") == {"stopped": 2, "pull": 1}
    with office.staff.database.read() as session:
        states = {row.number: row.state for row in session.scalars(select(Letter))}
        assert [states[number] for number in numbers] == ["cancelled", "handed_over", "handed_over"]
        credentials = {row.household_id: row.state for row in session.scalars(select(Credential))}
        assert [credentials[person.household_id] for person in (ours, away, delivered)] == [
            "closed",
            "suspended",
            "suspended",
        ]
        assert set(session.scalars(select(Shipment.state))) == {"cancelled", "delivered"}
        pulled = session.scalars(queries.letters_to_recall()).all()
        assert [session.get_one(Letter, key).number for key in pulled] == [numbers[1]]


@pytest.mark.parametrize("kind", ["letter", "coupon"])
def test_a_number_that_fits_nothing_adds_none(quick_office: Office, kind: str) -> None:
    person = quick_office.family()
    known = (
        letter_of(quick_office, person).number
        if kind == "letter"
        else quick_office.numbers(person)[0]
    )
    incident = quick_office.incident()
    with pytest.raises(InputError, match="2行目"):
        add_numbers(quick_office, incident, known, "M000000000", kind=kind)
    with pytest.raises(InputError):
        add_numbers(quick_office, incident, "", kind=kind)
    assert quick_office.staff.count(IncidentSubject) == 0


def test_a_print_run_a_batch_and_what_belongs_to_listed_households(quick_office: Office) -> None:
    office = quick_office
    person = office.family()
    letter = letter_of(office, person)
    incident = office.incident()
    actor, now = office.actor(), office.now
    with office.staff.database.write() as session:
        with pytest.raises(NotAllowedError):
            subjects.add_theirs(work_in(session, actor, now), incident, "coupon")
        assert subjects.add_run(work_in(session, actor, now), incident, letter.print_run_id) == 1
        assert subjects.add_batch(work_in(session, actor, now), incident, "order-1") == 2
        with pytest.raises(InputError):
            subjects.add_run(work_in(session, actor, now), incident, 999)
        with pytest.raises(InputError):
            subjects.add_batch(work_in(session, actor, now), incident, "nothing")
    second = office.incident()
    with office.staff.database.write() as session:
        assert (
            subjects.add_households(work_in(session, actor, now), second, [person.household_id])
            == 1
        )
        assert subjects.add_theirs(work_in(session, actor, now), second, "coupon") == 2
        assert subjects.add_theirs(work_in(session, actor, now), second, "letter") == 1
        found = queries.touched(session, second)
    assert (found.households, found.children, found.of_ward_alone) == (1, 2, 0)


def test_nothing_listed_nothing_stopped(quick_office: Office) -> None:
    incident = quick_office.incident()
    for kind in ("coupon", "letter"):
        with pytest.raises(NotAllowedError):
            stop(quick_office, incident, kind)
    with pytest.raises(NotFoundError):
        stop(quick_office, 999, "coupon")


def test_what_belongs_to_a_protected_household_is_listed_for_the_ward_and_counted_for_all(
    office: Office,
) -> None:
    person, other = office.family(), office.family()
    incident = office.incident()
    add_numbers(office, incident, *office.numbers(person), *office.numbers(other))
    with office.staff.database.write() as session:
        session.get_one(Household, person.household_id).protected = True
    with office.staff.database.read() as session:
        assert [
            row.household_id
            for row in queries.subjects(session, queries.SubjectFilter(incident), ListPage())
        ] == [other.household_id]
        assert (
            len(
                queries.subjects(
                    session, queries.SubjectFilter(incident), ListPage(include_protected=True)
                )
            )
            == 2
        )
        found = queries.touched(session, incident)
    assert (found.households, found.of_ward_alone) == (2, 1)
