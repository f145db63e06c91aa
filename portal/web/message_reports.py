"""Where an SMS gateway reports what became of a message: no page, no session, but its signature.

Whoever posts without the gateway's signature learns nothing, and after thirty tries of a network in
a quarter of an hour nothing is read any more. The same report may come any number of times.
"""

from functools import partial
from http import HTTPStatus

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from portal.platform.http.incoming import WebRequest
from portal.platform.http.network import client_address
from portal.platform.message_reports import take
from portal.platform.routes import site_of
from portal.platform.senders import REPORTS_PATH, make_receiver
from portal.platform.senders.sending import Report
from portal.platform.threads import in_thread
from portal.settings import Settings
from portal.web.access import PUBLIC

LARGEST = 64 * 1024
"""Bytes of a report."""


def handlers(settings: Settings) -> list[HTTPRouteHandler]:
    """Return the route, where this deployment's gateway reports at all."""
    receiver = make_receiver(settings)
    if receiver is None:
        return []

    @post(
        REPORTS_PATH,
        name=f"POST {REPORTS_PATH}",
        opt={"access": PUBLIC},
        status_code=HTTPStatus.NO_CONTENT,
        request_max_body_size=LARGEST,
        include_in_schema=False,
    )
    async def take_report(request: WebRequest) -> Response[None]:
        site = site_of(request)
        query = request.scope["query_string"].decode("latin-1")
        report = Report(
            url=f"{site.settings.public_url}{REPORTS_PATH}" + (f"?{query}" if query else ""),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.body(),
        )
        address = client_address(request, site.settings.trusted_proxies)
        status = await in_thread(site, partial(take, site, receiver, report, address))
        return Response(None, status_code=status)

    return [take_report]
