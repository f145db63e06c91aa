"""Pages for a letter that did not arrive, without sign-in.

They refer to the post office first; the form's answer is always the same.
"""

import re
import secrets
import time
from datetime import date
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    NotFoundError,
    ThrottledError,
    TooEarlyError,
    TooLateError,
)
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.opening import closed_text
from portal.domain.foundation.texts import _
from portal.domain.foundation.typed import (
    DateFault,
    date_in_parts,
    folded,
    postal_code,
    telephone,
    without_separators,
)
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.people.tasks.services import RECEIPT_ALPHABET
from portal.domain.requests.redeliveries.form import redelivery_form_pdf
from portal.domain.requests.redeliveries.submitting import submit_without_sign_in
from portal.domain.requests.redeliveries.written import NAME_MAX, Wish
from portal.platform.failures import failure_page
from portal.platform.routes import Transaction, endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody
from portal.web.information.dates import birth_error

RECEIPT_NO = re.compile(f"[{RECEIPT_ALPHABET}]{{4}}-[{RECEIPT_ALPHABET}]{{4}}")
ANSWER_SECONDS = 0.05
"""Every answer to a whole form takes at least this long (``security.md`` A6)."""


class RedeliveryPublicView(View, frozen=True):
    """What ``portal/requests/redelivery_public.html`` shows."""

    closed: str
    window: Window
    delivery: Window
    steady_key: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Explain what the post office does itself, and show the form while it may be sent."""
    if page.who.auth is not None and page.who.auth.stage == "full" and page.method == "GET":
        return page.redirect("/redelivery/own")
    windows = page.site.program.windows
    return page.render(
        "portal/requests/redelivery_public.html",
        RedeliveryPublicView(
            closed=closed_text(windows.redelivery, page.now),
            window=windows.redelivery,
            delivery=windows.delivery,
            steady_key=page.steady_form_key("redelivery"),
        ),
        status_code,
    )


def submit(page: Page) -> Response[Any]:
    """Accept the form.

    Nobody is looked up here, so that neither answer nor time reveals whether anybody fits.
    """
    started = time.monotonic()
    site, wish = page.site, _read(page)
    if wish is None:
        with site.database.read() as session:
            page.load_auth(session, site.clock.now(session))
            return show(page, 422)
    response = _take(page, wish)
    time.sleep(max(0.0, started + ANSWER_SECONDS - time.monotonic()))
    return response


def _take(page: Page, wish: Wish) -> Response[Any]:
    site = page.site
    form_key = page.form.get("form_key") or secrets.token_urlsafe(18)
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        try:
            receipt_no = submit_without_sign_in(
                page.site.work(session, page.actor, page.now), wish, form_key, page.request.address
            )
        except ThrottledError as error:
            return failure_page(page, error)  # inside the transaction: the counters stay
        except (TooEarlyError, TooLateError):
            return show(page, 409)
    return page.redirect(f"/redelivery/received/{receipt_no}")


class RedeliveryReceivedView(View, frozen=True):
    """What ``portal/requests/redelivery_received.html`` shows."""

    receipt_no: str


def received(page: Page) -> Response[Any]:
    """Show a receipt number; the page looks nothing up, so that no number can be tried out here."""
    receipt_no = str(page.params["receipt_no"])
    if not RECEIPT_NO.fullmatch(receipt_no):
        raise NotFoundError(_("お探しのページは見つかりませんでした。"))
    return page.render(
        "portal/requests/redelivery_received.html", RedeliveryReceivedView(receipt_no=receipt_no)
    )


def blank_form(page: Page) -> Response[Any]:
    """Return the form for asking on paper."""
    pdf = redelivery_form_pdf(page.site.program, page.now, large=page.wants_large)
    return page.download("redelivery.pdf", pdf)


def _read(page: Page) -> Wish | None:
    form = page.form
    name = folded(form.get("name"))
    if not name:
        form.error("name", _("名前を入力してください。"))
    elif len(name) > NAME_MAX:
        form.error("name", _("名前は100文字までで入力してください。"))
    birth = _birth(page)
    code = postal_code(form.get("postal_code"))
    if code is None:
        form.error("postal_code", _("郵便番号は、7けたの数字で入力してください。"))
    number = without_separators(form.get("letter_number")).upper()
    if number and not is_letter_number(number):
        form.error(
            "letter_number",
            _("手紙の番号は、Mと9けたの数字です。わからないときは、空けておいてください。"),
        )
    typed = form.get("telephone")
    phone = telephone(typed)
    if folded(typed) and phone is None:
        form.error(
            "telephone",
            _("電話番号は、0から始まる10けたか11けたの数字です。もう一度たしかめてください。"),
        )
    if not form.ok or birth is None or code is None:
        return None
    # The name stays exactly as typed: folding would change 髙 or 﨑 (design.md §3).
    return Wish(form.get("name").strip(), birth, code, number, phone or "")


def _birth(page: Page) -> date | None:
    form = page.form
    birth = date_in_parts(form.get("era"), form.get("year"), form.get("month"), form.get("day"))
    if isinstance(birth, DateFault):
        form.error("birth", birth_error(birth))
        return None
    if birth > jst_date(page.now):
        form.error("birth", _("これから先の日付です。年をたしかめてください。"))
        return None
    return birth


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        endpoint("GET", "/redelivery", show, everybody, PUBLIC),
        endpoint(
            "POST",
            "/redelivery/submit",
            submit,
            everybody,
            PUBLIC,
            shows=show,
            transaction=Transaction.OWN,
        ),
        endpoint("GET", "/redelivery/form.pdf", blank_form, everybody, PUBLIC),
        endpoint("GET", "/redelivery/received/{receipt_no:str}", received, everybody, PUBLIC),
    ]
