"""The list of shops that the pages of a process show, asked for once a minute."""

from datetime import UTC, datetime

from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from portal.domain.foundation.clock import jst_date
from portal.domain.people.shops.board import CurrentList
from portal.platform.lost import is_lost
from portal.platform.site import Site


class ShownShops(Struct, frozen=True):
    """The list to show.

    Attributes:
        current: The list that counts; None where there is none, or none could be read.
        lost: Whether the database was away, so that it may be the one of before.
        now: The instant (UTC).
    """

    current: CurrentList | None
    lost: bool
    now: datetime


def shown_shops(site: Site) -> ShownShops:
    """Return the list to show now, in a transaction of its own where it has to be asked for."""
    now, lost = datetime.now(UTC) + site.settings.clock_offset, False
    if site.shops.is_old:
        try:
            with site.database.read() as session:
                now = site.clock.now(session)
                site.in_force.refresh(session, now)
                site.shops.read(session, jst_date(now))
        except SQLAlchemyError as error:
            if not is_lost(error):
                raise
            lost = True
    return ShownShops(site.shops.kept, lost, now)
