"""Sends scans of paper forms: images as they are, a PDF or TIFF page by page or to download.

Every view is logged.
"""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.page import Page
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.people.staff.permissions import Permission
from portal.domain.requests.requests import scans
from portal.domain.requests.requests.scans import ScanReason
from portal.platform.http.uploads import UploadRule
from portal.platform.routes import Transaction

SCAN = UploadRule(scans.MAX_BYTES, scans.check_scan)
"""The rule of a form's field for a scan: ``upload(name, CheckedScan)`` returns it."""
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
        found = scans.visible_scan(session, key, include_protected=may_know)
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


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base = "/scans/{scan_id:int}"
    own = Transaction.OWN
    return [
        staff_route("GET", base, show, Permission.SEE_SCANS, transaction=own),
        staff_route(
            "GET", base + "/pages/{number:int}", show_page, Permission.SEE_SCANS, transaction=own
        ),
    ]
