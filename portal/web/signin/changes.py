"""Changes of channels: what waits, from when it takes effect, and calling it off."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.people.signin import changes
from portal.domain.people.signin.changes import WaitingChange, waiting_changes
from portal.domain.people.signin.last_days import in_last_days
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import signed_in
from portal.web.signin.activation import own_credential, session_of
from portal.web.signin.code import masked, proven
from portal.web.signin.code_texts import channel_name
from portal.web.signin.fresh import with_password

ACCESS = "signed_in"
PLACE = "/account/changes"


class AccountChangesView(View, frozen=True):
    """What ``portal/account/account_changes.html`` shows."""

    changes: Sequence[WaitingChange]
    instant: Callable[[datetime], str]
    last_days: Sequence[Window]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show what waits, from when it takes effect, and the button that calls it off."""
    return page.render(
        "portal/account/account_changes.html",
        AccountChangesView(
            changes=waiting_changes(page.session, own_credential(page), page.now),
            instant=instant_text,
            last_days=in_last_days(page.site.program.windows, page.now),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def cancel(page: Page) -> Response[Any]:
    """Call off what waits; what has taken effect meanwhile stays, and the page says so."""
    cancelled = changes.cancel(page.work, session_of(page))
    return page.redirect(f"{PLACE}?said={'cancelled' if cancelled else 'late'}")


class AccountRemoveView(View, frozen=True):
    """What ``portal/account/account_remove.html`` shows."""

    kind: str
    name: str
    address: str


def show_remove(page: Page, status_code: int = 200) -> Response[Any]:
    """Ask before a channel is removed; redirect if it is the last one or is gone."""
    found = proven(page)
    chosen = found.of(str(page.params["kind"]))
    if chosen is None or len(found.confirmed) == 1:
        return page.redirect("/account")
    return page.render(
        "portal/account/account_remove.html",
        AccountRemoveView(
            kind=chosen.kind, name=channel_name(chosen.kind), address=masked(page, chosen)
        ),
        status_code,
    )


def remove(page: Page) -> Response[Any]:
    """Let one channel go after the hold, never the last."""
    try:
        changes.remove(page.work, session_of(page), page.form.get("channel"))
    except NotAllowedError as error:
        page.form.error("changes", error.message)
        return show(page, 422)
    return page.redirect(PLACE)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", PLACE, show, signed_in, ACCESS),
        endpoint("POST", PLACE + "/cancel", cancel, signed_in, ACCESS, shows=show),
        endpoint("GET", "/account/remove-channel/{kind:str}", show_remove, with_password, ACCESS),
        endpoint("POST", "/account/remove-channel", remove, with_password, ACCESS, shows=show),
    ]
