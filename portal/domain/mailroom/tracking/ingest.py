"""Ingest the post's events, each once and in any order.

Each shipment moves to the state to which its latest event leads.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import TypeVar

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import admit, against_sheet, became
from portal.domain.foundation.transfers.sheets import Arrival
from portal.domain.foundation.work import Work
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import SHIPMENT, ShipmentState
from portal.domain.mailroom.tracking.dismissed import is_dismissed
from portal.domain.mailroom.tracking.file import Feed, PostEvent, Reading
from portal.domain.mailroom.tracking.following import ACTION_TO, follow
from portal.domain.mailroom.tracking.meanings import meanings
from portal.domain.mailroom.tracking.models import DismissedNumber, TrackingEvent, TrackingFile
from portal.domain.mailroom.tracking.trials import ingest_trials
from portal.domain.mailroom.tracking.words import DECISIVE, Status, read_word

AT_ONCE = 500
COUNTED = ("new", "moved", "unmatched", "unknown", "conflicts", "refused")
"""What of a ``Tracked`` is kept with its file."""
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Tracked:
    """The result of ingesting a file: rows, new events, shipments that moved, events to check.

    To be checked by officers are ``unmatched`` events, whose number no shipment has, ``unknown``
    words, and ``conflicts``, which are impossible steps. ``refused`` are rows that could not be
    read. ``file_id`` is the ``TrackingFile``, also of one that was repeated.
    """

    file_id: int
    rows: int
    new: int = 0
    moved: int = 0
    unmatched: int = 0
    unknown: int = 0
    conflicts: int = 0
    refused: int = 0
    repeated: bool = False


@dataclass(slots=True)
class _Numbers:
    """Shipments by tracking number, the last posted first, since the post reuses numbers."""

    by_number: dict[str, list[Shipment]] = field(default_factory=dict)

    def of(self, event: PostEvent) -> int | None:
        row = self._row(event)
        return row.id if row is not None else None

    def posted_on(self, event: PostEvent) -> date | None:
        row = self._row(event)
        return row.posted_on if row is not None else None

    def _row(self, event: PostEvent) -> Shipment | None:
        posted = self.by_number.get(event.tracking_no, ())
        return next(
            (row for row in posted if row.posted_on is not None and row.posted_on <= event.on), None
        )


def ingest(work: Work, feed: Feed) -> Tracked:
    """Ingest a file or feed; rows that cannot be read are left out and kept with their lines.

    A repeated file changes nothing.

    Raises:
        InputError: it is refused whole (``file``, ``against_sheet``).
        ConflictError: it is not what its sheet says (``transfers.services.admit``).
    """
    arrival = Arrival(TransferKind.TRACKING, feed.file_name, Figures(sha256=feed.digest()))
    with against_sheet(work, arrival):
        reading = feed.read(jst_date(work.now))
    known = work.session.scalar(select(TrackingFile).where(TrackingFile.sha256 == feed.digest()))
    if known is not None:
        return Tracked(known.id, known.rows, repeated=True)
    transfer = admit(work, arrival.counting(rows=reading.rows))
    file = TrackingFile(source=feed.name, sha256=feed.digest(), rows=reading.rows)
    file.taken_at = work.now
    work.session.add(file)
    work.session.flush()
    became(work, transfer, "tracking_file", file.id)
    done = _taken(work, file, reading)
    counts = {name: getattr(done, name) for name in COUNTED}
    file.counts = counts | {"lines": [[one.line, one.fault.value] for one in reading.refused]}
    record(work, "tracking.taken", "tracking_file", file.id, **counts)
    work.session.flush()
    return done


def _taken(work: Work, file: TrackingFile, reading: Reading) -> Tracked:
    numbers = _numbers(work.session, reading.events)
    mail = ingest_trials(work, reading.events, numbers.posted_on)
    said = meanings(work.session)
    fresh = _store(work.session, file.id, mail, numbers, said)
    touched = sorted({key for event in fresh if (key := numbers.of(event)) is not None})
    moved, conflicts = follow_all(work, touched)
    return Tracked(
        file_id=file.id,
        rows=reading.rows,
        new=len(fresh),
        moved=moved,
        unmatched=_unmatched(work.session, [e for e in fresh if numbers.of(e) is None]),
        unknown=sum(read_word(event.word, said) is Status.UNKNOWN for event in fresh),
        conflicts=conflicts,
        refused=len(reading.refused),
    )


def _unmatched(session: Session, events: Sequence[PostEvent]) -> int:
    aside: set[str] = set()
    for part in _parts(sorted({event.tracking_no for event in events})):
        known = select(DismissedNumber.tracking_no).where(DismissedNumber.tracking_no.in_(part))
        aside.update(session.scalars(known))
    return sum(event.tracking_no not in aside for event in events)


def follow_all(work: Work, shipment_ids: Iterable[int]) -> tuple[int, int]:
    """Move shipments to the states to which their latest events lead.

    Returns how many moved and how many are in conflict.
    """
    moved = conflicts = 0
    for part in _parts(list(shipment_ids)):
        rows = work.session.scalars(
            select(Shipment).where(Shipment.id.in_(part)).order_by(Shipment.id).with_for_update()
        ).all()
        leading = _leading(work.session, part)
        for row in rows:
            if row.id not in leading:
                continue
            event, contradicted = leading[row.id]
            result = follow(work, row, event)
            moved += result is True
            event.conflict = contradicted or result is False
            conflicts += event.conflict
    work.session.flush()
    return moved, conflicts


def match_again(work: Work) -> int:
    """Match events that came before their posting was entered; return how many shipments moved."""
    waiting = work.session.scalars(
        select(TrackingEvent).where(TrackingEvent.shipment_id.is_(None))
    ).all()
    events = {
        row.id: PostEvent(
            row.tracking_no, row.happened_on, row.happened_at, row.word, row.detail, row.office
        )
        for row in waiting
    }
    numbers = _numbers(work.session, list(events.values()))
    found = {
        key: shipment
        for key, event in events.items()
        if (shipment := numbers.of(event)) is not None
    }
    for key, shipment in found.items():
        work.session.execute(
            update(TrackingEvent).where(TrackingEvent.id == key).values(shipment_id=shipment)
        )
    work.session.expire_all()
    return follow_all(work, sorted(set(found.values())))[0]


def _numbers(session: Session, events: Sequence[PostEvent]) -> _Numbers:
    found = _Numbers()
    for part in _parts(sorted({event.tracking_no for event in events})):
        rows = session.scalars(
            select(Shipment)
            .where(Shipment.tracking_no.in_(part))
            .order_by(Shipment.posted_on.desc(), Shipment.id.desc())
        )
        for row in rows:
            found.by_number.setdefault(row.tracking_no or "", []).append(row)
    return found


def _store(
    session: Session,
    file_id: int,
    events: Sequence[PostEvent],
    numbers: _Numbers,
    said: Mapping[str, Status],
) -> list[PostEvent]:
    unique = {event.fingerprint: event for event in events}
    fresh: list[PostEvent] = []
    for part in _parts(list(unique)):
        known = set(
            session.scalars(
                select(TrackingEvent.fingerprint).where(TrackingEvent.fingerprint.in_(part))
            )
        )
        new = [unique[key] for key in part if key not in known]
        if new:
            session.execute(
                insert(TrackingEvent),
                [
                    {
                        "fingerprint": event.fingerprint,
                        "file_id": file_id,
                        "shipment_id": numbers.of(event),
                        "tracking_no": event.tracking_no,
                        "happened_on": event.on,
                        "happened_at": event.at,
                        "word": event.word,
                        "status": read_word(event.word, said).value,
                        "detail": event.detail,
                        "office": event.office,
                    }
                    for event in new
                ],
            )
        fresh += new
    return fresh


def _leading(
    session: Session, shipment_ids: Sequence[int]
) -> Mapping[int, tuple[TrackingEvent, bool]]:
    """Return the latest applicable event of each shipment, and whether a later one contradicts it.

    Decisive events are applied in the order in which they happened; of the same minute, the one
    that leads further comes last. An event that no step of the state machine allows, such as any
    after a delivery, is left to officers.
    """
    rows = session.scalars(
        select(TrackingEvent).where(
            TrackingEvent.shipment_id.in_(shipment_ids),
            TrackingEvent.status.in_([status.value for status in DECISIVE]),
        )
    ).all()
    order = list(DECISIVE)
    first = time()
    found: dict[int, tuple[TrackingEvent, bool]] = {}
    for row in sorted(
        rows,
        key=lambda r: (r.happened_on, r.happened_at or first, order.index(Status(r.status)), r.id),
    ):
        key, target = row.shipment_id or 0, DECISIVE[Status(row.status)]
        known = found.get(key)
        here = DECISIVE[Status(known[0].status)] if known is not None else ShipmentState.POSTED
        if known is None or target == here or SHIPMENT.can(here, ACTION_TO[target]):
            found[key] = (row, known[1] if known is not None else False)
        else:
            found[key] = (known[0], True)
    return found


def counts(session: Session) -> Mapping[str, int]:
    """Return how many events officers must check, by cause.

    Causes are unmatched numbers, unknown words, impossible steps, and investigations of the post.
    Events of a number that was put aside have none.
    """
    one = select(func.count()).select_from(TrackingEvent).where(~is_dismissed())
    return {
        "unmatched": session.scalar(one.where(TrackingEvent.shipment_id.is_(None))) or 0,
        "unknown": session.scalar(one.where(TrackingEvent.status == Status.UNKNOWN.value)) or 0,
        "conflicts": session.scalar(one.where(TrackingEvent.conflict.is_(True))) or 0,
        "investigating": session.scalar(
            one.where(TrackingEvent.status == Status.INVESTIGATING.value)
        )
        or 0,
    }


def _parts(rows: Sequence[One]) -> Iterator[Sequence[One]]:
    return (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
