"""Where the telephone system tells of calls: no page, no session, but its signature.

Each event is taken in once. Whoever posts without a signature learns nothing, and after thirty
tries of a network in a quarter of an hour nothing is read any more.
"""

import asyncio
from functools import partial
from http import HTTPStatus
from typing import Final

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from portal.domain.contacts.floor.signing import Signed
from portal.platform.floor_events import EVENTS_PATH, take
from portal.platform.http.incoming import WebRequest
from portal.platform.http.network import client_address
from portal.platform.routes import site_of
from portal.platform.threads import in_thread
from portal.settings import Settings
from portal.web.access import PUBLIC

LARGEST: Final = 4 * 1024
"""Bytes of an event."""
PATIENCE: Final = 5.0
"""Seconds within which an event must be here whole."""


def handlers(settings: Settings, patience: float = PATIENCE) -> list[HTTPRouteHandler]:
    """Return the route, where a telephone system has a key; ``patience`` is in seconds."""
    if not settings.telephone_keys:
        return []

    @post(
        EVENTS_PATH,
        name=f"POST {EVENTS_PATH}",
        opt={"access": PUBLIC},
        status_code=HTTPStatus.NO_CONTENT,
        request_max_body_size=LARGEST,
        include_in_schema=False,
    )
    async def take_event(request: WebRequest) -> Response[None]:
        site = site_of(request)
        try:
            body = await asyncio.wait_for(request.body(), patience)
        except TimeoutError:
            return Response(None, status_code=HTTPStatus.REQUEST_TIMEOUT)
        signed = Signed(
            key=request.headers.get("x-telephone-key", ""),
            time=request.headers.get("x-telephone-time", ""),
            event=request.headers.get("x-telephone-event", ""),
            signature=request.headers.get("x-telephone-signature", ""),
            body=body,
        )
        address = client_address(request, site.settings.trusted_proxies)
        status = await in_thread(site, partial(take, site, signed, address))
        return Response(None, status_code=status)

    return [take_event]
