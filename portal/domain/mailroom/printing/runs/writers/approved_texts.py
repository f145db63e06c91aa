"""Refuse to print a letter or card from texts that the ward did not approve.

Each print records the version that it was made from.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.documents.kinds import DocumentKind, UsedFor
from portal.domain.letters.documents.models import DocumentUse
from portal.domain.letters.documents.services import digest_of, record_use, require_approval

RUN, CARDS = UsedFor


def approved_texts(
    work: Work, kind: str = DocumentKind.LETTER, file: Path | None = None
) -> int | None:
    """Return the key of the approved version of the texts of a kind of letter.

    None for a demo, whose texts no ward owns.

    ``file`` has the texts; without one it is the letter's with ID and password.

    Raises:
        NotAllowedError: the ward did not approve the texts as they stand in the file (code
            ``not_approved``).
    """
    if work.program.is_demo:
        return None
    content = (file or work.program.letter_texts_file).read_bytes()
    return require_approval(work.session, kind, digest_of(content)).id


def same_texts(session: Session, version_id: int | None, run_id: int) -> None:
    """Refuse to resume a run whose first letters were drawn from another version.

    Raises:
        ConflictError: the texts changed since the run began.
    """
    if version_id is None:
        return
    others = select(DocumentUse.id).where(
        DocumentUse.subject == RUN,
        DocumentUse.subject_id == run_id,
        DocumentUse.version_id != version_id,
    )
    if session.scalar(others.limit(1)) is not None:
        raise ConflictError(
            _s(
                "印刷の途中で、手紙の文が変わりました。はじめの文のファイルに戻してから、"
                "もう一度実行してください。"
            ),
            code="texts_changed",
        )


def note_texts(
    session: Session, version_id: int | None, print_id: int, now: datetime, subject: str = RUN
) -> None:
    """Record which version a run, or a print of cards (``CARDS``), is made from."""
    if version_id is not None:
        use = DocumentUse(version_id=version_id, subject=subject, subject_id=print_id, used_at=now)
        record_use(session, use)
