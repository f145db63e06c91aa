"""Help after a loss, and a request for a call back that needs no sign-in."""

import re
import secrets
from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.deadlines import Window, Windows
from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.texts import _
from portal.domain.foundation.typed import folded, telephone
from portal.domain.people.signin.last_days import in_last_days
from portal.domain.people.signin.locked_out import (
    CallBack,
    Trouble,
    ask_call_back,
    stamp,
    stamped_at,
)
from portal.domain.people.tasks.services import RECEIPT_ALPHABET
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody

RECEIPT_NO = re.compile(f"[{RECEIPT_ALPHABET}]{{4}}-[{RECEIPT_ALPHABET}]{{4}}")
NAME_MAX = ID_MAX = 100


class LostView(View, frozen=True):
    """What ``portal/information/lost.html`` shows."""

    windows: Windows
    last_days: Sequence[Window]


def show(page: Page) -> Response[Any]:
    """Show what to do in each case; in the last days before a deadline, what still helps."""
    windows = page.site.program.windows
    return page.render(
        "portal/information/lost.html",
        LostView(windows=windows, last_days=in_last_days(windows, page.now)),
    )


class LostAskView(View, frozen=True):
    """What ``portal/information/lost_ask.html`` shows."""

    chosen: str
    troubles: Sequence[tuple[str, str]]
    steady_key: str


def show_ask(page: Page, status_code: int = 200) -> Response[Any]:
    """Show the form, or that the call center has closed for good."""
    if _call_center_over(page):
        return page.render("portal/information/lost_over.html", status_code=status_code)
    chosen = page.form.get("trouble") or page.query.get("about", "")
    return page.render(
        "portal/information/lost_ask.html",
        LostAskView(
            chosen=chosen,
            troubles=[(one.value, one.label) for one in Trouble],
            steady_key=page.steady_form_key("lost"),
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Accept the request; everybody gets the same answer, and the same form has one effect."""
    if _call_center_over(page):
        return show_ask(page, 409)
    wish = _read(page)
    if not page.form.ok:
        return show_ask(page, 422)
    form_key = page.form.get("form_key") or secrets.token_urlsafe(18)
    receipt_no = ask_call_back(page.work, wish, form_key, page.request.address)
    return page.redirect(f"/lost/received/{receipt_no}/{stamp(page.work, receipt_no)}")


class LostReceivedView(View, frozen=True):
    """What ``portal/information/lost_received.html`` shows."""

    receipt_no: str
    at: str


def received(page: Page) -> Response[Any]:
    """Show a receipt number and the time in the address.

    Nothing is looked up, so that no number can be tried out.
    """
    receipt_no = str(page.params["receipt_no"])
    if not RECEIPT_NO.fullmatch(receipt_no):
        raise NotFoundError(_("お探しのページは見つかりませんでした。"))
    at = stamped_at(page.site.vault, receipt_no, str(page.params.get("stamp", "")))
    return page.render(
        "portal/information/lost_received.html",
        LostReceivedView(receipt_no=receipt_no, at=instant_text(at) if at else ""),
    )


def _call_center_over(page: Page) -> bool:
    return page.site.program.windows.call_center.is_over(page.now)


def _read(page: Page) -> CallBack:
    form = page.form
    name, typed = folded(form.get("name")), form.get("telephone")
    number = telephone(typed)
    if Trouble.known(form.get("trouble")) is None:
        form.error("trouble", _("お困りのことを、ひとつ選んでください。"))
    if not name:
        form.error("name", _("名前を入力してください。"))
    elif len(name) > NAME_MAX:
        form.error("name", _("名前は100文字までで入力してください。"))
    if not folded(typed):
        form.error("telephone", _("電話番号を入力してください。"))
    elif number is None:
        form.error(
            "telephone",
            _("電話番号は、0から始まる10けたか11けたの数字です。もう一度たしかめてください。"),
        )
    if len(form.get("login_id")) > ID_MAX:
        form.error("login_id", _("IDは10けたの数字です。わからないときは、空けておいてください。"))
    # The name stays exactly as typed: folding would change 髙 or 﨑 (design.md §3).
    return CallBack(
        form.get("trouble"), form.get("name").strip(), number or "", form.get("login_id").strip()
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/lost", show, everybody, PUBLIC),
        endpoint("GET", "/lost/ask", show_ask, everybody, PUBLIC),
        endpoint("POST", "/lost/submit", submit, everybody, PUBLIC, shows=show_ask),
        endpoint("GET", "/lost/received/{receipt_no:str}", received, everybody, PUBLIC),
        endpoint("GET", "/lost/received/{receipt_no:str}/{stamp:str}", received, everybody, PUBLIC),
    ]
