"""SMS through AWS End User Messaging, with AWS's own library (extra ``aws``).

Contract: API ``SendTextMessage`` of "PinpointSMSVoiceV2" 2022-03-31 (sending), the event format of
https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html, and
https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html (signed reports).
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from portal.domain.people.notices.results import DeliveryResult, Outcome
from portal.domain.people.notices.services import Claim
from portal.platform.senders.extras import load_extra
from portal.platform.senders.gateway_file import Adapter, AwsPlan
from portal.platform.senders.sending import (
    Accepted,
    Breaker,
    ForgedError,
    Report,
    SendFailedError,
    Way,
)
from portal.platform.senders.sms import Secrets, code_word

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
CONTEXT_KEY = "reference"
FOR_GOOD = frozenset({"ValidationException", "ConflictException", "ResourceNotFoundException"})
"""Errors that the same request meets again."""
SIGNING_HOST = re.compile(r"sns\.[a-z]{2}(-[a-z]+)+-\d\.amazonaws\.com")
NOTIFICATION, CONFIRMATION = "Notification", "SubscriptionConfirmation"
SIGNED_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
LATE: Final = frozenset({"TEXT_QUEUED", "TEXT_PENDING", "TEXT_SENT", "TEXT_SUCCESSFUL"})
"""Events of a message that is under way; ``TEXT_SUCCESSFUL`` is only the carrier's acceptance."""
FetchKey = Callable[[str], bytes]


class AwsSender:
    """Sends by one origination identity, as transactional messages."""

    keeps_body = False

    def __init__(self, plan: AwsPlan, secrets: Secrets, *, breaker: Breaker | None = None) -> None:
        self._plan = plan
        self._breaker = breaker or Breaker()
        self._errors = load_extra("botocore.exceptions", Adapter.AWS)
        self._client = _client("pinpoint-sms-voice-v2", plan, secrets)

    @property
    def way(self) -> Way:
        """By AWS, to the server of the region."""
        return Way(Adapter.AWS, urlsplit(self._client.meta.endpoint_url).hostname or "")

    def capacity(self, free: int, running: int) -> int:
        """Return how many messages the breaker lets through now."""
        return self._breaker.capacity(free, running)

    def send(self, message: Claim) -> Accepted:
        """Hand the message to AWS.

        Raises:
            SendFailedError: refused for good, or perhaps later (throttled, no access, no answer).
        """
        request: dict[str, object] = {
            "DestinationPhoneNumber": message.address,
            "OriginationIdentity": self._plan.sender,
            "MessageBody": message.body,
            "MessageType": "TRANSACTIONAL",
            "Context": {CONTEXT_KEY: message.reference},
        }
        if self._plan.configuration_set:
            request["ConfigurationSetName"] = self._plan.configuration_set
        try:
            answer = self._client.send_text_message(**request)
        except self._errors.ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            self._breaker.note(reached=code in FOR_GOOD)
            raise SendFailedError(
                f"aws_{code_word(code)}", permanent=code in FOR_GOOD, said=str(error)
            ) from None
        except (self._errors.ConnectTimeoutError, self._errors.ReadTimeoutError):
            self._breaker.note(reached=False)
            raise SendFailedError("timeout") from None
        except self._errors.BotoCoreError:
            self._breaker.note(reached=False)
            raise SendFailedError("no_connection") from None
        self._breaker.note(reached=True)
        return Accepted(str(answer["MessageId"]), f"MessageId {answer['MessageId']}")


def _client(service: str, plan: AwsPlan, secrets: Secrets) -> Any:
    """Return the library's client; without a key in the file it looks for one as AWS's tools do."""
    boto3: Any = load_extra("boto3", Adapter.AWS)
    config: Any = load_extra("botocore.config", Adapter.AWS)
    return boto3.client(
        service,
        region_name=plan.region,
        endpoint_url=plan.endpoint_url or None,
        aws_access_key_id=plan.access_key_id or None,
        aws_secret_access_key=(secrets.token or None) if plan.access_key_id else None,
        config=config.Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": 1},
        ),
    )


def fetch_key(url: str) -> bytes:
    """Return a signing certificate of SNS.

    Raises:
        ForgedError: it cannot be had now; SNS reports again.
    """
    import httpx  # noqa: PLC0415  (6 MB that a site seldom needs)

    try:
        return httpx.get(url, timeout=READ_SECONDS).raise_for_status().content
    except httpx.HTTPError:
        raise ForgedError from None


class AwsReceiver:
    """Understands events that an SNS topic posts, signed with version 2 (SHA-256)."""

    def __init__(self, plan: AwsPlan, secrets: Secrets, *, fetch: FetchKey = fetch_key) -> None:
        self._plan = plan
        self._secrets = secrets
        self._fetch = fetch
        self._keys: dict[str, RSAPublicKey] = {}

    def results(self, report: Report) -> list[DeliveryResult]:
        """Return what a report says; the topic's question whether we subscribed is answered.

        Raises:
            ForgedError: another topic, or not signed by SNS.
        """
        try:
            content = json.loads(report.body)
        except ValueError:
            raise ForgedError from None
        if not isinstance(content, dict) or content.get("TopicArn") != self._plan.topic_arn:
            raise ForgedError
        kind = str(content.get("Type"))
        if kind not in SIGNED_KEYS:
            raise ForgedError
        self._check_signature(content, SIGNED_KEYS[kind])
        if kind == CONFIRMATION:
            topics = _client("sns", self._plan, self._secrets)
            topics.confirm_subscription(TopicArn=content["TopicArn"], Token=content["Token"])
            return []
        return _results(str(content.get("Message", "")))

    def _check_signature(self, content: Mapping[str, object], keys: tuple[str, ...]) -> None:
        signed = "".join(f"{key}\n{content[key]}\n" for key in keys if key in content)
        try:
            if content.get("SignatureVersion") != "2":
                raise ForgedError
            made = base64.b64decode(str(content.get("Signature", "")))
            key = self._key(str(content.get("SigningCertURL", "")))
            key.verify(made, signed.encode(), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            raise ForgedError from None

    def _key(self, url: str) -> RSAPublicKey:
        from cryptography import x509  # noqa: PLC0415  (a hundredth of a site's start)

        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or parts.netloc != host or not SIGNING_HOST.fullmatch(host):
            raise ForgedError
        if url not in self._keys:
            key = x509.load_pem_x509_certificate(self._fetch(url)).public_key()
            if not isinstance(key, RSAPublicKey):
                raise ForgedError
            self._keys = {url: key}
        return self._keys[url]


def _results(message: str) -> list[DeliveryResult]:
    try:
        event = json.loads(message)
    except ValueError:
        return []
    if not isinstance(event, dict):
        return []
    kind = str(event.get("eventType", ""))
    context = event.get("context")
    named = context.get(CONTEXT_KEY) if isinstance(context, dict) else None
    name = str(named or event.get("messageId", ""))
    if kind == "TEXT_DELIVERED":
        return [DeliveryResult(name, Outcome.DELIVERED)]
    if not kind.startswith("TEXT_") or kind in LATE:
        return []
    return [DeliveryResult(name, Outcome.FAILED, f"aws_{code_word(kind.removeprefix('TEXT_'))}")]
