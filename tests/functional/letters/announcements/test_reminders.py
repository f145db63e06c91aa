"""Reminders of the last day: a month and a week before it, by day, to whom it helps, each once."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from portal.domain.foundation.clock import FixedClock, day_start
from portal.domain.foundation.program.deadlines import Window, WindowKind
from portal.domain.letters.announcements.reminders import (
    due_households,
    remind_everybody,
    stage,
)
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.credentials.models import Credential
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.notices.queries import waiting_by_kind
from portal.domain.people.notices.waking_hours import waking_hours
from portal.platform.database import Database
from portal.platform.senders.sending import SendFailedError
from tests.functional.letters.announcements.support import (
    Gateway,
    log_of,
    put_hold,
    resident,
    send_all,
)
from tests.support.people import add_person, give_coupons
from tests.support.resident import NOON
from tests.support.work import source_of

LAST = date(2023, 12, 31)
WINDOW = Window(WindowKind.EXCHANGE, date(2023, 7, 1), LAST)


def at(days_before: int, hour: int = 12) -> datetime:
    return day_start(LAST - timedelta(days=days_before)) + timedelta(hours=hour)


def remind(database: Database, now: datetime) -> int:
    return remind_everybody(source_of(database, FixedClock(now)), WINDOW)


def test_each_household_is_reminded_a_month_and_a_week_before(
    database: Database, tmp_path: Path
) -> None:
    resident(database)
    give_coupons(database, tmp_path, NOON)
    gateway, told = Gateway(), []
    for days in range(40, -2, -1):
        for _look in range(2):
            told += [days] * remind(database, at(days))
            send_all(database, gateway, now=at(days))
    assert told == [30, 7]
    assert len(gateway.got) == 2
    assert all("2023年12月31日" in claim.body for claim in gateway.got)


def test_who_ended_the_reminders_gets_none_until_they_are_wanted_again(
    database: Database, tmp_path: Path
) -> None:
    person = resident(database)
    give_coupons(database, tmp_path, NOON)
    gateway = Gateway()
    for days, wanted in ((30, False), (7, True)):
        with database.write() as session:
            account = session.get_one(Credential, person.credential_id)
            account.reminders_ended_at = None if wanted else NOON
        assert remind(database, at(days)) == int(wanted)
        send_all(database, gateway, now=at(days))
    assert len(gateway.got) == 1


def test_two_processes_remind_once(database: Database, tmp_path: Path) -> None:
    for number in range(4):
        resident(database, number=f"990000000{number}")
    give_coupons(database, tmp_path, NOON)
    threads = [threading.Thread(target=remind, args=(database, at(30))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log_of(database) == [("sms", "waiting")] * 4


def test_only_who_is_helped_is_reminded(database: Database, tmp_path: Path) -> None:
    helped = resident(database)
    exchanged, declined, held, died, app, new = (
        resident(database, number="9900000002"),
        resident(database, number="9900000003"),
        resident(database, number="9900000004"),
        resident(database, number="9900000005"),
        resident(database, "totp", number="9900000006"),
        add_person(database, NOON, number="9900000007"),
    )
    give_coupons(database, tmp_path, NOON, count=20)
    put_hold(database, held)
    put_hold(database, died, "W11_DIED_AFTER_BASE", "released")
    with database.write() as session:
        of = Entitlement.household_id
        spent = session.query(Entitlement.id).filter(of == exchanged.household_id)
        session.execute(
            update(Coupon).where(Coupon.entitlement_id.in_(spent)).values(state="exchanged")
        )
        session.execute(
            update(Entitlement).where(of == declined.household_id).values(state="declined")
        )
    with database.read() as session:
        found = due_households(session, WINDOW, at(30))
    assert found == [helped.household_id]
    assert {app.household_id, new.household_id}.isdisjoint(found)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (day_start(date(2023, 12, 1)) - timedelta(microseconds=1), None),
        (day_start(date(2023, 12, 1)), 30),
        (day_start(date(2023, 12, 24)) - timedelta(microseconds=1), 30),
        (day_start(date(2023, 12, 24)), 7),
        (day_start(date(2024, 1, 1)) - timedelta(microseconds=1), 7),
        (day_start(date(2024, 1, 1)), None),
    ],
)
def test_the_reminder_that_is_due_follows_japanese_days(now: datetime, due: int | None) -> None:
    assert stage(WINDOW, now) == due


def test_nobody_is_disturbed_at_night(sqlite_database: Database, tmp_path: Path) -> None:
    assert [hour for hour in range(24) if waking_hours(at(30, hour))] == list(range(9, 19))
    assert not waking_hours(datetime(2023, 12, 1, 12, 0, tzinfo=UTC))  # 21 o'clock in Japan
    resident(sqlite_database)
    give_coupons(sqlite_database, tmp_path, NOON)
    assert remind(sqlite_database, at(30, 3)) == 0
    assert log_of(sqlite_database) == []


def test_a_reminder_that_could_not_be_sent_by_day_waits_for_the_morning(
    database: Database, tmp_path: Path
) -> None:
    resident(database)
    give_coupons(database, tmp_path, NOON)
    evening, morning = at(30, 18) + timedelta(minutes=55), at(29, 9)
    remind(database, evening)
    send_all(database, Gateway(SendFailedError("timeout")), now=evening)
    gateway = Gateway()
    for now in (at(30, 19), at(30, 23), at(29, 3), morning - timedelta(microseconds=1)):
        send_all(database, gateway, now=now)
    assert gateway.got == []
    with database.read() as session:
        assert waiting_by_kind(session)["sms"].due == morning, "no alarm that nobody takes it"
    send_all(database, gateway, now=morning)
    assert len(gateway.got) == 1
    assert log_of(database) == [("sms", "sent")]


def test_a_reminder_at_the_end_of_a_long_queue_waits_without_an_alarm(
    database: Database, tmp_path: Path
) -> None:
    resident(database)
    give_coupons(database, tmp_path, NOON)
    remind(database, at(30, 18))
    gateway = Gateway()
    send_all(database, gateway, now=at(30, 19))
    assert gateway.got == []
    with database.read() as session:
        assert waiting_by_kind(session)["sms"].oldest == at(29, 9), "nobody refused it"
