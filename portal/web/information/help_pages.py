"""Help, privacy and accessibility: plain pages that everybody may read at any time."""

from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.contacts.faxes.inquiry_form import inquiry_form_pdf
from portal.domain.foundation.program.deadlines import Windows
from portal.domain.people.authn import sessions
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody
from portal.web.coupons.how_to_use import HowToUse, how_to_use

CONFORMANCE_LEVEL = "WCAG 2.2 AA"


@dataclass(frozen=True, slots=True)
class HelpView(View):
    """What ``portal/information/help.html`` shows."""

    windows: Windows
    how_to: HowToUse


def show_help(page: Page) -> Response[Any]:
    """Show contacts, where coupons are accepted, what staff never ask, and the ward's answers."""
    program = page.site.program
    return page.render_small(
        "portal/information/help.html",
        HelpView(windows=program.windows, how_to=how_to_use(program)),
    )


def blank_fax_form(page: Page) -> Response[Any]:
    """Return the FAX問合せ票 in the reader's language."""
    pdf = inquiry_form_pdf(page.site.program, page.now)
    return page.download("fax.pdf", pdf)


@dataclass(frozen=True, slots=True)
class PrivacyView(View):
    """What ``portal/information/privacy.html`` shows."""

    idle_minutes: int


def show_privacy(page: Page) -> Response[Any]:
    """Show which data are stored, why and for how long."""
    idle = sessions.LIFETIMES[sessions.RESIDENT].idle
    return page.render(
        "portal/information/privacy.html", PrivacyView(idle_minutes=int(idle.total_seconds() // 60))
    )


@dataclass(frozen=True, slots=True)
class AccessibilityView(View):
    """What ``portal/information/accessibility.html`` shows."""

    level: str


def show_accessibility(page: Page) -> Response[Any]:
    """Show the accessibility target, what was tested and the known gaps."""
    return page.render(
        "portal/information/accessibility.html", AccessibilityView(level=CONFORMANCE_LEVEL)
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/help", show_help, everybody, PUBLIC),
        endpoint("GET", "/fax/form.pdf", blank_fax_form, everybody, PUBLIC),
        endpoint("GET", "/privacy", show_privacy, everybody, PUBLIC),
        endpoint("GET", "/accessibility", show_accessibility, everybody, PUBLIC),
    ]
