"""Twilio's adapter against its published contract, on a server of this machine. Not tried live."""

import json
from urllib.parse import parse_qs, urlencode

import pytest
from twilio.request_validator import RequestValidator

from portal.domain.people.notices.results import Outcome
from portal.platform.senders.gateway_file import TwilioPlan
from portal.platform.senders.sending import ForgedError, Report, SendFailedError
from portal.platform.senders.sms import Secrets
from portal.platform.senders.twilio import TwilioReceiver, TwilioSender
from tests.functional.people.notices.sender_support import claim_of
from tests.support.programs.servers import free_port
from tests.support.programs.sms import SmsGateway

SID = "AC" + "0" * 32
SECRETS = Secrets("twilio-auth-token")
REPORTS = "https://coupon.example.jp/messages/sms/reports"
CREATED = {"sid": "SM" + "1" * 32, "status": "queued", "account_sid": SID, "error_code": None}


def sender(gateway: SmsGateway, number: str = "+81312345678") -> TwilioSender:
    url = gateway.url.removesuffix("/messages")
    return TwilioSender(TwilioPlan(SID, number, url), SECRETS, callback_url=REPORTS, timeout=5.0)


def test_a_message_goes_out_as_twilio_wants_it(sms_gateway: SmsGateway) -> None:
    sms_gateway.status, sms_gateway.answer = 201, json.dumps(CREATED).encode()
    accepted = sender(sms_gateway).send(claim_of())
    assert accepted.provider_id == CREATED["sid"]
    (request,) = sms_gateway.requests
    assert request.path == f"/2010-04-01/Accounts/{SID}/Messages.json"
    assert request.headers["Authorization"].startswith("Basic ")
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    assert form == {
        "To": "+819012345678",
        "From": "+81312345678",
        "Body": "番号 123456\n@a.jp #123456",
        "StatusCallback": f"{REPORTS}?ref={'f' * 32}",
        "SmartEncoded": "false",
    }


def test_a_messaging_service_takes_the_place_of_a_number(sms_gateway: SmsGateway) -> None:
    sms_gateway.status, sms_gateway.answer = 201, json.dumps(CREATED).encode()
    sender(sms_gateway, "MG" + "2" * 32).send(claim_of())
    form = parse_qs(sms_gateway.requests[0].body.decode())
    assert form["MessagingServiceSid"] == ["MG" + "2" * 32]
    assert "From" not in form


@pytest.mark.parametrize(
    ("status", "code", "reason", "permanent"),
    [
        (400, 21211, "twilio_21211", True),
        (429, 20429, "twilio_20429", False),
        (401, 20003, "twilio_20003", False),
        (503, 20503, "twilio_20503", False),
    ],
)
def test_a_refusal_says_why_and_whether_for_good(
    sms_gateway: SmsGateway, status: int, code: int, reason: str, permanent: bool
) -> None:
    sms_gateway.status = status
    sms_gateway.answer = json.dumps(
        {"code": code, "message": "refused", "more_info": "", "status": status}
    ).encode()
    with pytest.raises(SendFailedError) as failed:
        sender(sms_gateway).send(claim_of())
    assert (failed.value.reason, failed.value.permanent) == (reason, permanent)


def test_silence_and_a_closed_door_are_told_apart(sms_gateway: SmsGateway) -> None:
    sms_gateway.delay = 2.0
    url = sms_gateway.url.removesuffix("/messages")
    slow = TwilioSender(TwilioPlan(SID, "+81312345678", url), SECRETS, timeout=0.2)
    with pytest.raises(SendFailedError, match="timeout"):
        slow.send(claim_of())
    away = TwilioPlan(SID, "+81312345678", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(SendFailedError, match="no_connection"):
        TwilioSender(away, SECRETS).send(claim_of())


def report(status: str, url: str = f"{REPORTS}?ref={'f' * 32}", **form: str) -> Report:
    sent = {"MessageSid": str(CREATED["sid"]), "MessageStatus": status, "AccountSid": SID} | form
    signed = RequestValidator(SECRETS.token).compute_signature(url, sent)
    return Report(url, {"x-twilio-signature": signed}, urlencode(sent).encode())


def test_a_signed_report_names_our_message() -> None:
    receiver = TwilioReceiver(SECRETS)
    (delivered,) = receiver.results(report("delivered"))
    assert (delivered.name, delivered.outcome) == ("f" * 32, Outcome.DELIVERED)
    (failed,) = receiver.results(report("undelivered", ErrorCode="30003", RawDlrDoneDate=""))
    assert (failed.outcome, failed.reason) == (Outcome.FAILED, "twilio_30003")
    (by_sid,) = receiver.results(report("delivered", REPORTS))
    assert by_sid.name == CREATED["sid"]
    assert receiver.results(report("sent")) == []


def test_a_report_for_another_address_or_of_another_content_is_forged() -> None:
    receiver, true = TwilioReceiver(SECRETS), report("delivered")
    other = Report(f"{REPORTS}?ref={'e' * 32}", true.headers, true.body)
    changed = Report(true.url, true.headers, true.body.replace(b"delivered", b"failed"))
    for forged in (other, changed, Report(true.url, {}, true.body)):
        with pytest.raises(ForgedError):
            receiver.results(forged)
