"""Read texts of the residents' pages: what is shown, and the history of a place."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.site_texts.models import SiteText
from portal.domain.contacts.site_texts.states import TextState
from portal.domain.contacts.site_texts.text_places import TextPlace
from portal.domain.foundation.base import table_of
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.texts import _s

PAGE = 20
_T = table_of(SiteText)
# built once, on the plain table: every process runs it again and again
_SHOWN = (
    select(_T.c.place, _T.c.texts)
    .where(
        _T.c.state == TextState.RELEASED,
        _T.c.first_day <= bindparam("day"),
        or_(_T.c.last_day.is_(None), _T.c.last_day >= bindparam("day")),
    )
    .order_by(_T.c.released_at, _T.c.id)
)


def shown(session: Session, day: date) -> Mapping[TextPlace, LocalText]:
    """Return the texts that are shown on a day (JST); without one, the product's own is.

    Of several for a place, the one released last.
    """
    found: dict[TextPlace, LocalText] = {}
    for code, texts in session.execute(_SHOWN, {"day": day}):
        place = TextPlace.known(code)
        if place is None:
            continue  # a later program's
        found.pop(place, None)
        if texts:
            found[place] = LocalText.from_mapping(texts)
    return found


def history(session: Session, page: int = 1) -> list[SiteText]:
    """Return a page of all texts and one more, the newest first."""
    statement = select(SiteText).order_by(SiteText.id.desc())
    return list(session.scalars(statement.offset((max(1, page) - 1) * PAGE).limit(PAGE + 1)))


def text_by_id(session: Session, text_id: int) -> SiteText:
    """Return a text. Raises NotFoundError."""
    row = session.get(SiteText, text_id)
    if row is None:
        raise unknown()
    return row


def waiting_count(session: Session) -> int:
    """Return how many texts wait for a second person."""
    statement = select(func.count(SiteText.id)).where(SiteText.state == TextState.WRITTEN)
    return session.scalar(statement) or 0


def unknown() -> NotFoundError:
    """Return the refusal of a key that no text has."""
    return NotFoundError(_s("この文は見つかりませんでした。"))
