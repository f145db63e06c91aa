"""A card tells a household what no channel can, through to the print; never whom it endangers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import FixedClock
from portal.domain.foundation.jobs.names import JobName
from portal.domain.letters.announcements import account_cards
from portal.domain.letters.announcements.account_cards import IN_TIME, MOST, write_card
from portal.domain.letters.announcements.models import Announcement
from portal.domain.mailroom.printing.cards.printing import print_cards
from portal.domain.people.authn.codes import add_authenticator
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.signin.notify import notify_owner
from portal.platform.database import Database
from tests.functional.letters.announcements.card_support import pages, queue, states
from tests.functional.resident.test_channel_changes import add_sms
from tests.support.coupons import NOW
from tests.support.mailroom.letters import printer
from tests.support.people import Person, add_person
from tests.support.resident import Resident
from tests.support.work import source_of, work_in
from tests.support.worker import run_job

ADDRESS = "+819012345678"
MINUTE = timedelta(minutes=1)


def family(database: Database) -> Person:
    """A household whose only source of codes is an app."""
    with database.write() as session:
        record_protection(work_in(session), ProtectionSource.EXTRACT)
    return add_person(database, NOW, active=True)


def happens(database: Database, person: Person, event: AccountEvent, now: datetime = NOW) -> None:
    """Something happens to the account, and the worker looks for cards."""
    with database.write() as session:
        credential = session.get_one(Credential, person.credential_id)
        notify_owner(work_in(session, now=now), credential, event)
    look(database, now)


def look(database: Database, now: datetime = NOW) -> None:
    with database.write() as session:
        for key in account_cards.wanted_cards(session):
            write_card(work_in(session, now=now), key)


def add_address(database: Database, person: Person, state: str) -> None:
    with database.write() as session:
        source = add_authenticator(work_in(session), person.credential_id, "sms", ADDRESS)
        source.state, source.confirmed_at = state, NOW


def test_a_change_of_a_household_with_an_app_alone_is_told_by_post(
    resident: Resident, tmp_path: Path
) -> None:
    """A8: thief with letter and backup code; the owner reads of it before a day is over."""
    with resident.database.write() as session:
        record_protection(work_in(session), ProtectionSource.EXTRACT)
    person = resident.add(active=True)
    thief = resident.sign_in(person)
    thief.send("/signin/backup/submit", {"code": person.backup[0]})
    add_sms(resident, thief)
    assert resident.count(OutboxMessage, purpose="notice.change_held") == 0
    look(resident.database, resident.now)
    built = print_cards(printer(resident.database, tmp_path, FixedClock(resident.now)))
    (page,) = pages(built)
    text = "".join(page.split())
    for wanted in ("サインインについて、変わったことがありました", "0120-000-501", "鶉野瑠璃子様"):
        assert wanted in text, wanted
    for hint in ("SMS", "メール", "アプリ", "端末", "9876", person.login_id):
        assert hint not in text, hint
    assert states(resident.database) == ["printed"]


@pytest.mark.parametrize("event", AccountEvent)
def test_whatever_no_address_hears_wants_a_card_but_what_is_a_letter_itself(
    sqlite_database: Database, event: AccountEvent
) -> None:
    person = family(sqlite_database)
    happens(sqlite_database, person, event)
    assert states(sqlite_database) == ([] if event is AccountEvent.NEW_LETTER else ["waiting"])


@pytest.mark.parametrize(
    ("state", "messages", "cards"),
    [("confirmed", 1, 0), ("closed", 1, 1), ("pending", 0, 1), ("proposed", 0, 1)],
)
def test_an_address_in_force_saves_the_card_and_a_closed_one_does_not(
    database: Database, state: str, messages: int, cards: int
) -> None:
    person = family(database)
    add_address(database, person, state)
    if messages == 0:
        with database.write() as session:
            session.execute(update(OtpAuthenticator).values(confirmed_at=None))
    happens(database, person, AccountEvent.CHANGE_HELD)
    with database.read() as session:
        assert session.query(OutboxMessage).count() == messages
    assert len(states(database)) == cards


def protect(database: Database, person: Person) -> None:
    with database.write() as session:
        session.execute(update(Household).values(protected=True))


def hold(database: Database, person: Person) -> None:
    with database.write() as session:
        session.add(Hold(household_id=person.household_id, code="W06_INSTITUTION", created_at=NOW))


def make_quiet(database: Database, person: Person) -> None:
    """The ward's counter set the source in silence: the family is in danger."""
    with database.write() as session:
        session.execute(update(OtpAuthenticator).values(quiet=True))


