"""Guards of resident pages: everybody, or a session at one stage of the sign-in."""

from collections.abc import Mapping

from portal.domain.people.authn.sessions import Stage
from portal.platform.http.answer import Reply
from portal.platform.routes import Guard
from portal.resident_page import Page, ResidentWho
from portal.web.wanted import keep_wanted

PUBLIC = "public"
NEXT_STEP: Mapping[str, str] = {
    Stage.BIRTH: "/start/birth",
    Stage.CHANNEL: "/start/channel",
    Stage.CODE: "/signin/code",
    Stage.FULL: "/home",
}


def everybody(page: Page) -> Reply | None:  # noqa: ARG001  (a guard's signature)
    """Admit everybody."""
    return None


def at_stage(stage: Stage) -> Guard[ResidentWho]:
    """Return the guard of a stage, which redirects other sessions to their next step."""

    def guard(page: Page) -> Reply | None:
        if page.who.auth is None:
            posted = page.method == "POST"
            keep_wanted(page, page.request.came_from.partition("?")[0] if posted else page.path)
            return page.redirect("/signin?ended=1" if posted else "/signin")
        if page.who.auth.stage != stage:
            return page.redirect(NEXT_STEP[page.who.auth.stage])
        return None

    return guard


signed_in: Guard[ResidentWho] = at_stage(Stage.FULL)
