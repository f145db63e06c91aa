"""Build the archive of a run: one tar with its files and manifest, encrypted for the mail house.

It is encrypted while it is written, so no plain copy exists, and sealed piece by piece into the
database, so that any node can hand it out. If a build is killed, there is either a complete archive
that the database knows, or none: its file becomes whole in the transaction that stores its row.
Letters that were taken out of the run are not included.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.domain.foundation import sealed_tar
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.files.storing import SealedWriter, shred
from portal.domain.foundation.texts import _s, _sn
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import kind_of
from portal.domain.letters.letters.models import PrintChunk, PrintRun
from portal.domain.letters.letters.states import PRINT_RUN, LetterState
from portal.domain.letters.subcontractors.kinds import Purpose
from portal.domain.letters.subcontractors.services import check_consent, require_consent
from portal.domain.mailroom.printing.archives.content import Chunk, Plan, Sheet, members_of
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.domain.mailroom.printing.archives.sending import (
    SUBJECT,
    drop_archive,
    is_stale,
    live_archive,
    refuse_wrong_archive,
)
from portal.domain.mailroom.printing.proofs.making import live_proof
from portal.domain.mailroom.printing.runs.pipeline.files import existing_folder, locked_folder
from portal.domain.mailroom.printing.runs.pipeline.printer import PrintingNode
from portal.domain.mailroom.printing.runs.queries import count_to_withdraw


@dataclass(frozen=True, slots=True)
class BuiltArchive:
    """A finished archive: its file's name, and the numbers of letters and children in it."""

    id: int
    file_name: str
    sha256: str
    letters: int
    children: int


class _Order(Struct, frozen=True):
    """The run of which an archive is built, and the mail house for which it is."""

    run_id: int
    subcontractor_id: int


Progress = Callable[[int, int], None]
"""Called with the number of letters packed and of all letters."""


def build_archive(
    node: PrintingNode, run_id: int, subcontractor_id: int, progress: Progress | None = None
) -> BuiltArchive:
    """Build the archive of a finished run for a mail house; a stale one is dropped.

    Raises:
        NotFoundError: there is no such run or company.
        WrongStateError: the run is still being built, or was handed over.
        NotAllowedError: the ward has not consented to the company, or the actor has no account.
        ConflictError: there is an archive already, one was lost, letters must be taken out first,
            nothing is left to send, or another build is running.
        InputError: the run was printed on another machine, or a file of it is missing or changed.
    """
    if node.actor.id is None:
        raise NotAllowedError(_s("アーカイブを作れるのは、アカウントのある職員だけです。"))
    order = _Order(run_id, subcontractor_id)
    with node.write() as session:
        run = _ready(session, order)
        folder = existing_folder(node.folder_of(run), run.node)
    with locked_folder(folder):
        with node.read() as session:
            plan = _plan(node.work(session), order, folder)
        sealed = SealedWriter(node, plan.name)
        try:
            _encrypt(plan, sealed, progress)
            with node.writing() as work:
                made = _store(work, plan, sealed)
        except BaseException:
            with suppress(SQLAlchemyError), node.writing() as work:  # else it is swept
                shred(work, sealed.file_id)
            raise
    return BuiltArchive(made.id, plan.name, made.sha256, plan.letters, plan.children)


def refuse_unready(session: Session, run_id: int, subcontractor_id: int) -> None:
    """Refuse, as ``build_archive`` would, a run of which no archive can be built now."""
    _ready(session, _Order(run_id, subcontractor_id))


