"""The notices that every page of both sites shows, read once per page."""

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.texts import _
from portal.domain.mailroom.incidents.site_notices import shown_now
from portal.platform.lost import is_lost
from portal.platform.page import Page
from portal.platform.who import W


@dataclass(frozen=True, slots=True)
class Line:
    """One notice: its sentence, and the times of the stop that it announces (empty for others)."""

    text: str
    period: str


def site_notices(page: Page[W]) -> list[Line]:
    """Return the notices to show now; none where the page has no database."""
    if page.session is None:
        return []
    if page.session.in_transaction():
        return _lines(page, page.session)
    # nothing was asked yet, or a form that opens its own short transactions is drawn again after
    # they ended
    try:
        with page.site.database.read() as session:
            return _lines(page, session)
    except SQLAlchemyError as error:
        if not is_lost(error):
            raise
        return []


def _lines(page: Page[W], session: Session) -> list[Line]:
    return [
        Line(
            one.text,
            _("%(start)sから、%(end)sまで")
            % {"start": instant_text(one.stop[0]), "end": instant_text(one.stop[1])}
            if one.stop is not None
            else "",
        )
        for one in shown_now(session, page.now)
    ]
