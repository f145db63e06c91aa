"""The letter's whole text as a page for each language, for eyes that cannot read the paper.

Whoever asks is asked nothing and known to nobody: no cookie is read, no transaction is opened, for
the language stands in the address. What stands here comes from the texts of the letter itself.
"""

from datetime import UTC, date, datetime

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.languages import FURIGANA, OFFERED, SOURCE_LOCALE
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import use_locale
from portal.domain.letters.letters.drawing.frame import READING, letter_frame
from portal.domain.letters.letters.drawing.public_page import LetterPage, letter_page
from portal.domain.letters.letters.drawing.render import FRONT_NOTES
from portal.domain.letters.letters.drawing.texts import load_texts
from portal.platform.http.answer import HTML
from portal.platform.http.incoming import WebRequest
from portal.platform.http.locale import CODE_OF, CODES, NAMES, html_lang
from portal.platform.routes import site_of
from portal.platform.site import Site
from portal.platform.view import View
from portal.web.access import PUBLIC
from portal.web.information.open_pages import NO_REFERRER, in_the_browsers_language
from portal.web.information.opening import opening_at

FOLDER = f"{READING}/"


class LetterView(View, frozen=True):
    """What ``portal/information/letter.html`` shows."""

    letter: LetterPage


_READ: dict[str, tuple[Program, date, LetterPage]] = {}
"""The text by language; it changes with the program and, like its hours, with the day."""


@get(
    READING,
    name=f"GET {READING}",
    opt={"access": PUBLIC},
    sync_to_thread=False,
    include_in_schema=False,
)
def lead(request: WebRequest) -> Response[None]:
    """Lead whoever followed the letter's code to a language that the browser asks for."""
    return in_the_browsers_language(request, FOLDER, site_of(request).program.languages)


@get(
    f"{FOLDER}{{code:str}}",
    name=f"GET {FOLDER}{{code:str}}",
    opt={"access": PUBLIC},
    sync_to_thread=True,
    include_in_schema=False,
)
def show(request: WebRequest, code: FromPath[str]) -> Response[str] | Response[None]:
    """Show the letter's text in the language of the address."""
    locale, site = CODES.get(code), site_of(request)
    if locale is None or _printed(locale) not in site.program.languages:
        return in_the_browsers_language(request, FOLDER, site_of(request).program.languages)
    now = datetime.now(UTC) + site.settings.clock_offset
    with use_locale(locale):
        text = _draw(site, locale, now)
    return Response(text, media_type=HTML, headers=NO_REFERRER)


def _printed(locale: str) -> str:
    """Return the language of the letter that a page shows; readings are an appearance of one."""
    return SOURCE_LOCALE if locale == FURIGANA.locale else locale


def _address(code: str) -> str:
    return f"{FOLDER}{code}"


def _letter(site: Site, locale: str, day: date) -> LetterPage:
    kept = _READ.get(locale)
    if kept is None or kept[0] is not site.program or kept[1] != day:
        frame = letter_frame(
            site.program,
            load_texts(site.program.letter_texts_file),
            notice_date=day,
            resident_url=site.settings.public_url,
        )
        kept = (site.program, day, letter_page(frame, FRONT_NOTES))
        _READ[locale] = kept
    return kept[2]


def _draw(site: Site, locale: str, now: datetime) -> str:
    if not site.program.letter_texts_file.is_file():
        raise NotFoundException
    return site.templates.get_template("portal/information/letter.html").render(
        LetterView(_letter(site, locale, jst_date(now))).as_context(),
        program=site.program,
        lang=html_lang(locale),
        lang_code=CODE_OF[locale],
        language_name=NAMES[CODE_OF[locale]],
        languages=[one for one in OFFERED if _printed(one.locale) in site.program.languages],
        at=_address,
        opening=opening_at(site.program, locale, now),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [lead, show]
