"""F8 and F9 of ``security.md`` §8: the mail server is away, the gateway slow or late with answers.

Whatever happens to them, pages go on, every message goes out once after they are back, and what the
gateway sent without an answer in time is not sent again.
"""

from datetime import timedelta

import httpx
from aiosmtpd.controller import Controller

from portal.domain.letters.announcements.sending import note_delivery
from portal.domain.people.notices.results import DeliveryResult, Outcome
from portal.platform.database import Database
from portal.platform.senders.gateway_file import builtin_plan
from portal.platform.senders.sending import Breaker
from portal.platform.senders.sms import GatewaySender, Secrets
from portal.platform.senders.smtp import SmtpSender
from portal.platform.senders.worker import OutboxWorker
from tests.functional.people.notices.sender_support import MAIL_FROM, Workers
from tests.functional.people.notices.support import VAULT, put, row_of
from tests.functional.resident.test_codes import with_sms
from tests.support.coupons import VAULT as SITE_VAULT
from tests.support.programs.mail import SmtpSink
from tests.support.programs.servers import PATIENCE, free_port, until
from tests.support.programs.sms import SmsGateway
from tests.support.resident import Resident
from tests.support.work import source_of, work_in


def test_mails_go_out_once_within_five_minutes_after_the_server_is_back(
    database: Database, workers: Workers
) -> None:
    sink = SmtpSink(free_port())
    keys = [f"mail:{number}" for number in range(4)]
    for key in keys:
        put(database, key, kind="email", minutes=60)
    seconds = [0.0]
    breaker = Breaker(monotonic=lambda: seconds[0])
    sender = SmtpSender(f"smtp://127.0.0.1:{sink.port}", MAIL_FROM, breaker=breaker)
    worker = workers.start(database, email=sender)
    until(lambda: all(row_of(database, key).last_error == "no_connection" for key in keys))
    assert {row_of(database, key).state for key in keys} == {"waiting"}

    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        workers.clock.advance(minutes=1)
        seconds[0] += 60
        worker.nudge()
        until(lambda: all(row_of(database, key).state == "sent" for key in keys))
    finally:
        controller.stop()
    names = [mail["Message-ID"].partition("@")[0].strip("<") for mail in sink.messages]
    assert sorted(names) == sorted(row_of(database, key).reference or "" for key in keys)


def test_a_busy_mail_server_costs_waiting_and_no_message(
    sqlite_database: Database, workers: Workers, smtp_sink: SmtpSink
) -> None:
    smtp_sink.refuse = "421 4.3.2 not now"
    put(sqlite_database, kind="email", minutes=60 * 48)

    def seconds() -> float:
        return workers.clock.instant.timestamp()

    breaker = Breaker(monotonic=seconds)
    sender = SmtpSender(f"smtp://127.0.0.1:{smtp_sink.port}", MAIL_FROM, breaker=breaker)
    worker = workers.start(sqlite_database, email=sender)
    waits = []
    for tries, minutes in enumerate((1, 5, 15, 60, 60), 1):
        until(
            lambda tries=tries: (  # type: ignore[misc]  # a loop's value, bound at once
                row_of(sqlite_database).tries == tries
                and row_of(sqlite_database).state == "waiting"
            )
        )
        waits.append(row_of(sqlite_database).next_try_at - workers.clock.instant)
        if tries == 5:
            smtp_sink.refuse = ""
        workers.clock.advance(minutes=minutes)
        worker.nudge()
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 60)]
    until(lambda: row_of(sqlite_database).state == "sent")
    assert len(smtp_sink.messages) == 1


def test_what_a_gateway_sent_too_late_to_be_heard_is_not_sent_again_once_it_reports(
    database: Database, workers: Workers, sms_gateway: SmsGateway
) -> None:
    sms_gateway.delay = 1.0
    put(database)
    sender = GatewaySender(
        builtin_plan(sms_gateway.url), Secrets("secret"), timeout=httpx.Timeout(0.2)
    )
    worker = workers.start(database, sms=sender)
    until(lambda: row_of(database).last_error == "timeout")
    with database.write() as session:
        result = DeliveryResult(row_of(database).reference or "", Outcome.DELIVERED)
        work = work_in(session, now=workers.clock.instant, vault=VAULT)
        assert note_delivery(work, "sms", result)
    sms_gateway.delay = 0
    put(database, "code:2")
    workers.clock.advance(minutes=1)
    worker.nudge()
    until(lambda: row_of(database, "code:2").state == "sent")
    assert row_of(database).state == "delivered"
    assert len(sms_gateway.requests) == 2, "one of each message"


def test_pages_are_answered_while_the_gateway_holds_its_answer(
    sqlite_resident: Resident, sms_gateway: SmsGateway
) -> None:
    site = sqlite_resident
    person, _visitor = with_sms(site)
    sms_gateway.delay = PATIENCE
    sender = GatewaySender(builtin_plan(sms_gateway.url), Secrets("secret"))
    worker = OutboxWorker(
        source_of(site.database, site.clock, vault=SITE_VAULT), {"sms": sender}, interval=0.05
    )
    worker.start()
    try:
        visitor = site.sign_in(person)
        assert visitor.place == "/signin/code"
        worker.nudge()
        sms_gateway.wait()
        for _again in range(5):
            assert visitor.get("/signin/code").status_code == 200
        site.clock.advance(seconds=14)
        page = visitor.get("/signin/code")
        assert page.status_code == 200
        assert "番号が届くまで、時間がかかっています" in page.text
        assert sms_gateway.answered == 0, "all that while the gateway had not answered"
    finally:
        sms_gateway.release()
        worker.stop()