def _ready(session: Session, order: _Order) -> PrintRun:
    run_id = order.run_id
    run = session.scalar(select(PrintRun).where(PrintRun.id == run_id).with_for_update())
    if run is None:
        raise NotFoundError(_s("この印刷は見つかりませんでした。"))
    PRINT_RUN.next(run.state, "hand_over")
    key = require_consent(session, order.subcontractor_id, Purpose.MAIL_HOUSE).public_key
    if key is None:
        raise NotAllowedError(
            _s("この会社の公開鍵がないため、暗号化できません。"), code="no_consent"
        )
    live = live_archive(session, run_id)
    if live is not None and not is_stale(session, live):
        raise ConflictError(
            _s("この印刷のアーカイブは、もう作ってあります。"), code="archive_there"
        )
    if live is None:
        refuse_wrong_archive(session, run_id)
    if count := count_to_withdraw(session, run_id, include_protected=False):
        raise ConflictError(
            _sn(
                "印刷の後に、保留や支援措置になった世帯の手紙が%(n)d通あります。"
                "抜き取ってから、アーカイブを作ってください。",
                "印刷の後に、保留や支援措置になった世帯の手紙が%(n)d通あります。"
                "抜き取ってから、アーカイブを作ってください。",
                count,
            )
            % {"n": count},
            code="letters_to_take_out",
        )
    if count_to_withdraw(session, run_id, include_protected=True):
        raise ConflictError(
            _s(
                "区の担当が先に抜き取る手紙があるので、まだアーカイブを作れません。"
                "区の担当に連絡してください。"
            ),
            code="ward_takes_out",
        )
    return run


def _plan(work: Work, order: _Order, folder: Path) -> Plan:
    session, run_id = work.session, order.run_id
    last = session.scalar(
        select(func.max(PrintArchive.number)).where(PrintArchive.print_run_id == run_id)
    )
    consent = check_consent(session, order.subcontractor_id, Purpose.MAIL_HOUSE)
    proof = live_proof(session, run_id)
    plan = Plan(
        run_id,
        folder,
        (last or 0) + 1,
        order.subcontractor_id,
        consent.public_key or "",
        work.now,
        [one for one in _chunks(session, run_id) if one.kept],
        tuple(session.get_one(PrintRun, run_id).enclosed),
        proof.shared if proof is not None else {},
    )
    if not plan.chunks:
        raise ConflictError(
            _s("この印刷に、引き渡す手紙は残っていません。"), code="nothing_to_send"
        )
    return plan


def _chunks(session: Session, run_id: int) -> list[Chunk]:
    """Return the files of a run with those of their letters that are sent by post."""
    chunks = {
        number: Chunk(file or "", sha256 or "", letters)
        for number, file, sha256, letters in session.execute(
            select(PrintChunk.number, PrintChunk.file_name, PrintChunk.sha256, PrintChunk.letters)
            .where(PrintChunk.print_run_id == run_id, PrintChunk.file_name.is_not(None))
            .order_by(PrintChunk.number)
        )
    }
    kind = kind_of(session, run_id)
    letters = kind.table
    rows = session.execute(
        select(
            letters.chunk_number,
            letters.number,
            letters.position,
            letters.children,
            letters.enclosures,
            kind.large_print,
        )
        .where(letters.print_run_id == run_id, letters.state == LetterState.PRINTED, kind.by_post)
        .order_by(letters.chunk_number, letters.position)
    )
    for chunk_number, number, position, children, enclosures, large in rows:
        sheet = Sheet(number, position or 0, children, enclosures, large or "")
        chunks[chunk_number].kept.append(sheet)
    return list(chunks.values())


def _encrypt(plan: Plan, sealed: SealedWriter, progress: Progress | None) -> None:
    """Encrypt a tar into a sealed file."""
    sealed_tar.encrypt_into(sealed, members_of(plan, progress), [plan.key])
    sealed.end()


def _store(work: Work, plan: Plan, sealed: SealedWriter) -> PrintArchive:
    """Store the archive in place of a stale one, unless the run changed since the planning."""
    _ready(work.session, _Order(plan.run_id, plan.subcontractor_id))
    stale = live_archive(work.session, plan.run_id)
    if stale is not None:
        drop_archive(work, stale)
    made = PrintArchive(
        print_run_id=plan.run_id,
        number=plan.number,
        subcontractor_id=plan.subcontractor_id,
        file_name=plan.name,
        sealed_file_id=sealed.file_id,
        sha256=sealed.finish(work),
        size=sealed.size,
        letters=plan.letters,
        children=plan.children,
        built_at=work.now,
        built_by=work.actor.id or 0,
    )
    work.session.add(made)
    work.session.flush()
    if is_stale(work.session, made):
        raise ConflictError(
            _s("アーカイブを作る間に、手紙が抜き取られました。もう一度実行してください。"),
            code="archive_stale",
        )
    record(
        work,
        "print_archive.built",
        SUBJECT,
        made.id,
        run=plan.run_id,
        letters=made.letters,
        sha256=made.sha256,
    )
    return made
