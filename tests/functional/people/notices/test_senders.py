"""Messages reach a real mail server and a real gateway once, even if one of these hangs."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text

from portal.domain.people.notices.services import Claim
from portal.platform.database import Database
from portal.platform.senders.gateway_file import builtin_plan
from portal.platform.senders.local import LocalSender
from portal.platform.senders.sending import Accepted, Breaker, Way
from portal.platform.senders.sms import GatewaySender, Secrets
from portal.platform.senders.smtp import SmtpSender
from tests.functional.people.notices.sender_support import MAIL_FROM, Workers
from tests.functional.people.notices.support import PHONE, put, row_of
from tests.support.programs.mail import SmtpSink
from tests.support.programs.servers import PATIENCE, free_port, until
from tests.support.programs.sms import SmsGateway


def gateway_sender(gateway: SmsGateway, seconds: float = PATIENCE) -> GatewaySender:
    plan = builtin_plan(gateway.url)
    return GatewaySender(plan, Secrets("secret"), timeout=httpx.Timeout(seconds))


def texts(gateway: SmsGateway) -> list[dict[str, str]]:
    return [json.loads(request.body) for request in gateway.requests]


def test_an_sms_goes_out_as_the_guide_says(
    database: Database, workers: Workers, sms_gateway: SmsGateway
) -> None:
    put(database)
    workers.start(database, sms=gateway_sender(sms_gateway)).nudge()
    (request,) = sms_gateway.wait()
    assert request.headers["Authorization"] == "Bearer secret"
    content = json.loads(request.body)
    assert (content["to"], content["text"], len(content["id"])) == (PHONE, "番号 123456", 32)
    until(lambda: row_of(database).state == "sent")
    assert row_of(database).sealed is None


def test_after_an_error_of_the_gateway_the_same_code_is_delivered_once(
    database: Database, workers: Workers, sms_gateway: SmsGateway
) -> None:
    sms_gateway.status = 500
    put(database)
    worker = workers.start(database, sms=gateway_sender(sms_gateway))
    until(lambda: row_of(database).last_error == "http_500")
    sms_gateway.status = 200
    workers.clock.advance(minutes=1)
    worker.nudge()
    until(lambda: row_of(database).state == "sent")
    time.sleep(0.2)
    first, second = texts(sms_gateway)
    assert first == second


def test_a_try_after_a_lost_answer_carries_the_same_id(
    database: Database, workers: Workers, sms_gateway: SmsGateway
) -> None:
    sms_gateway.delay = 1.0
    put(database)
    worker = workers.start(database, sms=gateway_sender(sms_gateway, 0.2))
    until(lambda: row_of(database).last_error == "timeout")
    sms_gateway.delay = 0
    workers.clock.advance(minutes=1)
    worker.nudge()
    until(lambda: row_of(database).state == "sent")
    assert len({text["id"] for text in texts(sms_gateway)}) == 1
    assert len(sms_gateway.requests) == 2


def test_two_workers_never_send_a_message_twice(
    database: Database, workers: Workers, sms_gateway: SmsGateway
) -> None:
    for number in range(40):
        put(database, f"code:{number}", body=f"番号 {number:06d}")
    for _ in range(2):
        workers.start(database, sms=gateway_sender(sms_gateway))
    until(lambda: all(row_of(database, f"code:{n}").state == "sent" for n in range(40)), 30)
    bodies = [text["text"] for text in texts(sms_gateway)]
    assert len(bodies) == len(set(bodies)) == 40


def test_mail_arrives_readable(
    sqlite_database: Database, workers: Workers, smtp_sink: SmtpSink
) -> None:
    put(
        sqlite_database,
        kind="email",
        body="サインインの番号：123456\n",
        address="a..b@docomo.ne.jp",
    )
    workers.start(
        sqlite_database, email=SmtpSender(f"smtp://127.0.0.1:{smtp_sink.port}", MAIL_FROM)
    )
    (mail,) = smtp_sink.wait()
    assert mail["Subject"] == "サインインの番号"
    assert mail["From"] == MAIL_FROM
    assert mail["To"] == "a..b@docomo.ne.jp"
    assert mail.get_content().splitlines() == ["サインインの番号：123456"]
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_mail_server_that_is_busy_gets_the_same_mail_later(
    sqlite_database: Database, workers: Workers, smtp_sink: SmtpSink
) -> None:
    smtp_sink.refuse = "451 Try again later"
    put(sqlite_database, kind="email")
    worker = workers.start(
        sqlite_database, email=SmtpSender(f"smtp://127.0.0.1:{smtp_sink.port}", MAIL_FROM)
    )
    until(lambda: row_of(sqlite_database).last_error == "smtp_451")
    smtp_sink.refuse = ""
    workers.clock.advance(minutes=1)
    worker.nudge()
    until(lambda: row_of(sqlite_database).state == "sent")
    assert len(smtp_sink.messages) == 1


def test_a_mail_server_that_refuses_the_mail_for_good_is_not_asked_again(
    sqlite_database: Database, workers: Workers, smtp_sink: SmtpSink
) -> None:
    smtp_sink.refuse = "550 No such user"
    put(sqlite_database, kind="email")
    workers.start(
        sqlite_database, email=SmtpSender(f"smtp://127.0.0.1:{smtp_sink.port}", MAIL_FROM)
    )
    until(lambda: row_of(sqlite_database).state == "given_up")
    assert row_of(sqlite_database).sealed is None
    assert row_of(sqlite_database).tries == 1


@pytest.fixture
def silent_server() -> Iterator[int]:
    """Accept connections and never answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield int(server.getsockname()[1])


