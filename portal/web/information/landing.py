"""The start page: who is entitled, when, how much, three steps, and what is possible today."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.deadlines import WindowKind, Windows
from portal.domain.foundation.texts import _
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody


def last_day_sentence(kind: WindowKind, last_day: date) -> str:
    """Return until when something can be done; empty for windows that do not concern visitors."""
    day = {"day": format_day(last_day)}
    match kind:
        case WindowKind.SIGN_IN:
            return _("サインインできるのは、%(day)sまでです。") % day
        case WindowKind.EXCHANGE:
            return _("交換できるのは、%(day)sまでです。") % day
        case WindowKind.USE:
            return _("交換したあとに使えるのは、%(day)sまでです。") % day
        case WindowKind.NEW_LETTER:
            return _("新しい手紙を頼めるのは、%(day)sまでです。") % day
        case WindowKind.REDELIVERY:
            return _("手紙をもう一度配達してもらえるのは、%(day)sまでに頼んだときです。") % day
        case WindowKind.ALTERNATIVE:
            return _("紙の代替品に変えられるのは、%(day)sまでに申し込んだときです。") % day
        case WindowKind.DECLINE:
            return _("クーポンを辞退できるのは、%(day)sまでです。") % day
        case _:
            return ""


def last_days_near(page: Page) -> list[str]:
    """Return the sentences about last days that are a month away or less, the nearest first."""
    windows = page.site.program.windows.announced(page.now)
    return [text for w in windows if (text := last_day_sentence(w.kind, w.last_day))]


class LandingView(View, frozen=True):
    """What ``portal/information/landing.html`` shows."""

    stage: str
    windows: Windows
    near: Sequence[str]
    use_over: bool


def show(page: Page) -> Response[Any]:
    """Show what the program is and the next step."""
    windows = page.site.program.windows
    sign_in = windows.sign_in
    return page.render(
        "portal/information/landing.html",
        LandingView(
            stage="before"
            if sign_in.is_before(page.now)
            else "open"
            if sign_in.is_open(page.now)
            else "over",
            windows=windows,
            near=last_days_near(page),
            use_over=windows.use.is_over(page.now),
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [endpoint("GET", "/", show, everybody, PUBLIC)]
