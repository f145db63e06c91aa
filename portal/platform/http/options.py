"""OPTIONS: which methods an address has (RFC 9110, 9.3.7), told by the routes that are there.

Left to itself, Litestar makes a second handler for each path that does nothing else: half the time
of making the staff site's routes, and 5 MB of each process.
"""

from collections import defaultdict
from collections.abc import Sequence
from copy import copy

from litestar import Response
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from portal.platform.http.incoming import WebRequest

ALLOW = "allow"
GET, HEAD, OPTIONS = HttpMethod.GET.value, HttpMethod.HEAD.value, HttpMethod.OPTIONS.value


def taking_options(handlers: Sequence[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """Return the handlers, of which the first of each path is asked for OPTIONS as well."""
    methods = defaultdict[str, set[str]](lambda: {OPTIONS})
    for handler in handlers:
        for path in handler.paths:
            methods[path] |= set(handler.http_methods)
    taking, asked = [], set[str]()
    for handler in handlers:
        one = copy(handler)
        taking.append(one)
        if asked.isdisjoint(one.paths):
            every = set[str]().union(*(methods[path] for path in one.paths))
            if GET in every:
                every.add(HEAD)  # which a site answers as GET
            one.http_methods = handler.http_methods | {HttpMethod.OPTIONS}
            one.opt = {**handler.opt, ALLOW: ", ".join(sorted(every))}
        asked |= one.paths
    return taking


async def answer_options(request: WebRequest) -> Response[None] | None:
    """Answer OPTIONS in place of the handler; leave every other request to it."""
    if request.method != OPTIONS:
        return None
    return Response(None, status_code=204, headers={ALLOW: request.route_handler.opt[ALLOW]})