SILENCED = (protect, hold, make_quiet)


@pytest.mark.parametrize("silence", SILENCED)
def test_no_card_goes_to_whom_it_could_endanger_or_whose_mail_is_withheld(
    database: Database, tmp_path: Path, silence: Callable[[Database, Person], None]
) -> None:
    person = family(database)
    silence(database, person)
    happens(database, person, AccountEvent.CHANGE_HELD)
    assert states(database) == [], "it does not wait for an end of the danger either"
    with database.read() as session:
        assert session.get_one(Credential, person.credential_id).card_wanted_at is None
    assert print_cards(printer(database, tmp_path)).cards == 0


@pytest.mark.parametrize("silence", SILENCED)
def test_what_is_silenced_before_the_print_is_not_printed(
    database: Database, tmp_path: Path, silence: Callable[[Database, Person], None]
) -> None:
    person = family(database)
    happens(database, person, AccountEvent.CHANGE_HELD)
    silence(database, person)
    built = print_cards(printer(database, tmp_path))
    told = int(silence is hold)  # a family in danger is not even counted
    assert (built.cards, built.stopped) == (0, told)
    assert states(database) == ["stopped"]


def test_other_cards_go_to_the_address_of_a_quiet_source_as_before(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Only what tells of the account is left out: a decision has to arrive."""
    person = family(sqlite_database)
    make_quiet(sqlite_database, person)
    queue(sqlite_database, [person.household_id], "came_back")
    assert print_cards(printer(sqlite_database, tmp_path)).cards == 1


def test_one_card_tells_of_all_that_happens_until_it_is_printed(
    database: Database, tmp_path: Path
) -> None:
    person = family(database)
    for minute, event in enumerate((AccountEvent.NEW_DEVICE, AccountEvent.CHANGE_HELD)):
        happens(database, person, event, NOW + minute * MINUTE)
    assert states(database) == ["waiting"]
    assert print_cards(printer(database, tmp_path)).cards == 1


def test_a_household_gets_few_cards_a_month_and_what_is_left_out_is_on_record(
    sqlite_database: Database,
) -> None:
    """Whoever signs in from new browsers again and again costs no postage without an end."""
    person = family(sqlite_database)
    for number in range(MOST + 2):
        happens(sqlite_database, person, AccountEvent.NEW_DEVICE, NOW + number * MINUTE)
        with sqlite_database.write() as session:
            session.execute(update(Announcement).values(state="printed"))
    assert len(states(sqlite_database)) == MOST == 4
    with sqlite_database.read() as session:
        assert session.query(AuditEvent).filter_by(action="notice.left_out").count() == 2
    happens(sqlite_database, person, AccountEvent.NEW_DEVICE, NOW + IN_TIME)
    assert len(states(sqlite_database)) == MOST + 1


def test_an_account_that_was_replaced_meanwhile_gets_no_card(sqlite_database: Database) -> None:
    person = family(sqlite_database)
    with sqlite_database.write() as session:
        credential = session.get_one(Credential, person.credential_id)
        notify_owner(work_in(session), credential, AccountEvent.LOSS_REPORTED)
        credential.state = "superseded"
    look(sqlite_database)
    assert states(sqlite_database) == []


def test_the_workers_job_writes_the_card(database: Database) -> None:
    person = family(database)
    with database.write() as session:
        credential = session.get_one(Credential, person.credential_id)
        notify_owner(work_in(session), credential, AccountEvent.PASSWORD_CHANGED)
    run_job(source_of(database), JobName.CHANGES)
    assert states(database) == ["waiting"]
