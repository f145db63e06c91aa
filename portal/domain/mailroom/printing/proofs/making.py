"""Make the proof of a built run: its counts, and pictures of some letters.

Pictures are stored encrypted, and removed with the hand-over.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct, field
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import PrintRun
from portal.domain.letters.letters.states import PRINT_RUN, RunState
from portal.domain.mailroom.printing.proofs.content import (
    Picture,
    SampleDraw,
    build_sha256,
    changed_since,
    choose,
    count,
    masked,
    pages_as_they_are,
    pictures,
    shared_files,
)
from portal.domain.mailroom.printing.proofs.models import PrintProof, PrintProofPage
from portal.domain.mailroom.printing.proofs.states import LIVE, PROOF
from portal.domain.mailroom.printing.runs.pipeline.files import existing_folder, locked_folder
from portal.domain.mailroom.printing.runs.pipeline.manifest import check_files, run_files
from portal.domain.mailroom.printing.runs.pipeline.printer import Printer

SUBJECT = "print_proof"
MOST_PASSED_OVER = 50
SEEDS = 1 << 31


class _Job(Struct, frozen=True):
    """The input of a proof: the letters to choose, the run's folder, and its date (JST)."""

    samples: SampleDraw
    folder: Path
    notice_date: date


class DrawnProof(Struct, frozen=True):
    """A proof that is drawn but not stored yet.

    ``built`` and ``shared`` are the digests of the files that it was drawn from.
    """

    seed: int
    built: str
    pictures: tuple[Picture, ...] = ()
    shared: Mapping[str, str] = field(default_factory=dict)


