"""What was announced about accidents and outages, and where to tell us about one."""

from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from portal.domain.mailroom.incidents.site_notices import Shown, announced
from portal.platform.http.disclosure import PAGE
from portal.platform.routes import endpoint
from portal.platform.view import View
from portal.resident_page import Page
from portal.web.access import PUBLIC, everybody


class Contact(Struct, frozen=True):
    """Where to write to about a fault of the sites: the address, and what people read of it."""

    address: str

    @property
    def words(self) -> str:
        """The address without the word that tells a browser what to do with it."""
        return self.address.removeprefix("mailto:").removeprefix("tel:")


class NoticesView(View, frozen=True):
    """What ``portal/information/notices.html`` shows."""

    current: Sequence[Shown]
    earlier: Sequence[Shown]
    contacts: Sequence[Contact]


def show(page: Page) -> Response[Any]:
    """Show what is announced now and was before, and how to report an accident or a weakness."""
    found = announced(page.session, page.now)
    return page.render(
        "portal/information/notices.html",
        NoticesView(
            current=[one for one in found if one.ends_at > page.now],
            earlier=[one for one in found if one.ends_at <= page.now],
            contacts=[Contact(one) for one in page.site.settings.security_contact],
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [endpoint("GET", PAGE, show, everybody, PUBLIC)]
