"""Loads who is signed in: on the short way where one statement brings all that the page shows."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.wide_reads import ByDriver
from portal.platform.http import cookies
from portal.platform.page import Page
from portal.platform.who import LoadWho, ShortLoad, W


def load_who(page: Page[W], session: Session, load: LoadWho[W] | None, *, reads: bool) -> None:
    """Load who is signed in, perhaps with more that the page shows.

    Where the page only ``reads``, its session may stay unconnected until it is asked for more.
    """
    clock = page.site.clock
    taken = _shortly(page, load) if reads and isinstance(load, ShortLoad) else None
    if taken is None:
        page.load_auth(session, clock.now(session), load)
    else:
        page.take(session, *taken)


def _shortly(page: Page[W], load: ShortLoad[W]) -> tuple[datetime, W] | None:
    """Return the instant (UTC) and who is signed in; None where that did not work."""
    token = page.cookie(cookies.SESSION)
    if not token:
        return None

    def take(reads: ByDriver, stated: datetime) -> tuple[datetime, W]:
        now = page.site.clock.at(stated)
        return now, load.of(reads, token, now)

    return page.site.database.short.read(take)
