"""Help, privacy and accessibility: plain pages that everybody may read at any time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.contacts.faxes.inquiry_form import inquiry_form_pdf
from portal.domain.foundation.program.deadlines import Windows
from portal.domain.foundation.texts import _
from portal.domain.people.authn import sessions
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody
from portal.web.coupons.how_to_use import HowToUse, how_to_use
from portal.web.information.statement import (
    NO_AUDIT,
    Audit,
    Notation,
    Result,
    last_audit,
    notation,
    results,
)


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

    audit: Audit | None
    results: Sequence[Result]
    notation_words: str


def show_accessibility(page: Page) -> Response[Any]:
    """Show the target, what a program and people tried of it, and the known gaps."""
    audit = last_audit()
    found = results(audit if audit is not None else NO_AUDIT)
    return page.render(
        "portal/information/accessibility.html",
        AccessibilityView(audit=audit, results=found, notation_words=_notation_words(found)),
    )


def _notation_words(found: Sequence[Result]) -> str:
    return {
        Notation.CONFORMS: _("JIS X 8341-3:2016の適合レベルAAに準拠"),
        Notation.PARTLY: _("JIS X 8341-3:2016の適合レベルAAに一部準拠"),
        Notation.CONSIDERS: _(
            "JIS X 8341-3:2016の適合レベルAAに配慮（人による試験は、これからです）"
        ),
    }[notation(found)]


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/help", show_help, everybody, PUBLIC),
        endpoint("GET", "/fax/form.pdf", blank_fax_form, everybody, PUBLIC),
        endpoint("GET", "/privacy", show_privacy, everybody, PUBLIC),
        endpoint("GET", "/accessibility", show_accessibility, everybody, PUBLIC),
    ]
