"""The page of somebody who waits in line: after about how many minutes it goes on, and how.

It is drawn outside of the routes and without the database, once for all who read the same.
"""

import time
from enum import StrEnum
from urllib.parse import parse_qs

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.types import HTTPReceiveMessage, Receive

from portal.domain.foundation.texts import use_locale
from portal.domain.people.credentials.formats import read_login_id
from portal.platform.observing import WAITING_ROOM
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.signin.letter_id import keep_letter_id
from portal.web.waiting_room.line import COMES_BACK

LONGEST = 60
"""Minutes; a longer wait is told as "more than"."""
LARGEST_FORM = 8 * 1024
"""Bytes of a form of ID and password that are read to keep the ID."""
FRESH = 30.0
"""Seconds for which a drawn page is used again: it tells the hours of the telephone."""


@get("/", name=WAITING_ROOM, sync_to_thread=False, include_in_schema=False)
def waiting() -> None:
    """Stand for the route of a request that waits; it answers nothing."""
    raise NotFoundException


class Asked(StrEnum):
    """What somebody asked for who has to wait."""

    PAGE = "page"
    SIGN_IN = "sign_in"
    """The ID that was typed is kept, the password is not."""
    FORM = "form"
    """Nothing of it is kept but what the browser itself still shows a page before."""


class WaitingView(View, frozen=True):
    """What ``portal/information/waiting.html`` shows.

    Attributes:
        minutes: About how many.
        longest: Whether it is longer than that.
        seconds: After how many the page loads itself again; 0 for never.
        asked: What was asked for.
    """

    minutes: int
    longest: bool
    seconds: int
    asked: str


class HeldPages:
    """The pages of those who wait, each drawn once in half a minute."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[str, int, Asked], tuple[float, str]] = {}

    def text(self, page: Page, minutes: int, asked: Asked) -> str:
        """Return the page in the reader's language."""
        shown = min(minutes, LONGEST)
        key = (page.request.locale, shown, asked)
        drawn = self._drawn.get(key)
        if drawn is None or time.monotonic() - drawn[0] > FRESH:
            view = WaitingView(shown, minutes > LONGEST, comes_back(asked), asked)
            with use_locale(page.request.locale):
                text = str(page.render("portal/information/waiting.html", view).content)
            drawn = self._drawn[key] = (time.monotonic(), text)
        return drawn[1]


def comes_back(asked: Asked) -> int:
    """Return after how many seconds the page loads itself; a form is sent again by hand."""
    return 0 if asked is Asked.FORM else COMES_BACK


async def keep_typed_id(page: Page, receive: Receive, seconds: int) -> None:
    """Keep the letter's ID of a sign-in that has to wait, sealed, for its form; nothing else."""
    body = b""
    more = True
    while more and len(body) <= LARGEST_FORM:
        message: HTTPReceiveMessage = await receive()  # type: ignore[assignment]  # only http
        body += message.get("body", b"")  # type: ignore[operator]  # or the browser went away
        more = message.get("more_body", False)  # type: ignore[assignment]  # as above
    fields = parse_qs(body[:LARGEST_FORM].decode("latin-1"), max_num_fields=50)
    login_id = read_login_id(fields.get("login_id", [""])[0])
    if login_id is not None:
        keep_letter_id(page, login_id, seconds)
