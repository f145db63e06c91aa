"""``portal sms test``, ``mail test`` and ``mail bounces``: real senders, real answers, a record."""

import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from portal.cli.context import Context
from portal.cli.mailroom.mail import mail
from portal.cli.people.sms import sms
from portal.cli.serve import serve
from portal.domain.foundation.clock import FixedClock
from portal.domain.people.notices.models import OutboxMessage, SenderTrial
from portal.domain.people.notices.sms_length import measure
from portal.domain.people.notices.trials import tried_live
from portal.platform.selfcheck.messages import check_consents, check_messages
from portal.platform.selfcheck.subject import Subject
from portal.platform.senders.local import LocalSender
from portal.settings import Settings
from tests.functional.people.notices.sender_support import Workers
from tests.functional.people.notices.support import NOW
from tests.functional.people.notices.test_mail_reports import recipient, report
from tests.support.mailroom.ward import Ward, ward  # noqa: F401  (a fixture)
from tests.support.programs.mail import SmtpSink
from tests.support.programs.servers import free_port
from tests.support.programs.sms import SmsGateway
from tests.support.proofs import typed_when_asked
from tests.support.sources import ROOT

MAIL_GUIDE = (ROOT / ".github" / "guides" / "mail.md").read_text("utf-8")
LANGUAGES = ["ja", "ja@easy", "en", "zh_Hans", "zh_Hant", "ko"]


def sms_settings(one: Ward, gateway: SmsGateway) -> Settings:
    return replace(one.settings, environment="test", sms_url=gateway.url, sms_token="secret")


def mail_settings(one: Ward, port: int) -> Settings:
    return replace(
        one.settings,
        environment="test",
        smtp_url=f"smtp://127.0.0.1:{port}",
        mail_from="見本区 <noreply@portal.example.jp>",
        bounce_address="bounces@portal.example.jp",
    )


def run(settings: Settings, *words: str, given: bytes = b"") -> Result:
    context = Context(settings)
    group = sms if words[0] == "sms" else mail
    left, lines = typed_when_asked(words[1:])
    typed = io.BytesIO(lines.encode() + given)
    try:
        return CliRunner().invoke(group, left, obj=context, input=typed)
    finally:
        context.database().engine.dispose()


def messages(one: Ward) -> list[OutboxMessage]:
    with one.database.read() as session:
        found = list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
        session.expunge_all()
    return found


def test_six_messages_go_out_and_the_gateways_answers_are_shown(
    ward: Ward,  # noqa: F811  (the fixture's value)
    sms_gateway: SmsGateway,
) -> None:
    sms_gateway.answer = '{"accepted": "はい"}'.encode()
    settings = sms_settings(ward, sms_gateway)
    with ward.database.read() as session:
        assert tried_live(session, "sms", "http 127.0.0.1") is None
    done = run(settings, "sms", "test", "--number", "090-1234-5678")
    assert done.exit_code == 0, done.output
    sent = [json.loads(request.body) for request in sms_gateway.requests]
    assert {text["to"] for text in sent} == {"+819012345678"}
    assert len({text["id"] for text in sent}) == 6
    for text in sent:
        assert all(sample in text["text"] for sample in ("髙橋", "简体", "한글"))
    assert [text["text"].split()[0] for text in sent][2] == "Shiokaze"
    lengths = [measure(text["text"]) for text in sent]
    assert all(length <= one_message for length, one_message in lengths)
    assert done.output.count('HTTP 200 {"accepted": "はい"}') == 6
    assert "09012345678" not in done.output
    rows = messages(ward)
    assert [row.purpose for row in rows] == [f"trial.{locale}" for locale in LANGUAGES]
    assert {(row.state, row.sealed, row.household_id) for row in rows} == {("sent", None, None)}
    with ward.database.read() as session:
        assert tried_live(session, "sms", "http 127.0.0.1") is not None
        assert tried_live(session, "sms", "twilio api.twilio.com") is None


def test_a_refusal_ends_with_1_and_counts_as_not_tried(
    ward: Ward,  # noqa: F811  (the fixture's value)
    sms_gateway: SmsGateway,
) -> None:
    sms_gateway.status, sms_gateway.answer = 401, b"wrong token"
    done = run(
        sms_settings(ward, sms_gateway), "sms", "test", "--number", "+819012345678", "--json"
    )
    assert done.exit_code == 1
    answers = json.loads(done.stdout)
    assert {(one["accepted"], one["answer"], one["state"]) for one in answers} == {
        (False, "HTTP 401 wrong token", "given_up")
    }
    with ward.database.read() as session:
        (trial,) = session.scalars(select(SenderTrial))
        assert (trial.accepted, trial.refused) == (0, 6)
        assert tried_live(session, "sms", "http 127.0.0.1") is None


@pytest.mark.parametrize("number", ["03-1234-5678", "+1 555 010 0000", "hanako"])
def test_a_number_that_is_no_mobile_one_sends_nothing(
    ward: Ward,  # noqa: F811  (the fixture's value)
    sms_gateway: SmsGateway,
    number: str,
) -> None:
    assert run(sms_settings(ward, sms_gateway), "sms", "test", "--number", number).exit_code == 1
    assert sms_gateway.requests == []
    assert messages(ward) == []


