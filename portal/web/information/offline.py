"""The page to save for a place without a line: until when coupons can be used, and whom to call.

Whoever saves it has a file and nothing else: the site keeps nothing in a browser, neither by a
service worker nor otherwise (decision 0082). Everything stands in the file, which asks for nothing;
everybody's is the same.
"""

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.hours_text import closed_days, hours_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import use_locale
from portal.platform.http.answer import HTML
from portal.platform.http.incoming import WebRequest
from portal.platform.http.locale import CODES, html_lang
from portal.platform.routes import site_of
from portal.platform.site import Site
from portal.web.access import PUBLIC

ADDRESS = "/offline/{code:str}"

_DRAWN: dict[str, tuple[Program, str]] = {}
"""The page by language; it changes with the program alone."""


@get(
    ADDRESS,
    name=f"GET {ADDRESS}",
    opt={"access": PUBLIC},
    sync_to_thread=False,
    include_in_schema=False,
)
def save(request: WebRequest, code: FromPath[str]) -> Response[str]:
    """Answer with the page in the language of the address, as a file to save."""
    if code not in CODES:
        raise NotFoundException
    headers = {"content-disposition": f'attachment; filename="coupon-{code}.html"'}
    return Response(_page(site_of(request), CODES[code]), media_type=HTML, headers=headers)


def _page(site: Site, locale: str) -> str:
    drawn = _DRAWN.get(locale)
    if drawn is None or drawn[0] is not site.program:
        with use_locale(locale):
            drawn = _DRAWN[locale] = (site.program, _draw(site, locale))
    return drawn[1]


def _draw(site: Site, locale: str) -> str:
    program = site.program
    return site.templates.get_template("portal/information/offline.html").render(
        program=program,
        lang=html_lang(locale),
        exchange_to=format_day(program.windows.exchange.last_day),
        use_to=format_day(program.windows.use.last_day),
        hours=hours_text(program.calendar),
        closed=closed_days(program.calendar),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [save]
