"""A verification that others take part in: two agents at once, somebody else's call, a lead."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.contacts.calls.caller_answers import Caller, Said
from portal.domain.contacts.calls.gate import opened_in
from portal.domain.contacts.calls.kinds import Relation
from portal.domain.contacts.calls.models import Call, VerificationAttempt
from portal.domain.contacts.calls.services import start_call
from portal.domain.contacts.calls.verification import verify
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import NotAllowedError, NotFoundError
from tests.functional.desk.call_desk.support import SAID, agent, words
from tests.support.people import CANARY_BIRTH, CANARY_NAME
from tests.support.staff import StaffSite
from tests.support.work import work_in


def test_two_agents_at_once_cannot_share_the_last_try(staff: StaffSite) -> None:
    """Four failures were before.

    Eight agents try at the same moment, four of them with the right answers.
    """
    person = staff.add_household()
    actors = [
        Actor(Role.AGENT, staff.hire(Role.AGENT).id, Organization.SUBCONTRACTOR) for _ in range(8)
    ]
    right = Said(name=CANARY_NAME, birth=CANARY_BIRTH, postal="1390001")
    wrong = Said(name="ちがう　ひと", birth=CANARY_BIRTH, postal="9999999")
    calls = []
    with staff.database.write() as session:
        for actor in actors:
            call = start_call(work_in(session, actor, staff.now))
            opened_in(work_in(session, now=staff.now), call, person.household_id)
            calls.append(call.id)
    gate = threading.Barrier(len(actors))

    def attempt(actor: Actor, call_id: int, said: Said) -> None:
        with staff.database.write() as session:
            call = session.get_one(Call, call_id)
            verify(
                work_in(session, actor, staff.now),
                person.household_id,
                Caller(call, said, Relation.OTHER),
            )

    for _ in range(4):
        attempt(actors[0], calls[0], wrong)

    def together(number: int) -> None:
        gate.wait()
        attempt(actors[number], calls[number], right if number % 2 else wrong)

    threads = [threading.Thread(target=together, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with staff.database.read() as session:
        tries = list(
            session.scalars(select(VerificationAttempt.passed).order_by(VerificationAttempt.id))
        )
    assert len(tries) == 12
    closed_after = next(n for n in range(len(tries)) if tries[: n + 1].count(False) == 5)
    assert not any(tries[closed_after:])
    assert all(tries[4:closed_after])
    assert len(staff.events("household.closed_to_callers")) == 1


def test_a_call_that_is_somebody_elses_verifies_nobody(staff: StaffSite) -> None:
    person = staff.add_household()
    mine, other = (
        Actor(Role.AGENT, staff.hire(Role.AGENT).id, Organization.SUBCONTRACTOR) for _ in range(2)
    )
    said = Said(name=CANARY_NAME, birth=CANARY_BIRTH, postal="1390001")
    with staff.database.write() as session:
        call = start_call(work_in(session, mine, staff.now))
        with pytest.raises(NotAllowedError):
            verify(
                work_in(session, other, staff.now),
                person.household_id,
                Caller(call, said, Relation.OTHER),
            )
        theirs = start_call(work_in(session, other, staff.now + timedelta(seconds=1)))
        with pytest.raises(NotAllowedError):
            verify(
                work_in(session, other, staff.now),
                person.household_id,
                Caller(call, said, Relation.OTHER),
            )
        with pytest.raises(NotFoundError):
            verify(work_in(session, other, staff.now), 987654, Caller(theirs, said, Relation.OTHER))


def test_nobody_who_takes_the_call_ever_reads_which_answers_were_right(
    sqlite_staff: StaffSite,
) -> None:
    person = sqlite_staff.add_household()
    one, lead = agent(sqlite_staff).begin(), agent(sqlite_staff, Role.SUPERVISOR)
    assert (
        one.verify(person.household_id, **(SAID | {"number": person.login_id, "name": "違う人"}))
        == 303
    )
    with sqlite_staff.database.read() as session:
        call_id = session.scalars(select(Call.id)).one()
    place = f"/calls/{call_id}"
    assert "合ったもの" not in one.visitor.open(place).text
    assert "合ったもの: 世帯主の生年月日、手紙番号かID、郵便番号" in words(
        lead.visitor.open(place).text
    )
    one.end()
    page = one.visitor.open(place).text
    assert "手続きできる" in page
    assert "合ったもの" not in page
    (event,) = sqlite_staff.events("call.verified")
    assert set(event.detail) == {"level", "relation"}, "nor does any timeline tell"


def test_a_lead_who_takes_the_call_is_blind_too(sqlite_staff: StaffSite) -> None:
    person = sqlite_staff.add_household()
    one = agent(sqlite_staff, Role.SUPERVISOR).begin()
    assert one.verify(person.household_id) == 303
    with sqlite_staff.database.read() as session:
        call_id = session.scalars(select(Call.id)).one()
    assert "合ったもの" not in one.visitor.open(f"/calls/{call_id}").text
