"""What the mail system sends back: reports of RFC 3464, found by return path, envelope or ID."""

import email
import email.policy
import socketserver
import threading
from pathlib import Path
from typing import ClassVar

import pytest

from portal.domain.people.notices.results import DeliveryResult, Outcome
from portal.platform.senders.mail_reports import read_report, return_path
from portal.platform.senders.smtp import SmtpSender
from tests.functional.people.notices.sender_support import MAIL_FROM, claim_of

REFERENCE = "0123456789abcdef" * 2
BOUNCES = "bounces@coupon.example.jp"


def report(
    *groups: str,
    to: str = f"bounces+{REFERENCE}@coupon.example.jp",
    envelope: str = "",
    returned: str = "",
    kind: str = "multipart/report; report-type=delivery-status",
) -> bytes:
    """Return a report as mail systems write it (RFC 3464, appendix)."""
    about = "Reporting-MTA: dns; mx.example.net\n" + envelope
    status = "\n".join([about, *groups])
    enclosed = f"\n--B\nContent-Type: text/rfc822-headers\n\n{returned}\n" if returned else "\n"
    text = f"""From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: Delivery Status Notification (Failure)
MIME-Version: 1.0
Content-Type: {kind}; boundary=B

--B
Content-Type: text/plain; charset=utf-8

相手に届きませんでした。
--B
Content-Type: message/delivery-status

{status}
{enclosed}--B--
"""
    return text.replace("\n", "\r\n").encode()


def recipient(action: str, status: str) -> str:
    return f"Final-Recipient: rfc822; hanako@example.jp\nAction: {action}\nStatus: {status}\n"


@pytest.mark.parametrize(
    ("action", "status", "wanted"),
    [
        ("failed", "5.1.1", (Outcome.FAILED, "dsn_5.1.1")),
        ("Failed", "5.2.2 (mailbox full)", (Outcome.FAILED, "dsn_5.2.2")),
        ("failed", "", (Outcome.FAILED, "dsn")),
        ("delayed", "4.4.1", (Outcome.LATE, "dsn_4.4.1")),
        ("delivered", "2.0.0", (Outcome.DELIVERED, "")),
    ],
)
def test_a_report_says_what_became_of_a_mail(
    action: str, status: str, wanted: tuple[Outcome, str]
) -> None:
    assert read_report(report(recipient(action, status))) == [DeliveryResult(REFERENCE, *wanted)]


@pytest.mark.parametrize("action", ["relayed", "expanded", "unheard-of"])
def test_what_decides_nothing_is_nothing(action: str) -> None:
    assert read_report(report(recipient(action, "2.0.0"))) == []


def test_the_mail_is_found_by_envelope_or_message_id_where_the_return_path_is_lost() -> None:
    failed, plain = recipient("failed", "5.1.1"), "postmaster@coupon.example.jp"
    by_envelope = report(failed, to=plain, envelope=f"Original-Envelope-Id: {REFERENCE}\n")
    returned = f"Subject: x\nMessage-ID: <{REFERENCE}@portal.example.jp>\n"
    for raw in (by_envelope, report(failed, to=plain, returned=returned)):
        assert [result.name for result in read_report(raw)] == [REFERENCE]
    assert read_report(report(failed, to=plain)) == [], "no mail of ours"


def test_an_answer_of_a_person_is_no_report() -> None:
    away = b"To: bounces+%s@coupon.example.jp\r\nSubject: away\r\n\r\nI am away.\r\n"
    assert read_report(away % REFERENCE.encode()) == []
    other = report(recipient("failed", "5.1.1"), kind="multipart/mixed")
    assert read_report(other) == []


@pytest.mark.parametrize("raw", [b"", b"\xff\x00", b"Content-Type: multipart/report\r\n\r\n"])
def test_rubbish_is_nothing(raw: bytes) -> None:
    assert read_report(raw) == []


class Envelopes(socketserver.StreamRequestHandler):
    """A mail server that offers delivery reports (RFC 3461) and keeps what it is told."""

    heard: ClassVar[list[str]] = []
    answers: ClassVar[dict[str, str]] = {
        "EHLO": "250-mx\r\n250 DSN",
        "DATA": "354 go on",
        "QUIT": "221 bye",
    }

    def handle(self) -> None:
        self.wfile.write(b"220 mx\r\n")
        in_mail = False
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if in_mail:
                if line == ".":
                    in_mail = False
                    self.wfile.write(b"250 OK queued as 17\r\n")
                continue
            self.heard.append(line)
            word = line.partition(" ")[0].upper()
            in_mail = word == "DATA"
            self.wfile.write(f"{self.answers.get(word, '250 OK')}\r\n".encode())


def test_a_mail_asks_for_reports_under_a_return_path_of_its_own() -> None:
    Envelopes.heard.clear()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Envelopes) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        url = f"smtp://127.0.0.1:{server.server_address[1]}"
        sender = SmtpSender(url, MAIL_FROM, bounce_address=BOUNCES)
        accepted = sender.send(claim_of("hanako@example.jp", REFERENCE))
        server.shutdown()
    assert accepted.said == "250 OK queued as 17"
    own = return_path(BOUNCES, REFERENCE)
    assert own == f"bounces+{REFERENCE}@coupon.example.jp"
    assert Envelopes.heard[1:4] == [
        f"mail FROM:<{own}> RET=HDRS ENVID={REFERENCE}",
        "rcpt TO:<hanako@example.jp> NOTIFY=SUCCESS,FAILURE,DELAY",
        "data",
    ]


def test_a_report_in_the_form_of_postfix_is_understood() -> None:
    raw = (Path(__file__).parent / "postfix_report.eml").read_bytes()
    assert email.message_from_bytes(raw, policy=email.policy.default)["Auto-Submitted"]
    (result,) = read_report(raw)
    assert result == DeliveryResult(REFERENCE, Outcome.FAILED, "dsn_5.1.1")
