"""SMS through an HTTP gateway; ``.github/guides/sms-gateway.md`` says what it must understand."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.people.notices.services import Claim
from portal.platform.senders.sending import Breaker, SendFailedError

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
# These say that our access or their load is wrong, not the message: worth another try.
RETRY_STATUS = {401, 403, 404, 408, 425, 429}


def is_loopback(host: str) -> bool:
    """Tell whether a host name means this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class GatewaySender:
    """Posts ``{"to", "text", "id"}``; every try of one message carries the same id."""

    keeps_body = False

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: httpx.Timeout = TIMEOUT,
        breaker: Breaker | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            raise InputError(_s("PORTAL_SMS_URL は https:// で始まるアドレスにしてください。"))
        self._url = url
        self._breaker = breaker or Breaker()
        self._client = httpx.Client(timeout=timeout, headers={"Authorization": f"Bearer {token}"})

    def capacity(self, free: int, running: int) -> int:
        """Return how many messages the breaker lets through now."""
        return self._breaker.capacity(free, running)

    def send(self, message: Claim) -> None:
        """Hand the message to the gateway.

        Raises:
            SendFailedError: refused for good (4xx), or perhaps later (5xx, no answer, access
                refused).
        """
        content = {"to": message.address, "text": message.body, "id": message.reference}
        try:
            status = self._client.post(self._url, json=content).status_code
        except httpx.TimeoutException:
            self._breaker.note(reached=False)
            raise SendFailedError("timeout") from None
        except httpx.HTTPError:
            self._breaker.note(reached=False)
            raise SendFailedError("no_connection") from None
        permanent = 400 <= status < 500 and status not in RETRY_STATUS
        accepted = 200 <= status < 300
        self._breaker.note(reached=accepted or permanent)
        if not accepted:
            raise SendFailedError(f"http_{status}", permanent=permanent)
