"""For people in danger: whom to call, what happens next, what never happens, how to leave.

Whoever asks gets the same bytes. No cookie is read, for the language stands in the address; no
transaction is opened and nothing is noted (``portal/platform/http/unseen.py``, decision 0077).
"""

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from portal.domain.foundation.languages import OFFERED
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import use_locale
from portal.domain.oversight.management.way_out import NEVER, POSSIBLE, kept
from portal.platform.http import unseen
from portal.platform.http.answer import HTML
from portal.platform.http.incoming import WebRequest
from portal.platform.http.locale import CODE_OF, CODES, html_lang
from portal.platform.routes import site_of
from portal.platform.site import Site
from portal.web.access import PUBLIC
from portal.web.information.open_pages import NO_REFERRER, in_the_browsers_language

_DRAWN: dict[str, tuple[Program, str]] = {}
"""The page by language; it changes with the program alone."""


@get(
    unseen.PAGE,
    name=f"GET {unseen.PAGE}",
    opt={"access": PUBLIC},
    sync_to_thread=False,
    include_in_schema=False,
)
def lead(request: WebRequest) -> Response[None]:
    """Lead whoever typed the short address to the page in a language that the browser asks for."""
    return in_the_browsers_language(request, unseen.FOLDER)


@get(
    f"{unseen.FOLDER}{{code:str}}",
    name=f"GET {unseen.FOLDER}{{code:str}}",
    opt={"access": PUBLIC},
    sync_to_thread=False,
    include_in_schema=False,
)
def show(request: WebRequest, code: FromPath[str]) -> Response[str] | Response[None]:
    """Show the page in the language of the address."""
    locale = CODES.get(code)
    if locale is None:
        return in_the_browsers_language(request, unseen.FOLDER)
    return Response(_page(site_of(request), locale), media_type=HTML, headers=NO_REFERRER)


def _page(site: Site, locale: str) -> str:
    drawn = _DRAWN.get(locale)
    if drawn is None or drawn[0] is not site.program:
        with use_locale(locale):
            drawn = _DRAWN[locale] = (site.program, _draw(site, locale))
    return drawn[1]


def _draw(site: Site, locale: str) -> str:
    windows = site.program.windows
    return site.templates.get_template("portal/information/way_out.html").render(
        program=site.program,
        way_out=site.program.way_out,
        lang=html_lang(locale),
        lang_code=CODE_OF[locale],
        languages=OFFERED,
        letters_from=format_day(windows.delivery.first_day),
        exchange_to=format_day(windows.exchange.last_day),
        never=kept(NEVER),
        possible=kept(POSSIBLE),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [lead, show]
