"""The outbox sends once, keeps no text longer than needed and gives up in time."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.domain.foundation.work import Work
from portal.domain.people.notices import services
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.queries import counts, in_trouble, latest_opened
from portal.domain.people.notices.services import Claim, Failure
from portal.platform.database import Database
from tests.functional.people.notices.support import NOW, PHONE, VAULT, put, row_of
from tests.support.work import work_in


def at(session: Session, minutes: float = 0) -> Work:
    return work_in(session, now=NOW + timedelta(minutes=minutes), vault=VAULT)


def claim(database: Database, minutes: float = 0, limit: int = 10) -> list[Claim]:
    now = NOW + timedelta(minutes=minutes)
    with database.write() as session:
        return services.claim_due(work_in(session, now=now, vault=VAULT), services.Share(limit))


def test_the_same_message_twice_is_one_message(database: Database) -> None:
    first = put(database, body="番号 111111")
    second = put(database, body="番号 222222")
    assert first.id == second.id
    assert [c.body for c in claim(database)] == ["番号 111111"]


def test_fifty_equal_requests_at_once_make_one_message(database: Database) -> None:
    threads = [threading.Thread(target=put, args=(database,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claim(database)) == 1


def test_a_stolen_row_shows_nothing(database: Database) -> None:
    row = put(database)
    stored = b"\0".join(str(value).encode() for value in vars(row).values()) + (row.sealed or b"")
    for secret in (b"123456", PHONE.encode(), PHONE[-4:].encode(), "番号".encode()):
        assert secret not in stored


@pytest.mark.asvs("11.3.3")
def test_a_row_put_in_place_of_another_is_not_sent_and_holds_up_nobody(database: Database) -> None:
    stolen = put(database, "code:1")
    put(database, "code:2")
    put(database, "code:3")
    with database.write() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.dedupe_key == "code:2")
            .values(sealed=stolen.sealed)
        )
    assert len(claim(database)) == 2
    assert row_of(database, "code:2").state == "given_up"


def test_text_and_number_are_gone_once_sent(database: Database) -> None:
    put(database)
    (taken,) = claim(database)
    with database.write() as session:
        assert services.mark_sent(at(session), taken)
    row = row_of(database)
    assert (row.state, row.sealed, row.sent_at) == ("sent", None, NOW)
    assert claim(database, 60) == []


def test_a_failed_message_comes_again_after_1_and_5_minutes_with_the_same_code(
    database: Database,
) -> None:
    put(database)
    tries = []
    for minutes, due_after in ((0.0, 1), (1.0, 6)):
        (taken,) = claim(database, minutes)
        tries.append((taken.reference, taken.body))
        with database.write() as session:
            due = services.mark_failed(at(session, minutes), taken, Failure("http_500"))
        assert due == NOW + timedelta(minutes=due_after)
        assert claim(database, due_after - 0.1) == []
    (taken,) = claim(database, 6)
    assert {*tries, (taken.reference, taken.body)} == {(taken.reference, "番号 123456")}
    with database.write() as session:
        assert services.mark_failed(at(session, 6), taken, Failure("timeout")) is None
    row = row_of(database)
    assert (row.state, row.sealed, row.last_error) == ("given_up", None, "timeout")


def test_a_refused_number_is_given_up_at_once(database: Database) -> None:
    put(database)
    (taken,) = claim(database)
    with database.write() as session:
        services.mark_failed(at(session), taken, Failure("http_400", permanent=True))
    assert row_of(database).state == "given_up"


def test_an_expired_message_is_never_sent_and_its_text_removed(database: Database) -> None:
    put(database, minutes=10)
    assert claim(database, 10) == []
    with database.write() as session:
        assert services.forget_expired(session, NOW + timedelta(minutes=10)) == 1
    assert (row_of(database).state, row_of(database).sealed) == ("given_up", None)


def test_a_message_of_a_dead_worker_comes_back_and_the_dead_cannot_mark_it(
    database: Database,
) -> None:
    put(database)
    (lost,) = claim(database)
    assert claim(database, 1.9) == []
    (again,) = claim(database, 2)
    assert (again.reference, again.body) == (lost.reference, lost.body)
    with database.write() as session:
        assert not services.mark_sent(at(session), lost)
        assert services.mark_failed(at(session), lost, Failure("timeout")) is None
    assert row_of(database).state == "sending"


def test_the_page_learns_when_a_code_does_not_get_through(database: Database) -> None:
    put(database)
    with database.write() as session:
        assert not in_trouble(at(session, 5 / 60), 7, "sms")
        assert in_trouble(at(session, 14 / 60), 7, "sms")
        assert not in_trouble(at(session, 14 / 60), 8, "sms")
    (taken,) = claim(database)
    with database.write() as session:
        services.mark_failed(at(session), taken, Failure("http_500"))
        assert in_trouble(at(session, 1 / 60), 7, "sms")
        assert counts(session, NOW) == {("sms", "waiting"): 1}


def test_the_demo_can_read_a_sent_message_until_it_expires(database: Database) -> None:
    put(database)
    (taken,) = claim(database)
    with database.write() as session:
        services.mark_sent(at(session), taken, keep_body=True)
    with database.read() as session:
        assert [
            (m.address, m.body, m.state) for m in latest_opened(work_in(session, vault=VAULT))
        ] == [(PHONE, "番号 123456", "sent")]
    with database.write() as session:
        services.forget_expired(session, NOW + timedelta(minutes=10))
        assert latest_opened(work_in(session, vault=VAULT)) == []
    assert row_of(database).state == "sent"
