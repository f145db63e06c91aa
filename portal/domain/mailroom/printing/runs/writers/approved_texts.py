"""Check that letters and cards are printed from texts that the ward approved.

Each print records the version from which it was made.
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

    Returns None for a demo, whose texts no ward owns. ``file`` contains the texts; by default it is
    the file of letters with ID and password.

    Raises:
        NotAllowedError: the ward did not approve the current texts of the file (code
            ``not_approved``).
    """
    if work.program.is_demo:
        return None
    content = (file or work.program.letter_texts_file).read_bytes()
    return require_approval(work.session, kind, digest_of(content)).id


def require_same_texts(session: Session, version_id: int | None, run_id: int) -> None:
    """Check that a run to be resumed was begun with the same version of the texts.

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


def record_texts(
    session: Session, version_id: int | None, print_id: int, now: datetime, subject: str = RUN
) -> None:
    """Record the version of the texts from which a run or a print of cards (``CARDS``) is made."""
    if version_id is not None:
        use = DocumentUse(version_id=version_id, subject=subject, subject_id=print_id, used_at=now)
        record_use(session, use)
