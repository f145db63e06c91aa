"""Archives of a run: which one counts, sending it with the hand-over, and giving a whole batch up when one is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.services import record, record_many
from portal.domain.authn.sessions import RESIDENT, end_many
from portal.domain.credentials.models import Credential
from portal.domain.credentials.states import CREDENTIAL
from portal.domain.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.letters.kinds import CREDENTIAL as WITH_ID
from portal.domain.letters.kinds import kind_of
from portal.domain.letters.models import Letter, PrintRun
from portal.domain.printing.models import PrintArchive
from portal.domain.printing.states import ARCHIVE
from portal.domain.subcontractors.services import LETTERS, FileFacts, note_sent
from portal.domain.texts import _s

AT_ONCE = 1_000
SUBJECT = "print_archive"
WITH_US = ("prepared", "printed")
LOST_REASON = "archive_lost"


@dataclass(frozen=True, slots=True)
class Lost:
    """What a lost archive cost: letters that count no more, and IDs that were closed with them."""

    letters: int
    credentials: int


def archives_of(session: Session, run_id: int) -> list[PrintArchive]:
    """Return a run's archives, newest first."""
    return list(
        session.scalars(
            select(PrintArchive)
            .where(PrintArchive.print_run_id == run_id)
            .order_by(PrintArchive.number.desc())
        )
    )


def live_archive(session: Session, run_id: int) -> PrintArchive | None:
    """Return the archive that counts: built or sent."""
    return session.scalar(
        select(PrintArchive).where(
            PrintArchive.print_run_id == run_id, PrintArchive.state.in_(("built", "sent"))
        )
    )


def letters_for_the_post(session: Session, run_id: int) -> int:
    """Return how many printed letters of a run the post would get now."""
    kind = kind_of(session, run_id)
    count = select(func.count(kind.table.id)).where(
        kind.table.print_run_id == run_id, kind.table.state == "printed", kind.by_post
    )
    return session.scalar(count) or 0


def is_stale(session: Session, archive: PrintArchive) -> bool:
    """Tell whether letters were taken out of the run since the archive was built."""
    return archive.state == "built" and archive.letters != letters_for_the_post(session, archive.print_run_id)


def refuse_wrong_archive(session: Session, run_id: int) -> None:
    """Refuse to hand a run over whose archive is lost, or holds letters that were taken out since.

    A run without any archive passes: it is printed in the house.

    Raises:
        ConflictError: codes ``archive_lost`` and ``archive_stale``.
    """
    lost = select(PrintArchive.id).where(PrintArchive.print_run_id == run_id, PrintArchive.state == "lost")
    if session.scalar(lost.limit(1)) is not None:
        raise ConflictError(
            _s("この印刷のアーカイブは失われました。この手紙は差し出せません。新しく印刷してください。"),
            code="archive_lost",
        )
    live = live_archive(session, run_id)
    if live is not None and is_stale(session, live):
        raise ConflictError(
            _s("アーカイブを作ったあとに、抜き取った手紙があります。アーカイブを作りなおしてください。"),
            code="archive_stale",
        )


def send_archive(session: Session, run_id: int, actor: Actor, now: datetime) -> PrintArchive | None:
    """Note that a run's archive goes to its mail house with the hand-over; None where the run has none.

    Raises:
        ConflictError: as ``refuse_wrong_archive``.
        NotAllowedError: the ward has not consented, or no longer does.
    """
    refuse_wrong_archive(session, run_id)
    archive = live_archive(session, run_id)
    if archive is None:
        return None
    facts = FileFacts(LETTERS, archive.file_name, archive.sha256, archive.letters, "print_run", run_id)
    sent = note_sent(session, archive.subcontractor_id, facts, actor, now)
    archive.state, archive.sent_at, archive.sent_file_id = ARCHIVE.next(archive.state, "send"), now, sent.id
    record(
        session, actor, now, "print_archive.sent", SUBJECT, archive.id, run=run_id, letters=archive.letters
    )
    session.flush()
    return archive


