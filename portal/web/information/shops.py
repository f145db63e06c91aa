"""The shops in which coupons can be used, filtered by town, by kana and by words.

Whoever asks is asked nothing: no cookie is read or set, for the language stands in the address, and
what was looked for stands nowhere but in the answer. Letters name the short address.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from portal.domain.foundation.languages import OFFERED
from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import use_locale
from portal.domain.letters.letters.drawing.frame import format_url
from portal.domain.people.shops import address
from portal.domain.people.shops.board import CurrentList
from portal.domain.people.shops.file import ShopLine
from portal.domain.people.shops.finding import MOST_SIGNS, KanaRow, Wish, found
from portal.platform.http.answer import HTML
from portal.platform.http.forms import form_from
from portal.platform.http.incoming import WebRequest
from portal.platform.http.locale import CODES, NAMES, html_lang
from portal.platform.routes import site_of
from portal.platform.shop_list import ShownShops, shown_shops
from portal.platform.site import Site
from portal.platform.threads import in_thread
from portal.platform.view import View
from portal.web.access import PUBLIC
from portal.web.information.open_pages import NO_REFERRER, in_the_browsers_language
from portal.web.information.opening import opening_at

A_PAGE = 25
MOST_DIGITS = 4
SIGN_OF: Mapping[KanaRow, str] = dict(zip(KanaRow, "あかさたなはまやらわ", strict=True))


class ShopsView(View, frozen=True):
    """What ``portal/information/shops.html`` shows.

    Attributes:
        current: The list that counts; None where there is none.
        lost: Whether it could not be asked for.
        wish: What is looked for.
        row: The chosen row, "" for any.
        rows: The rows with the syllables that name them.
        shops: The shops of this page.
        count: How many fit in all.
        number: The number of this page, from 1.
        last: That of the last one.
        day: The first day of the list, in words.
        at: Returns the address of the same search with something changed.
    """

    current: CurrentList | None
    lost: bool
    wish: Wish
    row: str
    rows: Sequence[tuple[str, str]]
    shops: Sequence[ShopLine]
    count: int
    number: int
    last: int
    day: str
    at: Callable[..., str]


@get(
    address.PAGE,
    name=f"GET {address.PAGE}",
    opt={"access": PUBLIC},
    sync_to_thread=False,
    include_in_schema=False,
)
def lead(request: WebRequest) -> Response[None]:
    """Lead whoever typed the address of the letter to a language that the browser asks for."""
    return in_the_browsers_language(request, address.FOLDER)


@get(
    f"{address.FOLDER}{{code:str}}",
    name=f"GET {address.FOLDER}{{code:str}}",
    opt={"access": PUBLIC},
    include_in_schema=False,
)
async def show(request: WebRequest, code: FromPath[str]) -> Response[str] | Response[None]:
    """Show the list in the language of the address."""
    if code not in CODES:
        return in_the_browsers_language(request, address.FOLDER)
    site, asked = site_of(request), form_from(request.query_params.multi_items())
    return await in_thread(site, partial(_answer, site, code, asked.values))


def _answer(site: Site, code: str, asked: Mapping[str, str]) -> Response[str]:
    shown = shown_shops(site)
    with use_locale(CODES[code]):
        text = _draw(site, code, _view(shown, asked, code), shown.now)
    status = 503 if shown.lost and shown.current is None else 200
    return Response(text, status_code=status, media_type=HTML, headers=NO_REFERRER)


def _view(shown: ShownShops, asked: Mapping[str, str], code: str) -> ShopsView:
    current = shown.current
    wish = _wish(current, asked)
    fitting = found(current.shops, wish) if current is not None else []
    last = max(1, -(-len(fitting) // A_PAGE))
    number = min(_number(asked.get("page", "")), last)
    return ShopsView(
        current=current,
        lost=shown.lost,
        wish=wish,
        row=wish.row or "",
        rows=[(row.value, sign) for row, sign in SIGN_OF.items()],
        shops=[one.line for one in fitting[(number - 1) * A_PAGE : number * A_PAGE]],
        count=len(fitting),
        number=number,
        last=last,
        day=format_day(current.valid_from) if current is not None else "",
        at=partial(_address, wish, code),
    )


def _wish(current: CurrentList | None, asked: Mapping[str, str]) -> Wish:
    town, row = asked.get("town", ""), asked.get("row", "")
    return Wish(
        asked.get("q", "").strip()[:MOST_SIGNS],
        town if current is not None and town in current.towns else "",
        KanaRow(row) if row in set(KanaRow) else None,
    )


def _number(typed: str) -> int:
    known = typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS
    return max(1, int(typed)) if known else 1


def _address(
    wish: Wish, here: str, *, code: str = "", row: str | None = None, page: int = 1
) -> str:
    """Return the address of the same search: in another language, another row, on another page."""
    chosen = (wish.row or "") if row is None else row
    kept = {
        "q": wish.words,
        "town": wish.town,
        "row": chosen,
        "page": str(page) if page > 1 else "",
    }
    asked = urlencode({name: value for name, value in kept.items() if value})
    return f"{address.FOLDER}{code or here}" + (f"?{asked}" if asked else "")


def _draw(site: Site, code: str, view: ShopsView, now: datetime) -> str:
    locale = CODES[code]
    return site.templates.get_template("portal/information/shops.html").render(
        view.as_context(),
        program=site.program,
        lang=html_lang(locale),
        lang_code=code,
        language_name=NAMES[code],
        languages=OFFERED,
        opening=opening_at(site.program, locale, now),
    )


def printed_address(site: Site) -> str:
    """Return the short address as letters have it, for screens and paper."""
    return f"{format_url(site.settings.public_url)}{address.PAGE}"


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [lead, show]
