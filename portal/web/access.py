"""Guards of resident pages: everybody, or a session at one stage of the sign-in."""

from collections.abc import Mapping
from typing import Any

from litestar import Response

from portal.domain.people.authn.sessions import Stage
from portal.platform.routes import Guard
from portal.resident_page import Page

PUBLIC = "public"
NEXT_STEP: Mapping[str, str] = {
    Stage.BIRTH: "/start/birth",
    Stage.CHANNEL: "/start/channel",
    Stage.CODE: "/signin/code",
    Stage.FULL: "/home",
}


def everybody(page: Page) -> Response[Any] | None:  # noqa: ARG001  (a guard's signature)
    """Admit everybody."""
    return None


def at_stage(stage: Stage) -> Guard:
    """Return the guard that admits sessions at this stage and redirects others to their next step."""

    def guard(page: Page) -> Response[Any] | None:
        if page.who.auth is None:
            return page.redirect("/signin?ended=1" if page.method == "POST" else "/signin")
        if page.who.auth.stage != stage:
            return page.redirect(NEXT_STEP[page.who.auth.stage])
        return None

    return guard


signed_in: Guard = at_stage(Stage.FULL)
