"""Explain a word of the post once, for what came already and for every file to come; undo it."""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.tracking.dismissed import is_dismissed
from portal.domain.mailroom.tracking.ingest import follow_all
from portal.domain.mailroom.tracking.models import TrackingEvent, TrackingWord
from portal.domain.mailroom.tracking.words import DECISIVE, Status, folded

CHOICES = tuple(status for status in Status if status is not Status.UNKNOWN)
"""What a word may mean."""


class UnknownWord(Struct, frozen=True):
    """A word that nobody has explained: as the post wrote it, and in how many events."""

    word: str
    events: int


class Explained(Struct, frozen=True):
    """What became of an explanation: events that have their meaning now, shipments that moved."""

    events: int
    moved: int


def unknown_words(session: Session) -> Sequence[UnknownWord]:
    """Return the words that nobody has explained, the most frequent first."""
    rows = session.execute(
        select(TrackingEvent.word, func.count())
        .where(TrackingEvent.status == Status.UNKNOWN.value, ~is_dismissed())
        .group_by(TrackingEvent.word)
        .order_by(TrackingEvent.word)
    )
    written: dict[str, UnknownWord] = {}
    for word, count in rows:
        known = written.get(folded(word), UnknownWord(word, 0))
        written[folded(word)] = UnknownWord(known.word, known.events + int(count))
    return sorted(written.values(), key=lambda one: -one.events)


def explain(work: Work, word: str, meaning: str) -> Explained:
    """Say what an unknown word means; its events follow at once, and the next file knows it.

    Raises:
        InputError: no meaning was chosen (``CHOICES``).
        NotAllowedError: the actor is no person with an account.
        NotFoundError: no event has this word.
        ConflictError: another person explained it before.
    """
    status = Status.known(meaning)
    if status not in CHOICES:
        raise InputError(_s("この言葉の意味を選んでください。"), code="meaning")
    if work.actor.id is None:
        raise NotAllowedError(_s("言葉の意味を決められるのは、アカウントのある職員だけです。"))
    key = _said(work, word, status)
    raw = _written_as(work.session, word, Status.UNKNOWN)
    if not raw:
        raise NotFoundError(_s("この言葉の記録は見つかりませんでした。"))
    events = _turn(work, raw, Status.UNKNOWN, status)
    moved = 0
    if status in DECISIVE:
        shipments = {row.shipment_id for row in events if row.shipment_id is not None}
        moved = follow_all(work, sorted(shipments))[0]
    record(
        work,
        "tracking.word_explained",
        "tracking_word",
        key,
        status=status.value,
        events=len(events),
        moved=moved,
    )
    return Explained(len(events), moved)


def _said(work: Work, word: str, status: Status) -> int:
    """Return the key of the explanation, a new one unless somebody gave the same before.

    Raises ConflictError where somebody gave another one, also at the same moment.
    """
    postgresql = work.session.get_bind().dialect.name == "postgresql"
    insert = pg_insert if postgresql else sqlite_insert
    made: int | None = work.session.scalar(
        insert(TrackingWord)
        .values(word=folded(word), status=status.value, said_by=work.actor.id, said_at=work.now)
        .on_conflict_do_nothing(index_elements=[TrackingWord.word])
        .returning(TrackingWord.id)
    )
    if made is not None:
        return made
    row = work.session.scalars(
        select(TrackingWord).where(TrackingWord.word == folded(word)).with_for_update()
    ).one_or_none()
    if row is None or row.status != status:
        raise ConflictError(_s("この言葉の意味は、ほかの人がもう決めました。"))
    return row.id  # a file that came at that moment did not know it yet


def _written_as(session: Session, word: str, status: Status) -> list[str]:
    """Return every way in which events of a status write the word."""
    written = session.scalars(
        select(TrackingEvent.word).where(TrackingEvent.status == status.value).distinct()
    )
    return [one for one in written if folded(one) == folded(word)]


def _turn(work: Work, raw: Sequence[str], before: Status, after: Status) -> list[TrackingEvent]:
    """Give the events of a word another meaning, and return them."""
    mine = TrackingEvent.word.in_(raw), TrackingEvent.status == before.value
    rows = list(work.session.scalars(select(TrackingEvent).where(*mine)))
    for row in rows:
        row.status = after.value
    work.session.flush()
    return rows


def forget(work: Work, word_id: int) -> int:
    """Take an explanation back: the word is unknown again; returns how many events it concerns.

    What moved by it stays where it is, and its events are listed for officers to check.

    Raises:
        NotFoundError: it was taken back before.
    """
    row = work.session.get(TrackingWord, word_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この言葉の意味は、もう取り消されています。"))
    status = Status(row.status)
    raw = _written_as(work.session, row.word, status)
    events = _turn(work, raw, status, Status.UNKNOWN)
    for event in events:
        event.conflict = status in DECISIVE and event.shipment_id is not None
    work.session.delete(row)
    record(
        work,
        "tracking.word_forgotten",
        "tracking_word",
        word_id,
        status=status.value,
        events=len(events),
    )
    work.session.flush()
    return len(events)
