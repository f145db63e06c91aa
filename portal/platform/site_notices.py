"""The notices that every page of both sites shows, read once in some seconds by each process."""

from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from portal.domain.foundation.program.hours_text import instant_text
from portal.domain.foundation.texts import _
from portal.domain.mailroom.incidents.site_notices import NoticeBoard
from portal.platform.lost import is_lost
from portal.platform.page import Page
from portal.platform.who import W


class Line(Struct, frozen=True):
    """One notice: its sentence, and the times of the stop that it announces (empty for others)."""

    text: str
    period: str


def site_notices(page: Page[W]) -> list[Line]:
    """Return the notices to show now; none where the page has no database."""
    board = page.site.notices
    if page.session is None:
        return []
    if board.is_old:
        _read(page, board)
    return [
        Line(
            one.text,
            _("%(start)sから、%(end)sまで")
            % {"start": instant_text(one.stop[0]), "end": instant_text(one.stop[1])}
            if one.stop is not None
            else "",
        )
        for one in board.shown(page.now)
    ]


def _read(page: Page[W], board: NoticeBoard) -> None:
    if page.session.in_transaction():
        board.read(page.session, page.now)
        return
    # nothing was asked yet, or a form that opens its own short transactions is drawn again after
    # they ended
    try:
        with page.site.database.read() as session:
            board.read(session, page.now)
    except SQLAlchemyError as error:
        if not is_lost(error):
            raise
