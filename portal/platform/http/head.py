"""HEAD: what GET would answer, without its content (RFC 9110, 9.3.2)."""

from litestar.enums import ScopeType
from litestar.types import Message, Scope, Send


def answering_head(scope: Scope, send: Send) -> Send:
    """Make HEAD a GET for all that follows, and return what sends only the head of the answer.

    Length and type stay as the content would have them. Other requests are left as they are.
    """
    if scope["type"] != ScopeType.HTTP:
        return send
    if scope["method"] != "HEAD":
        return send
    scope["method"] = "GET"

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return send_head
