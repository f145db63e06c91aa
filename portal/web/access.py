"""Guards of resident pages: everybody, or a session at one stage of the sign-in."""

from collections.abc import Mapping
from functools import partial

from portal.domain.people.authn import sessions
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.signin import brought_back
from portal.domain.people.signin.brought_back import TypedForm
from portal.platform.http import cookies
from portal.platform.http.answer import Reply
from portal.platform.routes import Endpoint, Guard, Transaction
from portal.platform.sent_again import kept_fields
from portal.resident_page import Page, ResidentWho
from portal.web.wanted import LIFE, keep_wanted

PUBLIC = "public"
_TOKENS = frozenset({"form_token", "form_key"})
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
            _keep_ended(page)
            if stage != Stage.FULL and not posted:
                return page.redirect("/signin?elsewhere=1")
            return page.redirect("/signin?ended=1" if posted else "/signin")
        if page.who.auth.stage != stage:
            return page.redirect(NEXT_STEP[page.who.auth.stage])
        if page.method == "POST" and not page.redrawn and _writes(page):
            brought_back.forget_typed(page.work, page.who.auth)
        return None

    return guard


def _keep_ended(page: Page) -> None:
    """Let the next sign-in bring back what the ended session holds, and the form just sent."""
    token = page.cookie(cookies.SESSION)
    if not token:
        return
    page.answer.set_cookie(cookies.ENDED, token, max_age=LIFE)
    typed = {
        name: value
        for name, value in kept_fields(page.form, sessions.RESIDENT).items()
        if name not in _TOKENS and value
    }
    if not typed or page.request.foreign or not _writes(page):
        return
    form = TypedForm(page.request.route, page.path, page.params, typed)
    brought_back.keep_typed(page.work, token, form, partial(_was_made_for, page))


def _was_made_for(page: Page, binding: str) -> bool:
    return cookies.form_token_fits(page.site.vault, binding, page.form.get("form_token"))


def _writes(page: Page) -> bool:
    """Tell whether the request has a page that shows its form, and a transaction that writes."""
    plan = page.lookup(page.request.route)
    return (
        isinstance(plan, Endpoint)
        and plan.shows is not None
        and plan.transaction is Transaction.WRITE
    )


signed_in: Guard[ResidentWho] = at_stage(Stage.FULL)
