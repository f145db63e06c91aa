"""Settings of mail and SMS: half a setting is refused, and no password goes out in clear."""

import socket
import threading
from datetime import timedelta

import pytest

from portal.domain.foundation.errors import InputError
from portal.domain.people.notices.services import Claim
from portal.platform.database import Database
from portal.platform.senders import make_senders, sendable_kinds
from portal.platform.senders.local import LocalSender
from portal.platform.senders.sending import SendFailedError
from portal.platform.senders.smtp import SmtpSender
from portal.settings import Settings
from tests.functional.people.notices.sender_support import MAIL_FROM, Workers, until
from tests.functional.people.notices.support import NOW, put, row_of
from tests.support.programs.servers import PATIENCE


def test_without_mail_and_sms_the_demo_keeps_messages_readable(
    sqlite_database: Database, workers: Workers
) -> None:
    put(sqlite_database)
    workers.start(sqlite_database, **make_senders(Settings(environment="demo")))
    until(lambda: row_of(sqlite_database).state == "sent")
    assert row_of(sqlite_database).sealed is not None


def test_production_has_no_readable_outbox() -> None:
    assert make_senders(Settings()) == {}
    assert sendable_kinds(Settings()) == ()
    with pytest.raises(InputError):
        LocalSender("production")


@pytest.mark.parametrize(
    "settings",
    [
        Settings(sms_url="https://sms.example.jp/"),
        Settings(sms_url="http://sms.example.jp/", sms_token="secret"),
        Settings(smtp_url="smtp://mail.example.jp"),
        Settings(smtp_url="smtp://mail.example.jp", mail_from="somebody"),
        Settings(smtp_url="smtp://mail.example.jp:port", mail_from="a@example.jp"),
    ],
)
def test_half_a_setting_is_refused(settings: Settings) -> None:
    with pytest.raises(InputError) as refused:
        make_senders(settings)
    assert "secret" not in refused.value.message


def test_a_password_is_never_sent_without_encryption() -> None:
    """0.0.0.0 leads to this machine but is no loopback address.

    It stands for a distant server without STARTTLS.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard: list[bytes] = []

        def answer() -> None:
            connection, _peer = server.accept()
            with connection, connection.makefile("rwb") as stream:
                stream.write(b"220 hello\r\n")
                stream.flush()
                for line in stream:
                    heard.append(line)
                    stream.write(b"250 AUTH PLAIN\r\n")
                    stream.flush()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        sender = SmtpSender(
            f"smtp://user:word@0.0.0.0:{server.getsockname()[1]}", MAIL_FROM, timeout=PATIENCE
        )
        claim = Claim(
            1,
            "email",
            "ref",
            "a@example.jp",
            "s",
            "b",
            NOW + timedelta(minutes=1),
            NOW + timedelta(minutes=9),
        )
        with pytest.raises(SendFailedError, match="no_tls"):
            sender.send(claim)
        thread.join(PATIENCE)
    assert not [line for line in heard if line.upper().startswith(b"AUTH")]
