"""Which requests are let in: for a name of ours, forwarded by our own proxies, and sent in time."""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Collection, Sequence

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from portal.domain.foundation.networks import inside
from portal.platform.http.network import nearest_hop, peer_of, plain_address

LOG = logging.getLogger("portal.entrance")
BODY_SECONDS = 20.0
BODY_RATE = 50_000
"""A body has 20 seconds, and one more for each 50 kB that came: whoever sends slower than the
slowest telephone line is cut off, and a large scan is not.
"""
HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(?::[0-9]{1,5})?")
TELL_EVERY = 60.0
REFUSED = (
    "このアドレスでは開けません。正しいアドレスを確かめてください。\n"
    "This site is not served under this address.\n"
).encode()
MISLED = (
    "このサイトの設定に誤りがあるため、開けません。\n"
    "This site is not set up correctly: a proxy that it does not know forwards to it.\n"
).encode()
UNREADABLE = (
    "このサイトの設定に誤りがあるため、開けません。\n"
    "This site is not set up correctly: its proxy does not say from which address you come.\n"
).encode()


def let_in(app: ASGIApp, hosts: Collection[str] | None, proxies: Sequence[str] | None) -> ASGIApp:
    """Wrap an application so that it sees only requests that may come in.

    Args:
        app: The application.
        hosts: The names under which it is served; None lets every single name in.
        proxies: Networks of our own proxies; None lets everybody forward, though nobody's word
            counts.
    """
    tell = _teller()

    async def entrance(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        if not _is_ours(_values(scope, b"host"), hosts):
            await _refuse(send, REFUSED)
            return
        if proxies is not None and (lines := _values(scope, b"x-forwarded-for")):
            peer = peer_of(scope)
            if not inside(peer, proxies):
                tell("%s forwards, but PORTAL_TRUSTED_PROXIES does not name it", peer)
                await _refuse(send, MISLED)
                return
            # taken for the proxy's own, all visitors would share one counter of wrong passwords
            hop = nearest_hop([line.decode("latin-1") for line in lines], proxies)
            if hop and not plain_address(hop):
                tell("%s writes no address into X-Forwarded-For; let it write the visitor's", peer)
                await _refuse(send, UNREADABLE)
                return
        await app(scope, _in_time(receive), send)

    return entrance


def _teller() -> Callable[[str, str], None]:
    """Return what logs one error, and no further one for ``TELL_EVERY`` seconds."""
    told = -TELL_EVERY

    def tell(error: str, proxy: str) -> None:
        nonlocal told
        if time.monotonic() - told >= TELL_EVERY:
            told = time.monotonic()
            LOG.error(error, proxy)

    return tell


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _is_ours(given: Sequence[bytes], hosts: Collection[str] | None) -> bool:
    """Tell whether there is one ``Host``, and it is a name of ours; a port may follow it."""
    if len(given) > 1:
        return False  # a proxy and we might each believe another one
    if hosts is None:
        return True
    found = HOST.fullmatch(given[0]) if given else None
    return found is not None and found[1].decode().strip("[]").rstrip(".").lower() in hosts


def _in_time(receive: Receive) -> Receive:
    """Wrap ``receive`` so that a body that comes too slowly is answered with 408."""
    began: float | None = None
    came, whole = 0, False

    async def timed() -> HTTPReceiveMessage:
        nonlocal began, came, whole
        if whole:  # what still comes is the end of the connection, at any time
            return await receive()  # type: ignore[return-value]  # only http scopes come here
        loop = asyncio.get_running_loop()
        began = began if began is not None else loop.time()
        try:
            async with asyncio.timeout_at(began + BODY_SECONDS + came / BODY_RATE):
                message: HTTPReceiveMessage = await receive()  # type: ignore[assignment]  # as above
        except TimeoutError:
            raise HTTPException(status_code=408) from None
        came += len(message.get("body", b""))  # type: ignore[arg-type]  # or the end came
        whole = not message.get("more_body", False)
        return message

    return timed


async def _refuse(send: Send, body: bytes) -> None:
    """Answer 400 without repeating anything of the request."""
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
