"""Adds the security headers to every response (``security.md`` A28, ASVS 3.4)."""

from collections.abc import Mapping

from litestar.types import ASGIApp, Message, Receive, Scope, Send

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICY, PAGE = "content-security-policy", b"text/html"
HEADERS = {
    "x-content-type-options": "nosniff",
    # With no-referrer a browser sends "Origin: null" with our own forms; nobody else ever sees a
    # referrer.
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


def content_policy(script: str = "") -> str:
    """Return the policy of a site; ``script`` is the digest of the one that stands in its pages."""
    own = "script-src 'self'"
    return CSP.replace(own, f"{own} '{script}'") if script else CSP


def security_headers(app: ASGIApp, *, https: bool, script: str = "") -> ASGIApp:
    """Wrap an application so that every answer carries the headers.

    What a handler set itself stays. ``script`` is the digest of the one that stands in pages;
    what is no page carries a policy by which none may run.
    """
    ours = HEADERS | {"cache-control": "no-store"}
    if https:
        ours["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    files = _written(ours | {POLICY: content_policy()})
    pages = _written(ours | {POLICY: content_policy(script)})

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower(): value for name, value in message["headers"]}
                is_page = own.get(b"content-type", PAGE).startswith(PAGE)
                added = [pair for pair in (pages if is_page else files) if pair[0] not in own]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await app(scope, receive, send_with_headers)

    return wrapped


def _written(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