def locked_run(session: Session, run_id: int) -> PrintRun:
    """Return a run with its row locked. Raises NotFoundError."""
    run = session.get(PrintRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFoundError(_s("この印刷は見つかりませんでした。"))
    return run


def live_proof(session: Session, run_id: int) -> PrintProof | None:
    """Return the current proof of a run: made, approved or refused; None if there is none."""
    return session.scalar(
        select(PrintProof).where(PrintProof.print_run_id == run_id, PrintProof.state.in_(LIVE))
    )


def waiting_proofs(session: Session) -> Collection[int]:
    """Return the keys of the runs that wait for a decision on their proof."""
    waiting = select(PrintProof.print_run_id).join(PrintRun, PrintRun.id == PrintProof.print_run_id)
    return session.scalars(
        waiting.where(PrintProof.state == PROOF.initial, PrintRun.state == RunState.BUILT)
    ).all()


def is_current(session: Session, proof: PrintProof | None) -> bool:
    """Return whether a proof exists and was made from the current files."""
    return proof is not None and proof.build_sha256 == build_sha256(session, proof.print_run_id)


def make_proof(printer: Printer, run_id: int) -> int:
    """Make the proof of a built run as the printer's actor, and return its key.

    It is stored only when everything is drawn: if it is killed, the proof is complete or absent.

    Raises:
        NotFoundError: there is no such run.
        WrongStateError: it is still being built, was handed over or discarded.
        NotAllowedError: the actor has no account.
        ConflictError: these files have a proof already, or a test posting needs none; another step
            is running on the run; or a page's text differs from its letter's.
        InputError: a file of the run is missing or was changed.
    """
    with printer.write() as session:
        run = _ready(printer.work(session), run_id)
        folder, enclosed = existing_folder(printer.folder_of(run), run.node), run.enclosed
        job = _Job(SampleDraw(run_id, secrets.randbelow(SEEDS)), folder, run.notice_date)
    with locked_folder(folder):
        with printer.read() as session:
            files, built = run_files(session, run_id), build_sha256(session, run_id)
            shared = shared_files(session, folder, run_id, enclosed)
        check_files(folder, files)
        drawn = DrawnProof(job.samples.seed, built, tuple(_draw(printer, job)), shared)
        with printer.write() as session:
            return store_proof(printer.work(session), run_id, drawn)


def _draw(printer: Printer, job: "_Job") -> list[Picture]:
    """Draw the chosen letters.

    A letter whose household changed since the printing is replaced by another. Letters without an
    ID contain no secret, so their pages are shown as they were printed.
    """
    run_id, folder = job.samples.run_id, job.folder
    with printer.read() as session:
        if session.get_one(PrintRun, run_id).is_without_id:
            return pages_as_they_are(folder, choose(printer.work(session), job.samples))
    frame = printer.frame(job.notice_date)
    passed_over: set[int] = set()
    while True:
        with printer.read() as session:
            samples = choose(printer.work(session), job.samples, passed_over)
            letters = masked(
                printer.work(session), printer, samples, session.get_one(PrintRun, run_id).enclosed
            )
        drawn, others = pictures(folder, samples, letters, frame)
        if not others:
            return drawn
        with printer.read() as session:
            changed = changed_since(session, others)
        passed_over |= changed
        wrong = [one.number for one in samples if one.letter_id in others - changed]
        if wrong or len(passed_over) > MOST_PASSED_OVER:
            raise _differs((wrong or [samples[0].number])[0])


def _differs(number: str) -> ConflictError:
    return ConflictError(
        _s(
            "手紙 %(number)s の印刷した中身が、いまの文や世帯のデータと違います。"
            "手紙の文のファイルを、作ったときのものに戻してから、"
            "もう一度実行してください。"
        )
        % {"number": number},
        code="proof_differs",
    )


def store_proof(work: Work, run_id: int, drawn: DrawnProof) -> int:
    """Store a drawn proof with the current counts. Raises as ``make_proof``."""
    _ready(work, run_id)
    _refuse_changed_files(work.session, run_id, drawn.built)
    number = _replace_live_proof(work.session, run_id)
    found, (_key, wrapped) = count(work.session, run_id), work.vault.new_data_key()
    proof = PrintProof(
        print_run_id=run_id,
        number=number,
        build_sha256=drawn.built,
        shared=dict(drawn.shared),
        seed=drawn.seed,
        letters=found.letters,
        children=found.children,
        amount_yen=found.amount_yen,
        pieces=found.pieces,
        enclosures=found.enclosures,
        left_out=found.left_out,
        wrapped_key=wrapped,
        made_at=work.now,
        made_by=work.actor.id or 0,
    )
    work.session.add(proof)
    work.session.flush()
    for picture in drawn.pictures:
        _store_picture(work, proof, picture)
    _record_made(work, proof, len(drawn.pictures))
    work.session.flush()
    return proof.id


def _refuse_changed_files(session: Session, run_id: int, built: str) -> None:
    if built != build_sha256(session, run_id):
        raise ConflictError(
            _s("校正刷りを作る間に、印刷のファイルが変わりました。もう一度実行してください。")
        )


def _replace_live_proof(session: Session, run_id: int) -> int:
    """Mark the current proof as replaced, and return the number of the next one."""
    old = live_proof(session, run_id)
    if old is not None:
        old.state = PROOF.next(old.state, "replace")
        _forget(session, [old.id])
        session.flush()
    last = session.scalar(
        select(PrintProof.number)
        .where(PrintProof.print_run_id == run_id)
        .order_by(PrintProof.number.desc())
        .limit(1)
    )
    return (last or 0) + 1


def _store_picture(work: Work, proof: PrintProof, picture: Picture) -> None:
    without_id = work.session.get_one(PrintRun, proof.print_run_id).is_without_id
    key = work.vault.unwrap(proof.wrapped_key)
    page = PrintProofPage(
        print_proof_id=proof.id,
        places=list(picture.places),
        **{"bare_letter_id" if without_id else "letter_id": picture.letter_id},
    )
    work.session.add(page)
    work.session.flush()
    page.sealed = seal(key, picture.png, page_context(page.id))


def _record_made(work: Work, proof: PrintProof, pictures: int) -> None:
    record(
        work,
        "print_proof.made",
        SUBJECT,
        proof.id,
        run=proof.print_run_id,
        letters=proof.letters,
        children=proof.children,
        yen=proof.amount_yen,
        pictures=pictures,
        seed=proof.seed,
        build=proof.build_sha256,
    )


def forget_pictures(work: Work, run_id: int) -> None:
    """Remove the pictures of a run that was handed over or discarded.

    Counts and decisions are kept.
    """
    proofs = work.session.scalars(
        select(PrintProof.id).where(PrintProof.print_run_id == run_id)
    ).all()
    if removed := _forget(work.session, proofs):
        record(work, "print_proof.pictures_removed", "print_run", run_id, pictures=removed)


def _forget(session: Session, proofs: Sequence[int]) -> int:
    pages = session.scalars(
        select(PrintProofPage.id).where(
            PrintProofPage.print_proof_id.in_(proofs), PrintProofPage.sealed.is_not(None)
        )
    ).all()
    session.execute(update(PrintProofPage).where(PrintProofPage.id.in_(pages)).values(sealed=None))
    return len(pages)


def refuse_unready(work: Work, run_id: int) -> None:
    """Refuse, as ``make_proof`` would, a run of which no proof can be made now."""
    _ready(work, run_id)


def _ready(work: Work, run_id: int) -> PrintRun:
    if work.actor.id is None:
        raise NotAllowedError(_s("校正刷りを作れるのは、アカウントのある職員だけです。"))
    run = locked_run(work.session, run_id)
    PRINT_RUN.next(run.state, "hand_over")
    if not run.needs_proof:
        raise ConflictError(_s("試し送りに、校正刷りの承認は要りません。"), code="no_proof")
    if is_current(work.session, live_proof(work.session, run_id)):
        raise ConflictError(_s("この印刷の校正刷りは、もう作ってあります。"), code="proof_there")
    return run


def page_context(page_id: int) -> bytes:
    """Return the context that binds a picture to its row."""
    return f"print_proof_page:{page_id}".encode()
