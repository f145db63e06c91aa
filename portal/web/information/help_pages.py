"""Help, privacy and accessibility: plain pages that everybody may read at any time.

Help is a short page that leads to one page for each subject, so that each is light.
"""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.contacts.faxes.inquiry_form import inquiry_form_pdf
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.deadlines import Window, Windows
from portal.domain.foundation.program.schema import HelpAnswer
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


class HelpView(View, frozen=True):
    """What ``portal/information/help.html`` shows."""

    windows: Windows
    offers_paper: bool


def show_help(page: Page) -> Response[Any]:
    """Show the subjects, last days, contacts, and what staff never ask."""
    return page.render_small(
        "portal/information/help.html",
        HelpView(windows=page.site.program.windows, offers_paper=_offers_paper(page)),
    )


def _offers_paper(page: Page) -> bool:
    program = page.site.program
    return bool(program.alternatives) and not program.windows.alternative.is_over(page.now)


class UseView(View, frozen=True):
    """What ``portal/information/help_use.html`` shows."""

    how_to: HowToUse


def show_use(page: Page) -> Response[Any]:
    """Show the steps of using a coupon, and whom to call about it."""
    view = UseView(how_to=how_to_use(page.site.program))
    return page.render_small("portal/information/help_use.html", view)


def show_shops(page: Page) -> Response[Any]:
    """Show where coupons are accepted, and for what they are not."""
    return page.render_small("portal/information/help_shops.html")


class DeclineView(View, frozen=True):
    """What ``portal/information/help_decline.html`` shows."""

    decline: Window


def show_decline(page: Page) -> Response[Any]:
    """Show how and until when to decline."""
    view = DeclineView(decline=page.site.program.windows.decline)
    return page.render_small("portal/information/help_decline.html", view)


class PaperView(View, frozen=True):
    """What ``portal/information/help_paper.html`` shows."""

    alternative: Window


def show_paper(page: Page) -> Response[Any]:
    """Show what there is for those who cannot use an electronic coupon, while there is."""
    if not _offers_paper(page):
        return page.redirect("/help")
    view = PaperView(alternative=page.site.program.windows.alternative)
    return page.render_small("portal/information/help_paper.html", view)


class AnswerView(View, frozen=True):
    """What ``portal/information/help_answer.html`` shows."""

    item: HelpAnswer


def show_answer(page: Page) -> Response[Any]:
    """Show one of the ward's answers to frequent questions."""
    items = {item.id: item for item in page.site.program.texts.help}
    item = items.get(page.params["name"])
    if item is None:
        raise NotFoundError(_("お探しのページは見つかりませんでした。"))
    return page.render_small("portal/information/help_answer.html", AnswerView(item=item))


def blank_fax_form(page: Page) -> Response[Any]:
    """Return the FAX問合せ票 in the reader's language, in large print where that is asked for."""
    pdf = inquiry_form_pdf(page.site.program, page.now, large=page.wants_large)
    return page.download("fax.pdf", pdf)


class PrivacyView(View, frozen=True):
    """What ``portal/information/privacy.html`` shows."""

    idle_minutes: int


def show_privacy(page: Page) -> Response[Any]:
    """Show which data are stored, why and for how long."""
    idle = sessions.LIFETIMES[sessions.RESIDENT].idle
    return page.render(
        "portal/information/privacy.html", PrivacyView(idle_minutes=int(idle.total_seconds() // 60))
    )


class AccessibilityView(View, frozen=True):
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
        endpoint("GET", "/help/use", show_use, everybody, PUBLIC),
        endpoint("GET", "/help/shops", show_shops, everybody, PUBLIC),
        endpoint("GET", "/help/decline", show_decline, everybody, PUBLIC),
        endpoint("GET", "/help/paper", show_paper, everybody, PUBLIC),
        endpoint("GET", "/help/answers/{name:str}", show_answer, everybody, PUBLIC),
        endpoint("GET", "/fax/form.pdf", blank_fax_form, everybody, PUBLIC),
        endpoint("GET", "/privacy", show_privacy, everybody, PUBLIC),
        endpoint("GET", "/accessibility", show_accessibility, everybody, PUBLIC),
    ]
