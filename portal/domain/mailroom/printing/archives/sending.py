"""Send the valid archive of a run with the hand-over, and record a lost one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation import sealed_tar
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.files.storing import open_pieces, shred
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.ending import lost as hand_over_lost
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import send_out
from portal.domain.foundation.transfers.sheets import Departure
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import kind_of
from portal.domain.letters.letters.models import PrintRun
from portal.domain.letters.letters.states import LetterState
from portal.domain.letters.subcontractors.kinds import SentKind
from portal.domain.letters.subcontractors.models import Subcontractor
from portal.domain.letters.subcontractors.services import FileFacts, record_sent
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.domain.mailroom.printing.archives.states import ARCHIVE, ArchiveState
from portal.domain.mailroom.printing.proofs.making import forget_pictures
from portal.domain.mailroom.printing.runs.pipeline.printer import PrintingNode
from portal.domain.mailroom.printing.runs.superseding import (
    Superseded,
    Superseding,
    supersede_letters,
)

SUBJECT = "print_archive"
LOST_REASON = "archive_lost"


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
    """Return the valid archive of a run: built or sent; None if there is none."""
    return session.scalar(
        select(PrintArchive).where(
            PrintArchive.print_run_id == run_id,
            PrintArchive.state.in_((ArchiveState.BUILT, ArchiveState.SENT)),
        )
    )


def letters_for_the_post(session: Session, run_id: int) -> int:
    """Return how many printed letters of a run would be sent by post now."""
    kind = kind_of(session, run_id)
    count = select(func.count(kind.table.id)).where(
        kind.table.print_run_id == run_id, kind.table.state == LetterState.PRINTED, kind.by_post
    )
    return session.scalar(count) or 0


def is_stale(session: Session, archive: PrintArchive) -> bool:
    """Return whether letters were taken out of the run since the archive was built."""
    return archive.state == ArchiveState.BUILT and archive.letters != letters_for_the_post(
        session, archive.print_run_id
    )


def has_whole_archive(session: Session, run_id: int) -> bool:
    """Return whether a run can be handed over although its plain files are lost."""
    live = live_archive(session, run_id)
    return live is not None and live.sealed_file_id is not None and not is_stale(session, live)


def refuse_wrong_archive(session: Session, run_id: int) -> None:
    """Refuse to hand over a run whose archive is lost or stale.

    A run without any archive is accepted, since it is printed in our own office.

    Raises:
        ConflictError: codes ``archive_lost`` and ``archive_stale``.
    """
    lost = select(PrintArchive.id).where(
        PrintArchive.print_run_id == run_id, PrintArchive.state == ArchiveState.LOST
    )
    if session.scalar(lost.limit(1)) is not None:
        raise ConflictError(
            _s(
                "この印刷のアーカイブは失われました。この手紙は引き渡せません。"
                "新しく印刷してください。"
            ),
            code="archive_lost",
        )
    live = live_archive(session, run_id)
    if live is not None and is_stale(session, live):
        raise ConflictError(
            _s(
                "アーカイブを作ったあとに、抜き取った手紙があります。"
                "アーカイブを作りなおしてください。"
            ),
            code="archive_stale",
        )


def send_archive(work: Work, run_id: int) -> PrintArchive | None:
    """Record that a run's archive is sent to its mail house with the hand-over.

    Returns None if the run has no archive.

    Raises:
        ConflictError: as ``refuse_wrong_archive``.
        NotAllowedError: the ward has not consented, or no longer does.
    """
    refuse_wrong_archive(work.session, run_id)
    archive = live_archive(work.session, run_id)
    if archive is None:
        return None
    facts = FileFacts(
        SentKind.LETTERS, archive.file_name, archive.sha256, archive.letters, "print_run", run_id
    )
    sent = record_sent(work, archive.subcontractor_id, facts)
    archive.state, archive.sent_at, archive.sent_file_id = (
        ARCHIVE.next(archive.state, "send"),
        work.now,
        sent.id,
    )
    record(work, "print_archive.sent", SUBJECT, archive.id, run=run_id, letters=archive.letters)
    _open_sheet(work, archive)
    work.session.flush()
    return archive


def _open_sheet(work: Work, archive: PrintArchive) -> None:
    """Open the archive's hand-over sheet, which waits for the mail house's receipt."""
    letters = kind_of(work.session, archive.print_run_id)
    yen = select(func.coalesce(func.sum(letters.table.amount_yen), 0)).where(
        letters.table.print_run_id == archive.print_run_id,
        letters.table.state == LetterState.PRINTED,
        letters.by_post,
    )
    company = work.session.get_one(Subcontractor, archive.subcontractor_id)
    counted = Figures(
        archive.letters, archive.children, work.session.scalar(yen) or 0, archive.sha256
    )
    send_out(
        work,
        Departure(
            TransferKind.ARCHIVE, archive.file_name, company.name, counted, SUBJECT, archive.id
        ),
    )


@dataclass(frozen=True, slots=True)
class TakenArchive:
    """A sent archive as its bearer gets it: name, size in bytes, and the encrypted content."""

    file_name: str
    size: int
    pieces: Iterator[bytes] = field(repr=False)


def take_archive(work: Work, node: PrintingNode, run_id: int, archive_id: int) -> TakenArchive:
    """Return a sent archive, for the person who brings it to the mail house; any node has it.

    Each call is recorded in the audit log.

    Raises:
        NotFoundError: the run has no such archive, or its content is no longer kept.
        NotAllowedError: the actor has no account.
        ConflictError: it was not handed over, or is lost (code ``not_sent``).
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("アーカイブを受け取れるのは、アカウントのある職員だけです。"))
    archive = work.session.scalar(
        select(PrintArchive).where(
            PrintArchive.id == archive_id, PrintArchive.print_run_id == run_id
        )
    )
    if archive is None:
        raise NotFoundError(_s("このアーカイブは見つかりませんでした。"))
    if archive.state != ArchiveState.SENT:
        raise ConflictError(
            _s("渡せるのは、引き渡しが承認されたアーカイブだけです。"), code="not_sent"
        )
    if archive.sealed_file_id is not None:
        pieces = open_pieces(work, archive.sealed_file_id, node.read)
    else:
        pieces = _on_the_disk(node.folder_of(work.session.get_one(PrintRun, run_id)), archive)
    record(work, "print_archive.taken", SUBJECT, archive.id, run=run_id, sha256=archive.sha256)
    work.session.flush()
    return TakenArchive(archive.file_name, archive.size, pieces)


