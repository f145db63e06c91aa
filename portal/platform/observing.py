"""Around every request: its number, its line in the log, its place in the metrics."""

import logging
import time
from typing import cast

from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from portal.domain.foundation.networks import inside
from portal.platform.http import unseen
from portal.platform.http.network import peer_of
from portal.platform.logs.lines import with_fields
from portal.platform.logs.numbers import HEADER, new_number, numbered, taken_over
from portal.platform.metrics.meter import NO_ROUTE
from portal.platform.routes import NUMBER
from portal.platform.site import Site

LOG = logging.getLogger("portal.requests")
WAITING_ROOM = "HELD waiting-room"
"""The name under which requests that wait in line are counted, in place of their route's."""
QUIET = frozenset({"GET /static/{name:path}", "GET /healthz", "GET /readyz", WAITING_ROOM})
"""Routes whose every request is no news."""


def observed(app: ASGIApp, site: Site) -> ASGIApp:
    """Wrap an application so that every request has a number, is logged and counted."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        number = _number(scope, site)
        scope[NUMBER] = number  # type: ignore[literal-required]
        status = 500

        async def send_with_number(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, number.encode())]
            await send(message)

        started = time.perf_counter()
        with numbered(number):
            try:
                await app(scope, receive, send_with_number)
            finally:
                _note(scope, site, status, time.perf_counter() - started)

    return wrapped


def _number(scope: Scope, site: Site) -> str:
    offered = next((value for name, value in scope["headers"] if name == HEADER), b"")
    trusted = bool(offered) and inside(peer_of(scope), site.settings.trusted_proxies)
    return (taken_over(offered) if trusted else "") or new_number()


def _note(scope: Scope, site: Site, status: int, seconds: float) -> None:
    # litestar's type leaves out that a request may have no route
    handler = cast("BaseRouteHandler | None", scope.get("route_handler"))
    name = (handler.name if handler is not None else None) or NO_ROUTE
    if name in unseen.ROUTES:
        return
    route = name.partition(" ")[2] or name
    site.meter.answered(str(scope.get("method")), route, status, seconds)
    LOG.log(
        logging.DEBUG if name in QUIET else logging.INFO,
        "%s %d",
        name,
        status,
        extra=with_fields(route=name, status=status, ms=round(seconds * 1000, 1)),
    )
