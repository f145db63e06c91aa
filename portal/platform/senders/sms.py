"""SMS through an HTTP gateway whose dialect a file describes; the guide ``sms-gateway.md``."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from portal.domain.foundation.program.toml.sections import PLACEHOLDER
from portal.domain.people.notices.results import DeliveryResult, Outcome
from portal.domain.people.notices.services import Claim
from portal.platform.senders.gateway_file import (
    Adapter,
    Algorithm,
    BodyFormat,
    CallbackPlan,
    Encoding,
    HttpPlan,
)
from portal.platform.senders.sending import (
    Accepted,
    Breaker,
    ForgedError,
    Report,
    SendFailedError,
    Way,
)

if TYPE_CHECKING:
    import httpx

ANSWER_SECONDS, CONNECT_SECONDS = 10.0, 3.0
# These say that our access or their load is wrong, not the message: worth another try.
RETRY_STATUS = {401, 403, 404, 408, 425, 429}
WORD = re.compile(r"[^A-Za-z0-9_.-]+")
WORD_LENGTH = 40
JAPAN = "+81"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a gateway and we know: the access token, and the word that signs its reports."""

    token: str = field(default="", repr=False)
    report_secret: str = field(default="", repr=False)


def is_refused_for_good(status: int) -> bool:
    """Tell whether an HTTP status means that the same message would be refused again."""
    return 400 <= status < 500 and status not in RETRY_STATUS


def code_word(text: object) -> str:
    """Return a foreign status as a code word that may stand in a row and in the log."""
    return WORD.sub("_", str(text))[:WORD_LENGTH]


class GatewaySender:
    """Posts one message as the plan says; every try of one message carries the same ``id``."""

    keeps_body = False

    def __init__(
        self,
        plan: HttpPlan,
        secrets: Secrets,
        *,
        callback_url: str = "",
        timeout: "httpx.Timeout | None" = None,
        breaker: Breaker | None = None,
    ) -> None:
        import httpx  # noqa: PLC0415  (6 MB, and most processes of a site send nothing)

        self._plan = plan
        self._secrets = secrets
        self._callback_url = callback_url
        self._breaker = breaker or Breaker()
        headers = {
            name: _filled(value, {"token": secrets.token}) for name, value in plan.headers.items()
        }
        patience = timeout or httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.Client(timeout=patience, headers=headers)

    @property
    def way(self) -> Way:
        """By HTTP, to the host of the address."""
        return Way(Adapter.HTTP, urlsplit(self._plan.url).hostname or "")

    def capacity(self, free: int, running: int) -> int:
        """Return how many messages the breaker lets through now."""
        return self._breaker.capacity(free, running)

    def send(self, message: Claim) -> Accepted:
        """Hand the message to the gateway.

        Raises:
            SendFailedError: refused for good (4xx, or a word that the plan calls refused), or
                perhaps later (5xx, no answer, access refused, an unknown word).
        """
        import httpx  # noqa: PLC0415  (as above)

        fields = _written(self._plan.fields, self._values(message))
        body = {"json": fields} if self._plan.format is BodyFormat.JSON else {"data": fields}
        try:
            answer = self._client.request(self._plan.method, self._plan.url, **body)  # type: ignore[arg-type]  # one of two shapes
        except httpx.TimeoutException:
            self._breaker.note(reached=False)
            raise SendFailedError("timeout") from None
        except httpx.HTTPError:
            self._breaker.note(reached=False)
            raise SendFailedError("no_connection") from None
        return self._understood(answer)

    def _values(self, message: Claim) -> Mapping[str, str]:
        return {
            "to": message.address,
            "to_national": message.address.replace(JAPAN, "0", 1),
            "text": message.body,
            "id": message.reference,
            "token": self._secrets.token,
            "callback_url": self._callback_url,
        }

    def _understood(self, answer: "httpx.Response") -> Accepted:
        status, said = answer.status_code, f"HTTP {answer.status_code} {answer.text}"
        if not 200 <= status < 300:
            permanent = is_refused_for_good(status)
            self._breaker.note(reached=permanent)
            raise SendFailedError(f"http_{status}", permanent=permanent, said=said)
        self._breaker.note(reached=True)
        plan = self._plan.answer
        content = _content(answer.content, plan.format)
        word = _at(content, plan.status)
        if plan.accepted and word not in plan.accepted:
            raise SendFailedError(
                f"gateway_{code_word(word)}", permanent=word in plan.refused, said=said
            )
        return Accepted(_at(content, plan.id), said)


class GatewayReceiver:
    """Understands the reports of a gateway whose file has a section ``[callback]``."""

    def __init__(self, plan: CallbackPlan, secrets: Secrets) -> None:
        self._plan = plan
        self._secret = secrets.report_secret.encode()

    def results(self, report: Report) -> list[DeliveryResult]:
        """Return what a report says: one message, or a list of them.

        Raises:
            ForgedError: the signature is missing or does not fit.
        """
        if not self._is_signed(report):
            raise ForgedError
        content = _content(report.body, self._plan.format)
        entries = content if isinstance(content, list) else [content]
        found = (self._result(entry) for entry in entries)
        return [result for result in found if result is not None]

    def _is_signed(self, report: Report) -> bool:
        given = report.headers.get(self._plan.header, "").removeprefix(self._plan.prefix)
        return bool(self._secret) and hmac.compare_digest(
            given.strip().encode(), signature(self._plan, self._secret, report.body).encode()
        )

    def _result(self, entry: object) -> DeliveryResult | None:
        plan = self._plan
        word, name = _at(entry, plan.status), _at(entry, plan.id)
        if word in plan.delivered:
            return DeliveryResult(name, Outcome.DELIVERED)
        if word in plan.failed:
            reason = code_word(_at(entry, plan.reason) or word)
            return DeliveryResult(name, Outcome.FAILED, f"carrier_{reason}")
        return None


def signature(plan: CallbackPlan, secret: bytes, body: bytes) -> str:
    """Return what the signing header of a report must hold, without the plan's prefix."""
    if plan.algorithm is Algorithm.TOKEN:
        return secret.decode()
    digest = hashlib.sha256 if plan.algorithm is Algorithm.HMAC_SHA256 else hashlib.sha1
    made = hmac.new(secret, body, digest).digest()
    return made.hex() if plan.encoding is Encoding.HEX else base64.b64encode(made).decode()


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1], ""), text)


def _written(value: object, values: Mapping[str, str]) -> object:
    """Return the fields with every placeholder filled; what is no text stays as it is."""
    if isinstance(value, Mapping):
        return {key: _written(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [_written(inner, values) for inner in value]
    return _filled(value, values) if isinstance(value, str) else value


def _content(body: bytes, form: BodyFormat) -> object:
    try:
        if form is BodyFormat.JSON:
            return json.loads(body)
        return dict(parse_qsl(body.decode()))
    except (ValueError, RecursionError):
        return {}


def _at(content: object, place: str) -> str:
    """Return what stands at a place such as ``messages.0.id``; "" where there is nothing."""
    if not place:
        return ""
    for key in place.split("."):
        if isinstance(content, Mapping):
            content = content.get(key)
        elif isinstance(content, Sequence) and not isinstance(content, str | bytes):
            content = content[int(key)] if key.isdigit() and int(key) < len(content) else None
        else:
            return ""
    return "" if content is None or isinstance(content, Mapping | list) else str(content)
