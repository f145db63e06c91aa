"""AWS's adapter against its published contract, on a server of this machine. Not tried live."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from portal.domain.people.notices.results import Outcome
from portal.platform.senders.aws import AwsReceiver, AwsSender
from portal.platform.senders.gateway_file import AwsPlan
from portal.platform.senders.sending import ForgedError, Report, SendFailedError
from portal.platform.senders.sms import Secrets
from tests.functional.people.notices.sender_support import claim_of
from tests.support.certificates import certificate
from tests.support.programs.servers import free_port
from tests.support.programs.sms import SmsGateway

TOPIC = "arn:aws:sns:ap-northeast-1:111122223333:sms-results"
CERTIFICATE_URL = "https://sns.ap-northeast-1.amazonaws.com/SimpleNotificationService-1.pem"
SECRETS = Secrets("aws-secret")
KEY = generate_private_key(public_exponent=65537, key_size=2048)


def plan_of(endpoint: str) -> AwsPlan:
    return AwsPlan("ap-northeast-1", "PORTAL", "portal-set", TOPIC, "AKIAEXAMPLE", endpoint)


def test_a_message_goes_out_as_aws_wants_it(sms_gateway: SmsGateway) -> None:
    sms_gateway.answer = b'{"MessageId": "862a8790-60c0-4430-9b2b-658bdexample"}'
    accepted = AwsSender(plan_of(sms_gateway.url), SECRETS).send(claim_of())
    assert accepted.provider_id == "862a8790-60c0-4430-9b2b-658bdexample"
    (request,) = sms_gateway.requests
    assert request.headers["X-Amz-Target"] == "PinpointSMSVoiceV2.SendTextMessage"
    assert "Credential=AKIAEXAMPLE/" in request.headers["Authorization"]
    assert json.loads(request.body) == {
        "DestinationPhoneNumber": "+819012345678",
        "OriginationIdentity": "PORTAL",
        "MessageBody": "番号 123456\n@a.jp #123456",
        "MessageType": "TRANSACTIONAL",
        "ConfigurationSetName": "portal-set",
        "Context": {"reference": "f" * 32},
    }


@pytest.mark.parametrize(
    ("status", "name", "permanent"),
    [
        (400, "ValidationException", True),
        (400, "ThrottlingException", False),
        (400, "AccessDeniedException", False),
        (500, "InternalServerException", False),
    ],
)
def test_a_refusal_says_why_and_whether_for_good(
    sms_gateway: SmsGateway, status: int, name: str, permanent: bool
) -> None:
    sms_gateway.status = status
    sms_gateway.answer = json.dumps({"__type": name, "Message": "refused"}).encode()
    with pytest.raises(SendFailedError) as failed:
        AwsSender(plan_of(sms_gateway.url), SECRETS).send(claim_of())
    assert (failed.value.reason, failed.value.permanent) == (f"aws_{name}", permanent)
    assert len(sms_gateway.requests) == 1, "our own outbox tries again, not the library"


def test_a_closed_door_is_another_try() -> None:
    with pytest.raises(SendFailedError, match="no_connection"):
        AwsSender(plan_of(f"http://127.0.0.1:{free_port()}"), SECRETS).send(claim_of())


def signing_certificate() -> bytes:
    now = datetime.now(UTC)
    return certificate("sns.amazonaws.com", KEY, now, now + timedelta(days=1))


def signed(content: dict[str, str], key: RSAPrivateKey = KEY, **other: str) -> Report:
    text = "".join(f"{name}\n{content[name]}\n" for name in sorted(content))
    signature = base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()
    whole = content | {
        "SignatureVersion": "2",
        "Signature": signature,
        "SigningCertURL": CERTIFICATE_URL,
    }
    return Report("https://a.jp/r", {}, json.dumps(whole | other).encode())


def notification(event: dict[str, object]) -> dict[str, str]:
    return {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": json.dumps(event),
        "Timestamp": "2026-11-25T01:00:00.000Z",
    }


def event(kind: str) -> dict[str, object]:
    return {"eventType": kind, "messageId": "862a8790", "context": {"reference": "f" * 32}}


def receiver(endpoint: str = "") -> AwsReceiver:
    return AwsReceiver(plan_of(endpoint), SECRETS, fetch=lambda _url: signing_certificate())


def test_a_signed_event_names_our_message() -> None:
    (delivered,) = receiver().results(signed(notification(event("TEXT_DELIVERED"))))
    assert (delivered.name, delivered.outcome) == ("f" * 32, Outcome.DELIVERED)
    (failed,) = receiver().results(signed(notification(event("TEXT_CARRIER_UNREACHABLE"))))
    assert (failed.outcome, failed.reason) == (Outcome.FAILED, "aws_CARRIER_UNREACHABLE")
    (named,) = receiver().results(
        signed(notification({"eventType": "TEXT_INVALID", "messageId": "862a8790"}))
    )
    assert named.name == "862a8790"
    for kind in ("TEXT_SUCCESSFUL", "TEXT_PENDING", "VOICE_ANSWERED"):
        assert receiver().results(signed(notification(event(kind)))) == []


@pytest.mark.asvs("1.3.6")
def test_only_sns_and_only_our_topic_is_believed() -> None:
    true = notification(event("TEXT_DELIVERED"))
    stranger = generate_private_key(public_exponent=65537, key_size=2048)
    for forged in (
        signed(true, stranger),
        signed(true | {"TopicArn": TOPIC.replace("1111", "9999")}),
        signed(true, Message=json.dumps(event("TEXT_INVALID"))),
        signed(true, SigningCertURL="https://sns.evil.example/cert.pem"),
        signed(true, SigningCertURL="https://sns.ap-northeast-1.amazonaws.com:8443/cert.pem"),
        signed(true, SigningCertURL=CERTIFICATE_URL.replace("https", "http")),
        signed(true, SignatureVersion="1"),
        Report("https://a.jp/r", {}, b"[]"),
        Report("https://a.jp/r", {}, b"no json"),
    ):
        with pytest.raises(ForgedError):
            receiver().results(forged)


def test_the_topics_first_question_is_answered(sms_gateway: SmsGateway) -> None:
    sms_gateway.answer = (
        b"<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>arn:x"
        b"</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>"
    )
    question = {
        "Type": "SubscriptionConfirmation",
        "MessageId": "165545c9",
        "Token": "2336412f37",
        "TopicArn": TOPIC,
        "Message": "You have chosen to subscribe",
        "SubscribeURL": "https://sns.ap-northeast-1.amazonaws.com/?Action=ConfirmSubscription",
        "Timestamp": "2026-11-25T01:00:00.000Z",
    }
    assert receiver(sms_gateway.url).results(signed(question)) == []
    (request,) = sms_gateway.requests
    form = parse_qs(request.body.decode())
    assert (form["Action"], form["TopicArn"], form["Token"]) == (
        ["ConfirmSubscription"],
        [TOPIC],
        ["2336412f37"],
    )