def _on_the_disk(folder: Path, archive: PrintArchive) -> Iterator[bytes]:
    """Return the content of an archive of version 0.1.0. Raises NotFoundError."""
    path = folder / archive.file_name
    if not path.is_file() or path.stat().st_size != archive.size:
        raise NotFoundError(_s("アーカイブのファイルが、このコンピューターにはもうありません。"))
    return sealed_tar.pieces_of(path)


def drop_archive(work: Work, archive: PrintArchive) -> None:
    """Drop an archive that was never sent; nobody can open it any more."""
    archive.state = ARCHIVE.next(archive.state, "drop")
    if archive.sealed_file_id is not None:
        shred(work, archive.sealed_file_id)
    work.session.flush()


def lose_archive(work: Work, archive_id: int) -> Superseded:
    """Record an archive as lost: all its letters, IDs and passwords are superseded at once.

    The next print run makes new letters for these households. Letters for the ward's counter are
    never in an archive.

    Raises:
        NotFoundError: no archive has this key.
        NotAllowedError: the actor has no account.
        WrongStateError: it was recorded as lost before, or was dropped.
    """
    if work.actor.id is None:
        raise NotAllowedError(
            _s("アーカイブの紛失を記録できるのは、アカウントのある職員だけです。")
        )
    archive = _locked_with_its_run(work.session, archive_id)
    run_id = archive.print_run_id
    archive.state, archive.lost_at = ARCHIVE.next(archive.state, "lose"), work.now
    if archive.sealed_file_id is not None:
        shred(work, archive.sealed_file_id)
    hand_over_lost(work, SUBJECT, archive.id)
    lost = supersede_letters(
        work,
        run_id,
        Superseding((LetterState.PRINTED, LetterState.HANDED_OVER), LOST_REASON, counter=False),
    )
    forget_pictures(work, run_id)
    record(
        work,
        "print_archive.lost",
        SUBJECT,
        archive.id,
        run=run_id,
        letters=lost.letters,
        credentials=lost.credentials,
    )
    work.session.flush()
    return lost


def _locked_with_its_run(session: Session, archive_id: int) -> PrintArchive:
    """Return an archive, locked after its run. Raises NotFoundError."""
    run_id = session.scalar(select(PrintArchive.print_run_id).where(PrintArchive.id == archive_id))
    if run_id is None:
        raise NotFoundError(_s("このアーカイブは見つかりませんでした。"))
    # the run first, in the same order as the hand-over, so that neither blocks the other
    session.scalars(select(PrintRun.id).where(PrintRun.id == run_id).with_for_update()).one()
    return session.scalars(
        select(PrintArchive)
        .where(PrintArchive.id == archive_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