@pytest.mark.asvs("16.5.2")
def test_a_mail_server_that_hangs_holds_up_neither_pages_nor_sms(
    database: Database, workers: Workers, sms_gateway: SmsGateway, silent_server: int
) -> None:
    mail = SmtpSender(f"smtp://127.0.0.1:{silent_server}", MAIL_FROM, timeout=5.0)
    worker = workers.start(database, email=mail, sms=gateway_sender(sms_gateway))
    for number in range(10):
        put(database, f"mail:{number}", kind="email")
    time.sleep(0.2)
    put(database)
    worker.nudge()
    sms_gateway.wait()
    assert row_of(database, "mail:0").last_error is None  # every mail still hangs
    until(lambda: row_of(database, "mail:0").last_error == "no_answer")


@pytest.mark.asvs("16.5.2")
def test_a_broken_gateway_is_left_alone_and_waiting_messages_lose_no_try(
    sqlite_database: Database, workers: Workers
) -> None:
    seconds = [0.0]
    breaker = Breaker(monotonic=lambda: seconds[0])
    plan = builtin_plan(f"http://127.0.0.1:{free_port()}/")
    sender = GatewaySender(plan, Secrets("secret"), breaker=breaker)
    for number in range(5):
        put(sqlite_database, f"code:{number}")
    worker = workers.start(sqlite_database, sms=sender)
    until(lambda: breaker.capacity(8, 0) == 0)
    time.sleep(0.3)  # a turn that began before the way was known to be broken ends
    put(sqlite_database, "code:late")
    worker.nudge()
    time.sleep(0.3)
    assert row_of(sqlite_database, "code:late").tries == 0
    seconds[0] = 61.0
    worker.nudge()
    until(lambda: row_of(sqlite_database, "code:late").tries == 1)


def test_after_a_pause_one_message_alone_tries_the_way() -> None:
    seconds = [0.0]
    breaker = Breaker(monotonic=lambda: seconds[0])
    for _ in range(4):
        breaker.note(reached=False)
    assert breaker.capacity(8, 0) == 8
    breaker.note(reached=False)
    assert breaker.capacity(8, 0) == 0
    seconds[0] = 60.0
    assert (breaker.capacity(8, 0), breaker.capacity(7, 1)) == (1, 0)
    breaker.note(reached=False)
    assert breaker.capacity(8, 0) == 0
    seconds[0] = 120.0
    breaker.note(reached=True)
    assert breaker.capacity(8, 0) == 8


class Strange:
    """A sender with a bug: fails on the first message."""

    keeps_body = True

    def __init__(self) -> None:
        self.sent: list[str] = []

    def capacity(self, free: int, running: int) -> int:
        return free

    @property
    def way(self) -> Way:
        return Way("strange", "")

    def send(self, message: Claim) -> Accepted:
        if "bad" in message.body:
            raise KeyError(message.address)
        self.sent.append(message.body)
        return Accepted()


@pytest.mark.asvs("16.3.4")
def test_one_strange_message_stops_nobody_and_its_address_is_not_logged(
    sqlite_database: Database, workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    sender = Strange()
    put(sqlite_database, "code:1", body="bad")
    put(sqlite_database, "code:2", body="good")
    workers.start(sqlite_database, sms=sender)
    until(
        lambda: (
            sender.sent == ["good"] and row_of(sqlite_database, "code:1").last_error == "unexpected"
        )
    )
    assert "KeyError" in caplog.text
    assert PHONE not in caplog.text


def test_what_a_worker_claims_while_it_is_told_to_stop_is_sent_before_it_ends(
    sqlite_database: Database, workers: Workers, sms_gateway: SmsGateway
) -> None:
    sms_gateway.delay = 0.5
    put(sqlite_database)
    ended: list[bool] = []
    with sqlite_database.write() as session:
        session.execute(text("SELECT 1"))  # nobody else writes now: the claim waits
        worker = workers.start(sqlite_database, sms=gateway_sender(sms_gateway))
        time.sleep(0.3)
        stopping = threading.Thread(target=lambda: ended.append(worker.stop(PATIENCE)))
        stopping.start()
        time.sleep(0.1)
    stopping.join()
    assert ended == [True]
    assert row_of(sqlite_database).state == "sent"


def test_a_worker_ends_when_told_and_lives_through_a_missing_table(
    sqlite_database: Database, workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    from portal.domain.people.notices.models import OutboxMessage

    OutboxMessage.__table__.drop(sqlite_database.engine)  # type: ignore[attr-defined]
    worker = workers.start(sqlite_database, sms=LocalSender("test"))
    until(lambda: "OperationalError" in caplog.text)
    assert "outbox-sms" in {thread.name for thread in threading.enumerate()}
    assert worker.stop(2.0)