def take_archive(session: Session, run_id: int, archive_id: int, actor: Actor, now: datetime) -> Path:
    """Return where the archive of a handed-over run lies, for somebody who brings it to the mail house; noted each time.

    Raises:
        NotFoundError: the run has none of that key, or the file is not on this machine any more.
        NotAllowedError: the actor has no account.
        ConflictError: it was not handed over, or is lost (code ``not_sent``).
    """
    if actor.id is None:
        raise NotAllowedError(_s("アーカイブを受け取れるのは、アカウントのある職員だけです。"))
    archive = session.scalar(
        select(PrintArchive).where(PrintArchive.id == archive_id, PrintArchive.print_run_id == run_id)
    )
    if archive is None:
        raise NotFoundError(_s("このアーカイブは見つかりませんでした。"))
    if archive.state != "sent":
        raise ConflictError(_s("渡せるのは、差し出しが承認されたアーカイブだけです。"), code="not_sent")
    path = Path(session.get_one(PrintRun, run_id).folder) / archive.file_name
    if not path.is_file() or path.stat().st_size != archive.size:
        raise NotFoundError(_s("アーカイブのファイルが、このコンピューターにはもうありません。"))
    record(session, actor, now, "print_archive.taken", SUBJECT, archive.id, run=run_id, sha256=archive.sha256)
    session.flush()
    return path


def lose_archive(session: Session, archive_id: int, actor: Actor, now: datetime) -> Lost:
    """Give up a lost archive: all its letters are superseded and their IDs and passwords too, at once.

    The next print run makes new letters for these households. Letters of the ward's counter were never inside.

    Raises:
        NotFoundError: there is none of that key.
        NotAllowedError: the actor has no account.
        WrongStateError: it was given up before, or never counted.
    """
    if actor.id is None:
        raise NotAllowedError(_s("アーカイブの紛失を記録できるのは、アカウントのある職員だけです。"))
    run_id = session.scalar(select(PrintArchive.print_run_id).where(PrintArchive.id == archive_id))
    if run_id is None:
        raise NotFoundError(_s("このアーカイブは見つかりませんでした。"))
    # the run first, as everybody does who hands it over
    session.scalars(select(PrintRun.id).where(PrintRun.id == run_id).with_for_update()).one()
    archive = session.scalars(
        select(PrintArchive)
        .where(PrintArchive.id == archive_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    archive.state, archive.lost_at = ARCHIVE.next(archive.state, "lose"), now
    kind = kind_of(session, run_id)
    table = kind.table
    mine = (table.print_run_id == run_id, table.state.in_(("printed", "handed_over")), kind.by_post)
    letters = session.execute(
        select(table.id, table.household_id, table.state).where(*mine).order_by(table.id).with_for_update()
    ).all()
    found = session.scalars(select(Letter.credential_id).where(*mine)).all() if kind is WITH_ID else []
    keys = [key for key in found if key is not None]
    for state in {row.state for row in letters}:
        after = kind.machine.next(state, "supersede")
        for part in _parts([row.id for row in letters if row.state == state]):
            session.execute(
                update(table)
                .where(table.id.in_(part))
                .values(state=after)
                .execution_options(synchronize_session="fetch")
            )
    record_many(
        session, actor, now, f"{kind.subject}.supersede", kind.subject, [(row.id, row.household_id) for row in letters],
        reason=LOST_REASON,
    )  # fmt: skip
    closed = sum(_supersede(session, part, actor, now) for part in _parts(keys))
    record(
        session, actor, now, "print_archive.lost", SUBJECT, archive.id, run=run_id, letters=len(letters),
        credentials=closed,
    )  # fmt: skip
    session.flush()
    return Lost(len(letters), closed)


def _supersede(session: Session, ids: Sequence[int], actor: Actor, now: datetime) -> int:
    rows = session.scalars(
        select(Credential)
        .where(Credential.id.in_(ids), Credential.state.not_in(("superseded", "closed")))
        .order_by(Credential.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    # In bulk, as the letters: fifty thousand single steps would keep everybody waiting for minutes.
    for state in {row.state for row in rows}:
        session.execute(
            update(Credential)
            .where(Credential.id.in_([row.id for row in rows if row.state == state]))
            .values(state=CREDENTIAL.next(state, "supersede"), changed_at=now)
            .execution_options(synchronize_session=False)
        )
    end_many(session, RESIDENT, [row.id for row in rows])
    events = [(row.id, row.household_id) for row in rows]
    record_many(session, actor, now, "credential.supersede", "credential", events, reason=LOST_REASON)
    for row in rows:
        session.expire(row)
    return len(events)


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
