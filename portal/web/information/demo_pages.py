"""Pages of the demo only: the messages sent, and what a shop sees after scanning a code."""

import re
from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _
from portal.domain.people.notices.queries import OpenedMessage, latest_opened
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody
from portal.web.coupons.how_to_use import HowToUse, how_to_use

TOKEN = re.compile(r"[0-9A-Za-z]{4,64}")


class OutboxView(View, frozen=True):
    """What ``portal/information/outbox.html`` shows."""

    messages: Sequence[tuple[OpenedMessage, str]]


def show_outbox(page: Page) -> Response[Any]:
    """Show the latest SMS and emails, newest first."""
    messages = latest_opened(page.work)
    return page.render(
        "portal/information/outbox.html",
        OutboxView(messages=[(m, f"{m.created_at.astimezone(JST):%H:%M:%S}") for m in messages]),
    )


class SandboxView(View, frozen=True):
    """What ``portal/information/sandbox.html`` shows."""

    grouped: str


def show_sandbox(page: Page) -> Response[Any]:
    """Show which sandbox code was scanned; it is worth nothing."""
    token = str(page.params["token"])
    if not TOKEN.fullmatch(token):
        raise NotFoundError(_("お探しのページは見つかりませんでした。"))
    grouped = " ".join(token[i : i + 4] for i in range(0, len(token), 4))
    return page.render("portal/information/sandbox.html", SandboxView(grouped=grouped))


class PartsView(View, frozen=True):
    """What ``portal/information/parts.html`` shows."""

    how_to: HowToUse
    amount_yen: int


def show_parts(page: Page) -> Response[Any]:
    """Show each part of a page in every state."""
    program = page.site.program
    view = PartsView(how_to=how_to_use(program), amount_yen=program.eligibility.amount_yen)
    return page.render("portal/information/parts.html", view)


def show_faults(page: Page) -> Response[Any]:
    """Show each field with a fault, and their summary."""
    for name in ("login_id", "password", "code", "email", "birth", "choice"):
        page.form.error(name, _("メールアドレスを入力してください。"))
    return show_parts(page)


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/outbox", show_outbox, everybody, PUBLIC),
        endpoint("GET", "/parts", show_parts, everybody, PUBLIC),
        endpoint("GET", "/parts/faults", show_faults, everybody, PUBLIC),
        endpoint("GET", "/sandbox/{token:str}", show_sandbox, everybody, PUBLIC),
        # The QR payload is all upper case, which keeps the code small.
        endpoint("GET", "/SANDBOX/{token:str}", show_sandbox, everybody, PUBLIC),
    ]
