"""The ASGI application of a site: routes, static files, error pages, size limits, headers."""

import logging
from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Response, get
from litestar.exceptions import HTTPException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.status_codes import HTTP_405_METHOD_NOT_ALLOWED
from litestar.types import ASGIApp, LifespanHook, Receive, Scope, Send

from portal import __version__
from portal.domain.foundation.texts import use_locale
from portal.domain.people.authn import sessions
from portal.platform.code import release_collector
from portal.platform.failures import default_message, error_page
from portal.platform.free_memory import give_back_memory
from portal.platform.http import disclosure
from portal.platform.http.entrance import let_in
from portal.platform.http.forms import Form
from portal.platform.http.head import answering_head
from portal.platform.http.headers import security_headers
from portal.platform.http.incoming import WebRequest
from portal.platform.http.options import answer_options, taking_options
from portal.platform.observing import observed
from portal.platform.page import Page
from portal.platform.parent import end_with_parent
from portal.platform.readiness import Readiness
from portal.platform.rendering.assets import INLINE
from portal.platform.routes import MAX_BODY, SITE, read_page, site_of
from portal.platform.site import Site

LOG = logging.getLogger("portal.errors")
READINESS = "portal.readiness"


@get(
    "/static/{name:path}",
    name="GET /static/{name:path}",
    opt={"access": "public"},
    sync_to_thread=False,
    include_in_schema=False,
)
def static_file(request: WebRequest, name: FromPath[str]) -> Response[bytes]:
    """Serve a hashed file; its content never changes, so it may be kept for a year."""
    asset = site_of(request).assets.get(name.lstrip("/"))
    if asset is None:
        raise NotFoundException
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
    body = asset.body
    if asset.gzipped and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        body = asset.gzipped
    return Response(body, media_type=asset.media_type, headers=headers)


@get(
    "/healthz",
    name="GET /healthz",
    opt={"access": "public"},
    sync_to_thread=False,
    include_in_schema=False,
)
def alive() -> Response[str]:
    """Tell a supervisor that the process answers, and which version does."""
    return Response(f"ok {__version__}\n", media_type="text/plain")


@get(
    "/readyz",
    name="GET /readyz",
    opt={"access": "public"},
    sync_to_thread=True,
    include_in_schema=False,
)
def ready(request: WebRequest) -> Response[str]:
    """Tell a load balancer whether the database takes writes; the reason is in the log alone."""
    readiness: Readiness = request.scope[READINESS]  # type: ignore[literal-required]
    reason = readiness.reason()
    site_of(request).meter.not_ready(unready=reason is not None)
    if reason is not None:
        return Response("not ready\n", media_type="text/plain", status_code=503)
    return Response("ready\n", media_type="text/plain")


@get(
    disclosure.PATH,
    name=f"GET {disclosure.PATH}",
    opt={"access": "public"},
    sync_to_thread=False,
    include_in_schema=False,
)
def security_txt(request: WebRequest) -> Response[str]:
    """Say where to write to about a fault of this site."""
    site = site_of(request)
    told = disclosure.security_txt(site.settings, site.settings.addresses[site.kind])
    if told is None:
        raise NotFoundException
    return Response(told, media_type="text/plain")


@get("/", sync_to_thread=False, include_in_schema=False)
def nowhere() -> Response[str]:
    """Stand for the route of a request that has none; it answers nothing."""
    raise NotFoundException


def page_of_no_route(request: WebRequest) -> Page[Any]:
    """Return the page of a request that has come to no route, or to none yet."""
    # the page only needs some name
    request.scope.setdefault("route_handler", nowhere)
    request.scope.setdefault("path_params", {})
    return read_page(site_of(request), request, Form())


def _error_response(request: WebRequest, status: int) -> Response[str]:
    page = page_of_no_route(request)
    with use_locale(page.request.locale):
        return error_page(page, status, default_message(status))


def on_http_error(request: WebRequest, error: HTTPException) -> Response[str] | Response[None]:
    """Answer framework errors (404, 405, 400, 413) with a page, never with JSON.

    Whoever opens the address that a form was sent to (reloaded, shared, kept) is led to the page
    above it, where the form stands.
    """
    if error.status_code == HTTP_405_METHOD_NOT_ALLOWED and request.method in {"GET", "HEAD"}:
        above = request.scope["path"].rpartition("/")[0]
        return page_of_no_route(request).redirect("/" + above.lstrip("/"))
    return _error_response(request, error.status_code)


def on_fault(request: WebRequest, error: Exception) -> Response[str]:
    """Answer a bug with a page.

    The log gets the place of the fault and nothing that a person typed.
    """
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    LOG.error("%s at %s", type(error).__name__, place)
    return _error_response(request, 500)


PROCESS_HOOKS: tuple[LifespanHook, ...] = (
    end_with_parent,
    give_back_memory,
    release_collector,
)
"""What each process of a served site begins with."""


def make_application(
    site: Site,
    handlers: Sequence[HTTPRouteHandler],
    on_startup: Sequence[LifespanHook] = (),
    on_shutdown: Sequence[LifespanHook] = (),
) -> ASGIApp:
    """Return the application of a site."""
    return serve_site(make_routes(handlers, on_startup, on_shutdown), site)


def make_routes(
    handlers: Sequence[HTTPRouteHandler],
    on_startup: Sequence[LifespanHook] = (),
    on_shutdown: Sequence[LifespanHook] = (),
) -> Litestar:
    """Return the routes without a site.

    Making them takes a third of a second, so several sites may share them.
    """
    return Litestar(
        route_handlers=taking_options([static_file, alive, ready, security_txt, *handlers]),
        before_request=answer_options,
        exception_handlers={HTTPException: on_http_error, Exception: on_fault},
        openapi_config=None,
        request_max_body_size=MAX_BODY,
        on_startup=list(on_startup),
        on_shutdown=list(on_shutdown),
        logging_config=None,
        debug=False,
    )


def serve_site(routes: ASGIApp, site: Site) -> ASGIApp:
    """Return the application that answers with these routes from this site.

    What stands around them, as the resident site's waiting room, sees the same requests as they do.
    """
    settings, readiness = site.settings, Readiness(site.database)
    checked = settings.in_production and settings.trusted_proxies
    inner = let_in(routes, site.hosts, settings.trusted_proxies if checked else None)
    script = site.assets.script_digest(INLINE) if site.kind == sessions.RESIDENT else ""
    wrapped = observed(security_headers(inner, https=site.https, script=script), site)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        scope[SITE] = site  # type: ignore[literal-required]
        scope[READINESS] = readiness  # type: ignore[literal-required]
        await wrapped(scope, receive, answering_head(scope, send))

    return application
