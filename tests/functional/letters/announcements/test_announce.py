"""A household is informed of an event once, by its own channel, else by a card or a call."""

import threading

import pytest
from sqlalchemy import select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.queries import latest_opened
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.services import details_of
from portal.platform.database import Database
from tests.functional.letters.announcements.support import (
    MAIL,
    PHONE,
    Gateway,
    log_of,
    put_hold,
    resident,
    send_all,
    tell,
)
from tests.support.canaries import CANARIES
from tests.support.coupons import VAULT
from tests.support.people import add_person
from tests.support.resident import NOON
from tests.support.sample_ward import sample_program
from tests.support.work import work_in


def test_a_household_is_told_by_the_channel_of_its_codes(database: Database) -> None:
    tell(database, resident(database, "sms"))
    tell(database, resident(database, "email", number="9900000002"), key="decline:2:accepted")
    sms, mail = Gateway(), Gateway()
    send_all(database, sms, "sms")
    send_all(database, mail, "email")
    assert [claim.address for claim in (*sms.got, *mail.got)] == [PHONE, MAIL]
    assert "申請の結果" in sms.got[0].body
    assert mail.got[0].subject == "申請の結果"
    assert log_of(database) == [("sms", "sent"), ("email", "sent")]


def test_the_same_event_is_told_once_however_often_it_is_announced(database: Database) -> None:
    person = resident(database)
    for _ in range(3):
        tell(database, person)
    gateway = Gateway()
    send_all(database, gateway)
    tell(database, person)
    send_all(database, gateway)
    assert len(gateway.got) == 1
    assert log_of(database) == [("sms", "sent")]


def test_two_at_once_tell_it_once(database: Database) -> None:
    person = resident(database)
    start = threading.Barrier(6)

    def work() -> None:
        start.wait()
        tell(database, person)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log_of(database) == [("sms", "waiting")]
    with database.read() as session:
        assert len(session.scalars(select(OutboxMessage)).all()) == 1


def test_one_message_speaks_for_all_children_of_a_request(database: Database) -> None:
    person = resident(database)
    for item in range(3):
        tell(database, person, "stopped", f"decline:1:stopped:{item}", receipt_no="CDFG-HJKL")
    tell(database, person, "stopped", "decline:2:stopped:9", receipt_no="WXYR-3467")
    assert log_of(database) == [
        ("sms", "waiting"),
        ("sms", "merged"),
        ("sms", "merged"),
        ("sms", "waiting"),
    ]
    gateway = Gateway()
    send_all(database, gateway)
    assert len(gateway.got) == 2


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("ja", "申請を受け付けました"),
        ("en", ""),
        ("ja@easy", ""),
        ("zh_Hans", ""),
        ("zh_Hant", ""),
        ("ko", ""),
    ],
)
def test_it_speaks_the_household_s_language(
    sqlite_database: Database, locale: str, words: str
) -> None:
    from portal.domain.foundation.texts import use_locale
    from portal.domain.people.notices.messages import progress_message, signature_of

    tell(sqlite_database, resident(sqlite_database, locale=locale), "received")
    with use_locale("ko"):  # whoever announces may read another language
        tell(
            sqlite_database,
            resident(sqlite_database, locale=locale, number="9900000002"),
            "received",
            "2",
        )
    gateway = Gateway()
    send_all(sqlite_database, gateway)
    with use_locale(locale):
        wanted = progress_message("sms", "received", signature_of(sample_program())).body
    assert [claim.body for claim in gateway.got] == [wanted, wanted]
    assert words in wanted


def test_an_app_has_no_address_so_a_card_is_printed(database: Database) -> None:
    tell(database, resident(database, "totp"))
    assert log_of(database) == [("card", "waiting")]


def test_before_the_first_sign_in_a_card_is_printed(database: Database) -> None:
    tell(database, add_person(database, NOON))
    assert log_of(database) == [("card", "waiting")]


@pytest.mark.parametrize("state", ["locked", "suspended", "superseded", "closed"])
def test_a_frozen_or_replaced_account_is_not_written_to(
    sqlite_database: Database, state: str
) -> None:
    person = resident(sqlite_database)
    with sqlite_database.write() as session:
        session.get_one(Credential, person.credential_id).state = state
    tell(sqlite_database, person)
    assert log_of(sqlite_database) == [("card", "waiting")]


def test_a_number_left_on_the_form_is_called_by_staff_and_stored_sealed(database: Database) -> None:
    tell(database, add_person(database, NOON), contact="03-5555-0142")
    assert log_of(database) == [("call_back", "with_staff")]
    with database.read() as session:
        (task,) = session.scalars(select(Task)).all()
        assert task.kind == "call_back"
        assert details_of(VAULT, task)["telephone"] == "03-5555-0142"
        assert b"5555" not in (task.sealed or b"")
        told = select(AuditEvent.action, AuditEvent.subject, AuditEvent.detail)
        assert "5555" not in str(session.execute(told).all())


def test_an_enrolled_channel_goes_before_a_number_on_the_form(database: Database) -> None:
    tell(database, resident(database), contact="03-5555-0142")
    assert log_of(database) == [("sms", "waiting")]


def test_no_call_is_asked_for_while_the_household_is_held(database: Database) -> None:
    person = add_person(database, NOON)
    put_hold(database, person)
    tell(database, person, contact="03-5555-0142")
    assert log_of(database) == [("call_back", "stopped")]
    with database.read() as session:
        assert session.scalars(select(Task)).all() == []


def test_no_message_holds_a_name_an_address_an_amount_or_a_link(database: Database) -> None:
    person = resident(database, "email")
    events = ("received", "decided", "returned_for_correction", "stopped", "posted", "came_back")
    for event in events:
        tell(database, person, event, f"x:{event}", receipt_no="CDFG-HJKL")
    with database.read() as session:
        texts = [f"{m.subject}\n{m.body}" for m in latest_opened(work_in(session))]
        stored = repr([vars(row) for row in session.scalars(select(OutboxMessage))])
    assert len(texts) == len(events)
    for text in (*texts, stored):
        for leak in (*CANARIES, "30,000", "30000", "http", person.login_id, person.password):
            assert leak not in text


@pytest.mark.parametrize(
    ("event", "key"), [("unknown", "k"), ("decided", "k" * 101), ("deadline_near", "k")]
)
def test_what_cannot_be_announced_is_refused(
    sqlite_database: Database, event: str, key: str
) -> None:
    person = resident(sqlite_database)
    with sqlite_database.write() as session, pytest.raises(ValueError, match="announced"):
        announce(work_in(session, now=NOON), Event(person.household_id, event, key))
