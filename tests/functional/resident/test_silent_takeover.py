"""Wrong codes shut the owner out, and a backup code takes the account over in the dark (T6, A8).

The letter alone locks and closes the owner's number. Whoever then changes something must not have
it in force before the owner, or a person who asked the owner, could call it off (decision 0053).
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select, update

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.authn.backup_codes import new_backup_codes
from portal.domain.people.authn.hold import HOLD
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.signin import changes
from portal.domain.people.tasks.models import Task
from tests.functional.resident.test_channel_changes import NEW, add_sms, offered, settle
from tests.functional.resident.test_codes import with_sms, wrong_code
from tests.support.people import Person
from tests.support.resident import Resident, Visitor

ROUNDS = 6
"""Five wrong codes an hour: six rounds are the thirty of T6, none of them held up by a limit."""


def with_backup(resident: Resident) -> Person:
    """Somebody whose only channel is SMS, with the sheet of backup codes in the drawer."""
    person, _visitor = with_sms(resident)
    with resident.database.write() as session:
        work = resident.site.work(session, Actor(Role.SYSTEM), resident.now)
        person.backup = new_backup_codes(work, person.credential_id)
    return person


def guess(resident: Resident, person: Person, rounds: int = ROUNDS, channel: str = "") -> None:
    """Who has the letter types five wrong codes each hour."""
    for _round in range(rounds):
        resident.clock.advance(minutes=61)
        stranger = resident.sign_in(person)
        if channel:
            stranger.post("/signin/code/send", {"channel": channel})
        for _try in range(5):
            stranger.post("/signin/code/submit", {"code": "000000"})


def by_backup_code(resident: Resident, person: Person, number: int = 0) -> Visitor:
    """Who has the letter and the sheet of backup codes is signed in."""
    thief = resident.sign_in(person)
    thief.open("/signin/backup")
    thief.send("/signin/backup/submit", {"code": person.backup[number]})
    assert thief.place == "/home"
    return thief


def sources(resident: Resident) -> list[tuple[str, str, datetime | None]]:
    """Kind, state and begin of every source, the oldest first."""
    with resident.database.read() as session:
        rows = session.scalars(select(OtpAuthenticator).order_by(OtpAuthenticator.id))
        return [(row.kind, row.state, row.opens_at) for row in rows]


def told(resident: Resident, event: str) -> int:
    """How many notices of an event went out."""
    return resident.count(OutboxMessage, purpose=f"notice.{event}")


def test_who_closed_the_owners_number_adds_none_and_the_owner_is_told(resident: Resident) -> None:
    """The letter alone closes the number; a backup code then signs in: 24 hours are no help."""
    person = with_backup(resident)
    guess(resident, person)
    assert sources(resident) == [("sms", "closed", None)]
    assert told(resident, "source_closed") == 1, "to the number that was closed"
    assert resident.count(Task, kind="code_closed") == 1
    (body,) = [one for one in resident.messages() if "番号の間違いが続いた" in one]
    for hint in ("SMS", "メール", "アプリ", "4-5678", person.login_id):
        assert hint not in body, hint
    resident.clock.advance(hours=25)
    thief = by_backup_code(resident, person)
    assert told(resident, "new_device") == 1, "to the closed number"
    account = thief.open("/account").text
    assert "止まった受け取り方があるため" in account
    assert 'href="/account/channel"' not in account
    thief.open("/account/channel")
    thief.send("/account/channel/choose", {"channel": "sms"})
    page = thief.post("/account/channel/address/submit", {"address": NEW})
    assert page.status_code == 422
    assert "止まった受け取り方があるため" in page.text
    assert thief.post("/account/channel/choose", {"channel": "totp"}).status_code != 303
    resident.clock.advance(seconds=HOLD.total_seconds() + 60)
    settle(resident, person)
    assert sources(resident) == [("sms", "closed", None)], "nothing of the thief's is there"


def test_closing_the_owners_number_calls_off_what_waits(resident: Resident) -> None:
    """The other order: the change first, then the wrong codes, so that nobody calls it off."""
    person = with_backup(resident)
    add_sms(resident, by_backup_code(resident, person))
    assert told(resident, "change_held") == 1
    guess(resident, person)
    assert sources(resident) == [("sms", "closed", None)]
    assert (told(resident, "change_cancelled"), told(resident, "source_closed")) == (1, 1)
    assert resident.count(AuditEvent, action="account.change_cancelled") == 1
    resident.clock.advance(seconds=HOLD.total_seconds())
    settle(resident, person)
    assert sources(resident) == [("sms", "closed", None)]


def test_the_last_wrong_code_and_a_change_at_once_leave_none_waiting_beside_a_closed_one(
    resident: Resident,
) -> None:
    """Whichever comes first, the other one sees it: both lock all sources of the account."""
    person = with_backup(resident)
    thief = by_backup_code(resident, person)
    resident.messages()
    thief.open("/account/channel")
    thief.send("/account/channel/choose", {"channel": "sms"})
    thief.send("/account/channel/address/submit", {"address": NEW})
    code = resident.last_code()
    with resident.database.write() as session:
        session.execute(update(OtpAuthenticator).values(total_fails=29))
    stranger = resident.sign_in(person)

    def prove() -> None:
        thief.post("/account/channel/prove/submit", {"code": code})

    def close() -> None:
        stranger.post("/signin/code/submit", {"code": "000000"})

    with ThreadPoolExecutor(2) as pool:
        for done in (pool.submit(prove), pool.submit(close)):
            done.result()
    found = [state for _kind, state, _at in sources(resident)]
    # a change that begins first ends the stranger's session, so that its code does not count
    assert found in (["closed"], ["closed", "pending"], ["confirmed", "waiting"])


@pytest.mark.parametrize("job", [True, False], ids=["worker", "clock alone"])
def test_a_lock_gives_the_owner_a_whole_day_from_its_end(resident: Resident, job: bool) -> None:
    """Ten wrong codes in the last hour of the hold keep the owner from calling it off in time."""
    person = with_backup(resident)
    add_sms(resident, by_backup_code(resident, person))
    began = resident.now
    resident.clock.advance(hours=21)
    guess(resident, person, rounds=2)
    locked = resident.now
    resident.clock.instant = began + HOLD
    if job:
        settle(resident, person)
    (_old, new) = sources(resident)
    assert new[1:] == ("waiting", locked + HOLD + (HOLD / 48))
    assert resident.count(AuditEvent, action="account.change_put_off") == 1
    resident.clock.advance(hours=3)
    resident.messages()
    owner = resident.sign_in(person)
    owner.send("/signin/code/submit", {"code": resident.last_code()})
    owner.open("/account/changes")
    assert "取り消しました" in owner.send("/account/changes/cancel").text
    assert [one[1] for one in sources(resident)] == ["confirmed"]


@pytest.mark.parametrize("change", ["add", "remove"])
def test_a_change_that_begins_during_a_lock_waits_a_day_from_its_end(
    resident: Resident, change: str
) -> None:
    person = resident.add(active=True)
    if change == "remove":
        add_sms(resident, resident.enter(person))
        resident.clock.advance(seconds=HOLD.total_seconds())
        settle(resident, person)
    stranger = resident.enter(person, stage="code")
    for _try in range(10):
        stranger.post("/signin/code/submit", {"code": wrong_code(person, resident.now)})
    visitor = resident.enter(person)
    if change == "add":
        add_sms(resident, visitor)
    else:
        visitor.open("/account/remove-channel/sms")
        visitor.send("/account/remove-channel", {"channel": "sms"})
    with resident.database.read() as session:
        sms = session.scalars(select(OtpAuthenticator).filter_by(kind="sms")).one()
        at = sms.opens_at if change == "add" else sms.ends_at
    assert at == resident.now + HOLD + HOLD / 48, "half an hour of lock, then a day"


def test_a_number_that_nobody_proved_shuts_nobody_out(resident: Resident) -> None:
    """Whoever mistypes the code of a new number thirty times may try another one."""
    person = resident.add(active=True)
    visitor = resident.enter(person)
    visitor.open("/account/channel")
    visitor.send("/account/channel/choose", {"channel": "sms"})
    visitor.send("/account/channel/address/submit", {"address": NEW})
    with resident.database.write() as session:
        pending = OtpAuthenticator.state == "pending"
        session.execute(update(OtpAuthenticator).where(pending).values(total_fails=29))
    visitor.post("/account/channel/prove/submit", {"code": "000000"})
    assert [one[:2] for one in sources(resident)] == [("totp", "confirmed"), ("sms", "closed")]
    assert told(resident, "source_closed") == 0
    resident.clock.advance(minutes=2)
    again = resident.enter(person)
    add_sms(resident, again, "080-1111-2222")
    assert told(resident, "change_held") == 0, "nothing is sent to a number that nobody proved"


def test_a_reset_by_two_people_is_told_to_a_closed_number_and_ends_the_closing(
    resident: Resident,
) -> None:
    """The owner's way back: a call back, two people, a day."""
    person = with_backup(resident)
    guess(resident, person)
    with resident.database.write() as session:
        work = resident.site.work(session, Actor(Role.SYSTEM), resident.now)
        changes.hold_reset(work, lock_row(session, person.credential_id))
    assert told(resident, "change_held") == 1
    resident.clock.advance(seconds=HOLD.total_seconds())
    settle(resident, person)
    assert sources(resident) == []
    with resident.database.read() as session:
        assert session.get_one(Credential, person.credential_id).state == "issued"
    assert told(resident, "channel_changed") == 1


def test_a_number_that_is_due_stays_closed_once_the_worker_comes(resident: Resident) -> None:
    person = resident.add(active=True)
    add_sms(resident, resident.enter(person))
    resident.clock.advance(seconds=HOLD.total_seconds())
    guess(resident, person, channel="sms")
    assert ("sms", "closed", None) in sources(resident)
    settle(resident, person)
    assert offered(resident, person) == {"totp"}


def test_beside_a_number_of_the_counter_a_new_one_is_as_silent(resident: Resident) -> None:
    """A family in danger stays one: later cards and hints ask for the mark."""
    person = resident.add(active=True)
    with resident.database.write() as session:
        session.execute(update(OtpAuthenticator).values(quiet=True))
    add_sms(resident, resident.enter(person))
    assert resident.count(OtpAuthenticator, quiet=True) == 2