def test_no_worker_takes_the_messages_of_a_trial(
    ward: Ward,  # noqa: F811  (the fixture's value)
    sms_gateway: SmsGateway,
    workers: Workers,
) -> None:
    workers.clock = FixedClock(NOW)
    workers.start(ward.database, sms=LocalSender("test"))
    run(sms_settings(ward, sms_gateway), "sms", "test", "--number", "090-1234-5678")
    assert len(sms_gateway.requests) == 6


def test_mails_in_six_languages_arrive_and_their_reports_are_recorded(
    ward: Ward,  # noqa: F811  (the fixture's value)
    smtp_sink: SmtpSink,
    tmp_path: Path,
) -> None:
    settings = mail_settings(ward, smtp_sink.port)
    done = run(settings, "mail", "test", "--address", "hanako@example.jp")
    assert done.exit_code == 0, done.output
    mails = smtp_sink.wait(6)
    assert len({mail["Subject"] for mail in mails}) == 6
    assert all("한글" in mail.get_content() for mail in mails)
    assert done.output.count("250 OK") == 6

    names = [row.reference or "" for row in messages(ward)]
    to = [f"bounces+{name}@portal.example.jp" for name in names]
    piped = run(settings, "mail", "bounces", given=report(recipient("failed", "5.1.1"), to=to[0]))
    assert (piped.exit_code, piped.output) == (0, "")
    for folder in ("new", "cur"):
        (tmp_path / "box" / folder).mkdir(parents=True)
    delivered = report(recipient("delivered", "2.0.0"), to=to[1])
    (tmp_path / "box" / "new" / "1").write_bytes(delivered)
    (tmp_path / "box" / "new" / "2").write_bytes(b"Subject: away\r\n\r\nI am away.\r\n")
    read = run(settings, "mail", "bounces", "--maildir", str(tmp_path / "box"), "--json")
    assert json.loads(read.stdout) == {"reports": 1, "recorded": 1}
    assert sorted(path.name for path in (tmp_path / "box" / "cur").iterdir()) == ["1:2,S", "2:2,S"]
    states = [(row.state, row.last_error) for row in messages(ward)]
    assert states[:3] == [("undelivered", "dsn_5.1.1"), ("delivered", None), ("sent", None)]


def test_the_script_of_the_guide_records_a_report_with_the_settings_of_the_server(
    ward: Ward,  # noqa: F811  (the fixture's value)
    smtp_sink: SmtpSink,
    tmp_path: Path,
) -> None:
    run(mail_settings(ward, smtp_sink.port), "mail", "test", "--address", "hanako@example.jp")
    settings = tmp_path / "portal.env"
    named = (f"{name}='{value}'" for name, value in ward.environ.items() if "PORTAL_" in name)
    settings.write_text("\n".join(named), "utf-8")
    (script,) = re.findall(r"^#!/bin/sh\n(.*?)^```$", MAIL_GUIDE, re.MULTILINE | re.DOTALL)
    script = script.replace("/etc/portal/portal.env", str(settings))
    script = script.replace("/opt/portal/bin/portal", f"'{sys.executable}' -m portal")
    name = messages(ward)[0].reference
    given = report(recipient("failed", "5.1.1"), to=f"bounces+{name}@portal.example.jp")
    ended = subprocess.run(
        ["/bin/sh", "-c", script], input=given, env={}, cwd=ROOT, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    assert messages(ward)[0].state == "undelivered"


def test_while_the_database_is_away_the_mail_system_is_asked_to_keep_the_report() -> None:
    away = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/portal"
    given = report(recipient("failed", "5.1.1"))
    ended = CliRunner().invoke(
        mail, ["bounces"], obj=Context(Settings(database_url=away)), input=given
    )
    assert ended.exit_code == 75


def test_a_closed_mail_server_is_named(ward: Ward) -> None:  # noqa: F811  (the fixture's value)
    done = run(
        mail_settings(ward, free_port()), "mail", "test", "--address", "hanako@example.jp", "--json"
    )
    assert done.exit_code == 1
    assert {one["answer"] for one in json.loads(done.stdout)} == {"no_connection"}


def test_without_a_setting_the_command_says_what_is_missing(ward: Ward) -> None:  # noqa: F811  (the fixture's value)
    done = run(ward.settings, "sms", "test", "--number", "090-1234-5678")
    assert done.exit_code == 1
    assert messages(ward) == []


def test_the_self_check_says_what_was_not_tried_live_and_since_when_it_was(
    ward: Ward,  # noqa: F811  (the fixture's value)
    sms_gateway: SmsGateway,
) -> None:
    settings = sms_settings(ward, sms_gateway)

    def names() -> list[str]:
        return [one.name for one in check_messages(Subject(settings, database=ward.database))]

    assert names() == ["sms_not_tried"]
    run(settings, "sms", "test", "--number", "090-1234-5678")
    assert names() == ["sms_tried"]
    production = replace(settings, environment="production")
    refused = list(check_consents(Subject(production, database=ward.database)))
    assert [one.name for one in refused] == ["consents"]
    assert "127.0.0.1" in refused[0].sentence


def test_a_site_that_would_send_without_consent_does_not_start(ward: Ward) -> None:  # noqa: F811  (the fixture's value)
    settings = replace(ward.settings, smtp_url="smtp://mail.example.jp", mail_from="a@example.jp")
    refused = CliRunner().invoke(
        serve, ["resident", "--port", str(free_port())], obj=Context(settings)
    )
    assert refused.exit_code == 1
    assert "mail.example.jp" in refused.output
