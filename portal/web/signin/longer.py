"""When a session ends, said on every page of a household, and one tap that makes it longer."""

from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from portal.domain.foundation.clock import JST
from portal.domain.foundation.program.hours_text import clock_text
from portal.domain.foundation.texts import _
from portal.domain.people.authn import sessions
from portal.platform.http.answer import Reply
from portal.platform.routes import endpoint
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.signin.activation import session_of
from portal.web.wanted import place_or_home

LEFT = "x-left"
"""Header: the seconds that are left, for the script of the page."""


class Ending(Struct, frozen=True):
    """When a session ends.

    Attributes:
        seconds: How long it lasts if nothing is done.
        sentence: The same for a person.
        longer: Whether it can be made longer.
    """

    seconds: int
    sentence: str
    longer: bool


def ending_of(page: Page) -> Ending | None:
    """Return when the session of a signed-in household ends; None for everybody else."""
    auth = page.who.auth
    if auth is None or auth.stage != sessions.Stage.FULL or page.request.unattended:
        return None
    end = sessions.end_of(auth, page.now)
    until = {"time": clock_text(end.astimezone(JST).time())}
    longer = end < auth.ends_at
    sentence = (
        _("操作がないと、%(time)sにサインアウトします。")
        if longer
        else _("%(time)sにサインアウトします。これより長くはできません。")
    )
    return Ending(int((end - page.now).total_seconds()), sentence % until, longer)


def submit(page: Page) -> Reply:
    """Make the session longer, and stay on the page; a script gets only what is left."""
    auth = session_of(page)
    sessions.touch(page.session, auth.id, page.now)
    page.session.refresh(auth)
    ending = ending_of(page)
    if not page.request.htmx or ending is None:
        return page.redirect(place_or_home(page.request.came_from))
    answer = page.send(b"", "text/plain")
    answer.headers[LEFT], answer.status_code = str(ending.seconds), 204
    return answer


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [endpoint("POST", "/longer", submit, signed_in, "signed_in")]
