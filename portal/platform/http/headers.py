"""Adds the security headers to every response (``security.md`` A28, ASVS 3.4)."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
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

    What a handler set itself stays. ``script`` is the digest of the one that stands in pages.
    """
    ours = HEADERS | {"cache-control": "no-store"}
    ours["content-security-policy"] = content_policy(script)
    if https:
        ours["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    written = [(name.encode(), value.encode()) for name, value in ours.items()]

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message["headers"])
                named = {name.lower() for name, _value in own}
                message["headers"] = own + [pair for pair in written if pair[0] not in named]
            await send(message)

        await app(scope, receive, send_with_headers)

    return wrapped
