"""Sends scans of paper forms: images as they are, a PDF or TIFF page by page or to download.

Every view is logged. A number that may not be kept and is found later is made black here.
"""

import re
from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.page import Page
from admin.requests import scan_steps
from portal.domain.contacts.faxes.visibility import visible_scan
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.requests import scan_findings, scans
from portal.domain.requests.requests.black_marks import read_marks
from portal.domain.requests.requests.models import Scan
from portal.domain.requests.requests.scan_findings import FoundNumber
from portal.domain.requests.requests.scans import CheckedScan, ScanReason
from portal.platform.carrying_out import Again
from portal.platform.http.uploads import UploadRule
from portal.platform.routes import Transaction
from portal.platform.view import View

SCAN = UploadRule(scans.MAX_BYTES, scans.check_scan, scan_steps.ask)
"""The rule of a form's field for a scan: ``upload(name, CheckedScan)`` returns what may be stored,
once somebody has looked at it."""
# Whatever the file contains, a browser runs nothing of it, loads nothing for it and guesses no
# other type.
LOCKED = {
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}


def _opened(page: Page, number: int | None) -> tuple[bytes, str]:
    """Return a scan and its media type, read in a short transaction of its own.

    Drawing a page must not keep writers waiting.
    """
    site = page.site
    key = number_in_address(page, "scan_id")
    asked = page.query.get("for", "")
    reason = ScanReason(asked) if asked in list(ScanReason) else ScanReason.REVIEW
    with site.database.write() as session:
        page.load_auth(session, site.clock.now(session))
        may_know = allowed(page, Permission.KNOW_PROTECTED)
        found = visible_scan(session, key, include_protected=may_know)
        if found is None or (number is not None and not 0 < number <= found.pages):
            raise NotFoundError(_s("この書類は見つかりませんでした。"))
        return scans.open_scan(page.site.work(session, page.actor, page.now), found.id, reason)


def show(page: Page) -> Response[Any]:
    """Send the file as it was stored: an image to view, a PDF or TIFF to download."""
    data, kind = _opened(page, None)
    place = "attachment" if kind in scans.DRAWN else "inline"
    name = f"scan-{page.params['scan_id']}.{scans.EXTENSIONS[kind]}"
    return page.send(data, kind, LOCKED | {"content-disposition": f'{place}; filename="{name}"'})


def show_page(page: Page) -> Response[Any]:
    """Send one page as an image."""
    data, kind = _opened(page, int(page.params["number"]))
    picture, kind = (
        (scans.page_picture(data, int(page.params["number"])), "image/png")
        if kind in scans.DRAWN
        else (data, kind)
    )
    return page.send(picture, kind, LOCKED | {"content-disposition": "inline"})


def show_draft(page: Page) -> Response[Any]:
    """Send a page of a file of one's own that waits, with what is marked and the grid."""
    received = scan_steps.held(page, number_in_address(page, "draft_id"))
    number, corner = int(page.params["number"]), page.query.get("corner", "")
    if not 0 < number <= received.pages or not re.fullmatch("([0-9]{1,4}:[0-9]{1,4})?", corner):
        raise NotFoundError(_s("お探しのページは見つかりませんでした。"))
    marks = read_marks(page.query.get("marks", ""), received.pages)
    return page.send(
        scans.preview(received, number, marks, corner),
        "image/png",
        LOCKED | {"content-disposition": "inline"},
    )


class NumbersView(View, frozen=True):
    """What ``admin/requests/scan_numbers.html`` shows."""

    scan: Scan
    kinds: Sequence[FoundNumber]
    said: str


def show_numbers(page: Page, status_code: int = 200) -> Response[Any]:
    """Show how a number that was found later on a scan is made black."""
    return page.render(
        "admin/requests/scan_numbers.html",
        NumbersView(scan=_visible(page), kinds=tuple(FoundNumber), said=page.query.get("said", "")),
        status_code,
    )


def _visible(page: Page) -> Scan:
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    key = number_in_address(page, "scan_id")
    found = visible_scan(page.session, key, include_protected=may_know)
    if found is None:
        raise NotFoundError(_s("この書類は見つかりませんでした。"))
    return found


def begin_numbers(page: Page) -> Response[Any]:
    """Take the stored scan out once more, to be looked at and marked."""
    data, kind = _opened(page, None)
    with page.site.database.read() as session:
        page.load_auth(session, page.site.clock.now(session))
        pages = _visible(page).pages
        for row in page.who.rows:
            session.expunge(row)  # stays readable after this transaction
    scan_steps.begin(page, scans.ReceivedScan(data, kind, pages), "scan")
    with page.site.database.read() as session:
        page.load_auth(session, page.site.clock.now(session))
        return show_numbers(page)


def blacken(page: Page) -> Response[Any]:
    """Put the blackened picture in the place of the stored one."""
    found, checked = _visible(page), page.form.upload("scan", CheckedScan)
    kind = FoundNumber.known(page.form.get("kind"))
    if kind is None:
        page.form.error("kind", _s("何の番号が写っていたかを選んでください。"))
    if checked is None:
        page.form.error("scan", _s("「書類を出して塗る」から、もう一度始めてください。"))
    if not page.form.ok or kind is None or checked is None:
        return show_numbers(page, 422)
    picture, sort = checked, kind
    return carry_out_once(
        page,
        lambda: scan_findings.blacken(page.work, found.id, picture, sort),
        f"/scans/{found.id}/numbers?said=black",
        Again(show_numbers, "scan", only=(InputError,)),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base = "/scans/{scan_id:int}"
    own = Transaction.OWN
    return [
        staff_route("GET", base, show, Permission.SEE_SCANS, transaction=own),
        staff_route(
            "GET", base + "/pages/{number:int}", show_page, Permission.SEE_SCANS, transaction=own
        ),
        # whoever brings a file looks at it, an agent with a FAX too; nobody sees another's
        staff_route(
            "GET",
            "/scans/drafts/{draft_id:int}/pages/{number:int}",
            show_draft,
            Permission.OWN_ACCOUNT,
            transaction=own,
        ),
        staff_route("GET", base + "/numbers", show_numbers, Permission.SEE_SCANS),
        staff_route(
            "POST",
            base + "/numbers/begin",
            begin_numbers,
            Permission.SEE_SCANS,
            shows=show_numbers,
            transaction=own,
        ),
        staff_route(
            "POST",
            base + "/numbers",
            blacken,
            Permission.SEE_SCANS,
            shows=show_numbers,
            uploads={"scan": SCAN},
        ),
    ]
