"""Loads who is signed in: on the short way where one statement, or none, is all a page needs."""

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
    taken = _shortly(page, load) if reads else None
    if taken is None:
        page.load_auth(session, clock.now(session), load)
    else:
        page.take(session, *taken, unopened=True)


def _shortly(page: Page[W], load: LoadWho[W] | None) -> tuple[datetime, W] | None:
    """Return the instant (UTC) and who is signed in; None where that did not work.

    For a browser without a session the instant is all that a page must read.
    """
    clock, short = page.site.clock, page.site.database.short
    token = page.cookie(cookies.SESSION)
    if not token:
        return short.read(lambda _reads, stated: (clock.at(stated), page.nobody))
    if not isinstance(load, ShortLoad):
        return None

    def take(reads: ByDriver, stated: datetime) -> tuple[datetime, W]:
        now = clock.at(stated)
        who = load.of(reads, token, now)
        return now, who if load.then is None else load.then(reads, who, now, page.query)

    return short.read(take)
