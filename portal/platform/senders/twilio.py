"""SMS through Twilio's Programmable Messaging, with Twilio's own library (extra ``twilio``).

Contract: https://www.twilio.com/docs/messaging/api/message-resource (sending, statuses) and
https://www.twilio.com/docs/usage/webhooks/webhooks-security (signature of reports).
"""

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from portal.domain.people.notices.results import DeliveryResult, Outcome
from portal.domain.people.notices.services import Claim
from portal.platform.senders.extras import load_extra
from portal.platform.senders.gateway_file import Adapter, TwilioPlan
from portal.platform.senders.sending import (
    Accepted,
    Breaker,
    ForgedError,
    Report,
    SendFailedError,
    Way,
)
from portal.platform.senders.sms import Secrets, code_word, is_refused_for_good

PUBLISHED: Final = "https://api.twilio.com"
TIMEOUT_SECONDS = 10.0
REFERENCE = "ref"
"""The parameter of the report's address that names our message."""
DELIVERED, FAILED = frozenset({"delivered", "read"}), frozenset({"failed", "undelivered"})


class TwilioSender:
    """Sends by one account; the text goes out as it is (no "smart" replacement of characters)."""

    keeps_body = False

    def __init__(
        self,
        plan: TwilioPlan,
        secrets: Secrets,
        *,
        callback_url: str = "",
        timeout: float = TIMEOUT_SECONDS,
        breaker: Breaker | None = None,
    ) -> None:
        self._plan = plan
        self._callback_url = callback_url
        self._breaker = breaker or Breaker()
        self._requests = load_extra("requests", Adapter.TWILIO)
        self._errors = load_extra("twilio.base.exceptions", Adapter.TWILIO)
        rest = load_extra("twilio.rest", Adapter.TWILIO)
        self._client = rest.Client(
            plan.account_sid, secrets.token, http_client=_http_client(plan.api_url, timeout)
        )

    @property
    def way(self) -> Way:
        """By Twilio, to the server of its API."""
        return Way(Adapter.TWILIO, urlsplit(self._plan.api_url).hostname or "")

    def capacity(self, free: int, running: int) -> int:
        """Return how many messages the breaker lets through now."""
        return self._breaker.capacity(free, running)

    def send(self, message: Claim) -> Accepted:
        """Hand the message to Twilio.

        Raises:
            SendFailedError: refused for good (4xx), or perhaps later.
        """
        try:
            made = self._client.messages.create(**self._request(message))
        except self._errors.TwilioRestException as error:
            permanent = is_refused_for_good(error.status)
            self._breaker.note(reached=permanent)
            raise SendFailedError(
                f"twilio_{code_word(error.code or error.status)}",
                permanent=permanent,
                said=f"HTTP {error.status} {error.code}: {error.msg}",
            ) from None
        except self._requests.Timeout:
            self._breaker.note(reached=False)
            raise SendFailedError("timeout") from None
        except (self._requests.RequestException, self._errors.TwilioException):
            self._breaker.note(reached=False)
            raise SendFailedError("no_connection") from None
        self._breaker.note(reached=True)
        return Accepted(str(made.sid), f"{made.status} {made.sid}")

    def _request(self, message: Claim) -> dict[str, object]:
        sender = self._plan.sender
        named = "messaging_service_sid" if sender.startswith("MG") else "from_"
        request: dict[str, object] = {
            "to": message.address,
            "body": message.body,
            named: sender,
            "smart_encoded": False,
        }
        if self._callback_url:
            query = urlencode({REFERENCE: message.reference})
            request["status_callback"] = f"{self._callback_url}?{query}"
        return request


def _http_client(api_url: str, timeout: float) -> Any:
    """Return Twilio's own HTTP client; it speaks to ``api_url`` in place of the published one."""
    library: Any = load_extra("twilio.http.http_client", Adapter.TWILIO)

    class Client(library.TwilioHttpClient):  # type: ignore[misc]  # known only when it is installed
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            return super().request(method, url.replace(PUBLISHED, api_url, 1), *args, **kwargs)

    return Client(timeout=timeout)


class TwilioReceiver:
    """Understands Twilio's reports: a form with ``MessageSid`` and ``MessageStatus``."""

    def __init__(self, secrets: Secrets) -> None:
        validator = load_extra("twilio.request_validator", Adapter.TWILIO)
        self._validator = validator.RequestValidator(secrets.token)

    def results(self, report: Report) -> list[DeliveryResult]:
        """Return what a report says.

        Raises:
            ForgedError: ``X-Twilio-Signature`` is missing or does not fit address and form.
        """
        form = dict(parse_qsl(report.body.decode(errors="replace"), keep_blank_values=True))
        signed = report.headers.get("x-twilio-signature", "")
        if not self._validator.validate(report.url, form, signed):
            raise ForgedError
        query = dict(parse_qsl(urlsplit(report.url).query))
        name = query.get(REFERENCE) or form.get("MessageSid", "")
        status = form.get("MessageStatus", "")
        if status in DELIVERED:
            return [DeliveryResult(name, Outcome.DELIVERED)]
        if status in FAILED:
            reason = code_word(form.get("ErrorCode") or status)
            return [DeliveryResult(name, Outcome.FAILED, f"twilio_{reason}")]
        return []
