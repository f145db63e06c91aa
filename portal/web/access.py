"""Who may open a resident page: everybody, or a session that came far enough."""

from collections.abc import Callable
from typing import Any

from litestar import Response

from portal.domain.people.signin.attempt import STAGE_BIRTH, STAGE_CHANNEL, STAGE_CODE, STAGE_FULL
from portal.platform.routes import Guard
from portal.resident_page import Page

PUBLIC = "public"
NEXT_STEP = {
    STAGE_BIRTH: "/start/birth",
    STAGE_CHANNEL: "/start/channel",
    STAGE_CODE: "/signin/code",
    STAGE_FULL: "/home",
}


def everybody(page: Page) -> Response[Any] | None:  # noqa: ARG001  (a guard's signature)
    """Let everybody in."""
    return None


def at_stage(stage: str) -> Guard:
    """Let in a session at exactly this stage; send others to where they are."""

    def guard(page: Page) -> Response[Any] | None:
        if page.who.auth is None:
            return page.redirect("/signin?ended=1" if page.method == "POST" else "/signin")
        if page.who.auth.stage != stage:
            return page.redirect(NEXT_STEP[page.who.auth.stage])
        return None

    return guard


signed_in: Guard = at_stage(STAGE_FULL)
Handler = Callable[[Page], Response[Any]]
