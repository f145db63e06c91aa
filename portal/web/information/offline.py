"""The page to save for a place without a line: until when coupons can be used, and whom to call.

Whoever saves it has a file and nothing else: the site keeps nothing in a browser, neither by a
service worker nor otherwise (decision 0082). Everything stands in the file, which asks for nothing;
everybody's is the same.
"""

from datetime import UTC, date, datetime

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from portal.domain.foundation.clock import jst_date
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

_DRAWN: dict[str, tuple[Program, date, str]] = {}
"""The page by language; it changes with the program and the day (JST) alone."""


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
    site = site_of(request)
    today = jst_date(datetime.now(UTC) + site.settings.clock_offset)
    return Response(_page(site, CODES[code], today), media_type=HTML, headers=headers)


def _page(site: Site, locale: str, today: date) -> str:
    program, drawn = site.program, _DRAWN.get(locale)
    if drawn is None or drawn[0] is not program or drawn[1] != today:
        with use_locale(locale):
            drawn = _DRAWN[locale] = (program, today, _draw(site, program, locale, today))
    return drawn[2]


def _draw(site: Site, program: Program, locale: str, today: date) -> str:
    return site.templates.get_template("portal/information/offline.html").render(
        program=program,
        lang=html_lang(locale),
        saved_on=format_day(today),
        exchange_to=format_day(program.windows.exchange.last_day),
        use_to=format_day(program.windows.use.last_day),
        hours=hours_text(program.calendar, today),
        closed=closed_days(program.calendar, today),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [save]
