"""At the moment of sending.

Holds and deaths stop what is queued, failures are tried again, bounces become cards.
"""

from datetime import timedelta

import pytest

from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.errors import NotAllowedError, WrongStateError
from portal.domain.foundation.jobs.names import JobName
from portal.domain.letters.announcements.queries import delivery_log
from portal.domain.letters.announcements.services import resume
from portal.domain.people.households.models import Child, Hold, Household
from portal.domain.people.notices.messages import Message
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.platform.database import Database
from portal.platform.senders.sending import SendFailedError
from tests.functional.letters.announcements.support import (
    PHONE,
    Gateway,
    log_of,
    put_hold,
    resident,
    rows,
    send_all,
    tell,
)
from tests.support.people import Person
from tests.support.resident import NOON
from tests.support.work import source_of, work_in
from tests.support.worker import run_job


def stop_by(database: Database, person: Person, how: str) -> None:
    if how == "hold":
        put_hold(database, person)
        return
    if how == "death that was released":
        put_hold(database, person, "W11_DIED_AFTER_BASE", "released")
        return
    with database.write() as session:
        household = session.get_one(Household, person.household_id)
        if how == "protection":
            household.protected = True
        elif how == "removal":
            household.state = "removed"
        else:
            child = (
                session.query(Child).filter_by(household_id=person.household_id, ordinal=2).one()
            )
            child.codes = ["W11_DIED_AFTER_BASE"]


def queue(database: Database, person: Person, purpose: str) -> None:
    """A message of the account itself, which no announcement is behind."""
    with database.write() as session:
        enqueue(
            work_in(session, now=NOON),
            Outgoing(
                kind="sms",
                purpose=purpose,
                address=PHONE,
                message=Message(None, purpose),
                dedupe_key=f"{purpose}:{person.household_id}",
                household_id=person.household_id,
                expires_at=NOON + timedelta(minutes=10),
            ),
        )


WAYS = ("hold", "protection", "removal", "a child's death", "death that was released")


@pytest.mark.parametrize("how", WAYS)
def test_what_came_between_queueing_and_sending_stops_it(database: Database, how: str) -> None:
    person, other = resident(database), resident(database, number="9900000002")
    tell(database, person)
    tell(database, other, key="decline:2:accepted")
    stop_by(database, person, how)
    gateway = Gateway()
    send_all(database, gateway)
    assert len(gateway.got) == 1  # the other household's
    assert log_of(database) == [("sms", "stopped"), ("sms", "sent")]
    send_all(database, gateway, now=NOON + timedelta(hours=3))
    assert len(gateway.got) == 1


def test_a_hold_between_two_tries_stops_the_second(database: Database) -> None:
    person = resident(database)
    tell(database, person)
    send_all(database, Gateway(SendFailedError("timeout")))
    put_hold(database, person)
    gateway = Gateway()
    send_all(database, gateway, now=NOON + timedelta(minutes=2))
    assert gateway.got == []
    assert log_of(database) == [("sms", "stopped")]


def test_a_stopped_notice_goes_out_only_when_a_person_says_so_and_only_without_hold(
    database: Database,
) -> None:
    person = resident(database)
    tell(database, person)
    hold = put_hold(database, person)
    gateway = Gateway()
    send_all(database, gateway)
    (row,) = rows(database)
    with database.write() as session, pytest.raises(NotAllowedError):
        resume(work_in(session, now=NOON), row.id)
    with database.write() as session:
        session.get_one(Hold, hold).state = "released"
    send_all(database, gateway)
    tell(database, person)  # nor does announcing it again
    send_all(database, gateway)
    assert gateway.got == []
    with database.write() as session:
        resume(work_in(session, now=NOON), row.id)
    send_all(database, gateway)
    assert len(gateway.got) == 1
    assert log_of(database) == [("sms", "sent")]
    with database.write() as session, pytest.raises(WrongStateError):
        resume(work_in(session, now=NOON), row.id)


@pytest.mark.parametrize("counter", [False, True])
def test_nothing_queued_before_the_flag_goes_out_after_it(
    database: Database, counter: bool
) -> None:
    """Neither a code nor a warning; at the counter a family gets its letter, and then its codes."""
    person, other = resident(database), resident(database, number="9900000002")
    for one in (person, other):
        for purpose in ("code.sign_in", "notice.new_device"):
            queue(database, one, purpose)
    with database.write() as session:
        household = session.get_one(Household, person.household_id)
        household.protected, household.counter = True, counter
    gateway = Gateway()
    send_all(database, gateway)
    assert len(gateway.got) == (4 if counter else 2)
    send_all(database, gateway, now=NOON + timedelta(minutes=5))
    assert len(gateway.got) == (4 if counter else 2)


def test_one_time_codes_go_out_although_the_household_is_held(database: Database) -> None:
    person = resident(database)
    put_hold(database, person)
    for purpose in ("code.sign_in", "notice.new_device", "notice.new_letter"):
        queue(database, person, purpose)
    gateway = Gateway()
    send_all(database, gateway)
    assert {claim.body for claim in gateway.got} == {"code.sign_in", "notice.new_device"}


def test_what_is_refused_for_good_is_followed_by_one_card(database: Database) -> None:
    tell(database, resident(database), receipt_no="CDFG-HJKL")
    for _ in range(3):
        send_all(database, Gateway(SendFailedError("http_400", permanent=True)))
    bounced, card = rows(database)
    assert [(r.medium, r.state) for r in (bounced, card)] == [
        ("sms", "bounced"),
        ("card", "waiting"),
    ]
    assert (bounced.last_error, bounced.tries) == ("http_400", 1)
    assert (card.event, card.receipt_no, card.follows_id) == (
        bounced.event,
        "CDFG-HJKL",
        bounced.id,
    )


def test_what_cannot_be_delivered_in_two_days_is_followed_by_one_card(database: Database) -> None:
    person = resident(database)
    tell(database, person)
    now = NOON
    for _hour in range(60):
        send_all(database, Gateway(SendFailedError("timeout")), now=now)
        now += timedelta(hours=1)
    assert log_of(database) == [("sms", "bounced"), ("card", "waiting")]


def test_a_message_whose_worker_never_came_back_is_settled_by_its_job(database: Database) -> None:
    tell(database, resident(database))
    source = source_of(database, FixedClock(NOON + timedelta(hours=49)))
    for _ in range(2):
        run_job(source, JobName.EXPIRE)
        run_job(source, JobName.SETTLE)
    assert log_of(database) == [("sms", "bounced"), ("card", "waiting")]


def test_staff_see_tries_and_the_next_try_without_any_address(database: Database) -> None:
    person = resident(database)
    tell(database, person)
    send_all(database, Gateway(SendFailedError("timeout")))
    with database.read() as session:
        (entry,) = delivery_log(session, person.household_id)
    assert (entry.tries, entry.last_error, entry.state) == (1, "timeout", "waiting")
    assert entry.next_try_at == NOON + timedelta(minutes=1)
    assert PHONE not in repr(entry)
