"""The meanings of words that the program does not know: an officer says each once.

Read wherever a word is read, so that the next file knows it.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.mailroom.tracking.models import TrackingWord
from portal.domain.mailroom.tracking.words import Status


def meanings(session: Session) -> Mapping[str, Status]:
    """Return the explained words, folded, with what they mean."""
    rows = session.execute(select(TrackingWord.word, TrackingWord.status))
    return {word: Status(status) for word, status in rows}


def explained_words(session: Session) -> Sequence[TrackingWord]:
    """Return the explained words, newest first."""
    return list(session.scalars(select(TrackingWord).order_by(TrackingWord.id.desc())))
