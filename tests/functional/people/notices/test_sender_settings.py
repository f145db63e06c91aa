"""Settings of mail and SMS: half a setting is refused, and no password goes out in clear."""

import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from portal.domain.foundation.errors import InputError
from portal.platform.database import Database
from portal.platform.senders import make_senders, sendable_kinds
from portal.platform.senders.local import LocalSender
from portal.platform.senders.sending import SendFailedError
from portal.platform.senders.smtp import SmtpSender
from portal.settings import Settings, load_settings
from tests.functional.people.notices.sender_support import MAIL_FROM, Workers, claim_of
from tests.functional.people.notices.support import put, row_of
from tests.support.outside import ABROAD, HOME, SECOND_CONSENT, program_with
from tests.support.programs.servers import PATIENCE, until
from tests.support.sources import ROOT


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
        Settings(
            smtp_url="smtp://mail.example.jp", mail_from="a@example.jp", bounce_address="bounces"
        ),
    ],
)
def test_half_a_setting_is_refused(settings: Settings) -> None:
    with pytest.raises(InputError) as refused:
        make_senders(settings)
    assert "secret" not in refused.value.message


@pytest.mark.parametrize("account", ["user:word@", ""])
@pytest.mark.asvs("12.3.1")
def test_neither_password_nor_code_goes_to_another_machine_unencrypted(account: str) -> None:
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
        url = f"smtp://{account}0.0.0.0:{server.getsockname()[1]}"
        sender = SmtpSender(url, MAIL_FROM, timeout=PATIENCE)
        with pytest.raises(SendFailedError, match="no_tls"):
            sender.send(claim_of("a@example.jp"))
        thread.join(PATIENCE)
    assert [line[:4].upper() for line in heard] == [b"EHLO"]


@pytest.mark.parametrize("name", ["sms.example.jp", "SMS.EXAMPLE.JP"])
@pytest.mark.asvs("13.2.4")
def test_production_sends_only_to_servers_that_the_ward_consented_to(
    tmp_path: Path, name: str
) -> None:
    known = Settings(
        program=program_with(tmp_path, HOME), sms_url=f"https://{name}/", sms_token="secret"
    )
    assert set(make_senders(known)) == {"sms"}
    with pytest.raises(InputError, match=r"other\.example\.jp"):
        make_senders(replace(known, sms_url="https://other.example.jp/"))
    mail = replace(known, smtp_url="smtp://mail.example.jp", mail_from="a@example.jp")
    with pytest.raises(InputError, match=r"mail\.example\.jp"):
        make_senders(mail)


def test_production_sends_abroad_only_with_the_second_consent(tmp_path: Path) -> None:
    settings = Settings(
        program=program_with(tmp_path, ABROAD),
        sms_url="https://api.example.com/",
        sms_token="secret",
    )
    with pytest.raises(InputError, match="Example Messaging"):
        make_senders(settings)
    agreed = program_with(tmp_path, ABROAD + SECOND_CONSENT)
    assert set(make_senders(replace(settings, program=agreed))) == {"sms"}


def test_an_address_and_a_file_for_sms_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="PORTAL_SMS_FILE"):
        make_senders(Settings(sms_url="https://a.jp/", sms_token="t", sms_file="sms.toml"))


@pytest.mark.parametrize(
    ("text", "library", "extra"),
    [
        (
            f'adapter = "twilio"\naccount_sid = "AC{"0" * 32}"\nfrom = "+81312345678"\n',
            "twilio.rest",
            "twilio",
        ),
        ('adapter = "aws"\nregion = "ap-northeast-1"\nfrom = "P"\n', "boto3", "aws"),
    ],
)
def test_an_adapter_without_its_library_names_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, library: str, extra: str
) -> None:
    path = tmp_path / "sms.toml"
    path.write_text(text, "utf-8")
    settings = Settings(environment="test", sms_file=str(path), sms_token="secret")
    assert set(make_senders(settings)) == {"sms", "email"}
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError) as refused:
        make_senders(settings)
    assert f"pip install --require-hashes --no-deps -r {extra}.lock" in refused.value.message
    guide = (ROOT / ".github" / "guides" / "sms-gateway.md").read_text("utf-8")
    assert f"pip install --require-hashes --no-deps -r {extra}.lock" in guide


def test_the_settings_of_messages_come_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n", "utf-8")
    given = {
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_SMS_FILE": "sms.toml",
        "PORTAL_SMS_TOKEN_FILE": str(tmp_path / "token"),
        "PORTAL_SMS_REPORT_SECRET": "report",
        "PORTAL_BOUNCE_ADDRESS": "bounces@example.jp",
    }
    found = load_settings(given)
    assert (found.sms_file, found.sms_token) == ("sms.toml", "secret")
    assert (found.sms_report_secret, found.bounce_address) == ("report", "bounces@example.jp")
    with pytest.raises(InputError, match="PORTAL_SMS_FILES"):
        load_settings(given | {"PORTAL_SMS_FILES": "sms.toml"})
